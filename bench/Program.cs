using BenchmarkDotNet.Running;
using CooperaNet.Matching.Benchmarks;
using CooperaNet.Matching.Benchmarks.Index;
using CooperaNet.Matching.Benchmarks.Load;

// dotnet run -c Release --project bench -- exchange [N...]   the exchange as a whole: publishing, previews, figures, at N offers
// dotnet run -c Release --project bench -- catalog [N]      a file of N rows: dry run, import, watchers, search, export
// dotnet run -c Release --project bench -- index N... [FILE] [--alone] the index at N offers made of the sentences of a file, beside other engines
// dotnet run -c Release --project bench -- lines N FILE [SENTENCES] a file of N items for the program's command load
// dotnet run -c Release --project bench -- previews ADDRESS [CALLERS] [CALLS] [SENTENCES] what previews take at a gateway
// dotnet run -c Release --project bench -- load --help       a realistic mix against any gateway: a table and a plot
// dotnet run -c Release --project bench -- soak ADDRESS MINUTES [RATE] the same mix for long: memory and p99 by the minute
// dotnet run -c Release --project bench -- watchers ADDRESS [WATCHERS] [EVENTS] [SECONDS] watchers of the figures while items change: delay, completeness, memory
// dotnet run -c Release --project bench -- start             the program's start, memory at rest and stop
// dotnet run -c Release --project bench -- token             what a token adds to a call
// dotnet run -c Release --project bench -- --filter '*'      BenchmarkDotNet suites
if (args is ["exchange", .. var sizes])
{
    await ExchangeBenchmark.RunAsync(sizes.Length > 0 ? [.. sizes.Select(int.Parse)] : [1_000, 10_000]);
    return;
}

if (args is ["catalog", .. var rows])
{
    await CatalogBenchmark.RunAsync(rows is [var count] ? int.Parse(count) : 100_000);
    return;
}

if (args is ["index", .. var what])
{
    await IndexBenchmark.RunAsync(what);
    return;
}

if (args is ["load", .. var load])
{
    await LoadCommand.RunAsync(load);
    return;
}

if (args is ["soak", .. var soak])
{
    Environment.ExitCode = await SoakCommand.RunAsync(soak);
    return;
}

if (args is ["watchers", .. var watchers])
{
    await WatcherCommand.RunAsync(watchers);
    return;
}

if (args is ["lines", .. var lines])
{
    LinesFile.Write(lines);
    return;
}

if (args is ["previews", .. var previews])
{
    await PreviewBenchmark.RunAsync(previews);
    return;
}

if (args is ["start"])
{
    await StartBenchmark.RunAsync();
    return;
}

if (args is ["token"])
{
    await TokenBenchmark.RunAsync();
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(ExchangeBenchmark).Assembly).Run(args);
