using CooperaNet.Matching.Encodings;
using CooperaNet.Matching.Index;
using CooperaNet.Matching.Languages;
using CooperaNet.Matching.Models;
using CooperaNet.Matching.Ranking;
using CooperaNet.Matching.Tagging;
using CooperaNet.Matching.Trainer;

namespace CooperaNet.Matching.Tests.Ranking;

public class ModelTests
{
    private const long MaxFileSize = 24 << 20;
    private const int SmallChange = 4_096;
    private static readonly MatchingModel Model = ShippedModel.Instance;
    private static readonly OwnTexts Own = new(Path.Combine(Repository.Root, "data"));

    [Theory]
    [InlineData("en", "We seek experience with early warning systems for small river basins.")]
    [InlineData("es", "Buscamos experiencia en sistemas de alerta temprana para cuencas pequeñas.")]
    [InlineData("pt", "Procuramos experiência com sistemas de alerta precoce para pequenas bacias.")]
    [InlineData("fr", "Nous cherchons une expérience des systèmes d'alerte précoce pour de petits bassins.")]
    public void The_language_of_a_sentence_is_recognised(string language, string text) => Assert.Equal(language, Model.Languages.Detect(text));

    [Theory]
    [InlineData("en", "Sewage treatment for coastal towns", "We need to treat the wastewater of our coastal towns.")]
    [InlineData("es", "Tratamiento de aguas residuales en pueblos costeros", "Necesitamos depurar las aguas servidas de nuestros pueblos.")]
    [InlineData("pt", "Tratamento de esgoto em cidades litorâneas", "Precisamos tratar o esgoto das nossas cidades.")]
    [InlineData("fr", "Assainissement des villes côtières", "Nous devons épurer les eaux usées de nos villes.")]
    public void A_need_in_any_language_prefers_the_Spanish_offer_on_its_subject(string language, string title, string summary)
    {
        var need = Model.Encode(title, summary, language);

        double Score(string offerTitle, string offerSummary)
        {
            var offer = Model.Encode(offerTitle, offerSummary, "es");
            return Model.Fusion.Of(need.Language, offer.Language).Score(PairSignals.Of(Model, need, offer));
        }

        Assert.True(Score("Planta de tratamiento de aguas residuales", "Lagunas y alcantarillado para municipios pequeños.") > 2 * Score("Registro civil digital", "Digitalización de actas de nacimiento."));
    }

    /// <summary>Terms of several words mean more alike in two languages with vectors of their own than by their words alone.</summary>
    [Fact]
    public void Phrases_bring_languages_closer_than_their_words_do()
    {
        using var wordsOnly = new MatchingModel(Model.Parts with { Phrases = new(new float[Model.Thesaurus.Concepts.Count], new(SemanticCode.MeaningLength, [], [])) }, "words");
        var phrases = Model.Thesaurus.Concepts.Where(concept => concept.Labels.All(label => label.Contains(' ', StringComparison.Ordinal))).ToList();
        double Likeness(MatchingModel model) => phrases.Average(concept => (double)SemanticCode.Cosines(model.Encode(concept.Labels[0], "", "en").Code, model.Encode(concept.Labels[1], "", "es").Code).Meaning);

        Assert.True(phrases.Count > 500);
        Assert.True(Likeness(Model) > Likeness(wordsOnly) + 0.05, $"{Likeness(Model)} {Likeness(wordsOnly)}");
    }

    [Fact]
    public void The_translation_of_a_project_is_found_first_between_all_languages()
    {
        foreach (var (from, to) in Pairs().Where(pair => pair.From != pair.To))
        {
            var pool = IndexOf(Own.Projects.Select(project => Encode(project, to)));
            var found = Own.Projects.Where((project, i) => pool.Search(Query(Encode(project, from), 1), Model)[0].Name == $"{i:0000}").Count();

            Assert.True(found >= 0.95 * Own.Projects.Count, $"{LanguageDetector.Languages[from]}-{LanguageDetector.Languages[to]}: {found} of {Own.Projects.Count}");
        }
    }

