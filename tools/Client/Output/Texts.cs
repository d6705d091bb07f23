namespace CooperaNet.Matching.Client.Output;

/// <summary>What the client says in the four languages.</summary>
internal sealed class Texts(string language)
{
    private readonly int column = language.Split('-')[0] switch { "es" => 1, "pt" => 2, "fr" => 3, _ => 0 };

    public string Created => In("created", "creados", "criados", "créés");

    public string Changed => In("changed", "modificados", "alterados", "modifiés");

    public string Unchanged => In("unchanged", "sin cambios", "sem alterações", "inchangés");

    public string Refused => In("refused", "rechazados", "recusados", "refusés");

    public string Missing => In("no longer in the file", "ya no están en el archivo", "já não estão no arquivo", "absents du fichier");

    public string Duplicates => In("suspected duplicates", "posibles duplicados", "possíveis duplicatas", "doublons probables");

    public string Rows => In("rows", "filas", "linhas", "lignes");

    public string Row => In("row", "fila", "linha", "ligne");

    public string Reference => In("reference", "referencia", "referência", "référence");

    public string Why => In("why", "por qué", "por quê", "pourquoi");

    public string Title => In("title", "título", "título", "titre");

    public string Country => In("country", "país", "país", "pays");

    public string Score => In("score", "puntaje", "pontuação", "score");

    public string DryRun => In("Dry run: nothing was changed.", "Simulación: no se cambió nada.", "Simulação: nada foi alterado.", "Simulation : rien n'a été modifié.");

    public string Read => In("Read as", "Leído como", "Lido como", "Lu comme");

    public string Ignored => In("Columns not used", "Columnas no usadas", "Colunas não usadas", "Colonnes non utilisées");

    public string Columns => In("Columns", "Columnas", "Colunas", "Colonnes");

    public string Published => In("The items are published.", "Los elementos están publicados.", "Os itens estão publicados.", "Les éléments sont publiés.");

    public string Drafts => In("New items are drafts; import with --publish to publish them.", "Los elementos nuevos son borradores; importe con --publish para publicarlos.", "Os itens novos são rascunhos; importe com --publish para publicá-los.", "Les nouveaux éléments sont des brouillons ; importez avec --publish pour les publier.");

    public string More(int count, string command) => In($"… and {count} more: {command}", $"… y {count} más: {command}", $"… e mais {count}: {command}", $"… et {count} de plus : {command}");

    public string MissingAdvice(string command) => In($"Nothing happens to them. To withdraw them: {command}", $"No les ocurre nada. Para retirarlos: {command}", $"Nada acontece com eles. Para retirá-los: {command}", $"Rien ne leur arrive. Pour les retirer : {command}");

    public string Nothing => In("Nothing found.", "No se encontró nada.", "Nada encontrado.", "Rien trouvé.");

    public string NoSuggestion => In("No suggestion", "Sin sugerencia", "Sem sugestão", "Aucune suggestion");

    public string Closest => In("closest", "lo más cercano", "o mais próximo", "le plus proche");

    public string Interrupted(string command) => In($"Interrupted; what was imported stays. To go on: {command}", $"Interrumpido; lo importado queda. Para continuar: {command}", $"Interrompido; o que foi importado permanece. Para continuar: {command}", $"Interrompu ; ce qui a été importé reste. Pour continuer : {command}");

    private string In(params ReadOnlySpan<string> texts) => texts[column];
}
