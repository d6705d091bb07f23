namespace CooperaNet.Matching;

/// <summary>As what somebody calls. One role a token.</summary>
public enum CallerRole
{
    /// <summary>Without a token: reads what is published.</summary>
    Anonymous = 0,

    /// <summary>Through an authority's account.</summary>
    FocalPoint = 1,

    /// <summary>Through a partner's account.</summary>
    Partner = 2,

    /// <summary>Reads everything; changes what belongs to others on their instruction.</summary>
    Secretariat = 3,

    /// <summary>Runs the service; reads no more of its content than anybody does.</summary>
    Administrator = 4,

    /// <summary>A program that acts for a participant within its scopes, or for nobody.</summary>
    Application = 5,

    /// <summary>The service itself; no token can say so.</summary>
    System = 6,
}

/// <summary>Who calls, as the gateway learned it from a token. Grains decide by it once more, so that no gateway can skip the rules.</summary>
[GenerateSerializer, Immutable, Alias("cooperanet.Caller")]
public sealed record Caller
{
    /// <summary>The scope that lets an application read what is its participant's own.</summary>
    public const string Read = "read";

    /// <summary>The scope that lets an application change what is its participant's own.</summary>
    public const string Write = "write";

    /// <summary>Whoever has no token.</summary>
    public static Caller Anonymous { get; } = new();

    /// <summary>The service itself.</summary>
    public static Caller System { get; } = new() { Subject = "system", Role = CallerRole.System };

    /// <summary>The subject of the token: an opaque id of a person or program.</summary>
    [Id(0)] public string Subject { get; init; } = "anonymous";

    /// <summary>The client's request id; empty when it gave none.</summary>
    [Id(1)] public string RequestId { get; init; } = "";

    /// <summary>The role.</summary>
    [Id(2)] public CallerRole Role { get; init; }

    /// <summary>Whose account it is; null for roles that have none.</summary>
    [Id(3)] public ParentId? Participant { get; init; }

    /// <summary>The client application (<c>client_id</c>); empty when the token names none.</summary>
    [Id(4)] public string Application { get; init; } = "";

    /// <summary>What an application may do; empty for other roles.</summary>
    [Id(5)] public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>The participant that the Secretariat acts for; null for everybody else.</summary>
    [Id(6)] public ParentId? OnBehalfOf { get; init; }

    /// <summary>The reference of the instruction to do so; empty for everybody else.</summary>
    [Id(7)] public string Instruction { get; init; } = "";

    /// <summary>Whether the caller may read everything of this participant, drafts too.</summary>
    public bool Sees(ParentId owner) => Role is CallerRole.Secretariat or CallerRole.System || (Participant == owner && Has(Read));

    /// <summary>Whether the caller may change what belongs to this participant: its own account, or the Secretariat on its instruction.</summary>
    public bool MayChange(ParentId owner) => Role switch
    {
        CallerRole.System => true,
        CallerRole.Secretariat => OnBehalfOf == owner && Instruction.Length > 0,
        _ => Participant == owner && Has(Write),
    };

    /// <summary>Lets through whoever may read everything of this participant.</summary>
    /// <exception cref="MatchingException">NotPermitted.</exception>
    public void CheckSees(ParentId owner)
    {
        if (!Sees(owner))
        {
            throw new MatchingException(MatchingError.NotPermitted, $"This is for '{owner}' and the Secretariat only.");
        }
    }

    /// <summary>Lets through whoever may change what belongs to this participant.</summary>
    /// <exception cref="MatchingException">NotPermitted.</exception>
    public void CheckMayChange(ParentId owner)
    {
        if (!MayChange(owner))
        {
            throw new MatchingException(MatchingError.NotPermitted, Role == CallerRole.Secretariat
                ? $"The Secretariat changes what belongs to '{owner}' on its behalf only: give onBehalfOf with participant '{owner}' and the instruction."
                : $"What belongs to '{owner}' is changed by itself only, or by the Secretariat on its behalf.");
        }
    }

    /// <summary>Lets through who looks after others' accounts.</summary>
    /// <exception cref="MatchingException">NotPermitted.</exception>
    public void CheckManagesAccounts()
    {
        if (Role is not (CallerRole.Secretariat or CallerRole.System))
        {
            throw new MatchingException(MatchingError.NotPermitted, "Accounts are looked after by the Secretariat.");
        }
    }

    /// <summary>Lets through the service itself only.</summary>
    /// <exception cref="MatchingException">NotPermitted.</exception>
    public void CheckIsSystem()
    {
        if (Role != CallerRole.System)
        {
            throw new MatchingException(MatchingError.NotPermitted, "Only the service itself does this.");
        }
    }

    /// <summary>What the caller did.</summary>
    public Change Did(string why, DateTimeOffset now) => new(Subject, why, RequestId, now, Role, OnBehalfOf?.ToString() ?? "", Instruction, Application);

    /// <summary>What is left of the note that the Secretariat entered something when this caller changes it: a new one when it acts on behalf again, none when the owner acts itself.</summary>
    public EntryOnBehalf? Entry(DateTimeOffset now, EntryOnBehalf? before) => Role switch
    {
        CallerRole.Secretariat => new(OnBehalfOf?.ToString() ?? "", Instruction, now),
        CallerRole.System => before,
        _ => null,
    };

    /// <summary>Scopes limit applications; people have what their role has.</summary>
    private bool Has(string scope) => Role != CallerRole.Application || Scopes.Contains(scope);
}
