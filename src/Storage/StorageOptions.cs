namespace CooperaNet.Matching.Storage;

/// <summary>Where the data lies. Bound from the section "Storage".</summary>
public sealed class StorageOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Storage";

    /// <summary>The folder that holds the database; made when it is missing. Default: exchange-data below the current folder.</summary>
    public string Directory { get; set; } = "exchange-data";
}

/// <summary>The storage cannot be used; the message says why and what to do.</summary>
public sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
