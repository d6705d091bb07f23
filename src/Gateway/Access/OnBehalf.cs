using Grpc.Core;

namespace CooperaNet.Matching.Gateway.Access;

/// <summary>Reads for whom the Secretariat acts.</summary>
internal static class OnBehalf
{
    private const int MaxInstruction = 200;

    /// <summary>The Secretariat acting for the owner of what it changes, when its token states the instruction and the request none; remembered for the rest of the call.</summary>
    public static Caller ByToken(ServerCallContext context, Caller caller, ParentId owner)
    {
        var identified = context.Identified();
        if (caller.Role != CallerRole.Secretariat || caller.OnBehalfOf is not null || identified.Instruction.Length == 0)
        {
            return caller;
        }

        var instructed = caller with { OnBehalfOf = owner, Instruction = identified.Instruction };
        context.GetHttpContext().Features.Set(identified with { Caller = instructed });
        return instructed;
    }

    /// <summary>The caller with what the request says about acting on behalf; remembered for the rest of the call.</summary>
    /// <exception cref="MatchingException">NotPermitted: another role gives it. Invalid: no participant or no instruction.</exception>
    public static Caller Read(ServerCallContext context, V1.OnBehalfOf? onBehalfOf)
    {
        var identified = context.Identified();
        if (onBehalfOf is null)
        {
            return identified.Caller;
        }

        if (identified.Caller.Role != CallerRole.Secretariat)
        {
            throw new MatchingException(MatchingError.NotPermitted, "Only the Secretariat acts on behalf of others; leave onBehalfOf out.");
        }

        var instruction = onBehalfOf.Instruction.Trim();
        var caller = identified.Caller with
        {
            OnBehalfOf = ParentId.Parse(onBehalfOf.Participant, "onBehalfOf.participant"),
            Instruction = instruction.Length is > 0 and <= MaxInstruction && !instruction.Any(char.IsControl)
                ? instruction
                : throw MatchingException.Invalid("onBehalfOf.instruction", $"{instruction.Length} characters; a reference to the instruction has 1 to {MaxInstruction}, without control characters."),
        };
        context.GetHttpContext().Features.Set(identified with { Caller = caller });
        return caller;
    }
}
