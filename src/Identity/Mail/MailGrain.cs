using CooperaNet.Matching.Authorities;
using Orleans.Concurrency;

namespace CooperaNet.Matching.Mail;

[StatelessWorker, GrainType("mail")]
internal sealed class MailGrain(LetterSender sender) : Grain, IMailGrain
{
    public Task<MailOutcome> SendAsync(Letter letter, CancellationToken cancellationToken) => sender.SendAsync(letter, cancellationToken);
}
