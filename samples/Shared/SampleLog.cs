using System.Buffers;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;

namespace ImmutableAudit.Samples;

/// <summary>
/// A sample's log: what it is called, where it lies, and with which key it is signed: one in a PEM file that the user names,
/// or a development key in <c>DIR-keys/</c> beside the log's directory.
/// </summary>
internal sealed class SampleLog
{
    private static readonly SearchValues<char> Unquoted =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=./:,@%");

    public SampleLog(string origin, string directory, string? signingKey)
    {
        Origin = origin;
        Directory = directory;
        HasDevelopmentKey = signingKey is null;
        KeyFile = signingKey ?? Path.Combine(Shown(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + "-keys"), "audit.pem");
    }

    public string Origin { get; }

    public string Directory { get; }

    /// <summary>The private key. A development key is made at the first run.</summary>
    public string KeyFile { get; }

    public bool HasDevelopmentKey { get; }

    private string VerifierKeyFile => Path.ChangeExtension(KeyFile, ".vkey");

    /// <summary>Opens the log for writing, without a host.</summary>
    public async Task<AuditLog> OpenAsync(CancellationToken cancellationToken)
    {
        var signer = HasDevelopmentKey && !File.Exists(KeyFile)
            ? EcdsaNoteSigner.CreatePemFile(Origin, KeyFile)
            : EcdsaNoteSigner.FromPemFile(Origin, KeyFile);
        return await AuditLog.OpenAsync(
            new AuditLogOptions
            {
                Origin = Origin,
                Sink = new FileSystemSink(Directory),
                Signers = { signer },

                // Beside the key, apart from the log: a log put back to an earlier state is noticed (LOG.md L18).
                Observers = { new CheckpointFileObserver(Path.GetDirectoryName(Path.GetFullPath(KeyFile))!) },
            },
            cancellationToken);
    }

    /// <summary>The public half, as the one line of text that auditors are given.</summary>
    public string VerifierKeyText()
    {
        using var signer = EcdsaNoteSigner.FromPemFile(Origin, KeyFile);
        return signer.Verifier.ToVerifierKey();
    }

    /// <summary>What to type to verify the log, from where the sample was started.</summary>
    public string VerifierCommand()
    {
        var text = VerifierKeyText();

        // A key made elsewhere may have no such file beside it, or one for a log of another name.
        var isInFile = File.Exists(VerifierKeyFile) && VerifierKey.ReadFile(VerifierKeyFile).ToVerifierKey() == text;
        return $"dotnet run --project samples/Verifier -- verify {Quoted(Directory)} --key {Quoted(isInFile ? VerifierKeyFile : text)}";
    }

    /// <summary>A path in the user's own way: relative where that of the log is.</summary>
    private string Shown(string fullPath) =>
        Path.IsPathRooted(Directory) ? fullPath : Path.GetRelativePath(Environment.CurrentDirectory, fullPath);

    private static string Quoted(string argument)
    {
        if (!argument.AsSpan().ContainsAnyExcept(Unquoted))
        {
            return argument;
        }

        return OperatingSystem.IsWindows() ? $"\"{argument}\"" : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
