using System.Runtime.InteropServices;

namespace ImmutableAudit.Log;

/// <summary>
/// Time that passes whatever the wall clock is set to. A machine that was asleep for a night has a clock that is right, so
/// sleep must count; .NET's own monotonic clock leaves it out on Linux and macOS.
/// </summary>
internal sealed partial class Uptime(TimeProvider time)
{
    private const int LinuxBootTime = 7;
    private const int MacMonotonicRaw = 4;

    private readonly bool _native = ReferenceEquals(time, TimeProvider.System)
        && Environment.Is64BitProcess
        && (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        && ReadNative() is not null;

    public TimeSpan Now => (_native ? ReadNative() : null) ?? time.GetElapsedTime(0, time.GetTimestamp());

    private static TimeSpan? ReadNative()
    {
        try
        {
            return ClockGetTime(OperatingSystem.IsLinux() ? LinuxBootTime : MacMonotonicRaw, out var value) == 0
                ? TimeSpan.FromSeconds(value.Seconds) + TimeSpan.FromTicks(value.Nanoseconds / TimeSpan.NanosecondsPerTick)
                : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec value);

    /// <summary>As 64-bit platforms lay it out.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
