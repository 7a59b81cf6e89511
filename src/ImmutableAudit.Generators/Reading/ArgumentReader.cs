using Microsoft.CodeAnalysis;

namespace ImmutableAudit.Generators;

/// <summary>What of a call's arguments goes on record, and the resource that it acts upon.</summary>
internal sealed class ArgumentReader(Compilation compilation, Findings findings)
{
    private static readonly string[] Marks = [Known.Resource, Known.Audited, Known.Sensitive];

    /// <summary>Reads the arguments of a call.</summary>
    /// <param name="value">The property whose value is assigned, where that is the call.</param>
    public (ArgumentModel? Resource, EquatableArray<ArgumentModel> Others) Read(
        ISymbol member, string name, MemberRule rule, IEnumerable<IParameterSymbol> parameters, IPropertySymbol? value)
    {
        var arguments = new List<ArgumentModel>();
        foreach (var parameter in parameters)
        {
            // What is assigned stands behind the indices.
            var assigned = value is not null && parameter.Ordinal == value.Parameters.Length;
            var marks = parameter.GetAttributes().Concat(assigned ? value!.GetAttributes() : []).Where(IsMark).ToList();
            if (rule.IsUnguarded)
            {
                foreach (var mark in marks)
                {
                    findings.Add(Rules.NoEffect, member, mark, Short(mark), $"'{name}' is unguarded, so nothing of it goes on record");
                }

                continue;
            }

            if (Add(arguments, member, marks, new(parameter.Type, parameter.Name, Plain(parameter), null, Unreadable(parameter))))
            {
                AddProperties(arguments, member, marks, parameter);
            }
        }

        var resources = arguments.Where(argument => argument.Method == "Of").ToList();
        if (resources.Count > 1)
        {
            findings.Add(Rules.TwoResources, member, name, string.Join(", ", resources.Select(resource => $"'{resource.Expression}'")));
        }

        return (resources.FirstOrDefault(), arguments.Where(argument => argument.Method != "Of").ToEquatable());
    }

    private static bool IsMark(AttributeData attribute) => Array.Exists(Marks, attribute.Is);

    private static string Short(AttributeData mark) => mark.AttributeClass!.Name.Replace("Attribute", "");

    private static string Plain(IParameterSymbol parameter) => Static(parameter.Type) + SymbolText.Name(parameter.Name);

    // An argument that is dynamic would make the call so.
    private static string Static(ITypeSymbol type) => type.TypeKind == TypeKind.Dynamic ? "(object?)" : "";

    private static string? Unreadable(IParameterSymbol parameter) => parameter switch
    {
        { RefKind: RefKind.Out } => "an out parameter has no value before the call",
        _ when IsRefLike(parameter.Type) => "a ref struct cannot be kept",
        _ => null,
    };

    private static bool IsRefLike(ITypeSymbol type) => type.IsRefLikeType || type is ITypeParameterSymbol { AllowsRefLikeType: true };

    private bool Add(List<ArgumentModel> arguments, ISymbol member, List<AttributeData> marks, Value value)
    {
        var label = value.Label;
        if (marks.Count > 0 && value.Unreadable is { } why)
        {
            findings.Add(Rules.CannotRecord, member, marks[0], Short(marks[0]), label, why);
            return false;
        }

        if (marks.Find(mark => !mark.Is(Known.Sensitive)) is { } raw)
        {
            if (marks.Exists(mark => mark.Is(Known.Sensitive)))
            {
                findings.Add(Rules.SensitiveOnRecord, member, raw, label, $"[{Short(raw)}]");
            }
            else if (SensitiveParts.Find(value.Type, raw) is { } way)
            {
                findings.Add(Rules.SensitiveOnRecord, member, raw, label + way, $"[{Short(raw)}] on '{label}' as a whole");
            }
        }

        foreach (var mark in marks)
        {
            if (!mark.Is(Known.Resource))
            {
                arguments.Add(new(Short(mark), label, value.Expression, value.Asked));
            }
            else if (string.IsNullOrWhiteSpace(mark.Text()))
            {
                findings.Add(Rules.CannotRecord, member, mark, "Resource", label, "the type of a resource is not blank");
            }
            else
            {
                arguments.Add(new("Of", mark.Text()!, value.Expression, value.Asked));
            }
        }

        return value.Unreadable is null;
    }

    private void AddProperties(List<ArgumentModel> arguments, ISymbol member, List<AttributeData> outer, IParameterSymbol parameter)
    {
        var name = SymbolText.Name(parameter.Name);
        var asked = IsNeverNull(parameter.Type) ? null : name;
        foreach (var (property, marks) in MarkedProperties.Of(parameter.Type, IsMark))
        {
            var label = $"{parameter.Name}.{property.Name}";
            if (outer.Find(mark => mark.Is(Known.Sensitive)) is { } hidden && marks.Find(mark => !mark.Is(Known.Sensitive)) is { } inner)
            {
                findings.Add(Rules.SensitiveOnRecord, member, hidden, parameter.Name, $"[{Short(inner)}] on its '{property.Name}'");
            }

            Add(arguments, member, marks, new(property.Type, label, Access(parameter.Type, property, name), asked, Unreadable(property)));
        }
    }

    private static string Access(ITypeSymbol type, IPropertySymbol property, string expression)
    {
        var name = SymbolText.Name(property.Name);
        if (MarkedProperties.IsAmbiguous(type, property))
        {
            expression = $"(({SymbolText.Type(property.ContainingType)}{(type.IsValueType ? "" : "?")}){expression})";
        }

        return Static(property.Type) + Access(type, property, expression, name);
    }

    private static string Access(ITypeSymbol type, IPropertySymbol property, string expression, string name)
    {
        if (IsNeverNull(type))
        {
            return $"{expression}.{name}";
        }

        // 't?.X' cannot be where nobody knows whether X may be null.
        return property.Type is ITypeParameterSymbol { IsReferenceType: false, IsValueType: false }
            ? $"({expression} is null ? default : {expression}.{name})"
            : $"{expression}?.{name}";
    }

    private static bool IsNeverNull(ITypeSymbol type) => type is { IsValueType: true, OriginalDefinition.SpecialType: not SpecialType.System_Nullable_T };

    private string? Unreadable(IPropertySymbol property) => property switch
    {
        { IsStatic: true } => "it is static",
        { IsIndexer: true } => "it is an indexer",
        { GetMethod: null } => "it has no getter",
        _ when !compilation.IsSymbolAccessibleWithin(property.GetMethod!, compilation.Assembly) => "its getter is not accessible for the guard",
        _ when IsRefLike(property.Type) => "a ref struct cannot be kept",
        _ => null,
    };

    /// <summary>What may be marked: an argument, or a property of one.</summary>
    private readonly record struct Value(ITypeSymbol Type, string Label, string Expression, string? Asked, string? Unreadable);
}
