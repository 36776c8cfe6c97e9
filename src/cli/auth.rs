//! `orcidlake auth`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use serde_json::json;

use super::failure::Failure;
use super::output::{print, print_json};
use super::target::check_file;
use super::{Common, Done};
use orcid_api::{
    ApiError, Choice, Clock, Credentials, FolderAccess, Host, Secret, SystemClock, Token, TokenFile, agent,
    bare_word, time::readable,
};

/// The folder of the token file, where the system keeps configuration.
const PROGRAM: &str = env!("CARGO_PKG_NAME");
/// How the program names itself to servers.
pub(super) const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// Obtain, show the state of, or forget the token for ORCID's API.
///
/// auth writes the token to a file that only its owner can read, and refresh uses it until it
/// expires. You get a client id and its secret from ORCID's developer tools
/// (https://orcid.org/developer-tools). Without a token, refresh is an anonymous client with a
/// smaller quota.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(value_enum, default_value_t = Act::Obtain, value_name = "ACT")]
    act: Act,
    #[command(flatten)]
    host: HostArgs,
    #[command(flatten)]
    client: ClientArgs,
    /// Store the token without the client's secret; it cannot be renewed then.
    #[arg(long, env = "ORCIDLAKE_TOKEN_ONLY", value_parser = BoolishValueParser::new())]
    token_only: bool,
    #[command(flatten)]
    wait: TimeoutArg,
}

/// How long an answer is waited for.
#[derive(Debug, Clone, clap::Args)]
pub struct TimeoutArg {
    /// Seconds for one request with its answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 120, env = "ORCIDLAKE_TIMEOUT", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
}

impl TimeoutArg {
    pub fn duration(&self) -> Duration {
        Duration::from_secs(self.timeout)
    }
}

/// What is to be done about the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Act {
    /// Obtain a token and store it.
    Obtain,
    /// Show the client of the stored token, and when the token expires.
    Status,
    /// Remove the token.
    Forget,
}

/// Which ORCID is asked.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Whom to ask")]
pub struct HostArgs {
    /// Use ORCID's sandbox.
    #[arg(long, env = "ORCIDLAKE_SANDBOX", value_parser = BoolishValueParser::new())]
    sandbox: bool,
    /// Use the member API, which has no daily quota; for clients of ORCID's members.
    #[arg(long, env = "ORCIDLAKE_MEMBER", value_parser = BoolishValueParser::new())]
    member: bool,
    /// Use another server; /v3.0 is added if the URL has no path.
    #[arg(long, value_name = "URL", env = "ORCIDLAKE_API_URL")]
    api_url: Option<String>,
    /// The URL for tokens; if only --api-url is given, /oauth/token at the API's host.
    #[arg(long, value_name = "URL", env = "ORCIDLAKE_TOKEN_URL")]
    token_url: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Who asks")]
pub struct ClientArgs {
    /// The client id, such as APP-ABCDEFGHIJKLMNOP.
    #[arg(long, value_name = "ID", env = "ORCIDLAKE_CLIENT_ID", value_parser = parse_client_id)]
    pub client_id: Option<String>,
    /// A file that holds the client's secret, or - for standard input.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_CLIENT_SECRET_FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// The client's secret. Other users of the machine can see it in the list of processes, so
    /// prefer the environment or a file.
    #[arg(
        long,
        value_name = "SECRET",
        env = "ORCIDLAKE_CLIENT_SECRET",
        hide_env_values = true,
        value_parser = parse_secret
    )]
    client_secret: Option<Secret>,
    /// The file for the token; if not given, orcidlake/token.json in the configuration folder.
    #[arg(long, value_name = "FILE", env = "ORCIDLAKE_TOKEN_FILE")]
    token_file: Option<PathBuf>,
}

pub(super) fn parse_client_id(text: &str) -> Result<String, String> {
    let word = bare_word(text);
    if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a client id is one word of ASCII signs, such as APP-ABCDEFGHIJKLMNOP".to_owned());
    }
    Ok(word.to_owned())
}

/// Takes the text as it is, since clap's message for what it refuses would show it.
fn parse_secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

fn one_word(secret: &Secret) -> Result<Secret, Failure> {
    Secret::of(secret.reveal()).ok_or_else(|| {
        Failure::new(
            "the client's secret is not a single word of ASCII characters",
            "set ORCIDLAKE_CLIENT_SECRET to the secret alone, without spaces or line breaks inside",
        )
    })
}

impl HostArgs {
    /// True if a server is named.
    pub fn names_server(&self) -> bool {
        self.api_url.is_some() || self.token_url.is_some()
    }

    /// The host that is meant; says so where secrets would travel in the clear.
    pub fn host(&self) -> Result<Host, Failure> {
        let host = Host::new(&Choice {
            sandbox: self.sandbox,
            member: self.member,
            api_url: self.api_url.clone(),
            token_url: self.token_url.clone(),
        })?;
        if host.sends_secrets_in_the_clear() {
            tell!("warning: tokens travel unencrypted to {}", host.api);
        }
        Ok(host)
    }
}

