//! `orcidlake connect invite`.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::connect_args::{IssuerArgs, StateArgs, now, secret_file};
use super::connect_settings::PortalArgs;
use super::failure::Failure;
use super::numbers::counted;
use super::rows::{RowFormat, tell_where, write_rows};
use super::target::{check_outputs, file_of};
use super::{Common, Done};
use crate::connect::{
    INVITATION_DAYS, InvitationLine, Invite, MAYBE_SENT, MailFault, MailSettings, MailTls, Mailer, Store,
    invite, read_staff,
};
use orcid_api::Secret;

/// systemd's credential with the mail server's password.
const PASSWORD_CREDENTIAL: &str = "connect-smtp-password";
/// States of lines after their mails were tried.
const SENT: &str = "sent";
const NOT_SENT: &str = "not sent";

/// Make links with which people enter the portal, as CSV for a mail merge, or send them by mail.
///
/// STAFF.csv has a column for the institution's own id (id, local_id, staff_id), and may have name
/// or given and family name, email, language, and orcid. Each link works once. People who are
/// connected get none. A new link withdraws those that the person has not used; with --send, people
/// who hold a link that was mailed to them keep it and get no second mail.
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
    /// Send another link to people who have got a mail and have not used its link, or may have got one.
    #[arg(long, requires = "send")]
    resend: bool,
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
        Ok(Some(Mailer::new(settings)?))
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let out = file_of(args.out.clone());
    check_outputs(&[&out], &[&args.staff], common)?;
    let (settings, mailer) = (args.portal.settings()?, args.mail.mailer()?);
    let staff = read_staff(&args.staff)?;
    let store = args.state.open_or_create(&args.issuer.issuer()?, common)?;
    // Links in a list are for a mail merge, of which nothing is known here.
    let whom =
        Invite { days: args.days, connected_too: args.all, mailed_too: mailer.is_none() || args.mail.resend };
    let mut lines = invite(&store, &settings, &staff, whom, now())?;
    let failed = match mailer {
        Some(mailer) => send_all(mailer, &store, &settings.institution, &mut lines)?,
        None => 0,
    };
    if let Some(path) = &out {
        make_private(path)?;
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

/// Sends the links; then the list holds them no more. Gives the number of people who are not known
/// to have got a mail.
fn send_all(
    mut mailer: Mailer,
    store: &Store,
    institution: &str,
    lines: &mut [InvitationLine],
) -> Result<usize, Failure> {
    let mut is_over = false;
    for line in lines.iter_mut() {
        let (Some(invitation), link) = (line.invitation, line.link.clone()) else { continue };
        if is_over {
            line.state = NOT_SENT.to_owned();
        } else {
            store.begin_sending(invitation, now())?;
            let sent = mailer.send(line, institution);
            line.state = match &sent {
                Ok(()) => SENT,
                Err(MailFault::Unknown(_)) => MAYBE_SENT,
                Err(_) => NOT_SENT,
            }
            .to_owned();
            match &sent {
                Ok(()) => store.note_sent(invitation, now())?,
                Err(MailFault::Unknown(_)) => {}
                Err(_) => store.note_not_sent(invitation)?,
            }
            is_over = matches!(sent, Err(MailFault::AllMails(_)));
            if let Err(fault) = sent {
                // A server may repeat what it was sent.
                tell!("{}: {}", line.local_id, fault.to_string().replace(&link, "…"));
            }
            if is_over {
                tell!("no more mails are tried");
            }
        }
        line.link.clear();
    }
    let count = |state: &str| lines.iter().filter(|line| line.state == state).count();
    let (not_sent, maybe) = (count(NOT_SENT), count(MAYBE_SENT));
    if not_sent > 0 {
        tell!(
            "{} not sent; the same command sends them, and no others again",
            counted(not_sent as u64, "mail")
        );
    }
    if maybe > 0 {
        tell!(
            "{} may have been sent; ask the mail server, or send these people another with --resend",
            counted(maybe as u64, "mail")
        );
    }
    Ok(not_sent + maybe)
}

/// Makes a file that only its owner can read, if it is not there yet: its links open the portal. A
/// file that is written anew keeps its mode.
fn make_private(path: &Path) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}
