namespace CooperaNet.Matching.EndToEndTests.Linearizability;

/// <summary>
/// Whether the calls on one item could have happened one after the other, each at some moment between its beginning and its answer, so
/// that all answers are right. An answer to a change may also tell the item as it became later, but before the answer: the service repeats a
/// call whose answer a dying silo took along, and tells then what the item is by now.
/// </summary>
/// <remarks>The search of Wing and Gong, Testing and verifying concurrent objects (1993), with the memory of Lowe, Testing for linearizability (2017): states seen with the same calls done are not tried again.</remarks>
internal static class LinearizabilityChecker
{
    public static bool IsLinearizable(IReadOnlyList<Operation> history)
    {
        var calls = history.OrderBy(operation => operation.Invoked).ToList();
        return Search(calls, new bool[calls.Count], null, []);
    }

    /// <summary>The item after a call, when the call's answer is right for the item before it; null otherwise.</summary>
    /// <param name="before">The item; null when it doesn't exist.</param>
    /// <param name="call">The call, taking effect.</param>
    internal static (ItemValue? After, bool IsRight) Apply(ItemValue? before, Operation call)
    {
        var etagFits = call.Etag.Length == 0 || before?.Revision == call.Etag;
        var (isAllowed, after) = call.Verb switch
        {
            Verb.Create => (before is null, new ItemValue("DRAFT", call.Title, "1")),
            Verb.Read => (true, before),
            _ when before is null || !etagFits => (false, before),
            Verb.Update => (true, before with { Title = call.Title, Revision = Next(before) }),
            Verb.Publish => (before.State != "PUBLISHED", before with { State = "PUBLISHED", Revision = Next(before) }),
            _ => (before.State == "PUBLISHED", before with { State = "WITHDRAWN", Revision = Next(before) }),
        };
        return call.Answer switch
        {
            Answer.Unknown => (isAllowed ? after : before, true),
            Answer.Refused => (before, !isAllowed),
            _ => (after, isAllowed && call.Told == after),
        };
    }

    private static string Next(ItemValue item) => (int.Parse(item.Revision, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static bool Search(List<Operation> calls, bool[] done, ItemValue? item, HashSet<(string Done, ItemValue? Item)> seen)
    {
        if (Enumerable.Range(0, calls.Count).All(i => done[i] || calls[i].Answer == Answer.Unknown))
        {
            return true; // what nobody knows of need not have happened
        }

        if (!seen.Add((string.Concat(calls.Zip(done, (call, isDone) => isDone ? 'd' : call.Verb == Verb.Read ? 'r' : 'c')), item)))
        {
            return false;
        }

        // Next comes a call that began before every other open one was answered.
        var firstReturn = Enumerable.Range(0, calls.Count).Where(i => !done[i] && calls[i].Answer != Answer.Unknown).Min(i => calls[i].Returned);
        for (var i = 0; i < calls.Count && calls[i].Invoked <= firstReturn; i++)
        {
            if (done[i])
            {
                continue;
            }

            var call = calls[i];
            var (after, isRight) = Apply(item, call);
            if (isRight)
            {
                done[i] = true;
                if (Search(calls, done, after, seen))
                {
                    return true;
                }

                done[i] = false;
            }
            else if (call.Answer == Answer.Done && call.Verb != Verb.Read && Apply(item, call with { Told = after }).IsRight)
            {
                calls[i] = call with { Verb = Verb.Read }; // changed now, told later
                if (Search(calls, done, after, seen))
                {
                    return true;
                }

                calls[i] = call;
            }
        }

        return false;
    }
}
