using System.Globalization;

namespace ImmutableAudit.Benchmarks.Reporting;

/// <summary>Figures as text, with three digits that mean something.</summary>
internal static class Figure
{
    public const string None = "";

    public static string Number(double? value) => value switch
    {
        null => None,
        { } number when Math.Abs(number) >= 100 => number.ToString("N0", CultureInfo.InvariantCulture),
        { } number when Math.Abs(number) >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        { } number => number.ToString("0.##", CultureInfo.InvariantCulture),
    };

    public static string Range(Spread spread) => $"{Number(spread.Min)} – {Number(spread.Max)}";

    public static string Microseconds(double? value) => value switch
    {
        null => None,
        >= 10_000 => $"{Number(value / 1000)} ms",
        _ => $"{Number(value)} µs",
    };

    public static string Bytes(double? value) => value is null ? None : $"{Number(value)} B";

    public static string Megabytes(double? value) => value is null ? None : $"{Number(value / (1024 * 1024))} MiB";
}
