using System.CommandLine;
using System.Text;
using ImmutableAudit;
using ImmutableAudit.Checkpoints;
using ImmutableAudit.Privilege;
using ImmutableAudit.QuickStart;
using ImmutableAudit.Samples;
using ImmutableAudit.Storage;
using ImmutableAudit.Verification;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// An application with a tamper-evident audit log, and guards in front of what it does; an auditor, who trusts nobody; and somebody who changes one byte.

var logOption = new Option<string>("--log")
{
    Description = "Where the log is kept. Each run appends to it.",
    HelpName = "DIR",
    DefaultValueFactory = _ => "audit-log",
};
var keyOption = new Option<string?>("--signing-key")
{
    Description = "The private key to sign with (ECDSA P-256). By default a development key is made in DIR-keys/.",
    HelpName = "PEM",
};
var originOption = new Option<string>("--origin")
{
    Description = "The log's name. Logs that are signed with one key need a name each.",
    HelpName = "NAME",
    DefaultValueFactory = _ => "shop.example/audit",
};
var command = new RootCommand("Acts behind guards that record it in an audit log, proves and verifies it, and shows that tampering is found.")
{
    logOption,
    keyOption,
    originOption,
};
command.SetAction((arguments, stop) =>
    RunAsync(new SampleLog(arguments.GetRequiredValue(originOption), arguments.GetRequiredValue(logOption), arguments.GetValue(keyOption)), stop));
return await SampleCommand.RunAsync(command, args, Console.Out, Console.Error);

static async Task<int> RunAsync(SampleLog log, CancellationToken stop)
{
    var proof = await RunApplicationAsync(log, stop);

    // One line of text, the public key, is all that the auditor gets from the application's owner.
    var publicKey = VerifierKey.Parse(log.VerifierKeyText());
    var found = await AuditAsync(log.Directory, publicKey, proof, stop) && await TamperAsync(log.Directory, publicKey, AuditProof.Parse(proof), stop);

    Console.WriteLine($"\nThe log stays in '{log.Directory}'. Verify it yourself:\n\n  {log.VerifierCommand()}\n\n"
        + "'access' in the place of 'verify' replays who was allowed what, and by which grant; 'review' says what was never used.\n");
    return found ? SampleCommand.Done : SampleCommand.Failed;
}

// The application: registers the log and the guards with its host, acts, is denied something, reads back, and hands out a proof of one entry.
static async Task<byte[]> RunApplicationAsync(SampleLog log, CancellationToken stop)
{
    var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
    {
        // A host takes itself to be in Production unless told otherwise, and there a generated key is refused.
        EnvironmentName = Environments.Development,
        ContentRootPath = AppContext.BaseDirectory,
    });

    builder.Services.AddImmutableAudit(audit =>
    {
        audit.WithOrigin(log.Origin).UseFileSystem(log.Directory);
        _ = log.HasDevelopmentKey ? audit.SignWithGeneratedKey(log.KeyFile) : audit.SignWithPemFile(log.KeyFile);
    });

    // Who may do what. Everything else is denied, and every attempt is in the log.
    builder.Services.AddLeastPrivilege(policy => policy
        .Version(1)
        .Role("support", role => role.Allow(Permissions.OrdersRefund))
        .Role("privacy", role => role.ApprovesElevation())
        .Role("auditor", role => role.Allow(AuditPermissions.Read))
        .Elevation(Permissions.CustomersExport, rule => rule
            .RequestableBy("support").ApprovedBy("privacy", quorum: 2).MaxDuration(TimeSpan.FromMinutes(30)).RequireReason())
        .Assign("alice", "support")
        .Assign("carol", "auditor")
        .Assign("dora", "privacy")
        .Assign("edgar", "privacy"));
    builder.Services.AddGuarded<IShop, Shop>(ServiceLifetime.Singleton);

    // Warnings only; and where the host cannot start, the message at the end is enough.
    builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);

    using var host = builder.Build();
    await host.StartAsync(stop);

    // Every call returns when its entry is durable. Its receipt says where the entry stands.
    var shop = host.Services.GetRequiredService<IShop>();
    var first = await shop.SignInAsync("alice", "192.0.2.7", stop);
    AuditReceipt refund;
    using (SubjectScope.Enter(new AuditSubject { Id = "alice", Kind = "user" }))
    {
        refund = await shop.RefundAsync("4711", 12.50m, stop);
    }

    await ElevateAsync(shop, host.Services.GetRequiredService<IAccessRequests>(), stop);

    // Reading the log through the application is guarded, too, and on record.
    Console.WriteLine($"The log {log.Origin}, as carol reads it:\n");
    using (SubjectScope.Enter(new AuditSubject { Id = "carol", Kind = "user" }))
    {
        await foreach (var entry in host.Services.GetRequiredService<IAuditLogReader>().ReadAsync(first.Index, cancellationToken: stop))
        {
            var what = entry.Event;
            Console.WriteLine($"  {entry.Index,4}  {entry.Time:HH:mm:ss.fff}  {entry.Type,-15} {what.Actor.Id,-9} {what.Action,-28} {what.Resource?.Id,-5} {what.Outcome}");
        }
    }

    var proof = await host.Services.GetRequiredService<IAuditLog>().ProveAsync(refund.Index, stop);
    Console.WriteLine($"\nIt proves entry {proof.Index}: {proof.ToBytes().Length} bytes of text, with the entry itself, to keep or to send to anybody.");

    await host.StopAsync(stop);
    return proof.ToBytes();
}

