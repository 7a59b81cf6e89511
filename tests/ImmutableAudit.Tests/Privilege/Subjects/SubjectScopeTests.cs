using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Subjects;

public sealed class SubjectScopeTests
{
    private static readonly AccessSubject Alice = new(new AuditSubject { Id = "alice" });
    private static readonly AccessSubject Bob = new(new AuditSubject { Id = "bob" });

    [Fact]
    public void There_is_nobody_outside_of_a_scope() => Assert.Null(SubjectScope.Accessor.Current);

    [Fact]
    public void The_subject_is_there_until_the_scope_ends()
    {
        using (SubjectScope.Enter(Alice))
        {
            Assert.Same(Alice, SubjectScope.Current);
            Assert.Same(Alice, SubjectScope.Accessor.Current);
        }

        Assert.Null(SubjectScope.Current);
    }

    [Fact]
    public void The_end_of_an_inner_scope_restores_the_outer()
    {
        using (SubjectScope.Enter(Alice))
        {
            using (SubjectScope.Enter(Bob))
            {
                Assert.Same(Bob, SubjectScope.Current);
            }

            Assert.Same(Alice, SubjectScope.Current);
        }
    }

    [Fact]
    public void Ending_a_scope_twice_does_not_end_another()
    {
        using (SubjectScope.Enter(Alice))
        {
            var inner = SubjectScope.Enter(Bob);
            inner.Dispose();
            inner.Dispose();
            Assert.Same(Alice, SubjectScope.Current);
            using (SubjectScope.Enter(Bob))
            {
                inner.Dispose();
                Assert.Same(Bob, SubjectScope.Current);
            }
        }
    }

    [Fact]
    public void Scopes_that_end_in_the_wrong_order_leave_nobody_behind()
    {
        var outer = SubjectScope.Enter(Alice);
        var inner = SubjectScope.Enter(Bob);
        outer.Dispose();
        Assert.Same(Bob, SubjectScope.Current);
        inner.Dispose();
        Assert.Null(SubjectScope.Current);
    }

    [Fact]
    public async Task The_subject_flows_into_what_is_started_and_awaited()
    {
        using var scope = SubjectScope.Enter(Alice);
        Assert.Same(Alice, await Task.Run(static async () =>
        {
            await Task.Yield();
            return SubjectScope.Current;
        }));
        Assert.Same(Alice, SubjectScope.Current);
    }

    [Fact]
    public async Task Work_that_outlives_its_scope_has_no_subject_even_inside_another_that_lives()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<(AccessSubject? Before, AccessSubject? After)> work;
        using (SubjectScope.Enter(Alice))
        {
            using (SubjectScope.Enter(Bob))
            {
                work = Outlive(gate.Task);
            }

            gate.SetResult();
            var (before, after) = await work;
            Assert.Same(Bob, before);
            Assert.Null(after);
        }

        static async Task<(AccessSubject?, AccessSubject?)> Outlive(Task gate)
        {
            var before = SubjectScope.Current;
            await gate;
            using (SubjectScope.Enter(Alice))
            {
            }

            return (before, SubjectScope.Current);
        }
    }

    [Fact]
    public async Task A_scope_that_somebody_else_ends_has_ended_for_all()
    {
        var scope = SubjectScope.Enter(Alice);
        await Task.Run(scope.Dispose);
        Assert.Null(SubjectScope.Current);
        scope.Dispose();
        Assert.Null(SubjectScope.Current);
    }

    [Fact]
    public async Task A_scope_that_is_entered_in_started_work_is_not_seen_by_who_started_it()
    {
        await Task.Run(() => { _ = SubjectScope.Enter(Alice); });
        Assert.Null(SubjectScope.Current);
    }

    [Fact]
    public void Asking_who_it_is_allocates_nothing()
    {
        using var scope = SubjectScope.Enter(Alice);
        _ = SubjectScope.Accessor.Current;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _ = SubjectScope.Accessor.Current;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Nobody_cannot_enter() => Assert.Throws<ArgumentNullException>(() => SubjectScope.Enter((AccessSubject)null!));
}
