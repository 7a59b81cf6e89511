namespace ImmutableAudit.Verifier.Evidence;

/// <summary>A control that a log can support, in our own words.</summary>
/// <param name="Id">As the framework numbers it.</param>
/// <param name="About">What it is about.</param>
/// <param name="Shows">What the log shows of it.</param>
/// <param name="Cannot">What the log cannot show of it, and has to be shown otherwise.</param>
/// <param name="Measures">What is counted for it.</param>
internal sealed record Control(string Id, string About, string Shows, string Cannot, params Measure[] Measures)
{
    /// <summary>Whether it rests on the log being what was signed.</summary>
    public bool IsAboutIntegrity { get; init; }

    /// <summary>Whether it rests on how far the log reaches back.</summary>
    public bool IsAboutRetention { get; init; }
}

/// <summary>A framework with the controls that a log can support; of the others nothing is said.</summary>
/// <param name="Name">As it is given on the command line.</param>
/// <param name="Title">Which document, and which edition.</param>
/// <param name="Controls">The controls.</param>
internal sealed record Framework(string Name, string Title, IReadOnlyList<Control> Controls)
{
    public static IReadOnlyList<Framework> All { get; } =
        [Frameworks.Soc2.Framework, Frameworks.Iso27001.Framework, Frameworks.Hipaa.Framework, Frameworks.Pci.Framework, Frameworks.Gdpr.Framework];

    /// <summary>Said with everything that is said about a framework.</summary>
    public const string Statement =
        "This is evidence, and certifies nothing: whether a control is met is for an auditor to say, who needs more than a log. Controls are named "
        + "by their numbers and described in our own words; the framework's text is what counts.";
}
