namespace System.Runtime.CompilerServices;

/// <summary>What records need of a framework that has it not.</summary>
internal static class IsExternalInit;
