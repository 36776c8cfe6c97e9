//! Options about the institution and its portal.

use std::net::IpAddr;

use clap::builder::BoolishValueParser;

use super::failure::Failure;
use crate::connect::{Settings, SignOn, checked_public_url, checked_scope};

/// What is asked of people if nothing else is said.
const SCOPES: &str = "openid /read-limited /activities/update /person/update";

/// The portal as people see it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "The portal")]
pub struct PortalArgs {
    /// The URL of the portal as people see it: https, without a path; http only on this machine.
    #[arg(long, value_name = "URL", env = "ORCIDLAKE_PUBLIC_URL")]
    public_url: String,
    /// The name of the institution.
    #[arg(long, value_name = "NAME", env = "ORCIDLAKE_INSTITUTION")]
    institution: String,
}

/// What people are asked for.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Permissions")]
pub struct PermissionArgs {
    /// The permissions that people are asked for; openid is always among them. Ask for no more
    /// than you use: openid alone says whose iD it is.
    #[arg(long, value_name = "SCOPES", default_value = SCOPES, env = "ORCIDLAKE_SCOPES")]
    scopes: String,
    /// Make people sign in at ORCID even if somebody is signed in there: for shared computers.
    #[arg(long, env = "ORCIDLAKE_ASK_SIGN_IN", value_parser = BoolishValueParser::new())]
    ask_sign_in: bool,
    /// Forget the iD of who disconnects; without it, the iD stays and only the permission goes.
    #[arg(long, env = "ORCIDLAKE_FORGET_IDS", value_parser = BoolishValueParser::new())]
    forget_ids: bool,
    /// Where people get help: a mail address or a URL.
    #[arg(long, value_name = "TEXT", env = "ORCIDLAKE_HELP_CONTACT")]
    help_contact: Option<String>,
}

/// People who are signed on at a reverse proxy.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Sign-on by a reverse proxy")]
pub struct SignOnArgs {
    /// The header in which the proxy writes the person's local id. The proxy must remove this
    /// header from the requests of browsers.
    #[arg(long, value_name = "HEADER", env = "ORCIDLAKE_SIGN_ON_HEADER", requires = "sign_on_from")]
    sign_on_header: Option<String>,
    /// The header with the person's name.
    #[arg(long, value_name = "HEADER", env = "ORCIDLAKE_SIGN_ON_NAME_HEADER", requires = "sign_on_header")]
    sign_on_name_header: Option<String>,
    /// The header with the person's e-mail address.
    #[arg(long, value_name = "HEADER", env = "ORCIDLAKE_SIGN_ON_EMAIL_HEADER", requires = "sign_on_header")]
    sign_on_email_header: Option<String>,
    /// The addresses of the proxies; requests with the header from others are refused.
    #[arg(long, value_name = "IP", value_delimiter = ',', env = "ORCIDLAKE_SIGN_ON_FROM")]
    sign_on_from: Vec<IpAddr>,
}

impl PortalArgs {
    /// The settings of commands that only name the portal.
    pub fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings {
            public_url: checked_public_url(&self.public_url)?,
            institution: self.institution.trim().to_owned(),
            help: None,
            scope: checked_scope("")?,
            must_sign_in: false,
            keeps_orcid: true,
            webhooks: false,
            sign_on: None,
        })
    }
}

impl PermissionArgs {
    /// Adds what people are asked for.
    pub fn add_to(&self, settings: Settings) -> Result<Settings, Failure> {
        Ok(Settings {
            help: self.help_contact.clone(),
            scope: checked_scope(&self.scopes)?,
            must_sign_in: self.ask_sign_in,
            keeps_orcid: !self.forget_ids,
            ..settings
        })
    }
}

impl SignOnArgs {
    /// How people sign on, if they do.
    pub fn sign_on(&self) -> Result<Option<SignOn>, Failure> {
        let Some(header) = &self.sign_on_header else { return Ok(None) };
        let name = |name: &String| {
            let is_name =
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            let hint = "a header is letters, digits and hyphens, such as X-Remote-User";
            if is_name {
                Ok(name.to_ascii_lowercase())
            } else {
                Err(Failure::new(format!("{name:?} is not the name of a header"), hint))
            }
        };
        Ok(Some(SignOn {
            header: name(header)?,
            name_header: self.sign_on_name_header.as_ref().map(name).transpose()?,
            email_header: self.sign_on_email_header.as_ref().map(name).transpose()?,
            from: self.sign_on_from.iter().map(IpAddr::to_canonical).collect(),
        }))
    }
}
