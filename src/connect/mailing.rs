//! Sends invitations by SMTP, in the person's language.
//!
//! It says of each mail whether the server has taken it, has not, or may have: the last where the
//! answer to the whole mail was lost. Who calls sends no second mail in that case.

use std::time::Duration;

use lettre::Address;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::error::ConnectError;
use super::inviting::InvitationLine;
use super::languages::Language;
use orcid_api::Secret;

/// How long the server may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The code by which a server says that it closes the connection, whatever was asked.
const CLOSING: u16 = 421;
/// Connections that may break one after the other before no more mails are tried.
const MAX_BROKEN: u32 = 3;

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// It begins in the clear and must change to TLS.
    StartTls,
    /// TLS from the beginning.
    Tls,
    /// None, for a server on this machine.
    None,
}

/// A mail server, and who writes.
#[derive(Debug, Clone)]
pub struct MailSettings {
    pub server: String,
    pub port: u16,
    pub tls: MailTls,
    pub user: Option<(String, Secret)>,
    /// The sender, such as `Library <orcid@example.org>`.
    pub from: String,
}

/// Why a mail was not sent, or may not have been.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    /// The server did not take this mail; it may take others.
    #[error("{0}")]
    ThisMail(String),
    /// The server takes no mails: it cannot be reached, or refuses us.
    #[error("{0}")]
    AllMails(String),
    /// The whole mail was sent, and no answer came.
    #[error("{0}; the mail may have been sent")]
    Unknown(String),
}

/// Sends mails of one sender, over one connection for as long as it lasts.
pub struct Mailer {
    settings: MailSettings,
    from: Mailbox,
    tls: Option<TlsParameters>,
    connection: Option<SmtpConnection>,
    /// Connections that have broken since the last answer.
    broken: u32,
}

impl Mailer {
    /// A sender of mails; nothing is sent yet.
    ///
    /// # Errors
    /// [`ConnectError::Mail`] for a sender or a server that is none, or a password that would go
    /// in the clear.
    pub fn new(settings: MailSettings) -> Result<Self, ConnectError> {
        let fault = |what: String| ConnectError::Mail { server: settings.server.clone(), what };
        let from: Mailbox =
            settings.from.parse().map_err(|_| fault("the sender is no mail address".to_owned()))?;
        if settings.tls == MailTls::None && settings.user.is_some() {
            return Err(fault("a password would go there unencrypted".to_owned()));
        }
        let tls = match settings.tls {
            MailTls::None => None,
            MailTls::StartTls | MailTls::Tls => {
                let parameters = TlsParameters::new(settings.server.clone());
                Some(parameters.map_err(|error| fault(error.to_string()))?)
            }
        };
        Ok(Self { settings, from, tls, connection: None, broken: 0 })
    }

    /// Sends an invitation.
    ///
    /// # Errors
    /// [`MailFault`] where the address is none, the server does not take the mail, or does not say
    /// whether it has.
    pub fn send(&mut self, line: &InvitationLine, institution: &str) -> Result<(), MailFault> {
        let message = self.message(line, institution).map_err(MailFault::ThisMail)?;
        if self.broken >= MAX_BROKEN {
            return Err(MailFault::AllMails(format!("the connection broke {MAX_BROKEN} times in a row")));
        }
        // A server may have closed it between two mails.
        let kept = self.connection.take().and_then(|mut kept| kept.test_connected().then_some(kept));
        let mut connection = match kept {
            Some(kept) => kept,
            None => self.connect().map_err(|error| MailFault::AllMails(error.to_string()))?,
        };
        if let Err(error) = announce(&mut connection, &message) {
            connection.abort();
            return Err(self.refused(&error, MailFault::ThisMail));
        }
        match connection.message(&message.formatted()) {
            Ok(_) => {
                (self.broken, self.connection) = (0, Some(connection));
                Ok(())
            }
            Err(error) => {
                if error.status().is_some() {
                    self.connection = Some(connection);
                }
                Err(self.refused(&error, MailFault::Unknown))
            }
        }
    }

    fn message(&self, line: &InvitationLine, institution: &str) -> Result<Message, String> {
        let language = Language::find(&line.language).unwrap_or_else(Language::first);
        let name = if line.name.is_empty() { &line.email } else { &line.name };
        let words = [
            ("name", name.as_str()),
            ("institution", institution),
            ("link", &line.link),
            ("date", &line.expires),
        ];
        let address =
            line.email.parse::<Address>().map_err(|_| format!("{:?} is no mail address", line.email))?;
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(language.text("mail_subject", &words))
            .header(ContentType::TEXT_PLAIN)
            .body(language.text("mail_body", &words).trim_start().to_owned())
            .map_err(|error| error.to_string())
    }

    /// Opens a connection, and signs on.
    fn connect(&self) -> Result<SmtpConnection, SmtpError> {
        let MailSettings { server, port, tls, user, .. } = &self.settings;
        let (hello, address) = (ClientId::default(), (server.as_str(), *port));
        let at_once = self.tls.as_ref().filter(|_| *tls == MailTls::Tls);
        let mut connection = SmtpConnection::connect(address, Some(TIMEOUT), &hello, at_once, None)?;
        if let Some(parameters) = self.tls.as_ref().filter(|_| *tls == MailTls::StartTls) {
            connection.starttls(parameters, &hello)?;
        }
        if let Some((user, password)) = user {
            let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials)?;
        }
        Ok(connection)
    }

    /// What an error means for the mail; `unanswered` is what a missing answer means.
    fn refused(&mut self, error: &SmtpError, unanswered: fn(String) -> MailFault) -> MailFault {
        let what = error.to_string();
        match error.status().map(u16::from) {
            Some(CLOSING) => {
                self.connection = None;
                MailFault::AllMails(what)
            }
            Some(_) => {
                self.broken = 0;
                MailFault::ThisMail(what)
            }
            None => {
                self.broken += 1;
                unanswered(what)
            }
        }
    }
}

impl Drop for Mailer {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.abort();
        }
    }
}

/// Says who writes to whom, up to the point where the server waits for the mail.
fn announce(connection: &mut SmtpConnection, message: &Message) -> Result<(), SmtpError> {
    let envelope = message.envelope();
    // Everything else in a mail is written in ASCII.
    let is_wide = envelope.to().iter().chain(envelope.from()).any(|address| !address.to_string().is_ascii());
    let knows_wide = connection.server_info().supports_feature(Extension::SmtpUtfEight);
    let options = if is_wide && knows_wide { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
    connection.command(Mail::new(envelope.from().cloned(), options))?;
    for address in envelope.to() {
        connection.command(Rcpt::new(address.clone(), Vec::new()))?;
    }
    connection.command(Data)?;
    Ok(())
}
