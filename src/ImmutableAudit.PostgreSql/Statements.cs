using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// What is asked of the database, and never for more than there may be: whoever administers it may have put anything there. Schema/schema.sql says
/// what the functions do.
/// </summary>
/// <param name="name">The schema's name.</param>
/// <param name="quoted">The same as an identifier: a name may be a word of the language.</param>
internal sealed class Statements(string name, string quoted)
{
    public Statements(string name)
        : this(name, $"\"{name}\"")
    {
    }

    public string Schema => name;

    public string SchemaVersion { get; } = $"SELECT version FROM {quoted}.schema_version";

    public string FindLog { get; } = $"SELECT id FROM {quoted}.log WHERE origin = $1";

    public string Origins { get; } = $"SELECT origin FROM {quoted}.log ORDER BY origin LIMIT 20";

    public string BeginLog { get; } = $"SELECT {quoted}.begin_log($1, $2)";

    public string OpenCommit { get; } = $"SELECT size, last_time, privilege_head, range, now, epoch, turn FROM {quoted}.open_commit($1, $2, $3, $4)";

    public string EndTurn { get; } = $"SELECT {quoted}.end_turn($1)";

    public string Append { get; } = $"SELECT {quoted}.append($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    public string Confirm { get; } = $"SELECT size, last_time, privilege_head, range FROM {quoted}.confirm($1, $2)";

    public string Head { get; } = $"SELECT size, last_time, privilege_head, range FROM {quoted}.head WHERE log = $1";

    public string Size { get; } = $"SELECT size FROM {quoted}.head WHERE log = $1";

    public string PutTiles { get; } = $"SELECT {quoted}.put_tiles($1, $2, $3, $4)";

    public string WaitToPublish { get; } =
        "SELECT pg_catalog.set_config('lock_timeout', '1s', true), pg_catalog.set_config('idle_in_transaction_session_timeout', '5s', true)";

    public string TakePublishing { get; } = $"SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('{name}.publish'), $1)";

    public string Publish { get; } = $"SELECT {quoted}.publish($1, $2, $3, $4, $5, $6)";

    public string Checkpoint { get; } = $"SELECT substring(note FOR {SignedNote.MaxLength + 1}) FROM {quoted}.checkpoint WHERE log = $1";

    public string Tile { get; } = $"SELECT substring(data FOR $4) FROM {quoted}.tile WHERE log = $1 AND level = $2 AND index = $3";

    public string Entries { get; } = $"SELECT substring(data FOR {EntryBundle.MaxEntryLength + 1}), index FROM {quoted}.entry WHERE log = $1 AND index >= $2 AND index < $3 ORDER BY index";

    public string Listen { get; } = $"LISTEN {quoted}";
}
