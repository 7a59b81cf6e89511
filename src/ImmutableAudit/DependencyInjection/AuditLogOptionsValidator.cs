using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ImmutableAudit.DependencyInjection;

/// <summary>Checks what a log is opened with, and keeps a trial setup out of production.</summary>
internal sealed class AuditLogOptionsValidator(IServiceProvider services) : IValidateOptions<AuditLogOptions>
{
    public ValidateOptionsResult Validate(string? name, AuditLogOptions options)
    {
        var faults = options.Validate().ToList();
        if (!options.AllowTrialInProduction && services.GetService<IHostEnvironment>()?.IsProduction() == true)
        {
            if (options.HasGeneratedKey)
            {
                faults.Add("The signing key is a generated one, and the environment is Production. Sign with a key that is kept apart from the log (SignWithPemFile, SignWith), or say AllowTrialInProduction.");
            }

            if (options.Sink is { IsDurable: false })
            {
                faults.Add("The log is kept in memory, and the environment is Production: every entry would be lost with the process. Use a durable sink (UseFileSystem), or say AllowTrialInProduction.");
            }
        }

        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(faults.Select(fault => string.IsNullOrEmpty(name) ? fault : $"Audit log '{name}': {fault}"));
    }
}
