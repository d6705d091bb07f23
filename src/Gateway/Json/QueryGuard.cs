using CooperaNet.Matching.Gateway.Errors;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace CooperaNet.Matching.Gateway.Json;

/// <summary>Refuses query parameters that the method doesn't know, or takes from the body: a misspelt filter must not silently list everything, and a dry run not be real.</summary>
internal sealed class QueryGuard(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is { } method && context.Request.Query.Count > 0)
        {
            foreach (var name in context.Request.Query.Keys)
            {
                if (Complaint(method, name) is { } complaint)
                {
                    await EarlyRefusal.WriteAsync(context, ErrorStatus.Of(MatchingException.Invalid(ResourceId.Excerpt(name), $"'{ResourceId.Excerpt(name)}' {complaint}.")));
                    return;
                }
            }
        }

        await next(context);
    }

    private static string? Complaint(GrpcJsonTranscodingMetadata method, string name)
    {
        var (message, body) = (method.MethodDescriptor.InputType, method.HttpRule.Body);
        return !Knows(message, name) ? $"is not a parameter of this method; it knows {string.Join(", ", message.Fields.InDeclarationOrder().Select(field => field.JsonName))}"
            : body == "*" ? "is told in the body of this method, not in the query"
            : body.Length > 0 && message.FindFieldByName(body) is { } inBody && name.Split('.')[0] is var first && (first == inBody.Name || first == inBody.JsonName) ? "is the body of this method"
            : null;
    }

    private static bool Knows(MessageDescriptor? message, string path)
    {
        foreach (var part in path.Split('.'))
        {
            var field = message?.Fields.InDeclarationOrder().FirstOrDefault(candidate => candidate.JsonName == part || candidate.Name == part);
            if (field is null)
            {
                return false;
            }

            message = field.FieldType == FieldType.Message ? field.MessageType : null;
        }

        return true;
    }
}
