using System.Text.RegularExpressions;

namespace CooperaNet.Matching.Gateway.OpenApi;

/// <summary>Turns a google.api.http template into an OpenAPI path: <c>/v1/{name=authorities/*/offers/*}:publish</c> becomes <c>/v1/authorities/{authority}/offers/{offer}:publish</c>.</summary>
internal static partial class PathTemplate
{
    public static (string Path, IReadOnlyList<string> Variables) Expand(string template)
    {
        var variables = new List<string>();
        var path = Variable().Replace(template, match => Wildcard().Replace(match.Groups[1].Value, segment =>
        {
            var name = segment.Groups[1].Value switch { "authorities" => "authority", var plural => plural[..^1] };
            variables.Add(name);
            return $"{segment.Groups[1].Value}/{{{name}}}";
        }));
        return (path, variables);
    }

    [GeneratedRegex(@"\{[^=}]+=([^}]+)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"(\w+)/\*")]
    private static partial Regex Wildcard();
}
