namespace ImmutableAudit.Privilege;

/// <summary>
/// Puts a policy into the log, so that it is in force, or takes over what is in force already (PRIVILEGE.md P14, P15). It is
/// durable before it takes effect: it takes effect by being folded.
/// </summary>
internal static class PolicyDeployment
{
    /// <summary>
    /// Deploys a policy of a higher version than the one in force. The same policy, or one of a lower version, changes nothing: of
    /// hosts with several versions, as in a rolling deployment, all go by the newest.
    /// </summary>
    /// <param name="privileges">The log.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="now">The present, by which grants are live.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>
    /// The policy that is in force: this one, or a newer one. An older one where that demands a grant to be replaced
    /// (PRIVILEGE.md P15) and there is none: nothing was deployed then.
    /// </returns>
    /// <exception cref="ArgumentException">The policy has no application or version, or is not UTF-8.</exception>
    /// <exception cref="PolicyConflictException">Another policy of the same version is in force.</exception>
    /// <exception cref="AuditEntryTooLargeException">It is too large for one commit; nothing was deployed.</exception>
    /// <exception cref="AuditUnavailableException">The log takes no appends; nothing was deployed.</exception>
    /// <exception cref="AuditOutcomeUnknownException">It may be in force or not: deploy it again.</exception>
    public static async Task<PolicyInForce> DeployAsync(
        LivePrivileges privileges, DeployablePolicy policy, DateTimeOffset now = default, CancellationToken cancellationToken = default)
    {
        Check(policy);
        var log = privileges.Log;
        var state = await privileges.CatchUpAsync(log.PrivilegeHead, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var inForce = state.Policies.GetValueOrDefault(policy.Application);
            if (inForce?.Version == policy.Version && inForce.Digest != policy.Digest)
            {
                throw new PolicyConflictException(
                    $"Version {policy.Version} of the policy for '{Printable.Of(policy.Application)}' is in force with the digest {inForce.Digest} (entry {inForce.Index}), "
                    + $"but this one has {policy.Digest}. Nothing was deployed. Give what was changed a higher version.");
            }

            if (inForce?.Version >= policy.Version)
            {
                return inForce;
            }

            var basis = state.Head;
            var grant = inForce?.NextNeedsGrant == true ? state.GrantsToDeploy(policy.Application, policy.Digest, now).FirstOrDefault() : null;
            if (inForce?.NextNeedsGrant == true && grant is null)
            {
                return inForce;
            }

            var entries = StateEntries.Deploy(policy, inForce, log.Session, grant?.Index);
            var result = await log.AppendAsync(
                entries,
                (head, time) =>
                {
                    now = time;
                    return head.PrivilegeHead == basis && grant?.IsLive(time) != false;
                },
                cancellationToken).ConfigureAwait(false);
            state = await privileges.CatchUpAsync(result.PrivilegeHead, cancellationToken).ConfigureAwait(false);
            if (result.Holds)
            {
                await privileges.WriteIfDueAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static void Check(DeployablePolicy policy)
    {
        if (string.IsNullOrWhiteSpace(policy.Application) || policy.Application.Length > DeployablePolicy.MaxApplicationLength || policy.Version < 1)
        {
            throw new ArgumentException(
                $"A policy names its application in at most {DeployablePolicy.MaxApplicationLength} characters, and has a version from 1.", nameof(policy));
        }
    }
}
