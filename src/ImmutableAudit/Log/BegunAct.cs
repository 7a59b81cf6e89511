namespace ImmutableAudit.Log;

/// <summary>What became of a decision after which an act may begin.</summary>
/// <param name="Decision">How the append ended.</param>
/// <param name="Outcome">Where the outcome goes; <see langword="null"/> where the condition did not hold, so that nothing was appended.</param>
internal readonly record struct BegunAct(AppendResult Decision, ExpectedOutcome? Outcome);
