using System.Globalization;
using FsCheck;
using Microsoft.FSharp.Core;

namespace ImmutableAudit.Tests.Support;

/// <summary>
/// Chance in tests, the same in every run: all of it begins at one seed, which the environment variable
/// <c>IMMUTABLEAUDIT_SEED</c> replaces. <c>IMMUTABLEAUDIT_CASES</c> makes every property try so many times as many cases.
/// </summary>
internal static class Seeded
{
    public const string SeedVariable = "IMMUTABLEAUDIT_SEED";
    public const string CasesVariable = "IMMUTABLEAUDIT_CASES";

    private const int UsualSeed = 20261122;

    public static int Seed { get; } = Number(SeedVariable, UsualSeed);

    private static int Times { get; } = Number(CasesVariable, 1);

    /// <summary>How to have the same chances again.</summary>
    public static string Again => $"seed {Seed}: to try the same again, set {SeedVariable}={Seed}{(Times == 1 ? "" : $" {CasesVariable}={Times}")}";

    /// <summary>A source of chance of its own for every number.</summary>
    public static Random Random(int number) => new(unchecked((Seed * 397) ^ number));

    /// <summary>Tries cases of growing size; the first that fails is told of, with the seed.</summary>
    public static void CheckSeeded(this Property property, int cases = 100, int endSize = 100)
    {
        var replay = new Replay(new Rnd((ulong)Seed, 0x9E37_79B9_7F4A_7C15), FSharpOption<int>.None);
        var config = Config.QuickThrowOnFailure.WithMaxTest(cases * Times).WithEndSize(endSize).WithReplay(FSharpOption<Replay>.Some(replay));
        try
        {
            Check.One(config, property);
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"{e.Message}\nWith {Again}", e);
        }
    }

    private static int Number(string variable, int usual) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : usual;
}
