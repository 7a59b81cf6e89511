using System.Reflection;
using System.Security.Claims;
using Castle.DynamicProxy;
using ImmutableAudit.Privilege;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ImmutableAudit.Benchmarks.Guards;

/// <summary>The same check behind a <see cref="DispatchProxy"/>: the member's guard is found by its method.</summary>
internal class DispatchedOrders : DispatchProxy
{
    private IBenchmarkOrders _inner = null!;
    private Dictionary<MethodInfo, MemberGuard> _guards = [];

    public static IBenchmarkOrders Create(IBenchmarkOrders inner, AccessGuard guard)
    {
        var orders = Create<IBenchmarkOrders, DispatchedOrders>();
        var proxy = (DispatchedOrders)(object)orders;
        (proxy._inner, proxy._guards) = (inner, CheckingInterceptor.Guards(guard));
        return orders;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _guards[targetMethod!].Passes() ? targetMethod!.Invoke(_inner, args) : throw new InvalidOperationException("The benchmark's own call is denied.");
}

/// <summary>The same check in an interceptor of Castle DynamicProxy.</summary>
internal sealed class CheckingInterceptor(AccessGuard guard) : IInterceptor
{
    private static readonly ProxyGenerator Proxies = new();

    private readonly Dictionary<MethodInfo, MemberGuard> _guards = Guards(guard);

    public static IBenchmarkOrders Create(IBenchmarkOrders inner, AccessGuard guard) =>
        Proxies.CreateInterfaceProxyWithTarget(inner, new CheckingInterceptor(guard));

    public static Dictionary<MethodInfo, MemberGuard> Guards(AccessGuard guard) => new()
    {
        [typeof(IBenchmarkOrders).GetMethod(nameof(IBenchmarkOrders.Count))!] =
            guard.For(new GuardRule("IBenchmarkOrders.Count", Permissions.Read, level: AuditLevel.DenialsOnly)),
    };

    public void Intercept(IInvocation invocation)
    {
        if (!_guards[invocation.Method].Passes())
        {
            throw new InvalidOperationException("The benchmark's own call is denied.");
        }

        invocation.Proceed();
    }
}

/// <summary>ASP.NET Core's authorization before each call: the user must have a claim with the permission.</summary>
internal sealed class AuthorizedOrders(IBenchmarkOrders inner)
{
    private readonly ClaimsPrincipal _user = new(new ClaimsIdentity(
        [new Claim("sub", BenchmarkPolicy.Subject.Id), new Claim("permission", Permissions.Refund), new Claim("permission", Permissions.Read)], "benchmark"));

    private readonly ClaimsAuthorizationRequirement[] _requirements = [new("permission", [Permissions.Read])];

    private readonly DefaultAuthorizationService _service = Service();

    public async ValueTask<int> CountAsync(int customer) => Count(customer, await _service.AuthorizeAsync(_user, null, Permissions.Read));

    public async ValueTask<int> CountByRequirementAsync(int customer) => Count(customer, await _service.AuthorizeAsync(_user, null, _requirements));

    private int Count(int customer, AuthorizationResult result) =>
        result.Succeeded ? inner.Count(customer) : throw new InvalidOperationException("The benchmark's own call is denied.");

    private static DefaultAuthorizationService Service()
    {
        var options = Options.Create(new AuthorizationOptions());
        options.Value.AddPolicy(Permissions.Read, policy => policy.RequireClaim("permission", Permissions.Read));
        return new DefaultAuthorizationService(
            new DefaultAuthorizationPolicyProvider(options),
            new DefaultAuthorizationHandlerProvider([new PassThroughAuthorizationHandler(options)]),
            NullLogger<DefaultAuthorizationService>.Instance,
            new DefaultAuthorizationHandlerContextFactory(),
            new DefaultAuthorizationEvaluator(),
            options);
    }
}
