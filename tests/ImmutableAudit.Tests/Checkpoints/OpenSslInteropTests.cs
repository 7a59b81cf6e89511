using System.ComponentModel;
using System.Diagnostics;
using ImmutableAudit.Checkpoints;
using Xunit.Abstractions;

namespace ImmutableAudit.Tests.Checkpoints;

/// <summary>What we sign and write, as the <c>openssl</c> command line sees it. Not run where it is not installed.</summary>
public sealed class OpenSslInteropTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("openssl-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task OpenSSL_verifies_a_signature_made_with_a_key_file_that_we_made()
    {
        if (!await IsInstalledAsync())
        {
            return;
        }

        using var signer = EcdsaNoteSigner.CreatePemFile(Keys.Origin, File("audit.pem"));
        await System.IO.File.WriteAllBytesAsync(File("text"), Keys.Utf8("text\n"));
        await System.IO.File.WriteAllBytesAsync(File("signature"), (await signer.SignAsync(Keys.Utf8("text\n"))).ToArray());

        Assert.Equal(0, await RunAsync("pkey", "-in", "audit.pem", "-pubout", "-out", "public.pem"));
        Assert.Equal(0, await RunAsync("dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "text"));

        await System.IO.File.WriteAllBytesAsync(File("text"), Keys.Utf8("other\n"));
        Assert.NotEqual(0, await RunAsync("dgst", "-sha256", "-verify", "public.pem", "-signature", "signature", "text"));
    }

    [Fact]
    public async Task A_key_and_a_signature_made_by_OpenSSL_verify()
    {
        if (!await IsInstalledAsync())
        {
            return;
        }

        await System.IO.File.WriteAllBytesAsync(File("text"), Keys.Utf8("text\n"));
        Assert.Equal(
            0, await RunAsync("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "audit.pem"));
        Assert.Equal(0, await RunAsync("dgst", "-sha256", "-sign", "audit.pem", "-out", "signature", "text"));

        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(File("audit.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using var signer = EcdsaNoteSigner.FromPemFile(Keys.Origin, File("audit.pem"));
        var signature = await System.IO.File.ReadAllBytesAsync(File("signature"));
        Assert.True(signer.Verifier.Verify(Keys.Utf8("text\n"), signature));
    }

    private string File(string name) => Path.Combine(_directory, name);

    private async Task<bool> IsInstalledAsync()
    {
        try
        {
            return await RunAsync("version") == 0;
        }
        catch (Win32Exception)
        {
            output.WriteLine("NOT RUN: the openssl command line is not installed here.");
            return false;
        }
    }

    private async Task<int> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        output.WriteLine(await process.StandardOutput.ReadToEndAsync());
        output.WriteLine(await errors);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
