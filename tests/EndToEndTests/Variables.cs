using System.Globalization;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Environment variables by which a test runs longer or harder, for figures.</summary>
internal static class Variables
{
    public static int Of(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
