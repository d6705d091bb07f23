using static CooperaNet.Matching.Tests.Onnx.Proto;

namespace CooperaNet.Matching.Tests.Onnx;

/// <summary>Writes ONNX models of one Gather: the embeddings of input_ids, which suffices for a sentence model. Field numbers are those of onnx.proto.</summary>
internal sealed class TinyOnnx
{
    private const int Float = 1;
    private const int Int32 = 6;
    private const int Int64 = 7;
    private const int Integer = 2; // of an attribute
    private const int Integers = 7;

    /// <summary>Tokens x dimensions.</summary>
    public float[][] Embeddings { get; init; } = [];

    public string Input { get; init; } = "input_ids";

    public bool Has64BitIds { get; init; } = true;

    /// <summary>Gives the mean of the tokens' vectors, [batch, dims], and not [batch, tokens, dims].</summary>
    public bool IsPooled { get; init; }

    /// <summary>Gives ids and not vectors.</summary>
    public bool GivesIds { get; init; }

    public string Save(string directory)
    {
        var path = Path.Combine(directory, "model.onnx");
        File.WriteAllBytes(path, Model());
        return path;
    }

    private byte[] Model() => Message(
        Number(1, 8), // ir_version
        Field(8, Message(Text(1, ""), Number(2, 13))), // opset_import
        Field(7, Graph()));

    private byte[] Graph()
    {
        var output = GivesIds ? "ids" : "last_hidden_state";
        var type = GivesIds ? (Has64BitIds ? Int64 : Int32) : Float;
        byte[][] nodes = GivesIds ? [Node("Identity", [Input], output)]
            : IsPooled ? [Node("Gather", ["embeddings", Input], "tokens"), Node("ReduceMean", ["tokens"], output, Attribute("axes", Number(8, 1), Integers), Attribute("keepdims", Number(3, 0), Integer))]
            : [Node("Gather", ["embeddings", Input], output)];
        return Message([
            .. nodes.Select(node => Field(1, node)),
            Text(2, "tiny"),
            Field(5, Tensor()),
            Field(11, Value(Input, Has64BitIds ? Int64 : Int32, 2)),
            Field(12, Value(output, type, GivesIds || IsPooled ? 2 : 3)),
        ]);
    }

    private static byte[] Node(string operation, string[] inputs, string output, params byte[][] attributes) =>
        Message([.. inputs.Select(input => Text(1, input)), Text(2, output), Text(4, operation), .. attributes.Select(attribute => Field(5, attribute))]);

    private static byte[] Attribute(string name, byte[] value, int type) => Message(Text(1, name), value, Number(20, type));

    private byte[] Tensor() => Message(
        Number(1, Embeddings.Length), Number(1, Embeddings[0].Length), Number(2, Float), Text(8, "embeddings"),
        Field(9, [.. Embeddings.SelectMany(row => row).SelectMany(BitConverter.GetBytes)]));

    private static byte[] Value(string name, int type, int rank) => Message(
        Text(1, name),
        Field(2, Message(Field(1, Message(Number(1, type), Field(2, Message([.. Enumerable.Range(0, rank).Select(i => Field(1, Message(Text(2, $"n{i}"))))])))))));
}