impl ClientArgs {
    /// Id and secret, if this run is given both.
    pub fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        let given = std::env::args_os().any(|argument| {
            let argument = argument.to_string_lossy();
            argument == "--client-secret" || argument.starts_with("--client-secret=")
        });
        if given {
            tell!("warning: the list of processes shows --client-secret; give a file or the environment");
        }
        let secret = match (&self.client_secret, &self.client_secret_file) {
            (Some(secret), file) if given || file.is_none() => Some(one_word(secret)?),
            (_, Some(file)) => Some(Secret::read(file)?),
            (_, None) => None,
        };
        match (&self.client_id, secret) {
            (Some(client_id), Some(client_secret)) => {
                Ok(Some(Credentials { client_id: client_id.clone(), client_secret }))
            }
            (None, Some(_)) => Err(Failure::new("a secret needs its client id", "give --client-id too")),
            (_, None) => Ok(None),
        }
    }

    /// Where tokens are kept.
    pub fn token_file(&self) -> Result<TokenFile, Failure> {
        if let Some(path) = &self.token_file {
            let inputs: Vec<&Path> = self.client_secret_file.iter().map(PathBuf::as_path).collect();
            check_file(path, &inputs)?;
        }
        let file = TokenFile::new(self.token_file.clone(), PROGRAM)?;
        if file.keep_private()? {
            tell!(
                "warning: other users could read or write {}; its mode is now 0600. If somebody may have done so, run `orcidlake auth forget` and change the secret",
                file.path.display()
            );
        }
        let folder = file.folder().display();
        match file.keep_folder_private() {
            FolderAccess::Private => {}
            FolderAccess::Mended => tell!("warning: other users could enter {folder}; its mode is now 0700"),
            FolderAccess::Shared => tell!(
                "warning: other users can write to {folder}, and could replace {}: choose a folder of your own with --token-file",
                file.path.display()
            ),
        }
        Ok(file)
    }
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let (host, file) = (args.host.host()?, args.client.token_file()?);
    match args.act {
        Act::Obtain => obtain(&args, &host, &file, common),
        Act::Status => show(&args, &host, &file, common),
        Act::Forget => forget(&args, &host, &file, common),
    }
}

fn obtain(args: &Args, host: &Host, file: &TokenFile, common: &Common) -> Result<Done, Failure> {
    let clock = SystemClock::default();
    let kept = file.find(&host.token_url, args.client.client_id.as_deref())?;
    let given = args.client.credentials()?;
    let same = |token: &Token| {
        given.as_ref().is_none_or(|given| {
            token.client_secret.as_ref().is_some_and(|secret| *secret == given.client_secret)
        })
    };
    // ORCID asks that one token is used for as long as it is good.
    let token = match kept {
        Some(kept) if kept.is_good(clock.wall()) && same(&kept) => kept,
        kept => {
            let credentials = given.or_else(|| kept.as_ref().and_then(Token::credentials));
            let credentials = credentials.ok_or(ApiError::HalfCredentials)?;
            let token = Token::obtain(
                &agent(USER_AGENT, None, args.wait.duration()),
                host,
                &credentials,
                clock.wall(),
            )?;
            let client_secret = token.client_secret.clone().filter(|_| !args.token_only);
            let token = Token { client_secret, ..token };
            file.put(&token)?;
            token
        }
    };
    tell(&token, file, common)?;
    Ok(Done::All)
}

fn show(args: &Args, host: &Host, file: &TokenFile, common: &Common) -> Result<Done, Failure> {
    match file.find(&host.token_url, args.client.client_id.as_deref())? {
        Some(token) => {
            tell(&token, file, common)?;
            let good = token.is_good(SystemClock::default().wall()) || token.client_secret.is_some();
            Ok(if good { Done::All } else { Done::WithProblems })
        }
        None => {
            if common.json {
                print_json(&json!({ "token_url": host.token_url, "client_id": null }))?;
            }
            if !common.quiet {
                tell!("there is no token for {}; refresh will be an anonymous client", host.token_url);
            }
            Ok(Done::WithProblems)
        }
    }
}

fn forget(args: &Args, host: &Host, file: &TokenFile, common: &Common) -> Result<Done, Failure> {
    let gone = file.forget(&host.token_url, args.client.client_id.as_deref())?;
    if common.json {
        print_json(&json!({ "token_url": host.token_url, "forgotten": gone }))?;
    } else if !common.quiet {
        let what = if gone == 0 { "there was no token" } else { "forgotten the token" };
        tell!("{what} for {}", host.token_url);
    }
    Ok(Done::All)
}

/// All about a token but the token.
fn tell(token: &Token, file: &TokenFile, common: &Common) -> Result<(), Failure> {
    let expires = token.expires_at.map_or_else(|| "never".to_owned(), readable);
    let good = token.is_good(SystemClock::default().wall());
    if common.json {
        return print_json(&json!({
            "token_url": token.token_url, "client_id": token.client_id, "scope": token.scope,
            "obtained": readable(token.obtained_at), "expires": expires, "good": good,
            "renewable": token.client_secret.is_some(), "file": file.path,
        }));
    }
    let renewable = if token.client_secret.is_some() { "can be renewed" } else { "cannot be renewed" };
    let expired = if good { "" } else { " (expired)" };
    print(&format!(
        "client {}\nscope {}\nfrom {}\nobtained {}\nexpires {expires}{expired}, {renewable}\nkept in {}\n",
        token.client_id,
        token.scope,
        token.token_url,
        readable(token.obtained_at),
        file.path.display(),
    ))
}
