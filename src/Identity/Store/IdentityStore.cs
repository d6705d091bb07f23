using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace CooperaNet.Matching.Identity.Store;

/// <summary>Credentials, tokens, keys and sign-ins. Beside the exchange's data, never through its queue of writers.</summary>
internal sealed class IdentityStore(DbContextOptions<IdentityStore> options) : IdentityUserContext<Person>(options), IDataProtectionKeyContext
{
    public const string Schema = "identity";

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<IssuerKey> Keys => Set<IssuerKey>();

    public DbSet<SignInEntry> SignIns => Set<SignInEntry>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        if (Database.IsNpgsql())
        {
            builder.HasDefaultSchema(Schema);
        }

        builder.UseOpenIddict();
        builder.Entity<Person>(person =>
        {
            person.ToTable("Person");
            person.HasIndex(row => row.NormalizedEmail).IsUnique().HasDatabaseName("EmailIndex");
            person.HasIndex(row => row.Participant);
        });
        builder.Entity<IssuerKey>().ToTable("IssuerKey");
        builder.Entity<SignInEntry>(entry =>
        {
            entry.ToTable("SignIn");
            entry.HasIndex(row => row.Time);
        });
    }
}
