using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>Turns what was read into text.</summary>
internal sealed class GuardBuilder
{
    private const string RuleName = "$Rule";
    private const string FieldName = "_$";

    private readonly INamedTypeSymbol _type;
    private readonly Names _names;
    private readonly List<RuleModel> _rules = [];
    private readonly string _inner;
    private readonly string _target;

    private GuardBuilder(INamedTypeSymbol type, IReadOnlyList<GuardedMember> members)
    {
        _type = type;
        _names = new(members.SelectMany(member => member.Calls).SelectMany(call => Taken(call.Method)));
        _inner = Names.Make(FieldName, _names.Stem("inner", FieldName));
        _target = Names.Make(FieldName, _names.Stem("target", FieldName));
    }

    /// <summary>The model of an interface; null where anything is wrong with it.</summary>
    public static GuardModel? Build(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellationToken) =>
        GuardReader.Members(type, compilation, cancellationToken) is { } members ? new GuardBuilder(type, members).Build(members) : null;

    private GuardModel Build(IReadOnlyList<GuardedMember> members)
    {
        var models = members.Select(Member).ToEquatable();
        var typeParameters = GuardName.Levels(_type).SelectMany(level => level.TypeParameters).ToList();
        var attributes = GuardName.Levels(_type).SelectMany(level => level.GetAttributes()).ToList();
        var @namespace = _type.ContainingNamespace is { IsGlobalNamespace: false } named ? SymbolText.Namespace(named) : null;
        return new(
            GuardName.File(_type),
            @namespace,
            GuardName.Class(_type),
            typeParameters.Select(SymbolText.TypeParameter).ToEquatable(),
            typeParameters.Select(parameter => SymbolText.Name(parameter.Name)).ToEquatable(),
            typeParameters.Select(SymbolText.Constraints).OfType<string>().ToEquatable(),
            SymbolText.Type(_type),
            Open(),
            SymbolText.Attributes(attributes),
            attributes.Exists(attribute => attribute.AttributeClass!.IsNamed("System", "ObsoleteAttribute")),
            attributes.Where(attribute => attribute.AttributeClass!.IsNamed("System.Diagnostics.CodeAnalysis", "ExperimentalAttribute"))
                .Select(attribute => attribute.Text()).OfType<string>().ToEquatable(),
            _rules.ToEquatable(),
            models,
            _inner,
            _target);
    }

    private MemberModel Member(GuardedMember member) => member.Symbol switch
    {
        IMethodSymbol method => Method(method, member.Calls[0]),
        IPropertySymbol property => Property(property, member.Calls),
        _ => Event((IEventSymbol)member.Symbol, member.Calls[0]),
    };

    private MethodModel Method(IMethodSymbol method, GuardedCall call) => new(
        SymbolText.Type(method.ContainingType),
        SymbolText.Name(method.Name),
        ByReference(method.RefKind) + SymbolText.Type(method.ReturnType),
        SymbolText.Attributes(method.GetAttributes()).Concat(SymbolText.Attributes(method.GetReturnTypeAttributes(), "return: ")).ToEquatable(),
        method.TypeParameters.Select(SymbolText.TypeParameter).ToEquatable(),
        method.TypeParameters.Select(parameter => SymbolText.Name(parameter.Name)).ToEquatable(),
        SymbolText.InheritedConstraints(method).ToEquatable(),
        Parameters(method.Parameters, [call]),
        Call(method, call, method.Name, ""));

    private PropertyModel Property(IPropertySymbol property, IReadOnlyList<GuardedCall> calls)
    {
        return new(
            SymbolText.Type(property.ContainingType),
            SymbolText.Name(property.Name),
            ByReference(property.RefKind) + SymbolText.Type(property.Type),
            SymbolText.Attributes(property.GetAttributes()),
            Parameters(property.Parameters, calls),
            Accessor(MethodKind.PropertyGet, "Get"),
            Accessor(MethodKind.PropertySet, "Set"));

        AccessorModel? Accessor(MethodKind kind, string suffix) => calls.FirstOrDefault(call => call.Method.MethodKind == kind) is { } call
            ? new(
                SymbolText.Attributes(call.Method.GetAttributes())
                    .Concat(SymbolText.Attributes(kind == MethodKind.PropertyGet ? call.Method.GetReturnTypeAttributes() : [], "return: "))
                    .Concat(SymbolText.Attributes(kind == MethodKind.PropertySet ? call.Method.Parameters.Last().GetAttributes() : [], "param: "))
                    .ToEquatable(),
                Call(property, call, RecordName.Short(property), suffix))
            : null;
    }

