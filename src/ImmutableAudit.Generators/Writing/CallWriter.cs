using Microsoft.CodeAnalysis.CSharp;

namespace ImmutableAudit.Generators;

/// <summary>Writes the body of one guarded call. Whatever touches the implementation comes after the decision.</summary>
internal static class CallWriter
{
    private const string CallArguments = "global::ImmutableAudit.Privilege.CallArguments";

    /// <summary>Writes a member whose header is given: as one expression where that is enough, otherwise with a body.</summary>
    /// <param name="invocation">Writes the call: takes what it is called on, and the expression for the token.</param>
    public static void Write(
        CodeWriter writer, string header, GuardModel guard, CallModel call, Func<string, string?, string> invocation, SlowPath slowPath)
    {
        if (call.Rule is null)
        {
            writer.Line($"// Unguarded: {call.Reason}");
            writer.Line($"{header} => {Returned(call)}{invocation(Receiver(guard, call, ""), call.Token)};");
        }
        else if (call.Kind == CallKind.Stream)
        {
            WriteStream(writer, header, guard, call, call.Rule, invocation);
        }
        else if (call.Kind == CallKind.Asynchronous && call.Rule.MayPass)
        {
            WritePassing(writer, header, guard, call, call.Rule, invocation, slowPath);
        }
        else
        {
            writer.Line((call.Kind == CallKind.Asynchronous ? "async " : "") + header);
            writer.Open();
            if (call.Rule.MayPass)
            {
                WriteShortWay(writer, guard, call, call.Rule, invocation);
            }

            WriteRecorded(writer, guard, call, call.Rule, invocation, "");
            writer.Close();
        }
    }

    /// <summary>The statements of a recorded call.</summary>
    public static void WriteRecorded(
        CodeWriter writer, GuardModel guard, CallModel call, RuleModel rule, Func<string, string?, string> invocation, string self)
    {
        var name = call.Unique("call");
        var token = call.Token is null ? "" : $", {call.Token}";
        var isAsynchronous = call.Kind == CallKind.Asynchronous;
        var enter = $"var {name} = {(isAsynchronous ? "await " : "")}{self}{rule.Field}.Enter{(isAsynchronous ? "Async" : "")}(";
        var end = isAsynchronous ? ").ConfigureAwait(false);" : ");";
        if (HasArguments(call))
        {
            writer.Line(enter);
            writer.Continuation($"{Recorded(call)}{token}{end}");
        }
        else
        {
            writer.Line($"{enter}{Recorded(call)}{token}{end}");
        }

        writer.Line("try");
        writer.Open();
        var expression = invocation(Receiver(guard, call, self), call.Token is null ? null : $"{name}.CancellationToken");
        if (isAsynchronous)
        {
            expression = $"await {expression}.ConfigureAwait(false)";
        }

        var result = call.Unique("result");
        writer.Line(call.Result switch
        {
            ResultKind.None => $"{expression};",
            ResultKind.Value => $"var {result} = {expression};",
            ResultKind.Reference => $"ref var {result} = ref {expression};",
            _ => $"ref readonly var {result} = ref {expression};",
        });
        writer.Line($"{name}.Succeed();");
        if (call.Result != ResultKind.None)
        {
            // Of a T by reference the compiler believes in 'var' that it may be null.
            writer.Line(call.Result == ResultKind.Value ? $"return {result};" : $"return ref {result}!;");
        }

        writer.Close();
        var exception = call.Unique("exception");
        writer.Line($"catch (global::System.Exception {exception})");
        writer.Open();
        writer.Line($"{name}.Fail({exception});");
        writer.Line("throw;");
        writer.Close();
    }

    public static string Literal(string value) => SymbolDisplay.FormatLiteral(value, quote: true);

    private static void WriteStream(
        CodeWriter writer, string header, GuardModel guard, CallModel call, RuleModel rule, Func<string, string?, string> invocation)
    {
        var token = call.Unique(call.Token is null ? "_" : "token");
        var inner = invocation(Receiver(guard, call, ""), call.Token is null ? null : token);
        writer.Line($"{header} =>");
        writer.Continuation($"{rule.Field}.Enumerate(");
        writer.Continuation($"    {Recorded(call)},");
        writer.Continuation($"    {token} => {inner}{(call.Token is null ? ");" : ",")}");
        if (call.Token is not null)
        {
            writer.Continuation($"    {call.Token});");
        }
    }

    // Nothing is allocated where the call passes: the long way is a static local function, which captures nothing.
    private static void WritePassing(
        CodeWriter writer,
        string header,
        GuardModel guard,
        CallModel call,
        RuleModel rule,
        Func<string, string?, string> invocation,
        SlowPath slowPath)
    {
        var recorded = call.Unique("Recorded");
        var self = call.Unique("guard");
        writer.Line(header);
        writer.Open();
        writer.Line($"return {Passes(call, rule)}");
        writer.Continuation($"? {invocation(Receiver(guard, call, ""), call.Token)}");
        writer.Continuation($": {recorded}({string.Join(", ", ["this", .. slowPath.Arguments])});");
        writer.Line();
        var parameters = string.Join(", ", [$"{guard.ClassType} {self}", .. slowPath.Parameters]);
        writer.Line($"static async {slowPath.Type} {recorded}({parameters})");
        writer.Open();
        WriteRecorded(writer, guard, call, rule, invocation, $"{self}.");
        writer.Close();
        writer.Close();
    }

    private static void WriteShortWay(
        CodeWriter writer, GuardModel guard, CallModel call, RuleModel rule, Func<string, string?, string> invocation)
    {
        var expression = invocation(Receiver(guard, call, ""), call.Token);
        writer.Line($"if ({Passes(call, rule)})");
        writer.Open();
        if (call.Result == ResultKind.None)
        {
            writer.Line($"{expression};");
            writer.Line("return;");
        }
        else
        {
            writer.Line($"return {Returned(call)}{expression};");
        }

        writer.Close();
        writer.Line();
    }

    private static string Passes(CallModel call, RuleModel rule) => call.Resource is { } resource
        ? $"{rule.Field}.Passes({Literal(resource.Label)}, {resource.Expression})"
        : $"{rule.Field}.Passes()";

    private static string Recorded(CallModel call)
    {
        if (!HasArguments(call))
        {
            return $"{CallArguments}.None";
        }

        var first = call.Resource is { } resource ? $"{Literal(resource.Label)}, {resource.Expression}" : "";
        return $"{CallArguments}.Of({first})" +
            string.Concat(call.Arguments.Select(argument => $".{argument.Method}({Literal(argument.Label)}, {argument.Expression})"));
    }

    private static bool HasArguments(CallModel call) => call.Resource is not null || call.Arguments.Count > 0;

    private static string Receiver(GuardModel guard, CallModel call, string self) => call.Receiver.Replace("$", self + guard.Inner);

    private static string Returned(CallModel call) =>
        call.Result is ResultKind.Reference or ResultKind.ReadOnlyReference ? "ref " : "";
}

/// <summary>What the local function needs that goes the long way.</summary>
internal readonly record struct SlowPath(string Type, IEnumerable<string> Parameters, IEnumerable<string> Arguments);