    /// <summary>The same projects stand in one pool in all four languages: none may win by being in the query's language.</summary>
    [Fact]
    public void Equally_relevant_texts_rank_equally_in_all_languages_on_average()
    {
        var versions = Own.Projects.SelectMany((project, i) => LanguageDetector.Languages.Select((_, language) => (Project: i, Language: language))).ToList();
        var pool = IndexOf(versions.Select(version => Encode(Own.Projects[version.Project], version.Language)));
        var ranks = new List<double>[] { [], [] }; // the query's own language, and the others
        for (var query = 0; query < Own.Projects.Count; query++)
        {
            for (var language = 0; language < LanguageDetector.Languages.Count; language++)
            {
                var hits = pool.Search(Query(Encode(Own.Projects[query], language), versions.Count), Model);
                foreach (var (hit, rank) in hits.Select((hit, rank) => (versions[int.Parse(hit.Name, System.Globalization.CultureInfo.InvariantCulture)], (double)rank / versions.Count)))
                {
                    if (hit.Project != query && Own.Projects[hit.Project].Sector == Own.Projects[query].Sector)
                    {
                        ranks[hit.Language == language ? 0 : 1].Add(rank);
                    }
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"same language {ranks[0].Average():0.000}, other languages {ranks[1].Average():0.000}");
        Assert.InRange(ranks[0].Average() - ranks[1].Average(), -0.02, 0.02);
    }

    [Fact]
    public void Weights_are_never_negative_and_a_pair_without_evidence_stays_below_the_threshold()
    {
        Assert.All(Model.Fusion.Pairs.SelectMany(pair => pair.Weights), weight => Assert.True(weight >= 0));
        Assert.All(Model.Fusion.Pairs, pair => Assert.True(pair.Score(default) < Model.Fusion.Threshold));
    }

    [Theory]
    [InlineData("en", "Sewage treatment plants and safe drinking water for rural villages", 6)]
    [InlineData("es", "Atención primaria, vacunación y salud materna en comunidades indígenas", 3)]
    [InlineData("pt", "Formação de professores e material didático para escolas rurais", 4)]
    [InlineData("fr", "Panneaux solaires et énergies renouvelables pour les villages isolés", 7)]
    public void The_first_goal_of_a_plain_text_is_right_and_its_words_say_why(string language, string text, int goal)
    {
        var (goals, areas) = CodeSuggester.Suggest(Model, "", text, language);

        Assert.Equal(goal.ToString(System.Globalization.CultureInfo.InvariantCulture), goals[0].Code);
        Assert.NotEmpty(goals[0].Terms);
        Assert.All(goals[0].Terms, term => Assert.Contains(term, text, StringComparison.Ordinal));
        Assert.Equal((17, 11), (goals.Count, areas.Count));
        Assert.All(goals.Concat(areas), proposal => Assert.InRange(proposal.Probability, 0, 1));
    }

    [Theory]
    [InlineData("es", "gestión del riesgo de desastres", "gestion del riesgo de desastre")]
    [InlineData("fr", "énergies renouvelables", "energie renouvelable")]
    [InlineData("pt", "resíduos sólidos urbanos", "residuo solido urbano")]
    [InlineData("en", "small and medium enterprises", "small and medium enterprise")]
    public void A_concept_is_recognised_across_inflection_and_accents(string language, string one, string other)
    {
        var meaning = new float[SemanticCode.MeaningLength];
        var (_, _, left) = Model.Read("", one, language, meaning);
        var (_, _, right) = Model.Read("", other, language, meaning);

        Assert.NotEmpty(left.Ids);
        Assert.Equal(left.Ids, right.Ids);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("es")]
    [InlineData("pt")]
    [InlineData("fr")]
    public void The_thesaurus_speaks_of_most_projects_in_every_language(string language)
    {
        var position = LanguageDetector.PositionOf(language);
        var recognised = Own.Projects.Count(project =>
        {
            var mentions = new List<CooperaNet.Matching.Thesauri.ConceptMention>();
            var text = $"{project.Texts[position].Title}\n{project.Texts[position].Summary}";
            Model.Thesaurus.Find([.. Model.Analyzer.Analyze(text, language).Select(token => Model.Vocabulary.Find(position, token.Term).Id)], mentions);
            return mentions.Select(mention => mention.Concept).Distinct().Count() >= 3;
        });

        Assert.InRange(recognised, 0.8 * Own.Projects.Count, Own.Projects.Count);
    }

    [Fact]
    public void An_unknown_word_gets_its_meaning_from_its_parts()
    {
        var (unknown, known, other) = (new float[SemanticCode.MeaningLength], new float[SemanticCode.MeaningLength], new float[SemanticCode.MeaningLength]);
        Model.Read("", "hidrosanitarización", "es", unknown);
        Model.Read("", "sanitario", "es", known);
        Model.Read("", "fútbol", "es", other);

        Assert.True(Cosine(unknown, known) > Cosine(unknown, other) + 0.1);
    }

    [Fact]
    public void A_text_without_known_words_has_no_meaning_and_breaks_nothing()
    {
        var encoding = Model.Encode("", "", "es");

        Assert.All(encoding.Code.Take(SemanticCode.MeaningLength), value => Assert.Equal(0, value));
        Assert.True(double.IsFinite(Model.Fusion.Of(1, 1).Score(PairSignals.Of(Model, encoding, encoding))));
    }

    [Fact]
    public void A_text_is_encoded_with_hardly_more_than_its_answer_allocated()
    {
        var (title, summary) = (Own.Projects[0].Es.Title, Own.Projects[0].Es.Summary);
        for (var i = 0; i < 3; i++)
        {
            Model.Encode(title, summary, "es"); // remembers the stems and fills the pools
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var encoding = Model.Encode(title, summary, "es");
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        var answer = (8 * (encoding.Terms.Ids.Length + encoding.Concepts.Ids.Length)) + encoding.Code.Length + (4 * encoding.Lengths.Length);
        TestContext.Current.TestOutputHelper?.WriteLine($"{allocated} bytes for an answer of {answer}");
        Assert.InRange(allocated, answer, answer + SmallChange);
    }

    [Fact]
    public void The_models_file_is_small_enough_for_the_repository() => Assert.InRange(new FileInfo(ShippedModel.File).Length, 1, MaxFileSize);

    [Fact]
    public void A_model_survives_its_file()
    {
        var file = Path.GetTempFileName();
        ModelFile.Save(file, Model.Parts);
        using var read = ModelFile.Load(file);

        Assert.Equal(File.ReadAllBytes(ShippedModel.File), File.ReadAllBytes(file));
        Assert.Equal(Model.Version, read.Version);
        Assert.Equal(Encode(Own.Projects[0], 0).ToBytes(), read.Encode(Own.Projects[0].En.Title, Own.Projects[0].En.Summary, "en").ToBytes());
    }

    [Fact]
    public void Other_centres_make_another_version()
    {
        var centres = Model.Parts.Centres.Select(centre => centre.Select(value => value / 2).ToArray()).ToArray();
        using var moved = Model.WithCentres(centres);
        using var again = moved.WithCentres(centres);

        Assert.NotEqual(Model.Version, moved.Version);
        Assert.Equal(moved.Version, again.Version);
        Assert.NotEqual(Encode(Own.Projects[0], 0).Code, moved.Encode(Own.Projects[0].En.Title, Own.Projects[0].En.Summary, "en").Code);
    }

    [Fact]
    public void A_file_that_is_no_model_is_refused()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "not a model");

        Assert.Throws<InvalidDataException>(() => ModelFile.Load(file));
    }

    [Fact]
    public void A_model_file_that_was_cut_short_is_refused()
    {
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, File.ReadAllBytes(ShippedModel.File)[..5_000_000]);

        Assert.Throws<InvalidDataException>(() => ModelFile.Load(file));
    }

    private static IEnumerable<(int From, int To)> Pairs() => Enumerable.Range(0, LanguageDetector.Languages.Count).SelectMany(from => Enumerable.Range(0, LanguageDetector.Languages.Count).Select(to => (from, to)));

    private static IndexSnapshot IndexOf(IEnumerable<Encoding> encodings)
    {
        var index = new PartitionIndex();
        index.Apply([.. encodings.Select((encoding, i) => (new IndexedItem($"{i:0000}", "", "", 0, 0, 1, default, null), encoding))], []);
        return index.Snapshot;
    }

    private static IndexQuery Query(Encoding encoding, int count) => new(encoding, 0, 0, IndexConstraints.None, "none", count, 0, default, default);

    private static Encoding Encode(Project project, int language) => Model.Encode(project.Texts[language].Title, project.Texts[language].Summary, LanguageDetector.Languages[language]);

    private static float Cosine(float[] left, float[] right) => left.Zip(right, (l, r) => l * r).Sum();
}
