using CooperaNet.Matching.Duplicates;

namespace CooperaNet.Matching.Tests;

public class FingerprintTests
{
    private const string Text = "Capacitación de técnicos municipales en operación y mantenimiento de sistemas rurales de agua potable, con visitas a juntas de agua y un manual ilustrado para operadores comunitarios de las zonas altas";

    [Theory]
    [InlineData("CAPACITACION DE TECNICOS municipales, en operacion y mantenimiento de sistemas rurales de agua potable con visitas a juntas de agua y un manual ilustrado para operadores comunitarios de las zonas altas.", 1.0, 1.0)] // accents, case, punctuation
    [InlineData("Capacitación de técnicos municipales en operación y mantenimiento de sistemas rurales de agua potable, con visitas a juntas de agua y un manual ilustrado para operadores comunitarios de las zonas bajas", 0.8, 1.0)]
    [InlineData("Formación de docentes en lectura y escritura para escuelas unidocentes, con visitas a bibliotecas y un manual ilustrado para familias de las zonas altas", 0.0, 0.4)]
    public void Similarity_follows_the_shared_word_pairs(string other, double least, double most)
    {
        var (left, right) = (Fingerprint.Of("Agua", Text)!, Fingerprint.Of("Agua", other)!);

        Assert.InRange(Fingerprint.Similarity(left.Sketch, right.Sketch), least, most);
        Assert.Equal(least >= 0.8, left.Bands.Intersect(right.Bands).Any());
    }

    [Fact]
    public void A_few_words_have_no_fingerprint() => Assert.Null(Fingerprint.Of("Agua", "para todos"));
}
