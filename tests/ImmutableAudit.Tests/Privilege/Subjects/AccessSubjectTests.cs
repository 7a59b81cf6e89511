using ImmutableAudit.Privilege;

namespace ImmutableAudit.Tests.Privilege.Subjects;

public sealed class AccessSubjectTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t")]
    public void A_blank_id_is_refused_and_said_where(string id)
    {
        var acting = Assert.Throws<ArgumentException>(() => new AccessSubject(new AuditSubject { Id = id }));
        Assert.Contains("has no id", acting.Message, StringComparison.Ordinal);
        var principal = Assert.Throws<ArgumentException>(
            () => new AccessSubject(new AuditSubject { Id = "job", OnBehalfOf = new AuditSubject { Id = id } }));
        Assert.Contains("acts for one without id", principal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_blank_issuer_is_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => new AccessSubject(new AuditSubject { Id = "alice", Issuer = " " }));
        Assert.Contains("leave Issuer out", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Null_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new AccessSubject(null!));
        Assert.Throws<ArgumentException>(() => new AccessSubject(new AuditSubject { Id = "alice" }, [null!]));
        Assert.Throws<ArgumentException>(() => new AssertedRole(" ", "idp"));
        Assert.Throws<ArgumentException>(() => new AssertedRole("lead", " "));
    }

    [Fact]
    public void A_chain_is_as_long_as_an_event_takes()
    {
        Assert.Equal("0", new AccessSubject(Chain(AuditSubject.MaxChainLength)).Identity.Id);
        var e = Assert.Throws<ArgumentException>(() => new AccessSubject(Chain(AuditSubject.MaxChainLength + 1)));
        Assert.Contains("more than 8 links", e.Message, StringComparison.Ordinal);
        var longest = new AccessSubject(Chain(AuditSubject.MaxChainLength));
        Assert.Throws<ArgumentException>(() => new AccessSubject(new AuditSubject { Id = "job" }).ActingFor(longest));
    }

    [Fact]
    public void Acting_for_another_keeps_what_is_asserted_of_either()
    {
        var alice = new AccessSubject(new AuditSubject { Id = "alice" }, new AssertedRole("lead", "idp"));
        var job = new AccessSubject(new AuditSubject { Id = "job" }, new AssertedRole("worker", "store")).ActingFor(alice)
            .WithRoles(new AssertedRole("night", "store"));
        Assert.Equal("alice", job.Identity.OnBehalfOf?.Id);
        Assert.Equal(["worker", "night"], job.Roles.Select(role => role.Name), StringComparer.Ordinal);
        Assert.Same(alice, job.OnBehalfOf);
        Assert.Throws<ArgumentException>(() => job.ActingFor(alice));
    }

    [Fact]
    public async Task A_store_is_asked_for_each_link_of_the_chain()
    {
        var alice = new AccessSubject(new AuditSubject { Id = "alice" }, new AssertedRole("lead", "idp"));
        var job = await new AccessSubject(new AuditSubject { Id = "job" }).ActingFor(alice).WithRolesFromAsync(new Store());
        Assert.Equal([new AssertedRole("of job", "store")], job.Roles);
        Assert.Equal([new AssertedRole("lead", "idp"), new AssertedRole("of alice", "store")], job.OnBehalfOf?.Roles);
        Assert.Null(job.OnBehalfOf?.OnBehalfOf);
    }

    private sealed class Store : IRoleAssignmentStore
    {
        public ValueTask<IReadOnlyList<AssertedRole>> GetRolesAsync(AuditSubject subject, CancellationToken cancellationToken = default) =>
            new([new AssertedRole("of " + subject.Id, "store")]);
    }

    [Fact]
    public void Asserted_roles_are_copied()
    {
        var roles = new List<AssertedRole> { new("lead", "idp") };
        var subject = new AccessSubject(new AuditSubject { Id = "alice" }, roles);
        roles.Clear();
        Assert.Single(subject.Roles);
    }

    [Fact]
    public void A_subject_on_record_has_the_roles_that_were_asserted_of_each_link()
    {
        AuditRole[] roles =
        [
            new() { Role = "assigned" }, new() { Role = "worker", Source = "store" },
            new() { Role = "lead", Source = "idp", Link = 2 }, new() { Role = "assigned", Link = 2 },
        ];
        var subject = AccessSubject.Recorded(Chain(3), roles);
        Assert.Equal(Chain(3), subject.Identity);
        Assert.Equal([new AssertedRole("worker", "store")], subject.Roles);
        Assert.Empty(subject.OnBehalfOf!.Roles);
        Assert.Equal(Chain(3).OnBehalfOf, subject.OnBehalfOf.Identity);
        Assert.Equal([new AssertedRole("lead", "idp")], subject.OnBehalfOf.OnBehalfOf!.Roles);
        Assert.Null(subject.OnBehalfOf.OnBehalfOf.OnBehalfOf);
        Assert.Empty(AccessSubject.Recorded(Chain(1), null).Roles);
    }

    [Fact]
    public void What_no_guard_can_have_recorded_is_no_subject()
    {
        Assert.Throws<ArgumentException>(() => AccessSubject.Recorded(Chain(2), [new AuditRole { Role = "lead", Source = "idp", Link = 2 }]));
        Assert.Throws<ArgumentException>(() => AccessSubject.Recorded(Chain(2), [new AuditRole { Role = "assigned", Link = 2 }]));
        Assert.Throws<ArgumentException>(() => AccessSubject.Recorded(Chain(2), [new AuditRole { Role = "lead", Source = "idp", Link = -1 }]));
        Assert.Throws<ArgumentException>(() => AccessSubject.Recorded(Chain(2), [new AuditRole { Role = " ", Source = "idp" }]));
        Assert.Throws<ArgumentException>(() => AccessSubject.Recorded(Chain(2), [new AuditRole { Role = "lead", Source = "" }]));
        Assert.Throws<ArgumentException>(() => AccessSubject.Recorded(Chain(AuditSubject.MaxChainLength + 1), null));
        Assert.Throws<ArgumentException>(() => AccessSubject.Recorded(new AuditSubject { Id = " " }, null));
    }

    private static AuditSubject Chain(int length)
    {
        AuditSubject? chain = null;
        for (var i = length - 1; i >= 0; i--)
        {
            chain = new AuditSubject { Id = $"{i}", OnBehalfOf = chain };
        }

        return chain!;
    }
}
