//! The address that a person is sent to for signing in and giving permission.

use super::issuer::Issuer;
use crate::solr::encoded;

/// What is asked of a person.
#[derive(Debug, Clone)]
pub struct Authorize<'a> {
    /// The client that asks.
    pub client_id: &'a str,
    /// Scopes, with spaces between.
    pub scope: &'a str,
    /// Where the answer goes: exactly a URI that is registered for the client.
    pub redirect_uri: &'a str,
    /// A random word that comes back with the answer.
    pub state: &'a str,
    /// A random word that comes back inside the `id_token`.
    pub nonce: &'a str,
    /// The person must sign in even if somebody is signed in at ORCID.
    pub must_sign_in: bool,
    /// What ORCID writes into its forms beforehand.
    pub prefill: Prefill<'a>,
}

/// What is known of a person; ORCID's forms for sign-in and registration begin with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prefill<'a> {
    /// An iD, which counts more than the e-mail address.
    pub orcid: Option<&'a str>,
    /// The e-mail address.
    pub email: Option<&'a str>,
    /// The given names.
    pub given_names: Option<&'a str>,
    /// The family name.
    pub family_names: Option<&'a str>,
    /// The language of ORCID's pages.
    pub language: Option<&'a str>,
}

impl Authorize<'_> {
    /// The address at an issuer.
    pub fn url(&self, issuer: &Issuer) -> String {
        let fixed = [
            ("client_id", self.client_id),
            ("response_type", "code"),
            ("scope", self.scope),
            ("redirect_uri", self.redirect_uri),
            ("state", self.state),
            ("nonce", self.nonce),
        ];
        let optional = [
            ("prompt", self.must_sign_in.then_some("login")),
            ("orcid", self.prefill.orcid),
            ("email", self.prefill.email),
            ("given_names", self.prefill.given_names),
            ("family_names", self.prefill.family_names),
            ("lang", self.prefill.language),
        ];
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let optional = optional.filter(|(_, value)| !value.is_empty());
        // `+` for a space is right in forms; in an address %20 is what everybody reads.
        let pairs = fixed.into_iter().chain(optional);
        let pairs: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", encoded(value).replace('+', "%20"))).collect();
        format!("{}?{}", issuer.authorize_url(), pairs.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_holds_what_is_asked_and_nothing_else() {
        let mut authorize = Authorize {
            client_id: "APP-1",
            scope: "openid /read-limited",
            redirect_uri: "https://p.example/callback/orcid",
            state: "st-1",
            nonce: "no_1",
            must_sign_in: false,
            prefill: Prefill::default(),
        };
        let plain = "https://orcid.org/oauth/authorize?client_id=APP-1&response_type=code\
                     &scope=openid%20%2Fread-limited&redirect_uri=https%3A%2F%2Fp.example%2Fcallback%2Forcid\
                     &state=st-1&nonce=no_1";
        assert_eq!(authorize.url(&Issuer::production()), plain);

        authorize.must_sign_in = true;
        authorize.prefill = Prefill { email: Some("a+b@c.de"), language: Some("pt"), ..Prefill::default() };
        let more = format!("{plain}&prompt=login&email=a%2Bb%40c.de&lang=pt");
        assert_eq!(authorize.url(&Issuer::production()), more);
    }
}
