using CooperaNet.Matching.Gateway.Errors;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;

namespace CooperaNet.Matching.Gateway.Json;

/// <summary>Refuses query parameters that the method doesn't know: a misspelt filter must not silently list everything.</summary>
internal sealed class QueryGuard(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcJsonTranscodingMetadata>() is { } method
            && context.Request.Query.Keys.FirstOrDefault(name => !Knows(method.MethodDescriptor.InputType, name)) is { } unknown)
        {
            var known = string.Join(", ", method.MethodDescriptor.InputType.Fields.InDeclarationOrder().Select(field => field.JsonName));
            await EarlyRefusal.WriteAsync(context, ErrorStatus.Of(MatchingException.Invalid(ResourceId.Excerpt(unknown), $"'{ResourceId.Excerpt(unknown)}' is not a parameter of this method; it knows {known}.")));
            return;
        }

        await next(context);
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
