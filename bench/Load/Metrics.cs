using System.Globalization;

namespace CooperaNet.Matching.Benchmarks.Load;

/// <summary>What a service tells Prometheus.</summary>
internal sealed class Metrics(Uri address) : IDisposable
{
    private readonly HttpClient client = new();

    /// <summary>Resident memory of its process, and the managed heap as its last collection left it, in bytes.</summary>
    public async Task<(double Resident, double Heap)> ReadMemoryAsync(CancellationToken cancellationToken)
    {
        var told = await client.GetStringAsync(address, cancellationToken);
        return (Sum(told, "dotnet_process_memory_working_set_bytes"), Sum(told, "dotnet_gc_last_collection_heap_size_bytes"));
    }

    public void Dispose() => client.Dispose();

    /// <summary>A metric in Prometheus' text format, summed over its labels.</summary>
    private static double Sum(string told, string name)
    {
        var values = told.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is '{' or ' ')
            .Select(line => double.Parse(line[(line.LastIndexOf('}') is >= 0 and var end ? end + 1 : name.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture)).ToList();
        return values.Count > 0 ? values.Sum() : throw new InvalidOperationException($"The service tells no {name}; the metrics of .NET are wanted on its operators' port.");
    }
}
