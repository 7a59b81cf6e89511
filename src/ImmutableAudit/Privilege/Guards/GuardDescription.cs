using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Privilege;

/// <summary>How one guarded interface is guarded; written by the generator. Immutable.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class GuardDescription
{
    private GuardDescription(Type guarded, IReadOnlyList<GuardRule> rules)
    {
        Interface = guarded;
        Rules = rules;
    }

    /// <summary>The guarded interface; of a generic one its definition.</summary>
    public Type Interface { get; }

    /// <summary>What its members need, the inherited ones included.</summary>
    public IReadOnlyList<GuardRule> Rules { get; }

    /// <summary>The guard's definition, where the interface is generic.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    internal virtual Type? OpenGuard => null;

    /// <summary>Describes an interface and how its guard is made.</summary>
    public static GuardDescription Create<TInterface>(
        Func<GuardTarget<TInterface>, TInterface> create, params IReadOnlyList<GuardRule> rules)
        where TInterface : class => new Closed<TInterface>(create, rules);

    /// <summary>Describes a generic interface by its definition and its guard's.</summary>
    public static GuardDescription CreateOpen(
        Type guarded,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type guard,
        params IReadOnlyList<GuardRule> rules) => new Open(guarded, guard, rules);

    /// <summary>Puts a guard in front of an implementation.</summary>
    internal abstract TInterface CreateGuard<TInterface>(GuardTarget<TInterface> target)
        where TInterface : class;

    private sealed class Closed<TGuarded>(Func<GuardTarget<TGuarded>, TGuarded> create, IReadOnlyList<GuardRule> rules)
        : GuardDescription(typeof(TGuarded), rules)
        where TGuarded : class
    {
        internal override TInterface CreateGuard<TInterface>(GuardTarget<TInterface> target) =>
            target is GuardTarget<TGuarded> guarded
                ? (TInterface)(object)create(guarded)
                : throw new InvalidOperationException($"This describes '{Interface}', not '{typeof(TInterface)}'.");
    }

    private sealed class Open(
        Type guarded,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type guard,
        IReadOnlyList<GuardRule> rules) : GuardDescription(guarded, rules)
    {
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
        internal override Type? OpenGuard => guard;

        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Without dynamic code it throws; AddGuarded for open generics is declared so.")]
        [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The guard has the constraints of the interface, which is closed already.")]
        internal override TInterface CreateGuard<TInterface>(GuardTarget<TInterface> target) =>
            (TInterface)Activator.CreateInstance(guard.MakeGenericType(typeof(TInterface).GenericTypeArguments), target)!;
    }
}
