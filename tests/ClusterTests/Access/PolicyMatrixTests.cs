using System.Text;
using System.Text.RegularExpressions;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace CooperaNet.Matching.ClusterTests.Access;

/// <summary>
/// Every RPC of the contract, called in every role on everything it may be about: matrix.txt says what must come of it. "yes" means that
/// the call passed (the requests carry a mistake, so that none changes anything), "sign-in" UNAUTHENTICATED, "no" PERMISSION_DENIED, "hidden" NOT_FOUND.
/// </summary>
public partial class PolicyMatrixTests(ExchangeFixture exchange)
{
    private const string Own = "authorities/tt", Foreign = "authorities/us", OwnPartner = "partners/matrix-own", ForeignPartner = "partners/matrix-other";
    private static readonly string[] Participants = [Own, Foreign, OwnPartner, ForeignPartner];
    private static readonly string[] Changing = ["Create", "Update", "Delete", "Publish", "Withdraw", "Confirm", "Stream", "Cancel", "Invite", "Resend", "Suspend", "Resume", "HandOver", "Change"];

    private static readonly FileDescriptor[] Contract =
    [
        AuthorityServiceReflection.Descriptor, AccountServiceReflection.Descriptor, ExchangeServiceReflection.Descriptor, CatalogServiceReflection.Descriptor,
        MatchingServiceReflection.Descriptor, StatisticsServiceReflection.Descriptor, QualityServiceReflection.Descriptor, AdminServiceReflection.Descriptor,
    ];

