//! How a client shows who it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::asked::Asked;
use super::clients::Client;
use super::refusal::Refusal;
use super::state::Oauth;
use crate::form::Form;

/// The client behind a form, or behind an `Authorization` header: any such header makes the
/// server look there alone.
pub fn authenticated(oauth: &Oauth, asked: &Asked<'_>, form: &Form) -> Result<Client, Refusal> {
    let switches = &oauth.switches;
    let bad = |id| Refusal::bad_client(switches.errors, id, switches.bad_client_is_400);
    let (id, secret) = match asked.authorization {
        Some(header) => basic(header).ok_or_else(|| bad(None))?,
        None => {
            let given = |name| form.filled(name).map(str::to_owned).ok_or_else(|| Refusal::required(name));
            (given("client_id")?, given("client_secret")?)
        }
    };
    let client = oauth.grants.clients.get(&id).ok_or_else(|| bad(Some(&id)))?;
    if client.secret != secret {
        return Err(bad(None));
    }
    if client.deactivated || client.locked {
        return Err(Refusal::closed_client(switches.errors, &id));
    }
    Ok(client.clone())
}

/// Id and secret of a `Basic` header.
pub fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, value) = header.split_once(' ')?;
    let decoded = scheme.eq_ignore_ascii_case("basic").then(|| STANDARD.decode(value.trim()).ok())??;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
