using System.ComponentModel.DataAnnotations;

namespace CooperaNet.Matching.Onnx;

/// <summary>How the vectors of a text's tokens become one vector.</summary>
public enum Pooling
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The vector of the first token, which stands for the whole text.</summary>
    Cls,
}

/// <summary>A sentence model in ONNX form that replaces the meaning of texts. Bound from the section "Matching:Encoder:Onnx"; checked when the silo starts.</summary>
public sealed class OnnxOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "Matching:Encoder:Onnx";

    /// <summary>The model's file, with its weights in it or beside it. Default: none, the meaning is our own.</summary>
    public string? Model { get; set; }

    /// <summary>The tokenizer's file: vocab.txt of WordPiece, or a SentencePiece file that ends in .model and numbers its tokens as XLM-RoBERTa does. Needed with a model.</summary>
    public string? Tokenizer { get; set; }

    /// <summary>How tokens become one vector; a model that gives one vector itself is not asked. Default: Mean.</summary>
    [EnumDataType(typeof(Pooling))]
    public Pooling Pooling { get; set; } = Pooling.Mean;

    /// <summary>Whether vectors are brought to unit length; without it their products, not their cosines, are compared. Default: true.</summary>
    public bool Normalize { get; set; } = true;

    /// <summary>Tokens of a text that are read, those at its start and end that the model adds included; the rest is cut. 8 to 8,192. Default: 256.</summary>
    [Range(8, 8_192)]
    public int MaxTokens { get; set; } = 256;

    /// <summary>Projects told in all languages, which bring the model's cosines to the usual scale. Default: data/calibration/projects.jsonl beside the program.</summary>
    [Required]
    public string Calibration { get; set; } = Path.Combine(AppContext.BaseDirectory, "data", "calibration", "projects.jsonl");

    /// <summary>Whether a model is set.</summary>
    public bool IsOn => !string.IsNullOrEmpty(Model);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && string.IsNullOrEmpty(Tokenizer))
        {
            yield return new($"{Name(nameof(Tokenizer))} is not set: the model of {Name(nameof(Model))} needs the tokenizer that it was trained with.", [nameof(Tokenizer)]);
        }
        else if (!IsOn && !string.IsNullOrEmpty(Tokenizer))
        {
            yield return new($"{Name(nameof(Tokenizer))} is set without {Name(nameof(Model))}.", [nameof(Model)]);
        }
    }

    /// <summary>A setting as an operator writes it into the environment.</summary>
    internal static string Name(string setting) => $"{Section.Replace(":", "__", StringComparison.Ordinal)}__{setting}";

    /// <summary>The one way in which a setting is refused.</summary>
    internal static InvalidDataException Refuse(string setting, string? value, string why, Exception? cause = null) => new($"{Name(setting)} '{value}': {why}", cause);
}
