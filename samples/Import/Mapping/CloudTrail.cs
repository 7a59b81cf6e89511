using System.Text.Json;

namespace ImmutableAudit.Import.Mapping;

/// <summary>AWS CloudTrail events, one a line: the elements of <c>Records</c> in the files that CloudTrail delivers.</summary>
internal static class CloudTrail
{
    /// <summary>What an error code holds where the call was not allowed, rather than wrong.</summary>
    private static readonly string[] DeniedCodes =
        ["AccessDenied", "Unauthorized", "NotAuthorized", "AuthorizationError", "AuthFailure", "Forbidden"];

    /// <summary>Parameters that name what a call is about, for calls that list no resources. The first that is there counts.</summary>
    private static readonly (string Parameter, string Type)[] Resources =
    [
        ("bucketName", "AWS::S3::Bucket"),
        ("secretId", "AWS::SecretsManager::Secret"),
        ("functionName", "AWS::Lambda::Function"),
        ("dBInstanceIdentifier", "AWS::RDS::DBInstance"),
        ("roleName", "AWS::IAM::Role"),
        ("roleArn", "AWS::IAM::Role"),
        ("userName", "AWS::IAM::User"),
        ("groupName", "AWS::IAM::Group"),
        ("policyArn", "AWS::IAM::Policy"),
        ("instanceId", "AWS::EC2::Instance"),
        ("groupId", "AWS::EC2::SecurityGroup"),
        ("routeTableId", "AWS::EC2::RouteTable"),
        ("subnetId", "AWS::EC2::Subnet"),
        ("vpcId", "AWS::EC2::VPC"),
        ("keyId", "AWS::KMS::Key"),
    ];

    private static readonly MemberSource ErrorCode = At("$.errorCode");
    private static readonly MemberSource ErrorMessage = At("$.errorMessage");
    private static readonly MemberSource ResourceArn = At("$.resources[0].ARN");
    private static readonly MemberSource ResourceType = At("$.resources[0].type");

    public static IReadOnlyDictionary<string, MemberSource> Members { get; } = new Dictionary<string, MemberSource>(StringComparer.Ordinal)
    {
        ["id"] = At("$.eventID"),
        ["actor.issuer"] = At("$.userIdentity.accountId"),
        ["actor.id"] = At("$.userIdentity.arn | $.userIdentity.invokedBy | $.userIdentity.userName | $.userIdentity.type"),
        ["actor.kind"] = At("$.userIdentity.type"),
        ["action"] = At("$.eventSource + \":\" + $.eventName"),
        ["resource.type"] = record => Resource(record)?.Type,
        ["resource.id"] = record => Resource(record)?.Id,
        ["outcome"] = Outcome,
        ["reason"] = At("$.errorMessage | $.errorCode"),
        ["source.ip"] = At("$.sourceIPAddress"),
        ["source.app"] = At("$.userAgent"),
    };

    private static MemberSource At(string expression) => ValueExpressionParser.Parse(expression).Read;

    /// <summary>A failed sign-in has a message and no code.</summary>
    private static string Outcome(JsonElement record) => ErrorCode(record) is { } code
        ? DeniedCodes.Any(denied => code.Contains(denied, StringComparison.Ordinal)) ? AuditOutcome.Denied : AuditOutcome.Failure
        : ErrorMessage(record) is null ? AuditOutcome.Success : AuditOutcome.Failure;

    private static (string Type, string Id)? Resource(JsonElement record)
    {
        if (ResourceArn(record) is { } arn)
        {
            return (ResourceType(record) ?? ServiceOf(arn), arn);
        }

        if (record.TryGetProperty("requestParameters", out var parameters) && parameters.ValueKind == JsonValueKind.Object)
        {
            foreach (var (parameter, type) in Resources)
            {
                if (parameters.TryGetProperty(parameter, out var id) && id.ValueKind == JsonValueKind.String && id.GetString() is { Length: > 0 } text)
                {
                    return (type, text);
                }
            }
        }

        return null;
    }

    /// <summary>Some services name their resources without a type: <c>arn:aws:ssm:…</c> is then an <c>ssm</c> resource.</summary>
    private static string ServiceOf(string arn) => arn.Split(':') is [_, _, { Length: > 0 } service, ..] ? service : "resource";
}
