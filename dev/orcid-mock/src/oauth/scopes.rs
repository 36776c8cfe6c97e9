//! The words that say what a token permits.

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