    private EventModel Event(IEventSymbol member, GuardedCall call)
    {
        const string relay = "On$";
        const string lockName = "_$Lock";
        var stem = _names.Stem(member.Name, FieldName, relay, lockName);
        var invoke = (member.Type as INamedTypeSymbol)?.DelegateInvokeMethod ??
            throw new NotSupportedException($"the type of '{member.Name}' is no delegate, or one that another generator writes, which is not seen here");
        var isUsual = member.Type is INamedTypeSymbol { Arity: <= 1 } && member.Type.IsNamed("System", "EventHandler");
        return new(
            SymbolText.Type(member.ContainingType),
            SymbolText.Name(member.Name),
            SymbolText.Type(member.Type),
            SymbolText.Attributes(member.GetAttributes()),
            Call(member, call, member.Name, "Add"),
            Names.Make(FieldName, stem),
            Names.Make(lockName, stem),
            Names.Make(relay, stem),
            invoke.Parameters.Select(SymbolText.Parameter).ToEquatable(),
            invoke.Parameters.Select((parameter, index) => isUsual && index == 0 ? "this" : Raised(parameter)).ToEquatable());
    }

    // The implementation does not get out by telling who it is.
    private string Raised(IParameterSymbol parameter)
    {
        var model = SymbolText.Parameter(parameter);
        var mayBeInner = parameter.RefKind == RefKind.None &&
            (parameter.Type.SpecialType == SpecialType.System_Object || parameter.Type.TypeKind == TypeKind.Dynamic ||
            _type.AllInterfaces.Prepend(_type).Contains(parameter.Type, SymbolEqualityComparer.Default));
        return mayBeInner
            ? $"ReferenceEquals({model.Name}, {_inner}) ? this : {model.Name}"
            : model.Argument;
    }

    private CallModel Call(ISymbol member, GuardedCall call, string name, string suffix)
    {
        RuleModel? rule = null;
        if (call.Rule is { IsUnguarded: false } required)
        {
            var stem = _names.Stem(name + suffix, FieldName, RuleName);
            rule = new(Names.Make(RuleName, stem), Names.Make(FieldName, stem), call.Name, required.Text, required.Elevated, required.Level);
            _rules.Add(rule);
        }

        var kind = Known.KindOf(call.Method);
        return new(
            rule,
            call.Rule is { IsUnguarded: true } unguarded ? string.Join(" ", unguarded.Text.Split('\r', '\n', '\u2028', '\u2029', '\u0085')) : null,
            kind,
            SymbolEqualityComparer.Default.Equals(member.ContainingType, _type) ? "$" : $"(({SymbolText.Type(member.ContainingType)})$)",
            Result(call.Method, kind),
            call.Resource,
            call.Arguments,
            Known.TokenOf(call.Method) is { } token ? SymbolText.Name(token.Name) : null,
            Taken(call.Method).ToEquatable());
    }

    // To have asked whether a parameter is null makes the compiler believe that it may be.
    private static EquatableArray<ParameterModel> Parameters(IEnumerable<IParameterSymbol> parameters, IReadOnlyList<GuardedCall> calls) => parameters
        .Select(SymbolText.Parameter)
        .Select(parameter => calls.Any(call => call.Arguments.Append(call.Resource).Any(argument => argument?.Asked == parameter.Name)) ? parameter with { Argument = parameter.Argument + "!" } : parameter)
        .ToEquatable();

    private static ResultKind Result(IMethodSymbol method, CallKind kind) => method switch
    {
        { ReturnsByRef: true } => ResultKind.Reference,
        { ReturnsByRefReadonly: true } => ResultKind.ReadOnlyReference,
        { ReturnsVoid: true } => ResultKind.None,
        _ when kind == CallKind.Asynchronous && method.ReturnType is INamedTypeSymbol { TypeArguments.IsEmpty: true } => ResultKind.None,
        _ => ResultKind.Value,
    };

    private static string ByReference(RefKind kind) => kind switch
    {
        RefKind.Ref => "ref ",
        RefKind.RefReadOnly => "ref readonly ",
        _ => "",
    };

    private static IEnumerable<string> Taken(IMethodSymbol method) =>
        method.Parameters.Select(parameter => parameter.Name).Concat(method.TypeParameters.Select(parameter => parameter.Name));

    private string Open() => GuardName.Levels(_type).Any(level => level.Arity > 0)
        ? _type.ConstructUnboundGenericType().ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)
        : SymbolText.Type(_type);
}
