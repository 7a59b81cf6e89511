using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace ImmutableAudit.Privilege;

/// <summary>How one guarded interface is guarded; written by the generator. Immutable.</summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public class GuardDescription
{
    private protected GuardDescription(Type guarded, IReadOnlyList<GuardRule> rules)
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
    internal Type? OpenGuard { get; private init; }

    /// <summary>Describes an interface and how its guard is made.</summary>
    public static GuardDescription Create<TInterface>(
        Func<GuardTarget<TInterface>, TInterface> create, params IReadOnlyList<GuardRule> rules)
        where TInterface : class => new Closed<TInterface>(create, rules);

    /// <summary>Describes a generic interface by its definition and its guard's.</summary>
    public static GuardDescription CreateOpen(
        Type guarded,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type guard,
        params IReadOnlyList<GuardRule> rules) => new(guarded, rules) { OpenGuard = guard };

    /// <summary>Puts a guard in front of an implementation.</summary>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Without dynamic code it throws, and says what to do.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The guard has the constraints of the interface, which is closed already.")]
    internal TInterface CreateGuard<TInterface>(GuardTarget<TInterface> target)
        where TInterface : class =>
        this is Closed<TInterface> closed ? closed.Make(target)
        : OpenGuard is null ? throw new InvalidOperationException($"This describes '{Interface}', not '{typeof(TInterface)}'.")
        : (TInterface)Activator.CreateInstance(OpenGuard.MakeGenericType(typeof(TInterface).GenericTypeArguments), target)!;

    private sealed class Closed<TInterface>(Func<GuardTarget<TInterface>, TInterface> create, IReadOnlyList<GuardRule> rules)
        : GuardDescription(typeof(TInterface), rules)
        where TInterface : class
    {
        public TInterface Make(GuardTarget<TInterface> target) => create(target);
    }
}
