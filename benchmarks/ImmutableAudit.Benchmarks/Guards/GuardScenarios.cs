using System.Diagnostics;
using ImmutableAudit.Merkle;
using ImmutableAudit.Privilege;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>What deciding, guarding and recording a call takes.</summary>
internal static class GuardScenarios
{
    /// <summary>How many call at once, where several do.</summary>
    public const int Callers = 64;

    private static readonly TimeSpan ShortSlice = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongSlice = TimeSpan.FromMilliseconds(20);

    /// <summary>What the JIT may not leave out.</summary>
    private static long s_sum;

    public static IReadOnlyList<CallScenario> All { get; } =
    [
        new("decision", CallUnit.Nanoseconds, ShortSlice, Decisions),
        new("guarded-call", CallUnit.Nanoseconds, ShortSlice, GuardedCalls),
        new("elevated-call", CallUnit.Microseconds, LongSlice, ElevatedCalls),
        new("guarded-call-grants", CallUnit.Nanoseconds, ShortSlice, GuardedCallsBesideGrants),
        new("recorded-call", CallUnit.Microseconds, LongSlice, stage => RecordedCalls(stage, 1)),
        new($"recorded-call-{Callers}", CallUnit.Microseconds, LongSlice, stage => RecordedCalls(stage, Callers)),
        new($"blocking-call-{Callers}", CallUnit.Microseconds, LongSlice, BlockingCalls),
    ];

