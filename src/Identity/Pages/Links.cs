namespace CooperaNet.Matching.Identity.Pages;

/// <summary>Where pages lead.</summary>
internal static class Links
{
    public static string SignIn(string back) => $"/identity/sign-in?back={Uri.EscapeDataString(back)}";

    public static string SecondFactor(string back) => $"/identity/second-factor?back={Uri.EscapeDataString(back)}";

    public static string SetUp(string back) => $"/identity/second-factor/set-up?back={Uri.EscapeDataString(back)}";

    /// <summary>A way back into the flow of signing in to an application; anything else leads to the page that says that somebody is signed in.</summary>
    public static string Safe(string? back) => back is { Length: < 4_000 } && back.StartsWith("/connect/", StringComparison.Ordinal) && !back.Contains('\\', StringComparison.Ordinal) && !back.Any(char.IsControl) ? back : "/identity/";
}
