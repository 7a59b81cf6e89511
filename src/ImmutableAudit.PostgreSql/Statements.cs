using ImmutableAudit.Checkpoints;
using ImmutableAudit.Tiles;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// What is asked of the database, and never for more than there may be: whoever administers it may have put anything there. Schema/schema.sql says
/// what the functions do.
/// </summary>
/// <param name="name">The schema's name.</param>
/// <param name="schema">The same in statements: a name may be a word of the language.</param>
internal sealed class Statements(string name, string schema)
{
    public Statements(string name)
        : this(name, $"\"{name}\"")
    {
    }

    public string Schema => name;

    public string SchemaVersion { get; } = $"SELECT version FROM {schema}.schema_version";

    public string FindLog { get; } = $"SELECT id FROM {schema}.log WHERE origin = $1";

    public string Origins { get; } = $"SELECT origin FROM {schema}.log ORDER BY origin LIMIT 20";

    public string BeginLog { get; } = $"SELECT {schema}.begin_log($1, $2)";

    public string OpenCommit { get; } = $"SELECT size, last_time, privilege_head, range, now, epoch, turn FROM {schema}.open_commit($1, $2, $3, $4)";

    public string EndTurn { get; } = $"SELECT {schema}.end_turn($1)";

    public string Append { get; } = $"SELECT {schema}.append($1, $2, $3, $4, $5, $6, $7, $8, $9)";

    public string Confirm { get; } = $"SELECT size, last_time, privilege_head, range FROM {schema}.confirm($1, $2)";

    public string Head { get; } = $"SELECT size, last_time, privilege_head, range FROM {schema}.head WHERE log = $1";

    public string Size { get; } = $"SELECT size FROM {schema}.head WHERE log = $1";

    public string PutTiles { get; } = $"SELECT {schema}.put_tiles($1, $2, $3, $4)";

    public string WaitToPublish { get; } =
        "SELECT pg_catalog.set_config('lock_timeout', '1s', true), pg_catalog.set_config('idle_in_transaction_session_timeout', '5s', true)";

    public string TakePublishing { get; } = $"SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('{name}.publish'), $1)";

    public string Publish { get; } = $"SELECT {schema}.publish($1, $2, $3, $4, $5, $6)";

    public string Checkpoint { get; } = $"SELECT substring(note FOR {SignedNote.MaxLength + 1}) FROM {schema}.checkpoint WHERE log = $1";

    public string Tile { get; } = $"SELECT substring(data FOR $4) FROM {schema}.tile WHERE log = $1 AND level = $2 AND index = $3";

    public string Entries { get; } = $"SELECT substring(data FOR {EntryBundle.MaxEntryLength + 1}), index FROM {schema}.entry WHERE log = $1 AND index >= $2 AND index < $3 ORDER BY index";

    public string Listen { get; } = $"LISTEN {schema}";
}
