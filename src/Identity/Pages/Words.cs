using Microsoft.AspNetCore.Http;

namespace CooperaNet.Matching.Identity.Pages;

/// <summary>The words of the pages in the browser's language.</summary>
internal sealed class Words(string language)
{
    private static readonly string[] Languages = ["en", "es", "pt", "fr"];
    private readonly int column = Math.Max(0, Array.IndexOf(Languages, language));

    public string Language => Languages[column];

    public string SignIn => In("Sign in", "Iniciar sesión", "Entrar", "Se connecter");

    public string SignOut => In("Sign out", "Cerrar sesión", "Sair", "Se déconnecter");

    public string SignedIn => In("You are signed in.", "Ha iniciado sesión.", "Você entrou.", "Vous êtes connecté.");

    public string SignedOut => In("You are signed out.", "Ha cerrado la sesión.", "Você saiu.", "Vous êtes déconnecté.");

    public string Address => In("E-mail address", "Correo electrónico", "E-mail", "Adresse e-mail");

    public string Password => In("Password", "Contraseña", "Senha", "Mot de passe");

    public string NewPassword => In("New password, at least 12 characters", "Nueva contraseña, al menos 12 caracteres", "Nova senha, ao menos 12 caracteres", "Nouveau mot de passe, au moins 12 caractères");

    public string RepeatPassword => In("The same password again", "La misma contraseña otra vez", "A mesma senha outra vez", "Le même mot de passe encore une fois");

    public string Wrong => In(
        "Address or password are not right, or the account is locked for a while.", "La dirección o la contraseña no son correctas, o la cuenta está bloqueada por un tiempo.",
        "O endereço ou a senha não estão certos, ou a conta está bloqueada por um tempo.", "L'adresse ou le mot de passe ne sont pas justes, ou le compte est bloqué pour un moment.");

    public string TooMany => In("Too many attempts. Wait some minutes.", "Demasiados intentos. Espere unos minutos.", "Tentativas demais. Espere alguns minutos.", "Trop d'essais. Attendez quelques minutes.");

    public string Ended => In("This account is not active. Ask the Secretariat.", "Esta cuenta no está activa. Consulte a la Secretaría.", "Esta conta não está ativa. Consulte o Secretariado.", "Ce compte n'est pas actif. Demandez au Secrétariat.");

    public string Activate => In("Activate your account", "Active su cuenta", "Ative sua conta", "Activez votre compte");

    public string ActivateFor(string account, string address) => In($"Account {account}, address {address}.", $"Cuenta {account}, dirección {address}.", $"Conta {account}, endereço {address}.", $"Compte {account}, adresse {address}.");

    public string Activated => In("The account is active. Sign in now.", "La cuenta está activa. Inicie sesión ahora.", "A conta está ativa. Entre agora.", "Le compte est actif. Connectez-vous maintenant.");

    public string LinkEnded => In("The link has ended or was used. Ask for another one.", "El enlace venció o ya se usó. Pida otro.", "O link venceu ou já foi usado. Peça outro.", "Le lien est expiré ou déjà utilisé. Demandez-en un autre.");

    public string PasswordsDiffer => In("The two passwords differ.", "Las dos contraseñas son distintas.", "As duas senhas são diferentes.", "Les deux mots de passe diffèrent.");

    public string PasswordTooWeak => In(
        "The password needs at least 12 characters, 5 of them different.", "La contraseña necesita al menos 12 caracteres, 5 de ellos distintos.",
        "A senha precisa de ao menos 12 caracteres, 5 deles diferentes.", "Le mot de passe demande au moins 12 caractères, dont 5 différents.");

    public string AddressTaken => In("This address signs in to another account.", "Esta dirección ya pertenece a otra cuenta.", "Este endereço já pertence a outra conta.", "Cette adresse appartient à un autre compte.");

    public string SecondFactor => In("Second factor", "Segundo factor", "Segundo fator", "Second facteur");

    public string CodeOfApp => In(
        "Code of your authenticator app, or a recovery code", "Código de su aplicación de autenticación, o un código de recuperación", "Código do seu aplicativo autenticador, ou um código de recuperação", "Code de votre application d'authentification, ou un code de secours");

    public string WrongCode => In("The code is not right.", "El código no es correcto.", "O código não está certo.", "Le code n'est pas juste.");

    public string SetUp => In("Set up a second factor", "Configure un segundo factor", "Configure um segundo fator", "Configurez un second facteur");

    public string SetUpHow => In(
        "Add an account with this key to an authenticator app, then enter the code that it shows.", "Añada una cuenta con esta clave en una aplicación de autenticación y escriba el código que muestra.",
        "Adicione uma conta com esta chave a um aplicativo autenticador e digite o código que ele mostra.", "Ajoutez un compte avec cette clé dans une application d'authentification, puis saisissez le code affiché.");

    public string RecoveryCodes => In(
        "Keep these recovery codes in a safe place. Each works once.", "Guarde estos códigos de recuperación en un lugar seguro. Cada uno sirve una vez.",
        "Guarde estes códigos de recuperação em lugar seguro. Cada um serve uma vez.", "Gardez ces codes de secours en lieu sûr. Chacun sert une fois.");

    public string Continue => In("Continue", "Continuar", "Continuar", "Continuer");

    public string Device => In("Sign in a program", "Autorizar un programa", "Autorizar um programa", "Autoriser un programme");

    public string DeviceCode => In("Code that the program shows", "Código que muestra el programa", "Código que o programa mostra", "Code affiché par le programme");

    public string DeviceAsk(string application, string code) => In(
        $"{application} shows the code {code} and asks to act as you. Allow it only if you started it yourself just now.", $"{application} muestra el código {code} y pide actuar en su nombre. Permítalo solo si usted mismo lo inició ahora.",
        $"{application} mostra o código {code} e pede para agir em seu nome. Permita só se você mesmo o iniciou agora.", $"{application} affiche le code {code} et demande d'agir en votre nom. N'acceptez que si vous venez de le lancer vous-même.");

    public string Allow => In("Allow", "Permitir", "Permitir", "Autoriser");

    public string Deny => In("Deny", "Rechazar", "Recusar", "Refuser");

    public string DeviceUnknown => In("No program waits with this code.", "Ningún programa espera con este código.", "Nenhum programa espera com este código.", "Aucun programme n'attend avec ce code.");

    public string DeviceDone => In("You can go back to the program.", "Puede volver al programa.", "Você pode voltar ao programa.", "Vous pouvez revenir au programme.");

    public string ConfirmAddress => In("Confirm the address", "Confirme la dirección", "Confirme o endereço", "Confirmez l'adresse");

    public string Confirm => In("Confirm", "Confirmar", "Confirmar", "Confirmer");

    public string ConfirmedOne => In("Confirmed. The address changes when the other one has confirmed, too.", "Confirmado. La dirección cambia cuando la otra también confirme.", "Confirmado. O endereço muda quando o outro também confirmar.", "Confirmé. L'adresse change quand l'autre aura confirmé aussi.");

    public string ConfirmedBoth => In("Confirmed. The address has changed.", "Confirmado. La dirección ha cambiado.", "Confirmado. O endereço mudou.", "Confirmé. L'adresse a changé.");

    public static Words Of(HttpContext context) => new(
        context.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.ToString().Split('-')[0].ToLowerInvariant()).FirstOrDefault(Languages.Contains) ?? "en");

    private string In(params ReadOnlySpan<string> texts) => texts[column];
}