    private readonly CancellationToken cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_rpc_answers_every_role_on_every_object_as_the_matrix_says()
    {
        await PrepareAsync();
        var roles = new (string Name, CallInvoker Calls)[]
        {
            ("anonymous", exchange.Channel.CreateCallInvoker()), ("focal-point", exchange.As(Own)), ("partner", exchange.As(OwnPartner)),
            ("secretariat", exchange.As()), ("instructed", exchange.As()), ("administrator", exchange.With(exchange.Issuer.Token("administrator"))),
            ("app-read", exchange.With(exchange.Issuer.Token("application", Own, "read"))), ("app-write", exchange.With(exchange.Issuer.Token("application", Own, "read write"))),
            ("app-of-nobody", exchange.With(exchange.Issuer.Token("application", "", "read write"))),
        };
        var matrix = new StringBuilder().AppendLine($"{"RPC",-40} {"object",-86} {string.Join(' ', roles.Select(role => $"{role.Name,-13}"))}".TrimEnd());
        foreach (var method in Contract.SelectMany(file => file.Services).SelectMany(service => service.Methods))
        {
            foreach (var (about, request) in Requests(method))
            {
                var answers = await Task.WhenAll(roles.Select(role => CallAsync(role.Calls, method, role.Name == "instructed" ? Instructed(request) : request)));
                matrix.AppendLine($"{$"{method.Service.Name}/{method.Name}",-40} {about,-86} {string.Join(' ', answers.Select(answer => $"{answer,-13}"))}".TrimEnd());
                Assert.False(answers[0] == "yes" && Changing.Any(verb => method.Name.StartsWith(verb, StringComparison.Ordinal)), $"anybody may {method.Name}");
                Assert.True(answers[5] == answers[0] || method.Service.Name == "AdminService" || (answers[0], answers[5]) == ("sign-in", "no"), $"an administrator gets more of {method.Name} than anybody");
            }
        }

        await File.WriteAllTextAsync(Path.Combine(AppContext.BaseDirectory, "matrix.actual.txt"), matrix.ToString(), cancellation); // to compare with when it differs
        var expected = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "matrix.txt"), cancellation);
        Assert.Equal(expected.ReplaceLineEndings(), matrix.ToString().ReplaceLineEndings());
    }

    /// <summary>Each participant with a published item, a draft and a withdrawn item of each kind that it may have, and a finished import.</summary>
    private async Task PrepareAsync()
    {
        foreach (var name in (string[])[OwnPartner, ForeignPartner])
        {
            await exchange.Grains.GetParticipant(ParentId.Parse(name, "name")).RegisterAsync(new() { Name = name, Country = "US", DisplayName = "Matrix" }, Caller.System, cancellation);
        }

        foreach (var owner in Participants.Select(name => ParentId.Parse(name, "name")))
        {
            foreach (var kind in owner.Kind == ParentKind.Partner ? (ItemKind[])[ItemKind.Offer] : [ItemKind.Offer, ItemKind.Need])
            {
                foreach (var state in (string[])["published", "draft", "withdrawn"])
                {
                    var grain = exchange.Grains.GetItem(new(owner, kind, $"matrix-{state}"));
                    await grain.ImportAsync(new() { Title = "Matrix of access", LanguageCode = "en" }, ItemFields.All, state != "draft", Caller.System, false, cancellation);
                    if (state == "withdrawn")
                    {
                        await grain.WithdrawAsync("", Caller.System, cancellation);
                    }
                }
            }

            var import = exchange.Grains.GetCatalogImport(new(owner, "matrix"));
            var started = await import.StartAsync(new(false, true, true), Caller.System, cancellation);
            await import.FinishAsync(started.Session, Caller.System, cancellation);
        }
    }

    /// <summary>What a method may be about, each with a request that carries a mistake where it would change something.</summary>
    private static IEnumerable<(string About, IMessage Request)> Requests(MethodDescriptor method)
    {
        IEnumerable<string> items(string collection) => Participants.Where(owner => collection == "offers" || owner.StartsWith("authorities", StringComparison.Ordinal))
            .SelectMany(owner => ((string[])["published", "draft", "withdrawn"]).Select(state => $"{owner}/{collection}/matrix-{state}"));
        var (field, names) = method.Name switch
        {
            "GetAuthority" or "GetPartner" => ("name", Participants),
            "ConfirmAuthority" => ("name", Participants.Where(name => name.StartsWith("authorities", StringComparison.Ordinal))),
            "ConfirmPartner" => ("name", Participants.Where(name => name.StartsWith("partners", StringComparison.Ordinal))),
            "ListActionsOnBehalf" => ("parent", Participants),
            "UpdateAuthority" => ("authority.name", Participants.Where(name => name.StartsWith("authorities", StringComparison.Ordinal))),
            "UpdatePartner" => ("partner.name", Participants.Where(name => name.StartsWith("partners", StringComparison.Ordinal))),
            "GetAccount" or "InviteAccount" or "ResendInvitation" or "SuspendAccount" or "ResumeAccount" or "HandOverAccount" or "ChangeAccountAddress" => ("name", Participants.Select(owner => $"{owner}/account")),
            "UpdateOffer" => ("offer.name", items("offers")),
            "UpdateNeed" => ("need.name", items("needs")),
            "GetOffer" or "DeleteOffer" or "PublishOffer" or "WithdrawOffer" or "ConfirmOffer" => ("name", items("offers")),
            "GetNeed" or "DeleteNeed" or "PublishNeed" or "WithdrawNeed" or "ConfirmNeed" => ("name", items("needs")),
            "ListSuggestions" or "WatchSuggestions" => ("parent", items("needs")),
            "ListProspects" => ("parent", items("offers")),
            "CreateNeed" or "ListNeeds" => ("parent", Participants.Where(name => name.StartsWith("authorities", StringComparison.Ordinal))),
            "CreateOffer" or "ListOffers" or "CreateCatalogImport" or "ListCatalogImports" or "ExportCatalog" => ("parent", Participants),
            "StreamCatalogImport" => ("settings.parent", Participants),
            "GetCatalogImport" or "CancelCatalogImport" or "WithdrawMissingItems" => ("name", Participants.Select(owner => $"{owner}/catalogImports/matrix")),
            "ListCatalogImportRows" => ("parent", Participants.Select(owner => $"{owner}/catalogImports/matrix")),
            "GetCatalogMapping" => ("name", Participants.Select(owner => $"{owner}/catalogMapping")),
            "ExplainSuggestion" => ("need offer", [$"{Own}/needs/matrix-published {Foreign}/offers/matrix-published", $"{Own}/needs/matrix-draft {Foreign}/offers/matrix-draft", $"{Foreign}/needs/matrix-published {OwnPartner}/offers/matrix-draft", $"{Foreign}/needs/matrix-published {Foreign}/offers/matrix-published"]),
            "ListAuthorities" or "ListPartners" or "SearchExchange" or "PreviewSuggestions" or "SuggestCodes" or "GetStatistics" or "WatchStatistics" or "ListFindings" or "ListAccounts" or "ListAuditEvents" or "ExportAuditEvents" or "ListSignInEvents" or "VerifyIndex" => ("", (IEnumerable<string>)["-"]),
            _ => throw new InvalidOperationException($"The matrix doesn't know what {method.Name} is about: add it."),
        };
        foreach (var name in names)
        {
            var request = method.InputType.Parser.ParseFrom(ByteString.Empty);
            foreach (var (path, value) in field.Split(' ').Zip(name.Split(' ')))
            {
                Set(request, path, value);
            }

            foreach (var (path, value) in new (string, object)[] { ("etag", "stale"), ("offer.etag", "stale"), ("need.etag", "stale"), ("authority.etag", "stale"), ("authority.website", "x"), ("partner.etag", "stale"), ("partner.website", "x"), ("offer.title", "x"), ("need.title", "x"), ("csv", "x"), ("expected_count", 99) })
            {
                if (method.Name != "PreviewSuggestions" && method.InputType.FindFieldByName(path.Split('.')[0]) is { } head && (head.FieldType == FieldType.Message) == path.Contains('.', StringComparison.Ordinal))
                {
                    Set(request, path, value);
                }
            }

            yield return (string.Join(' ', name.Split(' ').Select(About)), request);
        }
    }

    /// <summary>The request of a Secretariat that says for whom it acts and on which instruction; reading needs none.</summary>
    private static IMessage Instructed(IMessage request)
    {
        var copy = request.Descriptor.Parser.ParseFrom(request.ToByteString());
        var holder = copy is StreamCatalogImportRequest stream ? stream.Settings : copy;
        if (holder.Descriptor.FindFieldByName("on_behalf_of") is not { FieldType: FieldType.Message })
        {
            return request;
        }

        var owner = Participant().Match(request.ToString()!).Value;
        Set(holder, "on_behalf_of.participant", owner);
        Set(holder, "on_behalf_of.instruction", "note of 2026-03-02");
        return copy;
    }

    private static string About(string name) => name.Split('/') switch
    {
        [var collection, var owner, ..] parts => $"{(Participants.Contains($"{collection}/{owner}") && $"{collection}/{owner}" is Own or OwnPartner ? "own" : "foreign")} {(collection == "partners" ? "partner" : "authority")}{(parts.Length > 2 ? $"'s {parts[2] switch { "offers" => "offer", "needs" => "need", "account" => "account", _ => "import" }}{(parts is [_, _, "offers" or "needs", var id] ? $" ({id[7..]})" : "")}" : "")}",
        _ => name,
    };

    private static void Set(IMessage message, string path, object value)
    {
        if (path.Length == 0)
        {
            return;
        }

        var (head, rest) = path.Split('.', 2) is [var first, var more] ? (first, more) : (path, "");
        var field = message.Descriptor.FindFieldByName(head) ?? throw new InvalidOperationException($"{message.Descriptor.Name} has no field {head}.");
        if (rest.Length == 0)
        {
            field.Accessor.SetValue(message, value);
            return;
        }

        var inner = (IMessage?)field.Accessor.GetValue(message) ?? field.MessageType.Parser.ParseFrom(ByteString.Empty);
        Set(inner, rest, value);
        field.Accessor.SetValue(message, inner);
    }

    private async Task<string> CallAsync(CallInvoker calls, MethodDescriptor method, IMessage request)
    {
        var bytes = Marshallers.Create<byte[]>(value => value, value => value);
        var kind = (method.IsClientStreaming, method.IsServerStreaming) switch { (false, false) => MethodType.Unary, (false, true) => MethodType.ServerStreaming, _ => MethodType.DuplexStreaming };
        var rpc = new Method<byte[], byte[]>(kind, method.Service.FullName, method.Name, bytes, bytes);
        var options = new CallOptions(cancellationToken: cancellation);
        try
        {
            switch (kind)
            {
                case MethodType.Unary:
                    await calls.AsyncUnaryCall(rpc, null, options, request.ToByteArray());
                    break;
                case MethodType.ServerStreaming:
                    using (var call = calls.AsyncServerStreamingCall(rpc, null, options, request.ToByteArray()))
                    {
                        await call.ResponseStream.MoveNext(cancellation);
                    }

                    break;
                default:
                    using (var call = calls.AsyncDuplexStreamingCall(rpc, null, options))
                    {
                        try
                        {
                            await call.RequestStream.WriteAsync(request.ToByteArray(), cancellation);
                            await call.RequestStream.CompleteAsync();
                        }
                        catch (RpcException)
                        {
                            // refused before it was sent: the answer tells why
                        }

                        await call.ResponseStream.MoveNext(cancellation);
                    }

                    break;
            }

            return "yes";
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode switch
            {
                StatusCode.Unauthenticated => "sign-in",
                StatusCode.PermissionDenied => "no",
                StatusCode.NotFound => "hidden",
                StatusCode.InvalidArgument or StatusCode.Aborted or StatusCode.FailedPrecondition => "yes",
                _ => throw new InvalidOperationException($"{method.Name}: {refusal.Status}"),
            };
        }
    }

    [GeneratedRegex("(authorities|partners)/[a-z0-9-]+")]
    private static partial Regex Participant();
}
