using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ImmutableAudit.DependencyInjection;

/// <summary>Checks what a log is opened with, and keeps a trial setup out of production.</summary>
internal sealed class AuditLogOptionsValidator(IServiceProvider services) : IValidateOptions<AuditLogOptions>
{
    /// <summary>Whether the environment is one that takes no trial setup.</summary>
    public static bool RefusesTrials(AuditLogOptions options, IServiceProvider services) =>
        !options.AllowTrialInProduction && services.GetService<IHostEnvironment>()?.IsProduction() == true;

    public ValidateOptionsResult Validate(string? name, AuditLogOptions options)
    {
        var faults = new List<string>();
        var refusesTrials = RefusesTrials(options, services);
        if (refusesTrials && options.HasGeneratedKey)
        {
            faults.Add(
                "The signing key is a generated one, and the environment is Production. Sign with a key that is kept apart from "
                + "the log (SignWithPemFile, SignWith), or say AllowTrialInProduction.");
        }
        else
        {
            // Not where the key is refused: it was not made, and so has no signer either.
            faults.AddRange(options.Validate());
        }

        if (refusesTrials && options.Sink is { IsDurable: false })
        {
            faults.Add(
                "The log is kept in memory, and the environment is Production: every entry would be lost with the process. Use a "
                + "durable sink (UseFileSystem), or say AllowTrialInProduction.");
        }

        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(faults.Select(fault => string.IsNullOrEmpty(name) ? fault : $"Audit log '{name}': {fault}"));
    }
}
