namespace ImmutableAudit.Storage.FileSystem;

/// <summary>
/// Every file operation whose failure the sink has to survive, so that tests can fail each one. Paths are whole paths.
/// All of it throws what <see cref="System.IO"/> throws.
/// </summary>
internal interface IFileOperations
{
    /// <summary>Opens a file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="mode">Whether it has to be there.</param>
    /// <param name="access">What for.</param>
    /// <param name="space">Bytes that a new file will take: where the disk has no room for them, it is not made, if the file system can tell.</param>
    IStorageFile Open(string path, FileMode mode, FileAccess access, long space = 0);

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
