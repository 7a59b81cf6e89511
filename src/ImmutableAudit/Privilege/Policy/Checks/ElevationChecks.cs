namespace ImmutableAudit.Privilege;

/// <summary>Can what may be asked for be asked for, and be approved?</summary>
internal static class ElevationChecks
{
    public static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis) => analysis.Policy.Elevations.SelectMany(rule => Of(analysis, rule))
        .Concat(Deployment(analysis));

    private static IEnumerable<PolicyFinding> Of(PolicyAnalysis analysis, ElevationRule rule)
    {
        var approvals = Approvals(analysis, rule).ToList();
        return Permission(analysis, rule).Concat(Requesters(analysis, rule)).Concat(approvals)
            .Concat(QuorumChecks.Of(analysis, rule, approvals)).Concat(LimitChecks.Of(analysis, rule));
    }

    private static IEnumerable<PolicyFinding> Deployment(PolicyAnalysis analysis)
    {
        if (analysis.LacksDeployRule)
        {
            yield return PolicyAnalysis.Error("policy.no-deploy-rule",
                $"The policy says DeployUnderGrant, and has no elevation rule of '{AuditPermissions.DeployPolicy}': nobody could ever deploy another. "
                + $"Say with Elevation who may ask for '{AuditPermissions.DeployPolicy}', and who approves.");
        }
    }

    private static IEnumerable<PolicyFinding> Permission(PolicyAnalysis analysis, ElevationRule rule)
    {
        if (!analysis.IsKnown(rule.Permission))
        {
            yield return PolicyAnalysis.Error("policy.unknown-permission",
                $"There is an elevation rule of '{rule.Permission}', which there is not.{analysis.DidYouMeanPermission(rule.Permission)} "
                + (rule.Permission == AuditPermissions.DeployPolicy
                    ? "Say DeployUnderGrant, or take the rule out."
                    : "Name a permission that a guarded interface requires, or define it with Permission."));
        }
    }

    private static IEnumerable<PolicyFinding> Requesters(PolicyAnalysis analysis, ElevationRule rule)
    {
        if (rule.RequestableBy.Count == 0)
        {
            yield return PolicyAnalysis.Error("policy.no-requester",
                $"The elevation rule of '{rule.Permission}' says of nobody that he may ask. Name roles with RequestableBy.");
        }

        foreach (var name in rule.RequestableBy)
        {
            if (!analysis.Policy.TryGetRole(name, out _))
            {
                yield return PolicyAnalysis.Error("policy.unknown-role",
                    $"The elevation rule of '{rule.Permission}' may be requested by '{name}', which there is not.{analysis.DidYouMeanRole(name)} Name a role.");
            }
            else if (!analysis.RolesFromElsewhere && analysis.PersonsWith(name, standing: false).Count == 0)
            {
                yield return PolicyAnalysis.Warning("policy.unheld-requester",
                    $"The elevation rule of '{rule.Permission}' may be requested by '{name}', a role that nobody has. Assign it, or take it out of the rule.");
            }
        }
    }

    private static IEnumerable<PolicyFinding> Approvals(PolicyAnalysis analysis, ElevationRule rule)
    {
        if (rule.Approvals.Count == 0)
        {
            yield return PolicyAnalysis.Error("policy.no-approval",
                $"The elevation rule of '{rule.Permission}' needs nobody's approval: who asks would have it. Name a role with ApprovedBy.");
        }

        foreach (var approval in rule.Approvals)
        {
            if (approval.Quorum < 1)
            {
                yield return PolicyAnalysis.Error("policy.invalid-quorum",
                    $"The elevation rule of '{rule.Permission}' has a quorum of {approval.Quorum} for '{approval.Role}'. Give 1 or more.");
            }

            foreach (var finding in analysis.Policy.TryGetRole(approval.Role, out var role)
                ? Approvers(analysis, rule, approval, role)
                : [PolicyAnalysis.Error("policy.unknown-role",
                    $"The elevation rule of '{rule.Permission}' is approved by '{approval.Role}', which there is not.{analysis.DidYouMeanRole(approval.Role)} "
                    + "Name a role.")])
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<PolicyFinding> Approvers(PolicyAnalysis analysis, ElevationRule rule, ApprovalRule approval, Role role)
    {
        if (!role.ApprovesElevation)
        {
            yield return PolicyAnalysis.Error("policy.approver-without-right",
                $"The elevation rule of '{rule.Permission}' is approved by '{role.Name}', a role that may not approve. Say ApprovesElevation at the role.");
        }

        if (analysis.RolesFromElsewhere)
            yield break;

        var approvers = analysis.PersonsWith(role.Name, standing: true);
        if (approval.Quorum > approvers.Count)
        {
            yield return PolicyAnalysis.Error("policy.quorum-too-large",
                $"The elevation rule of '{rule.Permission}' needs {approval.Quorum} persons with the role '{role.Name}', and {approvers.Count} have it "
                + "standing. Assign it to more persons, or lower the quorum.");
        }
        else if (analysis.PersonsWithAny(rule.RequestableBy).Count(requester => approvers.Count - (approvers.Contains(requester) ? 1 : 0) < approval.Quorum) is > 0 and var stuck)
        {
            // P20: never the requester's own vote.
            yield return PolicyAnalysis.Warning("policy.quorum-without-requester",
                $"The elevation rule of '{rule.Permission}' needs {approval.Quorum} persons with the role '{role.Name}', which {approvers.Count} have; "
                + $"{stuck} of those who may ask are among them, and cannot approve their own request. Assign the role to more persons.");
        }
    }
}
