using CooperaNet.Matching.Models;

namespace CooperaNet.Matching.Tests.Ranking;

public class ModelTests
{
    private static readonly MatchingModel Model = MatchingModel.Load(Path.Combine(Repository.Root, "data", "model", "model.bin"));

    [Theory]
    [InlineData("en", "We seek experience with early warning systems for small river basins.")]
    [InlineData("es", "Buscamos experiencia en sistemas de alerta temprana para cuencas pequeñas.")]
    [InlineData("pt", "Procuramos experiência com sistemas de alerta precoce para pequenas bacias.")]
    [InlineData("fr", "Nous cherchons une expérience des systèmes d'alerte précoce pour de petits bassins.")]
    public void The_language_of_a_sentence_is_recognised(string language, string text) => Assert.Equal(language, Model.Languages.Detect(text));

    [Fact]
    public void A_text_is_most_like_itself_and_like_a_paraphrase_more_than_like_another_subject()
    {
        var need = Model.Encode("Alerta temprana de inundaciones", "Sistemas de alerta para cuencas con crecidas repentinas.", "es");
        var near = Model.Encode("Sistema de alerta ante inundaciones", "Estaciones que avisan de crecidas en la cuenca.", "es");
        var far = Model.Encode("Registro civil digital", "Digitalización de actas de nacimiento.", "es");

        Assert.Equal(1, need.Terms.Dot(need.Terms), precision: 4);
        Assert.True(need.Terms.Dot(near.Terms) > 2 * need.Terms.Dot(far.Terms));
    }

    [Fact]
    public void Weights_are_never_negative_and_a_pair_without_evidence_stays_below_the_threshold()
    {
        Assert.All(Model.Fusion.Weights, weight => Assert.True(weight >= 0));
        Assert.True(Model.Fusion.Score(new(0, 0, 0, 0)) < Model.Fusion.Threshold);
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "not a model");

        Assert.Throws<InvalidDataException>(() => MatchingModel.Load(file));
    }
}
