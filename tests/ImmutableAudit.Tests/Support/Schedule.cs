namespace ImmutableAudit.Tests.Support;

internal enum StepKind
{
    Append,
    AppendEncoded,
    AppendMany,
    AppendManyEncoded,
    AppendIf,
    AppendIfNot,
    AppendBlocking,
    Post,
    PostEncoded,
    Flush,
    Prove,
    ProveConsistency,
    Read,
}

/// <summary>One call of an actor.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Count">How many events, where it takes several.</param>
/// <param name="Patience">Turns of a loop until it is cancelled; <see cref="Patient"/> for never.</param>
internal sealed record Step(StepKind Kind, int Count, int Patience)
{
    public const int Patient = -1;

    public override string ToString() => $"{Kind}{(Kind is StepKind.AppendMany or StepKind.AppendManyEncoded ? $" {Count}" : "")}{(Patience < 0 ? "" : $" <{Patience}>")}";
}

/// <summary>What several do at once with one or more logs.</summary>
/// <param name="Actors">Each one's steps, one after the other.</param>
/// <param name="CloseAfter">Number of steps after which the logs are closed under the actors' hands.</param>
/// <param name="MaxQueuedEntries">The logs' option.</param>
internal sealed record Schedule(Step[][] Actors, int CloseAfter, int MaxQueuedEntries)
{
    public override string ToString() =>
        $"Closed after {CloseAfter}, {MaxQueuedEntries} queued:\n{string.Join('\n', Actors.Select(steps => string.Join(", ", steps.AsEnumerable())))}";
}

/// <summary>How many of what.</summary>
internal readonly record struct Tally(int Acknowledged, int Withdrawn, int Refused, int Unknown, int Posted, int Proofs)
{
    public static Tally operator +(Tally a, Tally b) => new(
        a.Acknowledged + b.Acknowledged, a.Withdrawn + b.Withdrawn, a.Refused + b.Refused, a.Unknown + b.Unknown, a.Posted + b.Posted, a.Proofs + b.Proofs);

    public override string ToString() =>
        $"{Acknowledged} acknowledged, {Withdrawn} withdrawn, {Refused} refused, {Unknown} unknown, {Posted} posted, {Proofs} proofs";
}
