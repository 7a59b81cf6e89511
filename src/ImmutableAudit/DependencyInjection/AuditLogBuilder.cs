using System.Security.Cryptography;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.DependencyInjection;
using ImmutableAudit.Storage;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Storage.InMemory;
using Microsoft.Extensions.Options;

namespace ImmutableAudit;

/// <summary>Says, in the host's own words, what a log is called, where it is stored and who signs it.</summary>
/// <remarks>Nothing is read or created before the host starts. Not thread-safe.</remarks>
public sealed class AuditLogBuilder
{
    private readonly List<Action<AuditLogOptions, IServiceProvider>> _steps = [];
    private string? _origin;
    private bool _allowsTrial;

    internal AuditLogBuilder()
    {
    }

    /// <summary>Names the log: like a URL without scheme, as <c>shop.example/audit</c>. It stays the same for the log's whole life.</summary>
    /// <exception cref="ArgumentException">It cannot name a log: it is blank, or has spaces, <c>+</c> or control characters, or more than 255 bytes.</exception>
    public AuditLogBuilder WithOrigin(string origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        if (NoteKeyName.FindFault(origin) is { } fault)
        {
            throw new ArgumentException($"'{Printable.Of(origin)}' cannot name a log: it {fault}. Use a name like 'shop.example/audit'.", nameof(origin));
        }

        _origin = origin;
        return this;
    }

    /// <summary>Stores the log in a directory, in the public format of C2SP tlog-tiles.</summary>
    /// <param name="directory">Created if need be. Relative paths are taken from the current directory.</param>
    /// <param name="configure">Changes how the journal is kept.</param>
    public AuditLogBuilder UseFileSystem(string directory, Action<FileSystemSinkOptions>? configure = null)
    {
        return UseSink(_ =>
        {
            var options = new FileSystemSinkOptions();
            configure?.Invoke(options);
            return new FileSystemSink(directory, options);
        });
    }

    /// <summary>Keeps the log in memory: for tests and trials. A host in production refuses it.</summary>
    /// <param name="store">A store that several logs may share; by default one of its own.</param>
    public AuditLogBuilder UseInMemory(InMemoryStore? store = null) => UseSink(_ => new InMemorySink(store ?? new InMemoryStore()));

    /// <summary>Stores the log in a sink of another package, or of your own. The log disposes it.</summary>
    public AuditLogBuilder UseSink(Func<IServiceProvider, IAuditSink> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        return Step((options, services) => options.Sink = create(services));
    }

    /// <summary>
    /// Signs with the ECDSA P-256 key in a PEM file, and remembers checkpoints beside it, so that a log put back to an earlier
    /// state is noticed (LOG.md L18). Keep both apart from the log.
    /// </summary>
    /// <param name="path">A file that its owner alone can read, made with <see cref="EcdsaNoteSigner.CreatePemFile"/> or <c>openssl</c>.</param>
    /// <param name="password">The password, where the key is encrypted.</param>
    /// <param name="rememberIn">
    /// The directory in which to remember checkpoints; by default the key's. Name one where that cannot be written to, as with
    /// a secret that is mounted read-only. It outlives the process, and is not the log's.
    /// </param>
    public AuditLogBuilder SignWithPemFile(string path, string? password = null, string? rememberIn = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var directory = rememberIn ?? DirectoryOf(path);
        ArgumentException.ThrowIfNullOrWhiteSpace(directory, nameof(rememberIn));
        return Step((options, _) => options.Signers.Add(EcdsaNoteSigner.FromPemFile(NameOf(options), path, password)))
            .RememberCheckpointsIn(directory);
    }

    /// <summary>
    /// Signs with the key in a PEM file, which is generated where it is not there yet, and remembers checkpoints beside it: for
    /// samples and development. A host in production refuses it, and makes no key.
    /// </summary>
    public AuditLogBuilder SignWithGeneratedKey(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Step((options, services) =>
        {
            options.HasGeneratedKey = true;
            if (AuditLogOptionsValidator.RefusesTrials(options, services))
            {
                // Validation says so, and nothing is left behind.
                return;
            }

            options.Signers.Add(File.Exists(path)
                ? EcdsaNoteSigner.FromPemFile(NameOf(options), path)
                : EcdsaNoteSigner.CreatePemFile(NameOf(options), path));
        }).RememberCheckpointsIn(DirectoryOf(path));
    }

    /// <summary>Signs with any ECDSA P-256 key that <see cref="ECDsa"/> can reach: a certificate's, an HSM's, a cloud's. The key stays the caller's to dispose.</summary>
    public AuditLogBuilder SignWith(ECDsa key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Step((options, _) => options.Signers.Add(new EcdsaNoteSigner(NameOf(options), key, leaveOpen: true)));
    }

    /// <summary>Signs with a signer of another kind.</summary>
    public AuditLogBuilder SignWith(INoteSigner signer)
    {
        ArgumentNullException.ThrowIfNull(signer);
        return Step((options, _) => options.Signers.Add(signer));
    }

    /// <summary>Accepts an earlier key by which the stored checkpoint may still be signed (LOG.md L20).</summary>
    /// <param name="verifierKey">The verifier key: <c>name+hash+base64</c>.</param>
    public AuditLogBuilder AcceptKey(string verifierKey) => Step((options, _) => options.AcceptedKeys.Add(VerifierKey.Parse(verifierKey)));

    /// <summary>Remembers published checkpoints in a directory that is not the log's (LOG.md L18).</summary>
    public AuditLogBuilder RememberCheckpointsIn(string directory) =>
        Step((options, _) => options.Observers.Add(new CheckpointFileObserver(directory)));

    /// <summary>Tells an observer of every published checkpoint, and asks it when the log is opened (LOG.md L18).</summary>
    public AuditLogBuilder ObserveWith(ICheckpointObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return Step((options, _) => options.Observers.Add(observer));
    }

    /// <summary>Changes any other option.</summary>
    public AuditLogBuilder Configure(Action<AuditLogOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Step((options, _) => configure(options));
    }

    /// <summary>Lets a generated key or a log in memory start although the environment is Production.</summary>
    public AuditLogBuilder AllowTrialInProduction()
    {
        _allowsTrial = true;
        return this;
    }

    internal void Apply(AuditLogOptions options, IServiceProvider services)
    {
        // First, whatever the order of calls: signers take their name from it, and a key is generated only where it may be used.
        options.Origin = _origin ?? options.Origin;
        options.AllowTrialInProduction |= _allowsTrial;
        _steps.ForEach(step => step(options, services));
    }

    /// <summary>The log's key is named like the log.</summary>
    private static string NameOf(AuditLogOptions options) => options.Origin.Length > 0
        ? options.Origin
        : throw new OptionsValidationException(nameof(AuditLogOptions), typeof(AuditLogOptions), ["The log has no origin: name it with WithOrigin, as 'shop.example/audit'."]);

    private static string DirectoryOf(string path) =>
        Path.GetDirectoryName(Path.GetFullPath(path)) ?? throw new ArgumentException("The key's path names no file.", nameof(path));

    private AuditLogBuilder Step(Action<AuditLogOptions, IServiceProvider> step)
    {
        _steps.Add(step);
        return this;
    }
}
