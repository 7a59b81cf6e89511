using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace ImmutableAudit.Checkpoints;

/// <summary>Key files: the private key in PEM, open to its owner alone, and the verifier key beside it.</summary>
internal static class KeyFile
{
    private const int MaxLength = 64 * 1024;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OthersAccess =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>The private key in a PEM file. What was read on the way is wiped.</summary>
    /// <exception cref="AuditKeyException">There is no private key that can be used.</exception>
    public static ECDsa ReadPrivateKey(string path, ReadOnlySpan<char> password)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = ReadBytes(path, "key file", ownerOnly: true);
        var pem = new char[bytes.Length];
        try
        {
            // PEM is ASCII; whatever else a file holds is found when it is read as PEM.
            var length = Encoding.Latin1.GetChars(bytes, pem);
            return PemKey.Read(pem.AsSpan(0, length), password, path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(pem);
        }
    }

    /// <summary>The line in a verifier key file. A byte order mark and a final newline are no part of it.</summary>
    /// <exception cref="AuditKeyException">The file cannot be read, or is not text.</exception>
    public static string ReadVerifierKey(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ReadOnlySpan<byte> text = ReadBytes(path, "verifier key file", ownerOnly: false);
        text = text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text).TrimEnd('\n').TrimEnd('\r')
            : throw new AuditKeyException($"The verifier key file '{path}' is not UTF-8 text.");
    }

    /// <summary>
    /// Writes a new key, and its verifier key beside it. Either both files are made or none. Their names are durable when the
    /// directory is flushed next: with the first checkpoint that is remembered there, or by the system.
    /// </summary>
    /// <exception cref="AuditKeyException">A file exists already, or cannot be written.</exception>
    public static void Create(string path, ECDsa key, INoteVerifier verifier)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var verifierPath = (path.EndsWith(".pem", StringComparison.OrdinalIgnoreCase) ? path[..^4] : path) + ".vkey";
        var pem = Export(key);
        try
        {
            CreateDirectory(path);
            RefuseExisting(path);
            RefuseExisting(verifierPath);
            WriteNew(path, pem, ownerOnly: true);
            try
            {
                WriteNew(verifierPath, Encoding.UTF8.GetBytes(verifier.ToVerifierKey() + "\n"), ownerOnly: false);
            }
            catch
            {
                // The key has signed nothing yet, and half of a pair would stand in the way of the next attempt.
                File.Delete(path);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new AuditKeyException($"The key file '{path}' could not be made: {e.Message}", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pem);
        }
    }

    /// <summary>The private key in PEM, one array that the caller wipes: what was needed on the way is wiped here.</summary>
    private static byte[] Export(ECDsa key)
    {
        var text = new char[1024];
        try
        {
            if (!key.TryExportPkcs8PrivateKeyPem(text, out var length))
            {
                throw new AuditKeyException($"The key takes more than {text.Length} characters of PEM: it is no P-256 key.");
            }

            var pem = new byte[length + 1];
            Encoding.ASCII.GetBytes(text.AsSpan(0, length), pem);
            pem[length] = (byte)'\n';
            return pem;
        }
        finally
        {
            Array.Clear(text);
        }
    }

    private static void CreateDirectory(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } directory || Directory.Exists(directory))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, OwnerFile | UnixFileMode.UserExecute);
        }
    }

    private static void RefuseExisting(string path)
    {
        if (File.Exists(path))
        {
            throw new AuditKeyException(
                $"The file '{path}' exists already, and a key is never overwritten. Load it with FromPemFile, or choose "
                + "another path.");
        }
    }

    private static void WriteNew(string path, byte[] content, bool ownerOnly)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (ownerOnly && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        using var file = new FileStream(path, options);
        try
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            // Windows does not delete an open file.
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    private static byte[] ReadBytes(string path, string what, bool ownerOnly)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);

            // Asked of the open file, so that it cannot be exchanged in between.
            if (ownerOnly
                && !OperatingSystem.IsWindows()
                && (File.GetUnixFileMode(file.SafeFileHandle) & OthersAccess) != UnixFileMode.None)
            {
                throw new AuditKeyException(
                    $"The {what} '{path}' is open to others than its owner. Close it with: chmod 600 '{path}'");
            }

            if (file.Length > MaxLength)
            {
                throw new AuditKeyException($"The {what} '{path}' is longer than {MaxLength} bytes: it is no key.");
            }

            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AuditKeyException(
                $"The {what} '{path}' is not there. Check the path; EcdsaNoteSigner.CreatePemFile makes a new key.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new AuditKeyException($"The {what} '{path}' could not be read: {e.Message}", e);
        }
    }
}
