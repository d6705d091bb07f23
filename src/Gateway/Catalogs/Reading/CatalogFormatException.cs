namespace CooperaNet.Matching.Gateway.Catalogs.Reading;

/// <summary>The file cannot be read, or no further; the message says what to do.</summary>
internal sealed class CatalogFormatException(string message) : Exception(message);
