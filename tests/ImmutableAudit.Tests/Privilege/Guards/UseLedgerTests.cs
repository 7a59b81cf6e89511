using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Guards;

public sealed class UseLedgerTests
{
    [Fact]
    public void There_is_room_for_so_many_subjects_and_again_when_they_were_idle_for_an_interval()
    {
        var ledger = new UseLedger(1);
        for (var i = 0; i < UseLedger.MaxSubjects; i++)
        {
            Assert.True(ledger.TryCount(ledger.TryFor(Subject(i))!, 0));
        }

        Assert.Null(ledger.TryFor(Subject(-1)));
        Assert.NotNull(ledger.TryFor(Subject(0)));
        Assert.Equal(UseLedger.MaxSubjects, ledger.Drain().Sum(use => use.Uses));

        // They may come back, so they are kept for as long as another interval.
        Assert.Null(ledger.TryFor(Subject(-1)));
        Assert.True(ledger.TryCount(ledger.TryFor(Subject(0))!, 0));
        Assert.Equal(1, ledger.Drain().Sum(use => use.Uses));
        Assert.NotNull(ledger.TryFor(Subject(-1)));
    }

    [Fact]
    public void What_is_given_back_has_room_always()
    {
        var ledger = new UseLedger(1);
        for (var i = 0; i < UseLedger.MaxSubjects; i++)
        {
            ledger.TryFor(Subject(i));
        }

        ledger.Return(Subject(-1), 0, 5);
        Assert.Equal([(Subject(-1), 0, 5L)], ledger.Drain());
    }

    [Fact]
    public void What_is_counted_after_the_end_is_taken_back()
    {
        var ledger = new UseLedger(1);
        var counts = ledger.TryFor(Subject(0))!;
        Assert.True(ledger.TryCount(counts, 0));
        ledger.Close();
        Assert.False(ledger.TryCount(counts, 0));
        Assert.Equal([(Subject(0), 0, 1L)], ledger.Drain());
        Assert.Empty(ledger.Drain());

        // Forgotten meanwhile, and so counted elsewhere.
        Assert.NotSame(counts, ledger.TryFor(Subject(0)));
        Assert.False(ledger.TryCount(counts, 0));
        Assert.Empty(ledger.Drain());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_use_that_was_counted_is_drained_once_whoever_counts_when_all_ends(int intervals)
    {
        const int Threads = 3;
        const int Rounds = 2_000;
        var ledgers = Enumerable.Range(0, Rounds).Select(_ => new UseLedger(1)).ToList();
        using var barrier = new Barrier(Threads + 1);
        var all = ledgers.ConvertAll(ledger => ledger.TryFor(Subject(0))!);
        var counting = Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var counted = new int[Rounds];
                for (var round = 0; round < Rounds; round++)
                {
                    barrier.SignalAndWait();
                    counted[round] = ledgers[round].TryCount(all[round], 0) ? 1 : 0;
                }

                return counted;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToList();
        var drained = new long[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var ledger = ledgers[round];
            for (var i = 0; i < intervals; i++)
            {
                Assert.Empty(ledger.Drain()); // The first one that is idle forgets the subject, which the callers still know.
            }

            barrier.SignalAndWait();
            ledger.Close();
            drained[round] = ledger.Drain().Sum(use => use.Uses);
        }

        var counted = await Task.WhenAll(counting);
        Assert.Equal(Enumerable.Range(0, Rounds).Select(round => counted.Sum(of => (long)of[round])), drained);
    }

    [Fact]
    public async Task Those_for_whom_there_is_no_room_are_recorded_one_by_one()
    {
        await using var shop = await GuardedShop.OpenAsync(policy =>
        {
            policy.Application("shop").Version(1).Role("reader", role => role.Allow(Permissions.Read));
            policy.Assign(new AuditSubject { Id = "rita" }, "reader").Assign(new AuditSubject { Id = "alice" }, "reader");
        });
        for (var i = 0; i < UseLedger.MaxSubjects - 1; i++)
        {
            // Each time somebody else, though one and the same to the policy.
            await ReadAsync(new AuditSubject { Id = "rita", Kind = $"{i}" });
        }

        await ReadAsync(new AuditSubject { Id = "nobody" });
        await ReadAsync(new AuditSubject { Id = "alice" });
        await ReadAsync(new AuditSubject { Id = "alice", Kind = "late" });
        await ReadAsync(new AuditSubject { Id = "alice" });
        Assert.Equal(
            ["access.denied nobody", "access.allowed alice"],
            (await shop.SettledAsync()).Select(entry => $"{entry.Type} {entry.Event.Actor.Id}"), StringComparer.Ordinal);
        Assert.Equal(UseLedger.MaxSubjects + 2, shop.Inner.Calls);

        async Task ReadAsync(AuditSubject subject)
        {
            using var scope = SubjectScope.Enter(subject);
            var e = await Record.ExceptionAsync(() => shop.Orders.ReadAsync("o"));
            Assert.Equal(subject.Id == "nobody", e is AccessDeniedException);
        }
    }

    private static AuditSubject Subject(int number) => new() { Id = $"s-{number}" };
}
