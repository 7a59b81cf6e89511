namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Every file operation whose failure the sink has to survive, so that tests can fail each one. Paths are whole paths.
/// All of it throws what <see cref="System.IO"/> throws.
/// </summary>
internal interface IFileOperations
{
    IStorageFile Open(string path, FileMode mode, FileAccess access);

    void Rename(string from, string to);

    void Delete(string path);

    void DeleteDirectory(string path);

    void CreateDirectory(string path);

    /// <summary>Makes the names in a directory durable; does nothing where the platform needs or offers no such call.</summary>
    void FlushDirectory(string path);

    /// <summary>Marks a file read-only, as a hint (LOG.md L15).</summary>
    void Seal(string path);

    /// <summary>Takes the hint back, so that recovery can replace a leftover.</summary>
    void Unseal(string path);

    bool FileExists(string path);

    bool DirectoryExists(string path);

    IEnumerable<string> EnumerateFiles(string directory, string pattern);
}
