using System.Diagnostics;
using System.Net.NetworkInformation;

namespace CooperaNet.Matching.EndToEndTests.Cluster;

/// <summary>Hosts of one machine: network namespaces on a bridge, whose links and routes can be cut. Needs root and iproute2.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private readonly string id = Guid.NewGuid().ToString("n")[..5];
    private readonly string subnet = FreeSubnet();
    private readonly int hosts;

    private TestNetwork(int hosts) => this.hosts = hosts;

    /// <summary>Where the database listens, and nothing else.</summary>
    public string Database => $"{subnet}.2";

    /// <summary>A host's namespace.</summary>
    public string Name(int host) => $"c{id}{host}";

    /// <summary>A host's address.</summary>
    public string Address(int host) => $"{subnet}.{10 + host}";

    public static async Task<TestNetwork> StartAsync(int hosts)
    {
        var isPossible = Environment.UserName == "root" && Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "ip")));
        Assert.SkipUnless(isPossible || Environment.GetEnvironmentVariable("CI") is not null, "Network namespaces need root and Debian's package iproute2.");
        var network = new TestNetwork(hosts);
        await RunAsync($"ip link add b{network.id} type bridge");
        await RunAsync($"ip address add {network.subnet}.1/24 dev b{network.id}");
        await RunAsync($"ip address add {network.Database}/24 dev b{network.id}");
        await RunAsync($"ip link set b{network.id} up");
        for (var host = 0; host < hosts; host++)
        {
            await RunAsync($"ip netns add {network.Name(host)}");
            await RunAsync($"ip link add {network.Link(host)} type veth peer name eth0 netns {network.Name(host)}");
            await RunAsync($"ip link set {network.Link(host)} master b{network.id} up");
            await RunAsync($"ip netns exec {network.Name(host)} ip address add {network.Address(host)}/24 dev eth0");
            await RunAsync($"ip netns exec {network.Name(host)} ip link set eth0 up");
            await RunAsync($"ip netns exec {network.Name(host)} ip link set lo up");
        }

        return network;
    }

    /// <summary>Lets nothing through between a host and an address, in either direction, or lets it through again.</summary>
    public Task CutAsync(int host, string address, bool isCut = true) => RunAsync($"ip netns exec {Name(host)} ip route {(isCut ? "add" : "del")} blackhole {address}/32");

    public async ValueTask DisposeAsync()
    {
        for (var host = 0; host < hosts; host++)
        {
            await RunAsync($"ip netns del {Name(host)}");
        }

        await RunAsync($"ip link del b{id}");
    }

    /// <summary>The first three numbers of addresses that no network of this machine has, such as one that was left behind.</summary>
    private static string FreeSubnet()
    {
        var taken = NetworkInterface.GetAllNetworkInterfaces().SelectMany(link => link.GetIPProperties().UnicastAddresses).Select(address => address.Address.ToString()).ToList();
        return Enumerable.Range(0, 256).Select(number => $"10.77.{number}").Shuffle().First(subnet => !taken.Any(address => address.StartsWith($"{subnet}.", StringComparison.Ordinal)));
    }

    private string Link(int host) => $"v{id}{host}";

    private static async Task RunAsync(string command)
    {
        var words = command.Split(' ');
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{command}: {errors}");
    }
}
