//! Sends invitations by SMTP, in the person's language.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, SmtpTransport, Transport};

use super::error::ConnectError;
use super::inviting::InvitationLine;
use super::languages::Language;
use orcid_api::Secret;

/// How long the server may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);

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

/// Sends mails of one sender.
pub struct Mailer {
    transport: SmtpTransport,
    from: Mailbox,
    server: String,
}

impl Mailer {
    /// A sender of mails; nothing is sent yet.
    ///
    /// # Errors
    /// [`ConnectError::Mail`] for a sender or a server that is none, or a password that would go
    /// in the clear.
    pub fn new(settings: &MailSettings) -> Result<Self, ConnectError> {
        let fault = |what: String| ConnectError::Mail { server: settings.server.clone(), what };
        let from: Mailbox =
            settings.from.parse().map_err(|_| fault("the sender is no mail address".to_owned()))?;
        if settings.tls == MailTls::None && settings.user.is_some() {
            return Err(fault("a password would go there unencrypted".to_owned()));
        }
        let parameters =
            || TlsParameters::new(settings.server.clone()).map_err(|error| fault(error.to_string()));
        let tls = match settings.tls {
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut builder = SmtpTransport::builder_dangerous(&settings.server)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(TIMEOUT));
        if let Some((user, password)) = &settings.user {
            builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
        }
        Ok(Self { transport: builder.build(), from, server: settings.server.clone() })
    }

    /// Sends an invitation.
    ///
    /// # Errors
    /// [`ConnectError::Mail`] where the address is none or the server does not take the mail.
    pub fn send(&self, line: &InvitationLine, institution: &str) -> Result<(), ConnectError> {
        let fault = |what: String| ConnectError::Mail { server: self.server.clone(), what };
        let language = Language::find(&line.language).unwrap_or_else(Language::first);
        let name = if line.name.is_empty() { &line.email } else { &line.name };
        let words = [
            ("name", name.as_str()),
            ("institution", institution),
            ("link", &line.link),
            ("date", &line.expires),
        ];
        let address = line
            .email
            .parse::<Address>()
            .map_err(|_| fault(format!("{:?} is no mail address", line.email)))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(language.text("mail_subject", &words))
            .header(ContentType::TEXT_PLAIN)
            .body(language.text("mail_body", &words).trim_start().to_owned())
            .map_err(|error| fault(error.to_string()))?;
        self.transport.send(&message).map(|_| ()).map_err(|error| fault(error.to_string()))
    }
}
