using System.Collections.Concurrent;
using System.Threading.Channels;

namespace CooperaNet.Matching.Gateway.Streams;

/// <summary>Hands one source's messages to many readers, none of which can slow it: who falls behind by more than its buffer is dropped.</summary>
/// <typeparam name="T">What is handed out; shared by all readers, so never changed.</typeparam>
/// <param name="dropped">Called once for each reader that is dropped.</param>
internal sealed class Fanout<T>(Action dropped)
{
    /// <summary>Messages that may wait for one reader.</summary>
    public const int Capacity = 16;

    private readonly ConcurrentDictionary<Subscription<T>, bool> subscriptions = new();

    /// <summary>Readers now.</summary>
    public int Count => subscriptions.Count;

    /// <summary>From now on the reader gets every message, until it disposes the subscription.</summary>
    public Subscription<T> Subscribe()
    {
        var subscription = new Subscription<T>(gone => subscriptions.TryRemove(gone, out _), dropped);
        subscriptions[subscription] = true;
        return subscription;
    }

    /// <summary>Gives a message to every reader; never waits.</summary>
    public void Publish(T message)
    {
        foreach (var subscription in subscriptions.Keys)
        {
            subscription.Offer(message);
        }
    }
}

/// <summary>One reader's place.</summary>
internal sealed class Subscription<T>(Action<Subscription<T>> leave, Action drop) : IDisposable
{
    /// <summary>How long a reader that fell behind may take to read what waits for it, and to be told.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Channel<T> channel = Channel.CreateBounded<T>(new BoundedChannelOptions(Fanout<T>.Capacity) { SingleReader = true });
    private readonly CancellationTokenSource dropped = new();

    /// <summary>Cancelled when the reader fell behind and didn't read on. Cancelling a write resets the connection's stream, so that nobody can be told any more.</summary>
    public CancellationToken Dropped => dropped.Token;

    /// <summary>The next message; the default value when none came in time.</summary>
    /// <exception cref="MatchingException">Exhausted: the reader fell behind and has read what waited for it.</exception>
    public async Task<(bool Any, T? Message)> NextAsync(TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        try
        {
            return (true, await channel.Reader.ReadAsync(either.Token));
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (false, default);
        }
        catch (ChannelClosedException)
        {
            throw new MatchingException(MatchingError.Exhausted, "The stream was read too slowly and was ended; open it again with the last resume token.");
        }
    }

    public void Dispose()
    {
        leave(this);
        dropped.Dispose();
    }

    internal void Offer(T message)
    {
        if (!channel.Writer.TryWrite(message))
        {
            leave(this);
            if (channel.Writer.TryComplete())
            {
                drop();
            }

            try
            {
                dropped.CancelAfter(Grace);
            }
            catch (ObjectDisposedException)
            {
                // the reader left by itself at this moment
            }
        }
    }
}
