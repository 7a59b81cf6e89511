namespace ImmutableAudit.Generators;

/// <summary>Writes one member of a guard, as an explicit implementation.</summary>
internal static class MemberWriter
{
    public static void Write(CodeWriter writer, GuardModel guard, MemberModel member)
    {
        writer.Lines(member.Attributes);
        switch (member)
        {
            case MethodModel method:
                WriteMethod(writer, guard, method);
                break;
            case PropertyModel property:
                WriteProperty(writer, guard, property);
                break;
            case EventModel @event:
                WriteEvent(writer, guard, @event);
                break;
        }
    }

    private static void WriteMethod(CodeWriter writer, GuardModel guard, MethodModel method)
    {
        var parameters = string.Join(", ", method.Parameters.Select(parameter => parameter.Declaration));
        var typeParameters = Angled(method.TypeParameters);
        var typeArguments = Angled(method.TypeArguments);
        var forgiven = Forgiven(method.Type, method.Call);
        var constraints = string.Concat(method.Constraints.Select(clause => $" {clause}"));
        CallWriter.Write(
            writer,
            $"{method.Type} {method.Interface}.{method.Name}{typeParameters}({parameters}){constraints}",
            guard,
            method.Call,
            (receiver, token) => $"{receiver}.{method.Name}{typeArguments}({Handed(method.Parameters, method.Call, token)}){forgiven}",
            new(
                method.Type,
                method.Parameters.Select(parameter => parameter.Declaration),
                method.Parameters.Select(parameter => parameter.Argument)));
    }

    private static void WriteProperty(CodeWriter writer, GuardModel guard, PropertyModel property)
    {
        var parameters = string.Join(", ", property.Parameters.Select(parameter => parameter.Declaration));
        var name = property.Parameters.Count > 0 ? $"this[{parameters}]" : property.Name;
        writer.Line($"{property.Type} {property.Interface}.{name}");
        writer.Open();
        if (property.Getter is { } getter)
        {
            writer.Lines(getter.Attributes);
            var forgiven = Forgiven(property.Type, getter.Call);
            CallWriter.Write(writer, "get", guard, getter.Call, (receiver, _) => Accessed(receiver, getter.Call) + forgiven, default);
        }

        if (property.Setter is { } setter)
        {
            if (property.Getter is not null)
            {
                writer.Line();
            }

            writer.Lines(setter.Attributes);
            CallWriter.Write(writer, "set", guard, setter.Call, (receiver, _) => $"{Accessed(receiver, setter.Call)} = value", default);
        }

        writer.Close();

        string Accessed(string receiver, CallModel call) => property.Parameters.Count > 0
            ? $"{receiver}[{Handed(property.Parameters, call, token: null)}]"
            : $"{receiver}.{property.Name}";
    }

    private static void WriteEvent(CodeWriter writer, GuardModel guard, EventModel member)
    {
        writer.Line($"event {member.Type} {member.Interface}.{member.Name}");
        writer.Open();
        writer.Line("add");
        writer.Open();
        if (member.Add.Rule is { } rule)
        {
            if (rule.MayPass)
            {
                writer.Line($"if ({rule.Field}.Passes())");
                writer.Open();
                writer.Line("Add(this, value);");
                writer.Line("return;");
                writer.Close();
                writer.Line();
            }

            CallWriter.WriteRecorded(writer, guard, member.Add, rule, (_, _) => "Add(this, value)", "");
        }
        else
        {
            writer.Line($"// Unguarded: {member.Add.Reason}");
            writer.Line("Add(this, value);");
        }

        writer.Line();
        writer.Line($"static void Add({guard.ClassType} guard, {member.Type.TrimEnd('?')}? handler)");
        writer.Open();
        writer.Line($"lock (guard.{member.Lock})");
        writer.Open();
        writer.Line($"var handlers = guard.{member.Handlers} + handler;");
        writer.Line($"if (guard.{member.Handlers} is null && handlers is not null)");
        writer.Open();
        writer.Line($"{member.Add.Receiver.Replace("$", "guard." + guard.Inner)}.{member.Name} += guard.{member.Relay};");
        writer.Close();
        writer.Line();
        writer.Line($"guard.{member.Handlers} = handlers;");
        writer.Close();
        writer.Close();
        writer.Close();
        writer.Line();
        WriteRemove(writer, member, member.Add.Receiver.Replace("$", guard.Inner));
        writer.Close();
        writer.Line();
        var parameters = string.Join(", ", member.Parameters.Select(parameter => parameter.Declaration));
        writer.Line($"private void {member.Relay}({parameters}) => {member.Handlers}?.Invoke({string.Join(", ", member.Raised)});");
    }

    // Needs no permission: it takes away only what was allowed before, and touches the implementation only then.
    private static void WriteRemove(CodeWriter writer, EventModel member, string receiver)
    {
        writer.Line("remove");
        writer.Open();
        writer.Line($"lock ({member.Lock})");
        writer.Open();
        writer.Line($"var handlers = {member.Handlers} - value;");
        writer.Line($"if ({member.Handlers} is not null && handlers is null)");
        writer.Open();
        writer.Line($"{receiver}.{member.Name} -= {member.Relay};");
        writer.Close();
        writer.Line();
        writer.Line($"{member.Handlers} = handlers;");
        writer.Close();
        writer.Close();
    }

    // A task or a stream that may be null is the implementation's fault where it is.
    private static string Forgiven(string type, CallModel call) =>
        call.Kind != CallKind.Synchronous && type.EndsWith("?", StringComparison.Ordinal) ? "!" : "";

    private static string Handed(IEnumerable<ParameterModel> parameters, CallModel call, string? token) => string.Join(
        ", ",
        parameters.Select(parameter => token is not null && parameter.Name == call.Token ? token : parameter.Argument));

    private static string Angled(EquatableArray<string> names) => names.Count == 0 ? "" : $"<{string.Join(", ", names)}>";
}
