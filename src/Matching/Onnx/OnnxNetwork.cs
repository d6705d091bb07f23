using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace CooperaNet.Matching.Onnx;

/// <summary>The network of a sentence model: token ids to one vector. Safe for concurrent use.</summary>
internal sealed class OnnxNetwork : IDisposable
{
    private readonly OnnxOptions options;
    private readonly InferenceSession session;
    private readonly OnnxShape shape;
    private readonly RunOptions run = new();
    private readonly ReaderWriterLockSlim running = new(); // a session must not end under a run
    private bool isDisposed;

    /// <exception cref="InvalidDataException">The file is missing or does not fit.</exception>
    public OnnxNetwork(OnnxOptions options)
    {
        this.options = options;
        session = File.Exists(options.Model) ? Open() : throw Refuse("the file does not exist.");
        try
        {
            shape = OnnxShape.Of(session, options.Model);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The vector of a text, as the network gives it.</summary>
    /// <exception cref="OnnxRuntimeException">An id or the number of tokens is beyond what it knows.</exception>
    public float[] Run(long[] tokens)
    {
        running.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return RunInside(tokens);
        }
        finally
        {
            running.ExitReadLock();
        }
    }

    /// <summary>Waits for what runs.</summary>
    public void Dispose()
    {
        running.EnterWriteLock();
        if (!isDisposed)
        {
            isDisposed = true;
            run.Dispose();
            session.Dispose();
        }

        running.ExitWriteLock();
    }

    private float[] RunInside(long[] tokens)
    {
        long[] form = [1, tokens.Length];
        using var ids = OrtValue.CreateTensorValueFromMemory(tokens, form);
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, tokens.Length).ToArray(), form);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[tokens.Length], form);
        OrtValue[] inputs = [.. shape.Inputs.Select(name => name switch { OnnxShape.Ids => ids, OnnxShape.Mask => mask, _ => types })];
        using var outputs = session.Run(run, shape.Inputs, inputs, [shape.Output]);
        var lengths = outputs[0].GetTensorTypeAndShape().Shape;
        if (lengths.Length != (shape.IsPooled ? 2 : 3) || lengths[0] != 1 || (!shape.IsPooled && lengths[1] != tokens.Length))
        {
            throw Refuse($"its output '{shape.Output}' has the form [{string.Join(", ", lengths)}] for {tokens.Length} tokens; expected is [1{(shape.IsPooled ? "" : $", {tokens.Length}")}, dims].");
        }

        return Pool(outputs[0].GetTensorDataAsSpan<float>(), (int)lengths[^1]);
    }

    private InvalidDataException Refuse(string why, Exception? cause = null) => OnnxOptions.Refuse(nameof(OnnxOptions.Model), options.Model, why, cause);

    private InferenceSession Open()
    {
        try
        {
            using var settings = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // waiting threads leave the processors to requests
            return new(options.Model, settings);
        }
        catch (OnnxRuntimeException error)
        {
            throw Refuse($"cannot be loaded as an ONNX model: {error.Message}", error);
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            throw Refuse($"ONNX Runtime does not run on this machine: {(error.InnerException ?? error).Message}", error);
        }
    }

    private float[] Pool(ReadOnlySpan<float> values, int dimensions)
    {
        if (dimensions == 0)
        {
            throw Refuse($"its output '{shape.Output}' has 0 dimensions.");
        }

        if (shape.IsPooled || options.Pooling == Pooling.Cls)
        {
            return values[..dimensions].ToArray();
        }

        var vector = new float[dimensions];
        for (var start = 0; start < values.Length; start += dimensions)
        {
            TensorPrimitives.Add(vector, values.Slice(start, dimensions), vector);
        }

        TensorPrimitives.Divide(vector, values.Length / dimensions, vector);
        return vector;
    }
}
