using ImmutableAudit.Checkpoints;
using ImmutableAudit.Storage.FileSystem;
using ImmutableAudit.Testing;
using ImmutableAudit.Tests.Support;

namespace ImmutableAudit.Tests.Log;

/// <summary>Publishing lags, fails and recovers apart from appending (LOG.md L5, L22, L23).</summary>
public sealed class PublicationTests : IDisposable
{
    /// <summary>Appends of 60 kB, and how many of them fit into the smallest journal.</summary>
    private const int Appends = 30;
    private const int Fitting = 14;

    private readonly TestLogs _logs = new();
    private readonly TestClock _time = new();
    private readonly LogLines _reported = new();
    private readonly MoodySigner _signer;

    public PublicationTests() => _signer = new MoodySigner(_logs.Signer);

    public void Dispose() => _logs.Dispose();

    [Fact]
    public async Task What_is_committed_is_published_when_the_interval_has_passed()
    {
        await using var log = await OpenAsync(configure: options => options.Observers.Clear()); // How long one may take is a timer, too.
        Assert.False(_time.HasRunningTimer);
        for (var i = 1; i <= 3; i++)
        {
            await log.AppendAsync(TestLogs.Event(i));
            await Waiting.ForAsync(() => _time.HasRunningTimer, "the timer");
            _time.Advance(TimeSpan.FromSeconds(9));
            Assert.Equal(i - 1, log.LatestCheckpoint.Checkpoint.Size);
            _time.Advance(TimeSpan.FromSeconds(1));
            await Waiting.ForAsync(() => log.LatestCheckpoint.Checkpoint.Size == i, "the checkpoint");
        }
    }

    [Fact]
    public async Task While_the_signer_is_down_appends_go_on_and_afterwards_all_is_published()
    {
        await using var log = await OpenAsync();
        _signer.IsDown = true;
        for (var i = 0; i < 100; i++)
        {
            await log.AppendAsync(TestLogs.Event(i));
        }

        await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.FlushAsync());
        await Assert.ThrowsAsync<AuditPublicationException>(async () => await log.ProveAsync(7));
        Assert.True(_reported.Contain("Publishing failed with 100 committed entries unpublished; it is tried again in"));
        Assert.Equal(100, await log.ReadAsync().CountAsync());
        Assert.Equal(0, log.LatestCheckpoint.Checkpoint.Size);
        await log.AppendAsync(TestLogs.Event(100));

