using Npgsql;

namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>Makes parameters of a known type, which nothing has to look up.</summary>
internal static class Parameter
{
    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
