namespace ImmutableAudit.Storage.PostgreSql;

/// <summary>
/// Asks the database in nobody's context: a connection that is opened where the caller has an ambient transaction becomes part of that,
/// unless its data source says otherwise.
/// </summary>
internal static class Apart
{
    public static async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        Task<T> running;
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            running = Task.Run(work);
        }

        return await running.ConfigureAwait(false);
    }
}
