namespace CooperaNet.Matching.Items;

/// <summary>The fields of <see cref="ItemContent"/> that an update may name.</summary>
[Flags]
public enum ItemFields
{
#pragma warning disable CS1591 // Each member is the property of the same name.
    None = 0,
    Title = 1 << 0,
    Summary = 1 << 1,
    LanguageCode = 1 << 2,
    Translations = 1 << 3,
    AreasOfFocus = 1 << 4,
    Goals = 1 << 5,
    Maturity = 1 << 6,
    ResponsibleInstitution = 1 << 7,
    Modalities = 1 << 8,
    DcfProject = 1 << 9,
    Links = 1 << 10,
    ExpireTime = 1 << 11,
    All = (1 << 12) - 1,
#pragma warning restore CS1591
}
