using System.Globalization;

namespace CooperaNet.Matching.EndToEndTests;

/// <summary>Environment variables by which a test runs longer or harder, for figures.</summary>
internal static class Variables
{
    public static int Of(string name, int otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;

    public static double Of(string name, double otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? double.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