        _signer.IsDown = false;
        await Waiting.ForAsync(() => _time.HasRunningTimer, "the timer");
        _time.Advance(TimeSpan.FromSeconds(30));
        await Waiting.ForAsync(() => log.LatestCheckpoint.Checkpoint.Size == 101, "the checkpoint");
        Assert.True((await log.ProveAsync(7)).Verify([_logs.Key]).Holds);
    }

    [Fact]
    public async Task A_full_journal_makes_producers_wait_until_something_is_published()
    {
        await using var log = await OpenAsync();
        _signer.IsDown = true;
        var appends = await FillAsync(log);
        Assert.Contains(appends, append => !append.IsCompleted);

        _signer.IsDown = false;
        await log.FlushAsync();
        Assert.Equal(Enumerable.Range(0, Appends).Select(i => (long)i), (await Task.WhenAll(appends).WaitAsync(Waiting.Limit)).Select(receipt => receipt.Index).Order());
        var journal = Directory.GetFiles(Path.Combine(_logs.LogDirectory, "journal"), "*.journal").Sum(file => new FileInfo(file).Length);
        Assert.True(journal <= 3 * FileSystemSinkOptions.MinJournalCapacity, $"{journal} bytes");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposal_ends_although_nothing_can_be_signed_and_the_journal_is_full(bool hangs)
    {
        var log = await OpenAsync();
        _signer.IsDown = true;
        if (hangs)
        {
            _signer.Hang();
        }

        var appends = await FillAsync(log);
        var disposal = Task.Run(async () => await log.DisposeAsync());
        await WhileTimePassesAsync(disposal, TimeSpan.FromMinutes(1));

        var acknowledged = new List<long>();
        foreach (var append in appends)
        {
            try
            {
                acknowledged.Add((await append).Index);
            }
            catch (AuditUnavailableException)
            {
                // Nothing was appended.
            }
        }

        await using var again = await _logs.OpenAsync();
        Assert.Equal(acknowledged.Count, again.Size);
        Assert.InRange(acknowledged.Count, Fitting, Appends - 1);
    }

    [Fact]
    public async Task A_signer_that_neither_answers_nor_listens_has_failed_and_is_asked_again_once_it_has_answered()
    {
        using var answers = new ManualResetEventSlim();
        var deaf = new DeafSigner(_logs.Signer, answers);
        await using (var log = await OpenAsync(deaf))
        {
            deaf.IsDeaf = true;
            await log.AppendAsync(TestLogs.Event(0));
            var flush = log.FlushAsync().AsTask();
            await Waiting.ForAsync(() => deaf.Asked > 1, "the signer");
            await WhileTimePassesAsync(flush, TimeSpan.FromSeconds(30));
            Assert.Contains("does not answer", (await Assert.ThrowsAsync<AuditPublicationException>(() => flush)).Message, StringComparison.Ordinal);
            Assert.Contains("has still not answered", (await Assert.ThrowsAsync<AuditPublicationException>(() => log.FlushAsync().AsTask())).Message, StringComparison.Ordinal);
            Assert.Equal(2, deaf.Asked);

            deaf.IsDeaf = false;
            answers.Set();
            await Waiting.ForAsync(async () => await Record.ExceptionAsync(() => log.FlushAsync().AsTask()) is null, "the checkpoint");
            Assert.Equal(1, log.LatestCheckpoint.Checkpoint.Size);
            Assert.Equal(3, deaf.Asked);
        }

        answers.Set();
    }

    [Fact]
    public async Task A_signer_that_gives_up_when_told_to_has_not_answered_either()
    {
        await using var log = await OpenAsync();
        await log.AppendAsync(TestLogs.Event(0));
        _signer.Hang();
        var asked = _signer.Asked;
        var flush = log.FlushAsync().AsTask();
        await Waiting.ForAsync(() => _signer.Asked > asked, "the signer");
        await WhileTimePassesAsync(flush, TimeSpan.FromSeconds(30));
        Assert.Contains("The signer does not answer.", (await Assert.ThrowsAsync<AuditPublicationException>(() => flush)).Message, StringComparison.Ordinal);
        _signer.Resume();
        Assert.Equal(1, (await log.FlushAsync()).Checkpoint.Size);
    }

    [Fact]
    public async Task Disposal_does_not_wait_for_who_wants_the_run_on_record()
    {
        var log = await OpenAsync();
        _signer.IsDown = true;
        var appends = await FillAsync(log);
        var required = log.Privileged.RequireSessionAsync().AsTask(); // Behind what has no room.
        var disposal = Task.Run(async () => await log.DisposeAsync());
        await WhileTimePassesAsync(disposal, TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<AuditUnavailableException>(() => required);
        await Assert.ThrowsAsync<AuditUnavailableException>(() => Task.WhenAll(appends));
    }

    [Fact]
    public async Task A_closed_log_is_not_measured_any_more_by_a_meter_that_outlives_it()
    {
        using var gauge = new QueueGauge();
        await using (var log = await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(_logs.LogDirectory), options => options.MeterFactory = gauge)))
        {
            Assert.Equal((0, 0), gauge.Read());
        }

        gauge.Forget();
        Assert.Throws<KeyNotFoundException>(() => gauge.Read());
    }

    [Fact]
    public async Task What_is_being_signed_while_the_log_recovers_is_published_or_signed_anew()
    {
        var files = new FaultyFiles();
        await using (var log = await AuditLog.OpenAsync(_logs.Options(new FileSystemSink(_logs.LogDirectory, null, files), options =>
        {
            options.Signers.Clear();
            options.Signers.Add(_signer);
            options.CheckpointInterval = TimeSpan.FromDays(1);
        })))
        {
            await log.AppendAsync([.. Enumerable.Range(0, 300).Select(i => TestLogs.Event(i))]);
            _signer.Hang();
            var asked = _signer.Asked;
            var flush = log.FlushAsync().AsTask();
            await Waiting.ForAsync(() => _signer.Asked > asked, "the signer");
            files.ArmNext(
                what => what.StartsWith("flush", StringComparison.Ordinal) && what.EndsWith(".journal", StringComparison.Ordinal),
                Fault.FailedButDone);
            await Assert.ThrowsAsync<AuditOutcomeUnknownException>(async () => await log.AppendAsync(TestLogs.Event(300)));
            await Waiting.ForAsync(() => log.Privileged.AcceptsAppends, "recovery");
            _signer.Resume();
            Assert.InRange((await flush.WaitAsync(Waiting.Limit)).Checkpoint.Size, 300, 301);
            Assert.True((await log.ProveAsync(300)).Verify([_logs.Key]).Holds);
        }

        await using var again = await _logs.OpenAsync();
        Assert.Equal(301, again.LatestCheckpoint.Checkpoint.Size);
    }

    [Fact]
    public async Task What_was_written_for_a_checkpoint_that_was_never_published_is_removed_once_its_full_files_are()
    {
        var files = new FaultyFiles();
        await using var log = await AuditLog.OpenAsync(_logs.Options(
            new FileSystemSink(_logs.LogDirectory, null, files), options => options.CheckpointInterval = TimeSpan.FromDays(1)));
        await AppendAsync(100);
        files.ArmNext(what => what == $"rename {Path.Combine(_logs.LogDirectory, "checkpoint")}", Fault.Failed);
        await AppendAsync(200, fails: true);
        Assert.True(Directory.Exists(Partials("tile/0/001.p")) && Directory.Exists(Partials("tile/entries/001.p")));
        await AppendAsync(300);
        Assert.Equal(600, log.LatestCheckpoint.Checkpoint.Size);
        Assert.False(Directory.Exists(Partials("tile/0/001.p")) || Directory.Exists(Partials("tile/entries/001.p")));

        string Partials(string path) => Path.Combine(_logs.LogDirectory, path.Replace('/', Path.DirectorySeparatorChar));

        async Task AppendAsync(int count, bool fails = false)
        {
            await log.AppendAsync([.. Enumerable.Range(0, count).Select(i => TestLogs.Event(i))]);
            var failure = await Record.ExceptionAsync(() => log.FlushAsync().AsTask());
            Assert.Equal(fails, failure is AuditPublicationException);
        }
    }

    [Fact]
    public async Task A_published_tree_head_is_never_signed_again()
    {
        byte[] first;
        await using (var log = await OpenAsync())
        {
            await log.AppendAsync(TestLogs.Event(0));
            first = (await log.FlushAsync()).Bytes.ToArray();
            Assert.Equal(first, (await log.FlushAsync()).Bytes.ToArray());
        }

        for (var i = 0; i < 3; i++)
        {
            await using var log = await OpenAsync();
            Assert.Equal(first, (await log.FlushAsync()).Bytes.ToArray());
            Assert.Equal(first, File.ReadAllBytes(Path.Combine(_logs.LogDirectory, "checkpoint")));
        }
    }

    /// <summary>Lets the clock go on until something has ended, however.</summary>
    private Task WhileTimePassesAsync(Task ending, TimeSpan step) => Waiting.ForAsync(
        () =>
        {
            _time.Advance(step);
            return ending.IsCompleted;
        },
        "what ends by the clock");

    /// <summary>Fills the journal one commit after the other, and then appends what has no room together.</summary>
    private static async Task<List<Task<AuditReceipt>>> FillAsync(AuditLog log)
    {
        Task<AuditReceipt> AppendAsync(int i) => log.AppendAsync(TestLogs.Event(i, new string('x', 60_000))).AsTask();
        var appends = new List<Task<AuditReceipt>>();
        for (var i = 0; i < Fitting; i++)
        {
            appends.Add(AppendAsync(i));
            await appends[^1].WaitAsync(Waiting.Limit);
        }

        appends.AddRange(Enumerable.Range(Fitting, Appends - Fitting).Select(AppendAsync));
        return appends;
    }

    private Task<AuditLog> OpenAsync(INoteSigner? signer = null, Action<AuditLogOptions>? configure = null) => AuditLog.OpenAsync(_logs.Options(
        new FileSystemSink(_logs.LogDirectory, new FileSystemSinkOptions { JournalCapacity = FileSystemSinkOptions.MinJournalCapacity }),
        options =>
        {
            options.Signers.Clear();
            options.Signers.Add(signer ?? _signer);
            options.Observers.Add(new CheckpointFileObserver(_logs.KeyDirectory));
            options.CheckpointInterval = TimeSpan.FromSeconds(10);
            options.TimeProvider = _time;
            options.LoggerFactory = _reported;
            options.MaxClockJump = TimeSpan.FromDays(1);

            // Commits of one or two entries, so that the journal fills up evenly.
            options.MaxQueuedEntries = 1;
            configure?.Invoke(options);
        }));

    /// <summary>A signing service of which a call may block, and cannot be cancelled.</summary>
    private sealed class DeafSigner(INoteSigner inner, ManualResetEventSlim answers) : INoteSigner
    {
        private int _asked;

        public INoteVerifier Verifier => inner.Verifier;

        public bool IsDeaf { get; set; }

        public int Asked => Volatile.Read(ref _asked);

        public ValueTask<ReadOnlyMemory<byte>> SignAsync(ReadOnlyMemory<byte> text, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _asked);
            if (IsDeaf)
            {
                answers.Wait(CancellationToken.None);
            }

            return inner.SignAsync(text, CancellationToken.None);
        }
    }
}
