using System.Text.Json;
using ImmutableAudit.EndToEnd.Tests.Support;

namespace ImmutableAudit.EndToEnd.Tests.Import;

public sealed class CloudTrailTests : IDisposable
{
    private readonly ImportRuns _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task The_preset_says_who_did_what_to_what_and_how_it_ended()
    {
        var input = _runs.Write(
            "trail.jsonl",
            """{"eventID":"875240ac-e821-4fc6-a311-8c352a1d20f5","eventSource":"s3.amazonaws.com","eventName":"GetBucketAcl","sourceIPAddress":"192.0.2.7","userAgent":"cli","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/ben","accountId":"1"},"requestParameters":{"bucketName":"b"},"errorCode":"AccessDenied","errorMessage":"Access Denied"}""",
            """{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances","userIdentity":{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"},"requestParameters":null,"errorCode":"Client.VcpuLimitExceeded"}""",
            """{"eventSource":"ssm.amazonaws.com","eventName":"GetParameter","userIdentity":{"type":"Root"},"resources":[{"ARN":"arn:aws:ssm:us-east-1:1:parameter/x","accountId":"1"}]}""",
            """{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","userIdentity":{"type":"IAMUser","userName":"eve"},"errorMessage":"Failed authentication"}""");

        var result = await _runs.RunAsync("--input", input, "--preset", "cloudtrail", "--map", "session='imported'");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        var events = (await _runs.EntriesAsync()).ConvertAll(entry => entry.Event);
        Assert.Equal(
            ["arn:aws:iam::1:user/ben", "autoscaling.amazonaws.com", "Root", "eve"], events.Select(e => e.Actor.Id), StringComparer.Ordinal);
        Assert.Equal(["denied", "failure", "success", "failure"], events.Select(e => e.Outcome), StringComparer.Ordinal);
        Assert.Equal(["Access Denied", "Client.VcpuLimitExceeded", null, "Failed authentication"], events.Select(e => e.Reason), StringComparer.Ordinal);
        Assert.Equal(
            [new AuditResource { Type = "AWS::S3::Bucket", Id = "b" }, null, new AuditResource { Type = "ssm", Id = "arn:aws:ssm:us-east-1:1:parameter/x" }, null],
            events.Select(e => e.Resource));
        Assert.Equal("s3.amazonaws.com:GetBucketAcl", events[0].Action);
        Assert.Equal(new AuditSource { Ip = "192.0.2.7", App = "cli" }, events[0].Source);
        Assert.All(events, e => Assert.Equal("imported", e.Session));
    }

    [CloudTrailFact]
    public async Task Two_thousand_nine_hundred_real_events_are_imported_once_and_whole()
    {
        var args = new[] { "--input", CloudTrailFactAttribute.Path!, "--preset", "cloudtrail" };

        var first = await _runs.RunAsync(args);
        var second = await _runs.RunAsync(args);

        Assert.Equal((0, "", 0, ""), (first.ExitCode, first.Error, second.ExitCode, second.Error));
        Assert.Contains("Added 2900 entries, through line 2900; skipped 0", first.Out, StringComparison.Ordinal);
        Assert.Contains("Added 0 entries", second.Out, StringComparison.Ordinal);
        var entries = await _runs.EntriesAsync();
        var records = File.ReadLines(CloudTrailFactAttribute.Path!).Select(line => JsonElement.Parse(line)).ToList();
        Assert.Equal(records.Count, entries.Count);
        Assert.All(records.Zip(entries), pair => Assert.True(JsonElement.DeepEquals(pair.First, pair.Second.Event.Details!.Root.GetProperty("record"))));
        Assert.Equal(records.Select(record => record.GetProperty("eventID").GetGuid()), entries.Select(entry => entry.Id));
        Assert.Equal(
            [("denied", 60), ("failure", 240), ("success", 2600)],
            entries.CountBy(entry => entry.Event.Outcome!).Select(pair => (pair.Key, pair.Value)).Order());

        var verified = await SampleProcess.RunPrintedCommandAsync(second, Path.GetTempPath());
        Assert.True(verified.ExitCode == 0, verified.Out + verified.Error);
    }
}

/// <summary>A test that is not run where the real events are not there: <c>shared/data</c> beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CloudTrailFactAttribute : FactAttribute
{
    public CloudTrailFactAttribute()
    {
        if (Path is null)
        {
            Skip = "The real events, shared/data/cloudtrail.jsonl beside the repository, are not there.";
        }
    }

    public static string? Path { get; } = Find();

    private static string? Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var path = System.IO.Path.Combine(directory.FullName, "shared", "data", "cloudtrail.jsonl");
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
