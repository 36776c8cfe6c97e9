//! What is not known of ORCID's authorization server, and may be either way.
//!
//! The default is the choice that is harder on a client.

use serde::{Deserialize, Serialize};

/// How the token endpoint words its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errors {
    /// As ORCID's documents say: most have words of their own, some the common sentence.
    Documented,
    /// As the server before 2026: a mismatch is a 500.
    Legacy,
    /// One status and one sentence for whatever is wrong with a code or a client.
    Vague,
}

/// When an address matches a registered one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RedirectMatch {
    /// Letter by letter.
    Exact,
    /// The same scheme, host and port, and a path that begins with the registered one.
    Prefix,
    /// Any address of this machine, for demonstrations.
    ThisMachine,
}

/// The form of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeForm {
    /// 6 letters or digits.
    Short,
    /// 128 characters.
    Long,
    /// 2,000 characters.
    Huge,
}

/// What becomes of `revoke_old` and `expires_in` of a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefreshOptions {
    /// The proxy drops them.
    Dropped,
    /// They do what they say; the old token lives unless `revoke_old=true` is sent.
    Honoured,
    /// They do what they say; the old token dies unless `revoke_old=false` is sent.
    HonouredByDefault,
}

/// The form of `amr` in an identity token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Amr {
    String,
    Array,
    Absent,
}

/// Which claims an identity token has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claims {
    All,
    NoNames,
    /// `iss`, `sub`, `aud`, `iat`, `exp`, and `nonce` if one was sent.
    Required,
}

/// How a value is left out of a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    Null,
    Absent,
}

/// Where an authorization error stands in the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorPlace {
    Fragment,
    Query,
}

/// How `prompt=none` without a session is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoginRequired {
    /// `#login_required`, without `error=`.
    Bare,
    Fragment,
    Query,
}

/// What happens to scopes that only a client itself can have, when a person is asked for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientScopes {
    Refused,
    Dropped,
}

/// All switches. The names of fields and values, with `-` for `_`, are those that the program
/// takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Switches {
    pub errors: Errors,
    /// Whether a wrong client id or secret is a 400 and not a 401.
    pub bad_client_is_400: bool,
    pub redirect_match: RedirectMatch,
    pub code_form: CodeForm,
    pub code_life_seconds: i64,
    /// Whether `code_challenge` makes the exchange fail, since `code_verifier` never arrives.
    pub challenge_breaks_exchange: bool,
    pub refresh_options: RefreshOptions,
    /// Whether a refresh token works once only.
    pub refresh_token_once: bool,
    /// Whether the tokens of a refresh die with those that were refreshed.
    pub children_die_with_parent: bool,
    pub amr: Amr,
    pub claims: Claims,
    /// `name` of a person who does not show it.
    pub hidden_name: Missing,
    /// `orcid` and `name` of a client's own token.
    pub client_orcid: Missing,
    pub authorize_errors: ErrorPlace,
    pub login_required: LoginRequired,
    pub client_scopes: ClientScopes,
    /// Whether a person who has granted exactly these scopes is not asked again.
    pub skip_known_consent: bool,
    /// `error_description` of a denial; left out if empty.
    pub denial_text: String,
    /// Whether blanks in addresses are written `+` and not `%20`.
    pub blanks_as_plus: bool,
    /// Whether `token_type` is `Bearer` and not `bearer`.
    pub capital_bearer: bool,
}

impl Default for Switches {
    fn default() -> Switches {
        Switches {
            errors: Errors::Documented,
            bad_client_is_400: false,
            redirect_match: RedirectMatch::Exact,
            code_form: CodeForm::Long,
            code_life_seconds: 300,
            challenge_breaks_exchange: true,
            refresh_options: RefreshOptions::Dropped,
            refresh_token_once: true,
            children_die_with_parent: false,
            amr: Amr::String,
            claims: Claims::NoNames,
            hidden_name: Missing::Null,
            client_orcid: Missing::Null,
            authorize_errors: ErrorPlace::Fragment,
            login_required: LoginRequired::Bare,
            client_scopes: ClientScopes::Refused,
            skip_known_consent: true,
            denial_text: "User denied access".to_owned(),
            blanks_as_plus: false,
            capital_bearer: false,
        }
    }
}

impl Switches {
    /// Sets a switch by its name.
    ///
    /// # Errors
    ///
    /// If there is no such switch, or the value is none of its values.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let mut all = serde_json::to_value(&*self).expect("switches are plain values");
        let names = all.as_object().expect("a struct is an object").keys().cloned().collect::<Vec<_>>();
        let Some(current) = all.get_mut(name) else {
            return Err(format!("there is no switch {name}; there are {}", names.join(", ")));
        };
        let text = serde_json::Value::from(value);
        *current = if current.is_string() { text } else { serde_json::from_str(value).unwrap_or(text) };
        *self = serde_json::from_value(all).map_err(|error| format!("{name}={value}: {error}"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_set_by_name() {
        let mut switches = Switches::default();

        switches.set("amr", "array").unwrap();
        switches.set("code-life-seconds", "7").unwrap();
        switches.set("denial-text", "7").unwrap();
        switches.set("capital-bearer", "true").unwrap();

        let expected = Switches {
            amr: Amr::Array,
            code_life_seconds: 7,
            denial_text: "7".to_owned(),
            capital_bearer: true,
            ..Switches::default()
        };
        assert_eq!(switches, expected);
        assert!(switches.set("amr", "other").unwrap_err().contains("amr=other"));
        assert!(switches.set("code-life-seconds", "soon").is_err());
        assert!(switches.set("arm", "array").unwrap_err().contains("code-life-seconds"));
        assert_eq!(switches, expected);
    }
}
