//! `orcidlake connect invite`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::connect_args::{IssuerArgs, StateArgs, now, secret_file};
use super::connect_settings::PortalArgs;
use super::failure::Failure;
use super::numbers::counted;
use super::rows::{RowFormat, tell_where, write_rows};
use super::target::{check_outputs, file_of};
use super::{Common, Done};
use crate::connect::{
    INVITATION_DAYS, InvitationLine, MailSettings, MailTls, Mailer, Store, invite, read_staff,
};
use orcid_api::Secret;

/// systemd's credential with the mail server's password.
const PASSWORD_CREDENTIAL: &str = "connect-smtp-password";

/// Make links with which people enter the portal, as CSV for a mail merge, or send them by mail.
///
/// STAFF.csv has a column for the institution's own id (id, local_id, staff_id), and may have name
/// or given and family name, email, language, and orcid. Each link works once. People who are
/// connected get none. A new link withdraws those that the person has not used.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The list of people.
    #[arg(value_name = "STAFF.csv")]
    staff: PathBuf,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    issuer: IssuerArgs,
    #[command(flatten)]
    portal: PortalArgs,
    /// Days until a link expires.
    #[arg(long, value_name = "DAYS", default_value_t = INVITATION_DAYS, env = "ORCIDLAKE_INVITATION_DAYS", value_parser = clap::value_parser!(u32).range(1..=365))]
    days: u32,
    /// Invite people who are connected too.
    #[arg(long)]
    all: bool,
    /// The file for the links; standard output if - or not given. Whoever reads it can enter the
    /// portal as these people.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    mail: MailArgs,
}

/// How mails are sent.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Mail")]
struct MailArgs {
    /// Send each link to its person by mail. The links are not printed then.
    #[arg(long, requires_all = ["smtp_server", "mail_from"])]
    send: bool,
    /// The mail server.
    #[arg(long, value_name = "HOST", env = "ORCIDLAKE_SMTP_SERVER")]
    smtp_server: Option<String>,
    /// The mail server's port.
    #[arg(long, value_name = "PORT", default_value_t = 587, env = "ORCIDLAKE_SMTP_PORT")]
    smtp_port: u16,
    /// How the connection is protected.
    #[arg(long, value_enum, default_value_t = Protection::Starttls, env = "ORCIDLAKE_SMTP_TLS")]
    smtp_tls: Protection,
    /// The user of the mail server.
    #[arg(long, value_name = "NAME", env = "ORCIDLAKE_SMTP_USER")]
    smtp_user: Option<String>,
    /// A file that holds the password. If not given, systemd's credential connect-smtp-password.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_SMTP_PASSWORD_FILE")]
    smtp_password_file: Option<PathBuf>,
    /// The sender, such as "Library <orcid@example.org>".
    #[arg(long, value_name = "ADDRESS", env = "ORCIDLAKE_MAIL_FROM")]
    mail_from: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protection {
    /// It must change to TLS before anything is sent.
    Starttls,
    /// TLS from the beginning; mostly on port 465.
    Tls,
    /// None: for a server on this machine, without a password.
    None,
}

impl MailArgs {
    fn mailer(&self) -> Result<Option<Mailer>, Failure> {
        let (true, Some(server), Some(from)) = (self.send, &self.smtp_server, &self.mail_from) else {
            return Ok(None);
        };
        let password = secret_file(self.smtp_password_file.as_deref(), PASSWORD_CREDENTIAL);
        let user = match (&self.smtp_user, password) {
            (Some(user), Some(file)) => Some((user.clone(), Secret::read(&file)?)),
            (Some(_), None) => {
                return Err(Failure::new(
                    "the mail server's password is not given",
                    "give --smtp-password-file",
                ));
            }
            (None, _) => None,
        };
        let tls = match self.smtp_tls {
            Protection::Starttls => MailTls::StartTls,
            Protection::Tls => MailTls::Tls,
            Protection::None => MailTls::None,
        };
        let settings =
            MailSettings { server: server.clone(), port: self.smtp_port, tls, user, from: from.clone() };
        Ok(Some(Mailer::new(&settings)?))
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let out = file_of(args.out.clone());
    check_outputs(&[&out], &[&args.staff], common)?;
    let (settings, mailer) = (args.portal.settings()?, args.mail.mailer()?);
    let staff = read_staff(&args.staff)?;
    let store = args.state.open_or_create(&args.issuer.issuer()?, common)?;
    let mut lines = invite(&store, &settings, &staff, args.days, args.all, now())?;
    let mut failed = 0;
    if let Some(mailer) = &mailer {
        for line in &mut lines {
            failed += u64::from(!send(mailer, &store, &settings.institution, line)?);
        }
    }
    let format = if common.json { RowFormat::JsonLines } else { RowFormat::Csv };
    write_rows(&lines, format, out.as_deref())?;
    tell_where(lines.len(), &[&out], common)?;
    if !common.quiet {
        let invited = lines.iter().filter(|line| line.invitation.is_some()).count() as u64;
        tell!("{} of {} invited", counted(invited, "person"), lines.len());
    }
    Ok(if failed > 0 { Done::WithProblems } else { Done::All })
}

/// Sends a link; then the list holds it no more. False where the server did not take it.
fn send(
    mailer: &Mailer,
    store: &Store,
    institution: &str,
    line: &mut InvitationLine,
) -> Result<bool, Failure> {
    let Some(invitation) = line.invitation else { return Ok(true) };
    let sent = mailer.send(line, institution);
    line.link.clear();
    match sent {
        Ok(()) => {
            store.note_sent(invitation, now())?;
            line.state = "sent".to_owned();
            Ok(true)
        }
        Err(error) => {
            line.state = "not sent".to_owned();
            tell!("{}: {error}", line.local_id);
            Ok(false)
        }
    }
}
