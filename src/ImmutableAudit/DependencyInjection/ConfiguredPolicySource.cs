using ImmutableAudit.Privilege;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ImmutableAudit.DependencyInjection;

/// <summary>The part of the policy that is bound to configuration. Made anew at each change, so that what does not bind is noticed here.</summary>
internal sealed class ConfiguredPolicySource(
    IOptionsFactory<AccessPolicyOptions> factory, IEnumerable<IOptionsChangeTokenSource<AccessPolicyOptions>> changes) : IPolicySource
{
    public void Apply(AccessPolicyBuilder builder) => builder.Merge(factory.Create(Options.DefaultName));

    public IDisposable OnChange(Action changed) => new Subscriptions(
        [.. changes.Select(source => ChangeToken.OnChange(source.GetChangeToken, changed))]);

    private sealed class Subscriptions(IReadOnlyList<IDisposable> all) : IDisposable
    {
        public void Dispose()
        {
            foreach (var one in all)
            {
                one.Dispose();
            }
        }
    }
}
