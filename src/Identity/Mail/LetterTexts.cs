using System.Globalization;
using CooperaNet.Matching.Authorities;

namespace CooperaNet.Matching.Mail;

/// <summary>The words of letters, in four languages.</summary>
internal static class LetterTexts
{
    private static readonly string[] Languages = ["en", "es", "pt", "fr"];

    public static (string Subject, string Text) Of(Letter letter, Uri link)
    {
        var (language, account) = (letter.Language, AccountName(letter));
        string In(params ReadOnlySpan<string> texts) => texts[Math.Max(0, Array.IndexOf(Languages, language))];
        var until = letter.Expires.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
        var (subject, what) = letter.Kind switch
        {
            LetterKind.Invitation => (
                In("Your CooperaNet account", "Su cuenta de CooperaNet", "Sua conta no CooperaNet", "Votre compte CooperaNet"),
                In($"The Secretariat invites you to take the institutional account of {account}. Open this link and choose a password:",
                    $"La Secretaría le invita a asumir la cuenta institucional de {account}. Abra este enlace y elija una contraseña:",
                    $"O Secretariado convida você a assumir a conta institucional de {account}. Abra este link e escolha uma senha:",
                    $"Le Secrétariat vous invite à prendre le compte institutionnel de {account}. Ouvrez ce lien et choisissez un mot de passe :")),
            LetterKind.ConfirmOldAddress => (
                In("Change of your CooperaNet address", "Cambio de su dirección en CooperaNet", "Mudança do seu endereço no CooperaNet", "Changement de votre adresse CooperaNet"),
                In($"Another e-mail address is to replace this one for the account of {account}. If that is right, confirm it here; otherwise do nothing and tell the Secretariat:",
                    $"Otra dirección de correo debe reemplazar a esta en la cuenta de {account}. Si es correcto, confírmelo aquí; si no, no haga nada y avise a la Secretaría:",
                    $"Outro endereço de e-mail deve substituir este na conta de {account}. Se estiver certo, confirme aqui; se não, não faça nada e avise o Secretariado:",
                    $"Une autre adresse doit remplacer celle-ci pour le compte de {account}. Si c'est juste, confirmez ici ; sinon, ne faites rien et prévenez le Secrétariat :")),
            _ => (
                In("Confirm your CooperaNet address", "Confirme su dirección en CooperaNet", "Confirme seu endereço no CooperaNet", "Confirmez votre adresse CooperaNet"),
                In($"This is to become the e-mail address of the account of {account}. Confirm that you receive letters here:",
                    $"Esta será la dirección de correo de la cuenta de {account}. Confirme que recibe mensajes aquí:",
                    $"Este será o endereço de e-mail da conta de {account}. Confirme que recebe mensagens aqui:",
                    $"Ceci doit devenir l'adresse du compte de {account}. Confirmez que vous y recevez les messages :")),
        };
        var end = In($"The link works once, until {until}. Give it to nobody.", $"El enlace funciona una sola vez, hasta el {until}. No lo comparta.", $"O link funciona uma só vez, até {until}. Não o compartilhe.", $"Le lien sert une seule fois, jusqu'au {until}. Ne le donnez à personne.");
        return (subject, $"{what}\n\n{link}\n\n{end}\n");
    }

    private static string AccountName(Letter letter)
    {
        var parts = letter.Participant.Split('/');
        return parts is ["authorities", var country] ? MemberStates.All.GetValueOrDefault(country.ToUpperInvariant()).In(letter.Language) ?? letter.Participant : letter.Participant;
    }
}
