//! The words that say what a token permits, who may ask for them, and how ORCID explains them.

use super::clients::{Client, ClientKind};

/// Who gives a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Giver {
    /// The person whose record it is.
    Person,
    /// Nobody: the client asks for itself.
    Client,
}

/// A scope.
#[derive(Debug)]
pub struct Scope {
    pub word: &'static str,
    pub giver: Giver,
    /// The least that a client must be.
    pub least: ClientKind,
    /// As the person reads it.
    pub meaning: &'static str,
}

const fn person(word: &'static str, least: ClientKind, meaning: &'static str) -> Scope {
    Scope { word, giver: Giver::Person, least, meaning }
}

const fn client(word: &'static str, least: ClientKind) -> Scope {
    Scope { word, giver: Giver::Client, least, meaning: "" }
}

const LEGACY: &str = "Use a permission of an earlier version of ORCID";
const READ_LIMITED: &str = "Read your information with visibility set to Trusted Organizations";

/// The one that the person can leave out although the client asks for it.
pub const EMAIL: &str = "/email/read-private";

const SCOPES: [Scope; 15] = [
    person("/authenticate", ClientKind::Public, "Get your ORCID iD"),
    person("openid", ClientKind::Public, "Get your ORCID iD"),
    person("/read-limited", ClientKind::Basic, READ_LIMITED),
    person("/activities/read-limited", ClientKind::Basic, READ_LIMITED),
    person("/person/read-limited", ClientKind::Basic, READ_LIMITED),
    person(
        "/activities/update",
        ClientKind::Basic,
        "Add or update your research activities (works, affiliations, funding and so on)",
    ),
    person(
        "/person/update",
        ClientKind::Basic,
        "Add or update other information about you (country, keywords, links and so on)",
    ),
    person(EMAIL, ClientKind::Basic, "Read your e-mail addresses, also those that nobody else sees"),
    client("/read-public", ClientKind::Public),
    client("/group-id-record/read", ClientKind::Basic),
    client("/group-id-record/update", ClientKind::Basic),
    client("/webhook", ClientKind::Premium),
    client("/premium-notification", ClientKind::Premium),
    client("/basic-notification", ClientKind::Premium),
    client("/orcid-profile/create", ClientKind::Premium),
];

/// Phased out, and still understood: each with the three rights.
const LEGACY_SECTIONS: [&str; 5] =
    ["/orcid-works", "/affiliations", "/funding", "/peer-review", "/orcid-patents"];
const LEGACY_RIGHTS: [&str; 3] = ["/read-limited", "/create", "/update"];
const LEGACY_OTHERS: [&str; 4] = [
    "/orcid-profile/read-limited",
    "/orcid-bio/read-limited",
    "/orcid-bio/update",
    "/orcid-bio/external-identifiers/create",
];

/// Words of OpenID that ORCID drops.
const DROPPED: [&str; 5] = ["profile", "email", "address", "phone", "offline_access"];

/// Who gives a scope, what a client must be, and what it means; `None` if there is no such word.
pub fn find(word: &str) -> Option<Scope> {
    if let Some(scope) = SCOPES.iter().find(|scope| scope.word == word) {
        return Some(Scope { ..*scope });
    }
    let section = LEGACY_SECTIONS.iter().find_map(|section| word.strip_prefix(section));
    let is_legacy =
        LEGACY_OTHERS.contains(&word) || section.is_some_and(|right| LEGACY_RIGHTS.contains(&right));
    is_legacy.then_some(person("", ClientKind::Basic, LEGACY))
}

impl Scope {
    /// Whether a client may have it.
    pub fn is_for(&self, client: &Client) -> bool {
        let ranks = [ClientKind::Public, ClientKind::Basic, ClientKind::Premium];
        let rank = |kind| ranks.iter().position(|one| *one == kind);
        rank(client.kind) >= rank(self.least) && (self.word != EMAIL || client.may_read_email)
    }
}

/// The words of a parameter, each once, in their order. Blanks and `+` part them, also several.
pub fn words(parameter: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in parameter.split([' ', '+']).filter(|word| !word.is_empty() && !DROPPED.contains(word)) {
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// As tokens list them: in the order of the alphabet, which need not be that of the request.
pub fn sorted(mut scopes: Vec<String>) -> Vec<String> {
    scopes.sort();
    scopes.dedup();
    scopes
}

/// Whether a scope that a token has permits what another one stands for.
pub fn implies(held: &str, wanted: &str) -> bool {
    held == wanted
        || match wanted {
            "/read-public" => held != "/webhook" && held != "/premium-notification",
            "/authenticate" => held == "openid",
            "/activities/read-limited" | "/person/read-limited" => held == "/read-limited",
            "/group-id-record/read" => held == "/group-id-record/update",
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_by_runs_of_blanks_and_those_of_openid_are_dropped() {
        assert_eq!(words(" openid  profile + /read-limited openid"), ["openid", "/read-limited"]);
        assert!(words("email").is_empty());
    }

    #[test]
    fn each_kind_of_client_may_have_its_scopes() {
        let with = |kind| Client::new(kind, "APP-TEST000000000001", "secret");
        for (word, public, basic, premium) in [
            ("openid", true, true, true),
            ("/read-public", true, true, true),
            ("/read-limited", false, true, true),
            ("/orcid-works/create", false, true, true),
            ("/webhook", false, false, true),
            ("/email/read-private", false, false, false),
        ] {
            let scope = find(word).unwrap();
            let may = [ClientKind::Public, ClientKind::Basic, ClientKind::Premium]
                .map(|kind| scope.is_for(&with(kind)));
            assert_eq!(may, [public, basic, premium], "{word}");
        }
        for word in ["/web-hook", "/orcid-works", "/orcid-works/delete", ""] {
            assert!(find(word).is_none(), "{word}");
        }
    }
}
