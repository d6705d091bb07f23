using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;

namespace CooperaNet.Matching.Gateway.OpenApi;

/// <summary>Describes the JSON side of the API, from the descriptors of the gRPC contract: one truth.</summary>
internal static class OpenApiDocumentBuilder
{
    private static readonly FileDescriptor[] Files =
    [
        V1.AuthorityServiceReflection.Descriptor, V1.AccountServiceReflection.Descriptor, V1.ExchangeServiceReflection.Descriptor, V1.CatalogServiceReflection.Descriptor,
        V1.MatchingServiceReflection.Descriptor, V1.StatisticsServiceReflection.Descriptor, V1.QualityServiceReflection.Descriptor, V1.AdminServiceReflection.Descriptor,
    ];

    private static readonly Lazy<Task<string>> Text = new(() => Build().SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0));

    /// <summary>The document as JSON, OpenAPI 3.0; built once.</summary>
    public static Task<string> JsonAsync() => Text.Value;

    private static OpenApiDocument Build()
    {
        var document = new OpenApiDocument
        {
            Info = new() { Title = "CooperaNet.Matching", Version = "v1", Description = "Offers and needs of international cooperation, matched and explained." },
            Paths = [],
            Components = new() { Schemas = new Dictionary<string, IOpenApiSchema>() },
        };
        foreach (var method in Files.SelectMany(file => file.Services).SelectMany(service => service.Methods))
        {
            var rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
            foreach (var binding in rule is null ? [] : rule.AdditionalBindings.Prepend(rule))
            {
                Add(document, method, binding);
            }
        }

        return document;
    }

    private static void Add(OpenApiDocument document, MethodDescriptor method, HttpRule rule)
    {
        var (verb, template) = rule.PatternCase switch
        {
            HttpRule.PatternOneofCase.Get => (HttpMethod.Get, rule.Get),
            HttpRule.PatternOneofCase.Post => (HttpMethod.Post, rule.Post),
            HttpRule.PatternOneofCase.Patch => (HttpMethod.Patch, rule.Patch),
            _ => (HttpMethod.Delete, rule.Delete),
        };
        var (path, variables) = PathTemplate.Expand(template);
        var operation = new OpenApiOperation
        {
            OperationId = $"{method.Name}{(template.Contains("partners/*", StringComparison.Ordinal) && !method.Name.Contains("Partner", StringComparison.Ordinal) ? "OfPartner" : "")}",
            Summary = method.Name,
            Tags = new HashSet<OpenApiTagReference> { new(method.Service.Name, document) },
            Parameters = [.. variables.Select(name => (IOpenApiParameter)new OpenApiParameter { Name = name, In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } })],
            Responses = new() { ["200"] = new OpenApiResponse { Description = "Done.", Content = method.OutputType.FullName == "google.api.HttpBody" ? Files200() : Json200(Schema(document, method.OutputType)) }, ["default"] = new OpenApiResponse { Description = "google.rpc.Status" } },
        };
        if (rule.Body.Length > 0)
        {
            var body = rule.Body == "*" ? method.InputType : method.InputType.FindFieldByName(rule.Body).MessageType;
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Json200(Schema(document, body)) };
        }

        if (rule.Body != "*")
        {
            var inPath = template.Split('{', '=', '}');
            foreach (var field in method.InputType.Fields.InDeclarationOrder().Where(field => field.Name != rule.Body && !inPath.Contains(field.Name)))
            {
                AddToQuery(document, operation, field, field.JsonName);
            }
        }

        if (!document.Paths.TryGetValue(path, out var item))
        {
            document.Paths[path] = item = new OpenApiPathItem { Operations = [] };
        }

        item.Operations![verb] = operation;
    }

    /// <summary>In a query fields of messages stand by their paths, and enums by their whole names.</summary>
    private static void AddToQuery(OpenApiDocument document, OpenApiOperation operation, FieldDescriptor field, string path)
    {
        if (field.FieldType == FieldType.Message && field.MessageType.File.Package != "google.protobuf")
        {
            foreach (var inner in field.MessageType.Fields.InDeclarationOrder())
            {
                AddToQuery(document, operation, inner, $"{path}.{inner.JsonName}");
            }

            return;
        }

        operation.Parameters!.Add(new OpenApiParameter { Name = path, In = ParameterLocation.Query, Schema = Schema(document, field, value => value.Name) });
    }

    private static Dictionary<string, IOpenApiMediaType> Files200()
    {
        var file = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
        return new() { ["text/csv"] = file, ["application/x-ndjson"] = file };
    }

    private static Dictionary<string, IOpenApiMediaType> Json200(IOpenApiSchema schema) => new() { ["application/json"] = new OpenApiMediaType { Schema = schema } };

    private static IOpenApiSchema Schema(OpenApiDocument document, FieldDescriptor field, Func<EnumValueDescriptor, string>? name = null)
    {
        if (field.IsMap)
        {
            return new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = Schema(document, field.MessageType.FindFieldByName("value")) };
        }

        var schema = field.FieldType switch
        {
            FieldType.Message => Schema(document, field.MessageType),
            FieldType.Enum => new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. field.EnumType.Values.Select(value => (JsonNode)JsonValue.Create((name ?? Short)(value)))] },
            FieldType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean },
            FieldType.Double or FieldType.Float => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
            FieldType.Int32 => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
            _ => new OpenApiSchema { Type = JsonSchemaType.String },
        };
        return field.IsRepeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema;
    }

    private static IOpenApiSchema Schema(OpenApiDocument document, MessageDescriptor message)
    {
        switch (message.FullName)
        {
            case "google.protobuf.Timestamp":
                return new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" };
            case "google.protobuf.FieldMask":
                return new OpenApiSchema { Type = JsonSchemaType.String, Description = "Paths separated by commas." };
            case "google.protobuf.Empty":
                return new OpenApiSchema { Type = JsonSchemaType.Object };
        }

        var name = message.FullName[(message.File.Package.Length + 1)..];
        if (!document.Components!.Schemas!.ContainsKey(name))
        {
            var schema = new OpenApiSchema { Type = JsonSchemaType.Object, Properties = new Dictionary<string, IOpenApiSchema>() };
            document.Components.Schemas[name] = schema; // before its fields, which may refer to it
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                schema.Properties[field.JsonName] = Schema(document, field);
            }
        }

        return new OpenApiSchemaReference(name, document);
    }

    /// <summary>An enum value as JSON writes it: without the prefix of its type.</summary>
    private static string Short(EnumValueDescriptor value)
    {
        var prefix = string.Concat(value.EnumDescriptor.Name.Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString())) + "_";
        return value.Name.StartsWith(prefix, StringComparison.Ordinal) ? value.Name[prefix.Length..] : value.Name;
    }
}
