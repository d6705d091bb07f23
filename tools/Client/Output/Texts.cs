using CooperaNet.Matching.V1;

namespace CooperaNet.Matching.Client.Output;

/// <summary>What the client says in the four languages.</summary>
internal sealed class Texts(string language)
{
    private readonly int column = language switch { "es" => 1, "pt" => 2, "fr" => 3, _ => 0 };

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

    public string Item => In("item", "elemento", "item", "élément");

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

    public string ConfirmMissing(int count) => In(
        $"Withdraw these {count} items? Type their number to do it, 0 not to:", $"¿Retirar estos {count} elementos? Escriba su número para hacerlo, 0 para no hacerlo:",
        $"Retirar estes {count} itens? Digite o número deles para fazê-lo, 0 para não:", $"Retirer ces {count} éléments ? Tapez leur nombre pour le faire, 0 pour ne pas le faire :");

    public string Withdrawn(int count) => In($"{count} withdrawn.", $"{count} retirados.", $"{count} retirados.", $"{count} retirés.");

    public string NotWithdrawn => In("Nothing was withdrawn.", "No se retiró nada.", "Nada foi retirado.", "Rien n'a été retiré.");

    public string IsRunning => In(
        "Is the service running? Another address is given by --server or COOPERANET_SERVER.", "¿Está funcionando el servicio? Otra dirección se indica con --server o COOPERANET_SERVER.",
        "O serviço está em execução? Outro endereço é indicado com --server ou COOPERANET_SERVER.", "Le service est-il en marche ? Une autre adresse se donne avec --server ou COOPERANET_SERVER.");

    public string TryAgain => In("Try again in a moment.", "Inténtelo de nuevo en un momento.", "Tente novamente em instantes.", "Réessayez dans un instant.");

    public string ChangedMeanwhile => In(
        "Somebody else changed it first. Look at it again with: cooperanet show NAME", "Otra persona lo modificó antes. Mírelo de nuevo con: cooperanet show NOMBRE",
        "Outra pessoa o alterou antes. Veja-o de novo com: cooperanet show NOME", "Quelqu'un d'autre l'a modifié avant. Regardez-le à nouveau avec : cooperanet show NOM");

    public string SignIn => In(
        "Sign in with: cooperanet login. Or give an access token by COOPERANET_TOKEN.", "Inicie sesión con: cooperanet login. O indique un token de acceso con COOPERANET_TOKEN.",
        "Entre com: cooperanet login. Ou indique um token de acesso com COOPERANET_TOKEN.", "Connectez-vous avec : cooperanet login. Ou donnez un jeton d'accès avec COOPERANET_TOKEN.");

    public string SignedIn => In("Signed in.", "Sesión iniciada.", "Sessão iniciada.", "Connecté.");

    public string SignedOut => In("Signed out.", "Sesión cerrada.", "Sessão encerrada.", "Déconnecté.");

    public string OpenPage(string page, string code) => In(
        $"Open {page} in a browser; it shows the code {code}.", $"Abra {page} en un navegador; muestra el código {code}.",
        $"Abra {page} em um navegador; ele mostra o código {code}.", $"Ouvrez {page} dans un navigateur ; il affiche le code {code}.");

    public string HowNamesLook => In(
        "Names look like authorities/pe/offers/some-id; find them with: cooperanet search WORDS", "Los nombres son como authorities/pe/offers/some-id; búsquelos con: cooperanet search PALABRAS",
        "Os nomes são como authorities/pe/offers/some-id; encontre-os com: cooperanet search PALAVRAS", "Les noms ressemblent à authorities/pe/offers/some-id ; trouvez-les avec : cooperanet search MOTS");

    public string NotYourFault => In("This is the service's fault.", "Es un error del servicio.", "É um erro do serviço.", "C'est une erreur du service.");

    public string DoesNotAnswer(string server) => In($"{server} does not answer", $"{server} no responde", $"{server} não responde", $"{server} ne répond pas");

    public string Account(AccountState state) => state switch
    {
        AccountState.Active => In("active", "activa", "ativa", "actif"),
        AccountState.Invited => In("invited", "invitada", "convidada", "invité"),
        AccountState.Suspended => In("suspended", "suspendida", "suspensa", "suspendu"),
        _ => In("none", "ninguna", "nenhuma", "aucun"),
    };

    public string Authority => In("authority", "autoridad", "autoridade", "autorité");

    public string AccountTitle => In("account", "cuenta", "conta", "compte");

    /// <summary>A table of the figures, with what it counts.</summary>
    public string Table(string id, int total, string denominator) => $"{id switch
    {
        "type" => In("Type", "Tipo", "Tipo", "Type"),
        "country" => In("Country", "País", "País", "Pays"),
        "area" => In("Area of focus", "Área temática", "Área temática", "Domaine"),
        "goal" => In("Goal", "ODS", "ODS", "ODD"),
        "account" => In("Account", "Cuenta", "Conta", "Compte"),
        _ => id,
    }} ({total:N0} {denominator switch
    {
        "items" => In("items", "elementos", "itens", "éléments"),
        "tags" => In("tags", "etiquetas", "etiquetas", "étiquettes"),
        "authorities" => In("authorities", "autoridades", "autoridades", "autorités"),
        _ => denominator,
    }})";

    private string In(params ReadOnlySpan<string> texts) => texts[column];
}
