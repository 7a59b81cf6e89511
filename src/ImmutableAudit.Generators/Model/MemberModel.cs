namespace ImmutableAudit.Generators;

/// <summary>One member of a guard.</summary>
/// <param name="Interface">The interface that declares it, as the guard names it.</param>
/// <param name="Name">Its name, escaped.</param>
/// <param name="Type">What it returns or holds, with <c>ref</c> where it does so by reference.</param>
/// <param name="Attributes">Attributes for it.</param>
internal abstract record MemberModel(string Interface, string Name, string Type, EquatableArray<string> Attributes);

/// <summary>A method.</summary>
internal sealed record MethodModel(
    string Interface,
    string Name,
    string Type,
    EquatableArray<string> Attributes,
    EquatableArray<string> TypeParameters,
    EquatableArray<string> TypeArguments,
    EquatableArray<string> Constraints,
    EquatableArray<ParameterModel> Parameters,
    CallModel Call) : MemberModel(Interface, Name, Type, Attributes);

/// <summary>A property, or an indexer where it has parameters.</summary>
internal sealed record PropertyModel(
    string Interface,
    string Name,
    string Type,
    EquatableArray<string> Attributes,
    EquatableArray<ParameterModel> Parameters,
    AccessorModel? Getter,
    AccessorModel? Setter) : MemberModel(Interface, Name, Type, Attributes);

/// <summary>A getter or setter.</summary>
internal sealed record AccessorModel(EquatableArray<string> Attributes, CallModel Call);

/// <summary>An event. The guard keeps the handlers and raises them.</summary>
/// <param name="Handlers">The field that holds the handlers.</param>
/// <param name="Lock">The field that orders who adds and removes.</param>
/// <param name="Relay">The method that the implementation raises.</param>
/// <param name="Parameters">The delegate's.</param>
/// <param name="Raised">What is handed to the handlers, in the order of the parameters.</param>
internal sealed record EventModel(
    string Interface,
    string Name,
    string Type,
    EquatableArray<string> Attributes,
    CallModel Add,
    string Handlers,
    string Lock,
    string Relay,
    EquatableArray<ParameterModel> Parameters,
    EquatableArray<string> Raised) : MemberModel(Interface, Name, Type, Attributes);

/// <summary>A parameter.</summary>
/// <param name="Declaration">Attributes, modifiers, type and name.</param>
/// <param name="Argument">How it is handed on.</param>
/// <param name="Name">Its name, escaped.</param>
internal sealed record ParameterModel(string Declaration, string Argument, string Name);

internal enum CallKind
{
    Synchronous,
    Asynchronous,
    Stream,
}

internal enum ResultKind
{
    None,
    Value,
    Reference,
    ReadOnlyReference,
}

/// <summary>How one call is guarded.</summary>
/// <param name="Rule">What it needs; null where anybody may.</param>
/// <param name="Reason">Why anybody may.</param>
/// <param name="Receiver">What it is called on, where <c>$</c> stands for the field that holds the implementation.</param>
/// <param name="Result">What comes back; of a task, what it comes to.</param>
/// <param name="Resource">The resource: its type as a literal, and the expression.</param>
/// <param name="Arguments">What else goes on record.</param>
/// <param name="Token">The parameter that is a cancellation token.</param>
/// <param name="Names">Names that are taken within the member.</param>
internal sealed record CallModel(
    RuleModel? Rule,
    string? Reason,
    CallKind Kind,
    string Receiver,
    ResultKind Result,
    ArgumentModel? Resource,
    EquatableArray<ArgumentModel> Arguments,
    string? Token,
    EquatableArray<string> Names)
{
    /// <summary>A name that nothing in the member has.</summary>
    public string Unique(string name)
    {
        while (Names.Contains(name, StringComparer.Ordinal))
        {
            name += "_";
        }

        return name;
    }
}

/// <summary>A value that goes on record.</summary>
/// <param name="Method"><c>Of</c>, <c>Audited</c> or <c>Sensitive</c>.</param>
/// <param name="Label">The resource's type, or the argument's name.</param>
/// <param name="Expression">The value.</param>
/// <param name="Asked">The parameter, as it is written, of which the expression asks whether it is null.</param>
internal sealed record ArgumentModel(string Method, string Label, string Expression, string? Asked);
