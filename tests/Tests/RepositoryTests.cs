using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace CooperaNet.Matching.Tests;

/// <summary>Rules of the house that the compiler cannot check.</summary>
public partial class RepositoryTests
{
    private static readonly string Root = Repository.Root;

    [Theory]
    [InlineData("Interfaces", "")]
    [InlineData("Matching", "")]
    [InlineData("Storage", "Interfaces")]
    [InlineData("Grains", "Interfaces,Matching,Storage")]
    [InlineData("Gateway", "Interfaces")]
    [InlineData("Identity", "Interfaces")]
    [InlineData("Silo", "Gateway,Grains,Identity")]
    public void Projects_reference_only_what_the_house_plan_allows(string project, string allowed)
    {
        var references = XDocument.Load(Path.Combine(Root, "src", project, $"CooperaNet.Matching.{project}.csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetExtension(Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)).TrimStart('.')).Order();

        Assert.Equal(allowed, string.Join(',', references));
    }

    [Fact]
    public void Every_stored_or_sent_type_has_an_alias()
    {
        var nameless = new[] { typeof(MatchingException).Assembly, typeof(MatchingOptions).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), false) && !type.IsDefined(typeof(AliasAttribute), false)).Select(type => type.FullName);

        Assert.Empty(nameless);
    }

    [Fact]
    public void Every_grain_call_can_be_cancelled()
    {
        var deaf = new[] { typeof(MatchingException).Assembly, typeof(MatchingOptions).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IGrain))).SelectMany(type => type.GetMethods())
            .Where(method => method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken)).Select(method => $"{method.DeclaringType!.Name}.{method.Name}");

        Assert.Empty(deaf);
    }

    [Fact]
    public void Links_in_documents_lead_somewhere()
    {
        var broken = Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories).Where(file => !file.Contains("/artifacts/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal))
            .SelectMany(file => Link().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
                .Where(target => !target.StartsWith("http", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target)))
                .Select(target => $"{Path.GetRelativePath(Root, file)}: {target}"));

        Assert.Empty(broken);
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
