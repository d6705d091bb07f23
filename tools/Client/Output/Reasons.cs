using System.Text.RegularExpressions;

namespace CooperaNet.Matching.Client.Output;

/// <summary>
/// The service explains refusals in English sentences. Those that a catalogue's report shows most are said here in the
/// reader's language; any other one stays as it came.
/// </summary>
internal static class Reasons
{
    private static readonly (string English, string Es, string Pt, string Fr)[] Sentences =
    [
        ("'(.*)' is not a goal; .*", "«$1» no es un ODS; escriba 6, ODS 6, 6.1 o su nombre.", "«$1» não é um ODS; escreva 6, ODS 6, 6.1 ou seu nome.", "« $1 » n'est pas un ODD ; écrivez 6, ODD 6, 6.1 ou son nom."),
        ("'(.*)' is not an area of focus; .*", "«$1» no es un área temática; diga con --value qué significa, por ejemplo --value \"$1=other\".", "«$1» não é uma área temática; diga com --value o que significa, por exemplo --value \"$1=other\".", "« $1 » n'est pas un domaine ; dites avec --value ce que cela signifie, par exemple --value \"$1=other\"."),
        ("'(.*)' is not a maturity.*", "«$1» no es una etapa; escriba disponible, en ejecución o concluida.", "«$1» não é uma etapa; escreva disponível, em execução ou concluído.", "« $1 » n'est pas une étape ; écrivez disponible, en cours ou terminé."),
        ("'(.*)' is not a date.*", "«$1» no es una fecha como 2027-12-31.", "«$1» não é uma data como 2027-12-31.", "« $1 » n'est pas une date comme 2027-12-31."),
        ("'(.*)' is not an absolute http or https address.*", "«$1» no es una dirección completa, como https://example.org.", "«$1» não é um endereço completo, como https://example.org.", "« $1 » n'est pas une adresse complète, comme https://example.org."),
        ("'(.*)' is not a BCP-47 language tag.*", "«$1» no es un idioma como es o pt-BR.", "«$1» não é um idioma como es ou pt-BR.", "« $1 » n'est pas une langue comme es ou pt-BR."),
        ("'(.*)' stands in row (.*) already\\.", "«$1» ya está en la fila $2.", "«$1» já está na linha $2.", "« $1 » se trouve déjà à la ligne $2."),
        ("'(.*)' stands more than once\\.", "«$1» está más de una vez.", "«$1» está mais de uma vez.", "« $1 » s'y trouve plus d'une fois."),
        ("a row needs the key it has in its catalogue\\.", "a la fila le falta la clave que tiene en su catálogo.", "falta à linha a chave que tem em seu catálogo.", "il manque à la ligne la clé qu'elle a dans son catalogue."),
        ("(\\d+) characters; (\\d+) to (\\d+) are allowed\\.", "tiene $1 caracteres; se permiten de $2 a $3.", "tem $1 caracteres; são permitidos de $2 a $3.", "a $1 caractères ; de $2 à $3 sont permis."),
        ("(\\d+) characters; at most (\\d+) are allowed\\.", "tiene $1 caracteres; se permiten $2 como máximo.", "tem $1 caracteres; são permitidos no máximo $2.", "a $1 caractères ; $2 au plus sont permis."),
        ("the file ends within a quoted cell.*", "el archivo termina dentro de una celda entre comillas: parece cortado.", "o arquivo termina dentro de uma célula entre aspas: parece cortado.", "le fichier finit dans une cellule entre guillemets : il semble coupé."),
        ("the row has (\\d+) cells, the header (\\d+)\\..*", "la fila tiene $1 celdas y el encabezado $2. ¿Le faltan comillas a una celda que contiene un separador?", "a linha tem $1 células e o cabeçalho $2. Faltam aspas a uma célula que contém um separador?", "la ligne a $1 cellules et l'en-tête $2. Manque-t-il des guillemets à une cellule qui contient un séparateur ?"),
        ("contains bytes that are not (\\S+): .*", "contiene bytes que no son $1: el archivo mezcla codificaciones. Guárdelo como «CSV UTF-8».", "contém bytes que não são $1: o arquivo mistura codificações. Salve-o como «CSV UTF-8».", "contient des octets qui ne sont pas $1 : le fichier mélange des encodages. Enregistrez-le en « CSV UTF-8 »."),
        ("The file is a spreadsheet or an archive.*", "El archivo es una hoja de cálculo o un ZIP, no CSV. Ábralo en el programa de hojas de cálculo y guárdelo como «CSV UTF-8».", "O arquivo é uma planilha ou um ZIP, não CSV. Abra-o no programa de planilhas e salve-o como «CSV UTF-8».", "Le fichier est une feuille de calcul ou un ZIP, pas du CSV. Ouvrez-le dans le tableur et enregistrez-le en « CSV UTF-8 »."),
        ("The file is HTML or XML.*", "El archivo es HTML o XML, no CSV. Ábralo en un programa de hojas de cálculo y guárdelo como «CSV UTF-8».", "O arquivo é HTML ou XML, não CSV. Abra-o em um programa de planilhas e salve-o como «CSV UTF-8».", "Le fichier est du HTML ou du XML, pas du CSV. Ouvrez-le dans un tableur et enregistrez-le en « CSV UTF-8 »."),
        ("The file is empty\\.", "El archivo está vacío.", "O arquivo está vazio.", "Le fichier est vide."),
        ("Row (\\d+) has a cell of more than ([\\d,]+) characters\\..*", "La fila $1 tiene una celda de más de $2 caracteres. ¿Quedaron comillas sin cerrar?", "A linha $1 tem uma célula de mais de $2 caracteres. Ficaram aspas sem fechar?", "La ligne $1 a une cellule de plus de $2 caractères. Des guillemets sont-ils restés ouverts ?"),
        ("Row (\\d+) has more than ([\\d,]+) characters\\..*", "La fila $1 tiene más de $2 caracteres. ¿Se conservaron los saltos de línea?", "A linha $1 tem mais de $2 caracteres. As quebras de linha foram mantidas?", "La ligne $1 a plus de $2 caractères. Les sauts de ligne ont-ils été gardés ?"),
        ("'(.*)' does not exist\\.", "«$1» no existe.", "«$1» não existe.", "« $1 » n'existe pas."),
    ];

    /// <summary>A sentence of the service in a language.</summary>
    public static string In(string language, string sentence)
    {
        var (english, es, pt, fr) = language == "en" ? default : Sentences.FirstOrDefault(known => Regex.IsMatch(sentence, $"^(?:{known.English})$", RegexOptions.Singleline));
        return english is null ? sentence : Regex.Replace(sentence, $"^(?:{english})$", language switch { "es" => es, "pt" => pt, _ => fr }, RegexOptions.Singleline);
    }
}
