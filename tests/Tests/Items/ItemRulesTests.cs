using CooperaNet.Matching.Items;

namespace CooperaNet.Matching.Tests.Items;

public class ItemRulesTests
{
    private static readonly ItemContent Sound = new() { Title = "Solar wells for schools", Summary = "Drilling and maintaining.", LanguageCode = "en", Goals = [6], AreasOfFocus = ["other"] };

    [Fact]
    public void A_sound_item_passes() => ItemRules.Check(Sound, ItemKind.Offer);

    public static TheoryData<string, ItemContent, ItemKind> BrokenRules => new()
    {
        { "offer.title", Sound with { Title = "Four" }, ItemKind.Offer },
        { "offer.title", Sound with { Title = new string('x', 201) }, ItemKind.Offer },
        { "offer.title", Sound with { Title = "two\nlines of title" }, ItemKind.Offer },
        { "need.summary", Sound with { Summary = new string('x', 10_001) }, ItemKind.Need },
        { "need.summary", Sound with { Summary = "bell \u0007 rings" }, ItemKind.Need },
        { "need.summary", Sound with { Summary = "half \ud83d of a pair" }, ItemKind.Need },
        { "offer.languageCode", Sound with { LanguageCode = "not a tag" }, ItemKind.Offer },
        { "offer.areasOfFocus", Sound with { AreasOfFocus = ["fishing"] }, ItemKind.Offer },
        { "offer.areasOfFocus", Sound with { AreasOfFocus = ["other", "other"] }, ItemKind.Offer },
        { "offer.goals", Sound with { Goals = [18] }, ItemKind.Offer },
        { "offer.goals", Sound with { Goals = [4, 4] }, ItemKind.Offer },
        { "need.maturity", Sound with { Maturity = Maturity.InExecution }, ItemKind.Need },
        { "offer.dcfProject", Sound with { DcfProject = "SAMPLE" }, ItemKind.Offer },
        { "offer.links", Sound with { Links = ["javascript:alert(1)"] }, ItemKind.Offer },
        { "offer.translations[0].title", Sound with { Translations = [new("es", "", "")] }, ItemKind.Offer },
    };

    [Theory]
    [MemberData(nameof(BrokenRules))]
    public void A_broken_rule_names_its_field(string field, ItemContent content, ItemKind kind)
    {
        var refusal = Assert.Throws<MatchingException>(() => ItemRules.Check(content, kind));

        Assert.Equal(MatchingError.Invalid, refusal.Error);
        Assert.Equal(field, Assert.Single(refusal.Violations).Field);
    }
}