// Nobody holds the power to export all customers. For a task and a time it is asked for, and others approve.
static async Task ElevateAsync(IShop shop, IAccessRequests requests, CancellationToken stop)
{
    async Task AsAsync(string who, string what, Func<Task<string>> act)
    {
        using var scope = SubjectScope.Enter(new AuditSubject { Id = who, Kind = "user" });
        try
        {
            Console.WriteLine($"  {who,-5} {what}: {await act()}");
        }
        catch (Exception refused) when (refused is AccessDeniedException or AccessRequestException)
        {
            Console.WriteLine($"  {who,-5} {what}: {refused.Message}");
        }
    }

    async Task<string> ExportAsync() => $"{await shop.ExportCustomersAsync(stop)} customers";

    Console.WriteLine("All customers are to be exported:\n");
    await AsAsync("alice", "exports", ExportAsync);
    AccessRequest? request = null;
    await AsAsync("alice", "asks for 2 seconds of it", async () =>
        $"{(request = await requests.RequestAsync(new() { Permissions = [Permissions.CustomersExport], Duration = TimeSpan.FromSeconds(2), Reason = "request of the authority, case 17" }, stop)).Status}");
    await AsAsync("alice", "approves it", async () => $"{(await requests.ApproveAsync(request!.Id, cancellationToken: stop)).Status}");
    await AsAsync("dora", "approves it", async () => $"{(await requests.ApproveAsync(request!.Id, "case 17 is real", cancellationToken: stop)).Status}");
    await AsAsync("edgar", "approves it", async () => $"{(await requests.ApproveAsync(request!.Id, cancellationToken: stop)).Status}");
    await AsAsync("alice", "activates it", async () => $"{(request = await requests.ActivateAsync(request!.Id, stop)).Status} until {request.Until:HH:mm:ss.fff}");
    await AsAsync("alice", "exports", ExportAsync);
    await Task.Delay(request!.Until - TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(100), stop);
    await AsAsync("alice", "exports after 2 seconds", ExportAsync);
    Console.WriteLine();
}

// The auditor: has the public key, the proof and the log's files, and needs nothing from the application.
static async Task<bool> AuditAsync(string log, INoteVerifier publicKey, byte[] proof, CancellationToken stop)
{
    Console.WriteLine($"\nThe auditor has the public key of {publicKey.Name}, and checks the proof:\n");
    var proven = AuditProof.Parse(proof).Verify([publicKey]);
    Console.WriteLine(proven.Holds
        ? $"  It holds. Entry {proven.Index} of the {proven.Checkpoint.Size} signed ones is:\n  {Encoding.UTF8.GetString(proven.Entry.Span)}"
        : $"  It does not hold: {proven.Reason}");

    Console.WriteLine("\nand then the whole log, from its files:\n");
    var result = await VerifyAsync(log, publicKey, stop);
    Console.WriteLine(result.Holds
        ? $"  It holds: {result.Checkpoint.Checkpoint.Size} entries, from {result.FirstTime:u} to {result.LastTime:u}."
        : $"  It does not hold: {result.Failure.Message}");
    return proven.Holds && result.Holds;
}

// Somebody with full access to the files changes one byte: the payment of 12.50 becomes one of 92.50. Here in a copy.
static async Task<bool> TamperAsync(string log, INoteVerifier publicKey, AuditProof proof, CancellationToken stop)
{
    using var copy = LogCopy.Of(log);
    copy.Edit(proof.Entry!.Value.Span, "\"amount\":12.50"u8, "\"amount\":92.50"u8);

    Console.WriteLine($"\nIn a copy of the log, one byte of entry {proof.Index} is changed: the payment of 12.50 becomes one of 92.50.\nThe auditor verifies the copy:\n");
    var result = await VerifyAsync(copy.Directory, publicKey, stop);
    Console.WriteLine(result.Holds ? "  It holds. That must not happen." : $"  It does not hold. {result.Failure.Message}");
    return result.Failure?.EntryIndex == proof.Index;
}

static Task<LogVerificationResult> VerifyAsync(string log, INoteVerifier publicKey, CancellationToken stop) =>
    new LogVerifier(LogReader.Open(log), new LogVerificationOptions { Keys = [publicKey] }).VerifyAsync(cancellationToken: stop);
