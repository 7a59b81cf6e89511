using System.ComponentModel;
using System.Diagnostics;

namespace ImmutableAudit.Interop.Tests.Support;

/// <summary>The Go compiler and the sources of golang.org/x/mod, as Debian installs them. Nothing is fetched from the network.</summary>
internal static class GoToolchain
{
    private static readonly string[] GoPaths =
        [.. (Environment.GetEnvironmentVariable("GOPATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries), "/usr/share/gocode"];

    /// <summary>What is missing, or <see langword="null"/>.</summary>
    public static string? Missing { get; } = FindMissing();

    public static async Task BuildAsync(string sources, string output, string cache)
    {
        var (exitCode, text) = await ChildProcess.RunAsync(Start("build", "-o", output, ".").In(sources, cache));
        Assert.True(exitCode == 0, text);
    }

    private static string? FindMissing()
    {
        const string Remedy = "Install Go and golang.org/x/mod (Debian: golang-go, golang-golang-x-mod-dev).";
        try
        {
            using var go = Process.Start(Start("version"))!;
            go.StandardOutput.ReadToEnd();
            go.WaitForExit();
        }
        catch (Win32Exception)
        {
            return "Not run: there is no Go compiler here. " + Remedy;
        }

        return GoPaths.Any(path => Directory.Exists(Path.Combine(path, "src/golang.org/x/mod/sumdb/tlog")))
            ? null
            : "Not run: the sources of golang.org/x/mod are not in the GOPATH. " + Remedy;
    }

    private static ProcessStartInfo Start(params string[] arguments) =>
        new("go", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };

    private static ProcessStartInfo In(this ProcessStartInfo go, string directory, string cache)
    {
        go.WorkingDirectory = directory;
        go.Environment["GO111MODULE"] = "off";
        go.Environment["GOPATH"] = string.Join(Path.PathSeparator, GoPaths);
        go.Environment["GOCACHE"] = cache;
        go.Environment["GOFLAGS"] = "";
        go.Environment["CGO_ENABLED"] = "0";
        return go;
    }
}
