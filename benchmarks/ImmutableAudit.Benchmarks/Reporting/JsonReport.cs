using System.Text.Json;

namespace ImmutableAudit.Benchmarks.Reporting;

/// <summary>
/// The figures for machines: an array of objects <c>{scenario, subject, unit, median, min, max, p50us, p99us}</c>. A latency
/// that the scenario does not have is <c>null</c>. What was not run is not in it.
/// </summary>
internal static class JsonReport
{
    public static void Write(IEnumerable<ScenarioResult> results, string path)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        foreach (var result in results)
        {
            foreach (var subject in result.Subjects.Where(subject => subject.WasRun))
            {
                Write(json, result, subject);
            }
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ScenarioResult result, SubjectResult subject)
    {
        json.WriteStartObject();
        json.WriteString("scenario", result.Name);
        json.WriteString("subject", subject.Subject.Name);
        json.WriteString("unit", result.Unit);
        Write(json, "median", subject.Value.Median);
        Write(json, "min", subject.Value.Min);
        Write(json, "max", subject.Value.Max);
        Write(json, "p50us", subject.P50);
        Write(json, "p99us", subject.P99);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, Math.Round(number, 3));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
