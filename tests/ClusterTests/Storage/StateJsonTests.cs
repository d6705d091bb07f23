using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Items;
using CooperaNet.Matching.Storage;
using CooperaNet.Matching.Suggestions;

namespace CooperaNet.Matching.ClusterTests.Storage;

/// <summary>States are read by triggers and by later versions of the program: their JSON is a contract.</summary>
public partial class StateJsonTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly Item FullItem = new()
    {
        Name = "authorities/pe/offers/a",
        Parent = "authorities/pe",
        Country = "PE",
        Type = "offer-member-state",
        State = ItemState.Published,
        Revision = 3,
        CreateTime = Time,
        UpdateTime = Time,
        ConfirmTime = Time,
        CreateRequestId = "r",
        Bucket = 7,
        LanguageDetected = true,
        Entry = new("authorities/pe", "note of 2026-01-01", Time),
        Change = new("tester", "publish", "r", Time, CallerRole.Secretariat, "authorities/pe", "note of 2026-01-01", "app", [new("q", "create", Time)]),
        Content = new()
        {
            Title = "Pozos «solares»",
            Summary = "Año",
            LanguageCode = "es",
            Translations = [new("en", "Solar wells", "Year")],
            AreasOfFocus = ["culture"],
            Goals = [6],
            Maturity = Maturity.InExecution,
            ResponsibleInstitution = "i",
            Modalities = ["m"],
            DcfProject = "d",
            Links = ["https://example.org"],
            SourceReference = "s",
            ExpireTime = Time,
        },
    };

    private static readonly Participant FullParticipant = new()
    {
        Name = "authorities/pe",
        Country = "PE",
        DisplayName = "d",
        Institution = "i",
        LanguageCodes = ["es"],
        Website = "https://example.org",
        Account = AccountState.Active,
        Revision = 1,
        UpdateTime = Time,
        Change = new("system", "seed", "", Time, CallerRole.System),
        Entry = new("authorities/pe", "note of 2026-01-01", Time),
        AccountRecord = new()
        {
            Address = "a@example.org",
            Epoch = 2,
            Holder = "h",
            Invitation = new("d", Time, "h"),
            InviteTime = Time,
            StateTime = Time,
            SignInTime = Time,
            BounceTime = Time,
            LastMail = MailOutcome.Sent,
            AddressChange = new("b@example.org", "o", "n", Time, true, true),
        },
    };

    private static readonly SuggestionList FullList = new()
    {
        NeedRevision = 2,
        Model = "m",
        AsOf = Time,
        Hits = [new("authorities/pe/offers/a", "PE", 0.5, true, 0.1, 0.3, 0.4, 0.2, -0.1, 0.6, 1)],
        Before = new("l", 1, [new("authorities/ar/offers/b", 0.25)]),
    };

    /// <summary>A silo of this version changes an item that one of the next version wrote: nothing of it is lost.</summary>
    [Fact]
    public void Fields_of_a_later_version_are_kept()
    {
        var later = JsonSerializer.Serialize(FullItem, StateJson.Options).Replace("\"Title\":", "\"Tone\":{\"Warm\":true},\"Title\":", StringComparison.Ordinal).Replace("\"Bucket\":", "\"Shelf\":[1],\"Bucket\":", StringComparison.Ordinal);
        var profile = JsonSerializer.Serialize(FullParticipant, StateJson.Options).Replace("\"Epoch\":", "\"Era\":\"x\",\"Epoch\":", StringComparison.Ordinal).Replace("\"Country\":", "\"Continent\":\"y\",\"Country\":", StringComparison.Ordinal);

        var item = JsonNode.Parse(JsonSerializer.Serialize(StateJson.FindItem(Encoding.UTF8.GetBytes(later))! with { Revision = 4 }, StateJson.Options))!;
        var participant = JsonNode.Parse(JsonSerializer.Serialize(StateJson.FindParticipant(Encoding.UTF8.GetBytes(profile))! with { Revision = 2 }, StateJson.Options))!;

        Assert.Equal((4, 1, true), ((int)item["Revision"]!, (int)item["Shelf"]![0]!, (bool)item["Content"]!["Tone"]!["Warm"]!));
        Assert.Equal((2, "y"), ((int)participant["Revision"]!, (string)participant["Continent"]!));
        Assert.Equal("x", (string)participant["AccountRecord"]!["Era"]!);
    }

    [Fact]
    public void An_item_is_written_as_ever() => AssertGolden(FullItem,
        """{"Name":"authorities/pe/offers/a","Parent":"authorities/pe","Country":"PE","Type":"offer-member-state","State":"PUBLISHED","Content":{"Title":"Pozos «solares»","Summary":"Año","LanguageCode":"es","Translations":[{"LanguageCode":"en","Title":"Solar wells","Summary":"Year"}],"AreasOfFocus":["culture"],"Goals":[6],"Maturity":"IN_EXECUTION","ResponsibleInstitution":"i","Modalities":["m"],"DcfProject":"d","Links":["https://example.org"],"SourceReference":"s","ExpireTime":"2026-01-02T03:04:05.000000Z"},"Revision":3,"CreateTime":"2026-01-02T03:04:05.000000Z","UpdateTime":"2026-01-02T03:04:05.000000Z","ConfirmTime":"2026-01-02T03:04:05.000000Z","CreateRequestId":"r","Bucket":7,"Change":{"Who":"tester","Why":"publish","RequestId":"r","Time":"2026-01-02T03:04:05.000000Z","Role":"SECRETARIAT","OnBehalfOf":"authorities/pe","Instruction":"note of 2026-01-01","Application":"app","Earlier":[{"Id":"q","Why":"create","Time":"2026-01-02T03:04:05.000000Z"}]},"LanguageDetected":true,"Entry":{"Participant":"authorities/pe","Instruction":"note of 2026-01-01","Time":"2026-01-02T03:04:05.000000Z"}}""");

    [Fact]
    public void A_participant_is_written_as_ever() => AssertGolden(FullParticipant,
        """{"Name":"authorities/pe","Country":"PE","DisplayName":"d","Institution":"i","LanguageCodes":["es"],"Website":"https://example.org","Account":"ACTIVE","Revision":1,"UpdateTime":"2026-01-02T03:04:05.000000Z","Change":{"Who":"system","Why":"seed","RequestId":"","Time":"2026-01-02T03:04:05.000000Z","Role":"SYSTEM","OnBehalfOf":"","Instruction":"","Application":""},"Entry":{"Participant":"authorities/pe","Instruction":"note of 2026-01-01","Time":"2026-01-02T03:04:05.000000Z"},"AccountRecord":{"Address":"a@example.org","Epoch":2,"Holder":"h","Invitation":{"Digest":"d","Expires":"2026-01-02T03:04:05.000000Z","Holder":"h"},"InviteTime":"2026-01-02T03:04:05.000000Z","StateTime":"2026-01-02T03:04:05.000000Z","SignInTime":"2026-01-02T03:04:05.000000Z","BounceTime":"2026-01-02T03:04:05.000000Z","LastMail":"SENT","AddressChange":{"Address":"b@example.org","OldDigest":"o","NewDigest":"n","Expires":"2026-01-02T03:04:05.000000Z","OldConfirmed":true,"NewConfirmed":true}}}""");

    [Fact]
    public void A_suggestion_list_is_written_as_ever() => AssertGolden(FullList,
        """{"NeedRevision":2,"Model":"m","Hits":[{"Name":"authorities/pe/offers/a","Country":"PE","Score":0.5,"Stale":true,"Terms":0.1,"Areas":0.3,"Goals":0.4,"Form":0.2,"Meaning":-0.1,"Topic":0.6,"Language":1}],"AsOf":"2026-01-02T03:04:05.000000Z","Before":{"Model":"l","NeedRevision":1,"Places":[{"Offer":"authorities/ar/offers/b","Score":0.25}]}}""");

    [Fact]
    public void A_suggestion_list_of_the_first_model_can_still_be_read()
    {
        var list = JsonSerializer.Deserialize<SuggestionList>(
            """{"NeedRevision":2,"Model":"form-1","Hits":[{"Name":"authorities/pe/offers/a","Country":"PE","Score":0.5,"Stale":true,"Terms":0.1,"Grams":0.2,"Areas":0.3,"Goals":0.4}],"AsOf":"2026-01-02T03:04:05.000000Z"}""", StateJson.Options)!;

        Assert.Equal(("form-1", 0.5, null), (list.Model, Assert.Single(list.Hits).Score, list.Before));
    }

    [Fact]
    public void A_change_from_before_sign_in_can_still_be_read() => Assert.Equal(
        new Change("anonymous", "publish", "r", Time),
        JsonSerializer.Deserialize<Change>("""{"Who":"anonymous","Why":"publish","RequestId":"r","Time":"2026-01-02T03:04:05.000000Z"}""", StateJson.Options));

    /// <summary>Every path that the scripts read exists in one of the states.</summary>
    [Fact]
    public void The_scripts_read_nothing_that_is_not_written()
    {
        var assembly = typeof(ExchangeDatabase).Assembly;
        var scripts = string.Concat(assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd();
        }));
        JsonNode[] states = [JsonSerializer.SerializeToNode(FullItem, StateJson.Options)!, JsonSerializer.SerializeToNode(FullParticipant, StateJson.Options)!];
        var sqlite = SqlitePath().Matches(scripts).Select(match => match.Groups[1].Value).Distinct().Order().ToList();
        var postgreSql = PostgreSqlPath().Matches(scripts).Select(match => match.Groups[1].Value.Replace(',', '.')).Distinct().Order().ToList();

        Assert.True(sqlite.Count > 15);
        Assert.Equal(sqlite, postgreSql.Except(["Content.Summary"])); // free text, which SQLite gets from .NET
        Assert.All(postgreSql, path => Assert.Contains(states, state => path.Split('.').Aggregate((JsonNode?)state, (node, name) => node?[name]) is not null));
    }

    private static void AssertGolden<T>(T state, string golden)
    {
        Assert.Equal(golden, JsonSerializer.Serialize(state, StateJson.Options));
        Assert.Equal(golden, JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(golden, StateJson.Options), StateJson.Options));
        Assert.NotNull(JsonSerializer.Deserialize<T>("{}", StateJson.Options)); // a state from before any of its fields existed
    }

    [GeneratedRegex(@"'\$\.([A-Za-z.]+)'")]
    private static partial Regex SqlitePath();

    [GeneratedRegex(@"\b(?:j|before|written) (?:->>?|#>>?) '\{?([A-Za-z,]+)\}?'")]
    private static partial Regex PostgreSqlPath();
}
