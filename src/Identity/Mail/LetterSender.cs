using System.Globalization;
using CooperaNet.Matching.Authorities;
using CooperaNet.Matching.Identity;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MimeKit;

namespace CooperaNet.Matching.Mail;

/// <summary>Sends by SMTP, or writes to a folder where no server is configured. A letter's link is a secret: no log gets it.</summary>
internal sealed partial class LetterSender(IOptions<MailOptions> mail, IssuerAddress issuer, IdentityDatabase database, TimeProvider clock, ILogger<LetterSender> logger)
{
    public async Task<MailOutcome> SendAsync(Letter letter, CancellationToken cancellationToken)
    {
        using var message = Compose(letter);
        return mail.Value.Host.Length == 0 ? await WriteAsync(message, cancellationToken) : await SendAsync(letter, message, cancellationToken);
    }

    private MimeMessage Compose(Letter letter)
    {
        var (subject, text) = LetterTexts.Of(letter, issuer.LinkOf(letter));
        var message = new MimeMessage { Subject = subject, Date = clock.GetUtcNow(), Body = new TextPart("plain") { Text = text } };
        message.From.Add(MailboxAddress.Parse(mail.Value.From));
        message.To.Add(new MailboxAddress("", letter.To));
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return message;
    }

    private async Task<MailOutcome> WriteAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(database.Folder, "mail");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyyMMdd-HHmmss}-{Guid.NewGuid():n}");
        await using (var draft = new FileStream(Path.Combine(folder, $"{name}.part"), options))
        {
            await message.WriteToAsync(draft, cancellationToken);
        }

        File.Move(Path.Combine(folder, $"{name}.part"), Path.Combine(folder, $"{name}.eml"));
        return MailOutcome.Written;
    }

    private async Task<MailOutcome> SendAsync(Letter letter, MimeMessage message, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(mail.Value.Timeout);
        using var client = new SmtpClient();
        try
        {
            await client.ConnectAsync(mail.Value.Host, mail.Value.Port, mail.Value.Security, patience.Token);
            if (mail.Value.UserName.Length > 0)
            {
                await client.AuthenticateAsync(mail.Value.UserName, mail.Value.Password, patience.Token);
            }

            await client.SendAsync(message, patience.Token);
            return MailOutcome.Sent; // the server has the letter, whatever becomes of the farewell
        }
        catch (SmtpCommandException refusal) when (refusal.ErrorCode == SmtpErrorCode.RecipientNotAccepted && (int)refusal.StatusCode >= 500)
        {
            LogRefused(letter.Participant, (int)refusal.StatusCode);
            return MailOutcome.Refused;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogNotSent(error, letter.Kind, letter.Participant);
            return MailOutcome.Failed;
        }
    }

    [LoggerMessage(EventId = 800, Level = LogLevel.Warning, Message = "A mail server refused the address of {Participant} for good ({Status})")]
    private partial void LogRefused(string participant, int status);

    [LoggerMessage(EventId = 801, Level = LogLevel.Warning, Message = "{Kind} for {Participant} could not be sent; send it again")]
    private partial void LogNotSent(Exception error, LetterKind kind, string participant);
}
