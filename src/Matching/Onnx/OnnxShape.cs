using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace CooperaNet.Matching.Onnx;

/// <summary>What a sentence model wants and gives.</summary>
/// <param name="Inputs">Of input_ids, attention_mask and token_type_ids those that it wants.</param>
/// <param name="Output">The output that is read.</param>
/// <param name="IsPooled">Whether the output is [batch, dims]; else [batch, tokens, dims].</param>
internal sealed record OnnxShape(IReadOnlyList<string> Inputs, string Output, bool IsPooled)
{
    public const string Ids = "input_ids";
    public const string Mask = "attention_mask";
    public const string Types = "token_type_ids";

    // A pooler's own output is trained for other ends, so that tokens are read before any other vector of the text.
    private static readonly string[] Preferred = ["sentence_embedding", "last_hidden_state", "token_embeddings"];

    /// <exception cref="InvalidDataException">It is no sentence model; the message says why.</exception>
    public static OnnxShape Of(InferenceSession session, string? path)
    {
        InvalidDataException Refuse(string why) => OnnxOptions.Refuse(nameof(OnnxOptions.Model), path, why);
        foreach (var (name, input) in session.InputMetadata)
        {
            if (name is not (Ids or Mask or Types))
            {
                throw Refuse($"is no sentence model: it wants an input '{name}', known are {Ids}, {Mask} and {Types}.");
            }

            if (!input.IsTensor || input.ElementDataType != TensorElementType.Int64 || input.Dimensions.Length != 2)
            {
                throw Refuse($"its input '{name}' is {Describe(input)}; expected are 64-bit integers [batch, tokens].");
            }
        }

        if (!session.InputMetadata.ContainsKey(Ids))
        {
            throw Refuse($"is no sentence model: it has no input '{Ids}'.");
        }

        var outputs = session.OutputMetadata.Where(output => output.Value.IsTensor && output.Value.ElementDataType == TensorElementType.Float && output.Value.Dimensions.Length is 2 or 3).ToList();
        if (outputs.Count == 0)
        {
            var given = string.Join(", ", session.OutputMetadata.Select(output => $"'{output.Key}' is {Describe(output.Value)}"));
            throw Refuse($"has no output of 32-bit floats [batch, tokens, dims] or [batch, dims]: {given}.");
        }

        var chosen = outputs.MinBy(output => Array.IndexOf(Preferred, output.Key) is >= 0 and var place ? place : Preferred.Length + 3 - output.Value.Dimensions.Length);
        return chosen.Value.Dimensions[^1] == 0
            ? throw Refuse($"its output '{chosen.Key}' has 0 dimensions.")
            : new([.. session.InputMetadata.Keys], chosen.Key, chosen.Value.Dimensions.Length == 2);
    }

    private static string Describe(NodeMetadata node) => node.IsTensor ? $"{node.ElementDataType} [{string.Join(", ", node.Dimensions.Select(length => length < 0 ? "?" : $"{length}"))}]" : "no tensor";
}