    private static IReadOnlyList<CallSubject> Decisions(GuardStage stage)
    {
        var (small, big) = (BenchmarkPolicy.Small.Resolve(), BenchmarkPolicy.Big.Resolve());
        return
        [
            new("loop", "Does nothing but count.", calls => Synchronous(calls, static calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += i & 7;
                }

                return sum;
            })),
            new("decision", $"{BenchmarkPolicy.Small.Size}; of the subject known already, one permission after the other.", calls => Synchronous(calls, calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += small.Holds(i & 7) ? 1 : 0;
                }

                return sum;
            })) { IsOurs = true },
            new("decision-10000", $"The same with {BenchmarkPolicy.Big.Size}.", calls => Synchronous(calls, calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += big.Holds(i & 8191) ? 1 : 0;
                }

                return sum;
            })),
        ];
    }

    /// <summary>Every subject has a loop of its own: where there is one kind of implementation the JIT makes use of it, for each alike.</summary>
    private static IReadOnlyList<CallSubject> GuardedCalls(GuardStage stage)
    {
        var raw = stage.Raw;
        var guarded = stage.Guarded;
        var big = stage.GuardedBig;
        var dispatched = DispatchedOrders.Create(raw, stage.Small);
        var intercepted = CheckingInterceptor.Create(raw, stage.Small);
        var authorized = new AuthorizedOrders(raw);
        return
        [
            new("raw", "Checks nothing.", calls => Scoped(stage.Subject, calls, calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += raw.Count(i);
                }

                return sum;
            })),
            new("guarded", BenchmarkPolicy.Small.Size, calls => Scoped(stage.Subject, calls, calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += guarded.Count(i);
                }

                return sum;
            })) { IsOurs = true },
            new("guarded-10000", $"The same with {BenchmarkPolicy.Big.Size}.", calls => Scoped(stage.SubjectOfBig, calls, calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += big.Count(i);
                }

                return sum;
            })),
            new("dispatch-proxy", "The same check, found by the method in a dictionary; cannot record arguments by name.", calls => Scoped(stage.Subject, calls, calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += dispatched.Count(i);
                }

                return sum;
            })),
            new("dynamic-proxy", "The same check in an interceptor of Castle.Core.", calls => Scoped(stage.Subject, calls, calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += intercepted.Count(i);
                }

                return sum;
            })),
            new("authorize-async", "IAuthorizationService, a policy by its name, that requires a claim; does not count or record.", async calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += await authorized.CountAsync(i);
                }

                s_sum += sum;
            }),
            new("authorize-requirement", "The same with the requirement at hand, without a policy.", async calls =>
            {
                var sum = 0L;
                for (var i = 0; i < calls; i++)
                {
                    sum += await authorized.CountByRequirementAsync(i);
                }

                s_sum += sum;
            }),
        ];
    }

    private static IReadOnlyList<CallSubject> RecordedCalls(GuardStage stage, int callers)
    {
        var guarded = stage.Guarded;
        var log = stage.Log;
        var details = AuditDetails.Parse("""{"permission":"orders.refund","roles":[{"role":"role-0"},{"role":"role-1"},{"role":"role-2"}],"pol":1,"basis":22}""");
        var leaf = new AuditReference(4711, TreeHasher.HashLeaf("an entry"u8));
        return
        [
            new("append", "Two events of about the same size: one is waited for, the other one is posted. Nothing is decided.", calls => Together(stage.Subject, callers, calls, async () =>
            {
                await log.AppendAsync(Event() with
                {
                    Resource = new AuditResource { Type = "order", Id = "4711" },
                    Outcome = AuditOutcome.Allowed,
                    Details = details,
                });
                await log.PostAsync(Event() with { Outcome = AuditOutcome.Success, Ref = leaf });
            })),
            new("recorded", "Decides, appends the decision and waits for it, calls, and appends the outcome, which nobody waits for.", calls => Together(
                stage.Subject, callers, calls, () => guarded.RefundAsync("4711"))) { IsOurs = true },
        ];

        static AuditEvent Event() => new()
        {
            Type = "event",
            Session = "019aa8c4-9d1e-7c55-b0a2-1f5f0a6c2d10",
            Actor = BenchmarkPolicy.Subject,
            Action = "IBenchmarkOrders.RefundAsync",
            Trace = Activity.Current?.TraceId.ToHexString(),
        };
    }

    /// <summary>Calls under a grant, of few that live and of many; and calls that need none, while many live.</summary>
    private static IReadOnlyList<CallSubject> ElevatedCalls(GuardStage stage)
    {
        var (few, many) = (stage.Granted(1), stage.Granted(10_000));
        return
        [
            new("recorded", "Needs no grant: by a role.", calls => Together(stage.Subject, 1, calls, () => stage.Guarded.RefundAsync("4711"))),
            new("elevated", "Under the only grant that lives.", calls => Together(few.Subject, 1, calls, () => few.Orders.PurgeAsync(default))) { IsOurs = true },
            new("elevated-10000", "Under one of 10,000 grants that live.", calls => Together(many.Subject, 1, calls, () => many.Orders.PurgeAsync(default))) { IsOurs = true },
            new("recorded-10000", "By a role, while 10,000 grants live.", calls => Together(many.Subject, 1, calls, () => many.Orders.RefundAsync("4711"))) { IsOurs = true },
        ];
    }

    private static IReadOnlyList<CallSubject> GuardedCallsBesideGrants(GuardStage stage)
    {
        var many = stage.Granted(10_000);
        var raw = stage.Raw;
        return
        [
            new("raw", "Checks nothing.", calls => Scoped(many.Subject, calls, calls => Count(raw, calls))),
            new("guarded-10000", "By a role, while 10,000 grants live; nothing is recorded.", calls => Scoped(many.Subject, calls, calls => Count(many.Orders, calls))) { IsOurs = true },
        ];
    }

    private static long Count(IBenchmarkOrders orders, int calls)
    {
        var sum = 0L;
        for (var i = 0; i < calls; i++)
        {
            sum += orders.Count(i);
        }

        return sum;
    }

    private static IReadOnlyList<CallSubject> BlockingCalls(GuardStage stage)
    {
        var guarded = stage.Guarded;
        return
        [
            new("asynchronous", $"{Callers} callers, each awaiting its call before the next.", calls => Together(
                stage.Subject, Callers, calls, () => guarded.RefundAsync("4711"))),
            new("blocking", $"{Callers} threads, each blocked in a synchronous member that records the same.", calls =>
            {
                stage.Threads.Run(calls, () => guarded.Refund("4711"));
                return default;
            }) { IsOurs = true },
        ];
    }

    private static ValueTask Scoped(AccessSubject subject, int calls, Func<int, long> run)
    {
        using (SubjectScope.Enter(subject))
        {
            s_sum += run(calls);
        }

        return default;
    }

    private static ValueTask Synchronous(int calls, Func<int, long> run)
    {
        s_sum += run(calls);
        return default;
    }

    /// <summary>So many callers at once, each awaiting its call before the next.</summary>
    private static async ValueTask Together(AccessSubject subject, int callers, int calls, Func<Task> call)
    {
        using var scope = SubjectScope.Enter(subject);
        var left = calls;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await call();
            }
        })));
    }
}
