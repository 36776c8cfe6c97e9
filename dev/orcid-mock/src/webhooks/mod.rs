//! Webhooks: ORCID tells a client by an empty POST that a record has changed.

mod hooks;
pub(crate) mod register;
pub(crate) mod run;

pub use hooks::{Hook, HookCall, WebhookSwitches, Webhooks};
pub use run::WebhookTimer;
