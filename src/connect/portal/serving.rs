//! Listens, and leads each address to what answers it.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration as CookieDuration;
use tower_sessions::{Expiry, SessionManagerLayer};

use super::fault::Fault;
use super::headers::finish;
use super::session_store::PortalSessions;
use super::state::Portal;
use super::{acts, admin, admin_pages, assets, background, callback, health, home, webhooks};
use crate::connect::error::ConnectError;

/// Bytes of a form.
const MAX_FORM_BYTES: usize = 16 << 10;
/// How long a session lives after its last change.
const SESSION_HOURS: i64 = 12;
/// How often the flag that ends the portal is looked at.
const STOP_LOOKS: Duration = Duration::from_millis(100);
/// How long requests that are under way may take after that.
const GRACE: Duration = Duration::from_secs(10);
/// The session's cookie. Browsers bind the first one to the host, and send it by https only.
const SECURE_COOKIE: &str = "__Host-orcidlake";
const PLAIN_COOKIE: &str = "orcidlake-connect";

/// Serves a portal until `stop` is set.
///
/// # Errors
/// [`ConnectError`] where the system gives no threads, or the listener cannot be used.
pub fn serve(
    portal: &Arc<Portal>,
    listener: TcpListener,
    stop: &Arc<AtomicBool>,
) -> Result<(), ConnectError> {
    let address = listener.local_addr().map_or_else(|_| "?".to_owned(), |address| address.to_string());
    let fault = |source| ConnectError::Listen { address: address.clone(), source };
    listener.set_nonblocking(true).map_err(fault)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(fault)?;
    let background = background::start(portal, stop);
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let service = router(portal).into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stopped(stop.clone())).await
    });
    runtime.shutdown_timeout(GRACE);
    // It ends by the same flag; if it has panicked, that is in the log.
    let _ = background.join();
    served.map_err(fault)
}

async fn stopped(stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(STOP_LOOKS).await;
    }
}

fn router(portal: &Arc<Portal>) -> Router {
    let is_secure = portal.connect.settings.is_secure();
    let sessions = SessionManagerLayer::new(PortalSessions(portal.clone()))
        .with_name(if is_secure { SECURE_COOKIE } else { PLAIN_COOKIE })
        .with_secure(is_secure)
        .with_http_only(true)
        // Strict would lose the session on the way back from ORCID.
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(CookieDuration::hours(SESSION_HOURS)));
    let people = Router::new()
        .route("/", get(home::home))
        .route("/invitation/{word}", get(acts::invitation).post(acts::use_invitation))
        .route("/connect", post(acts::connect))
        .route("/disconnect", get(acts::ask_disconnect).post(acts::disconnect))
        .route("/confirm", post(acts::confirm))
        .route("/reject", post(acts::reject))
        .route("/callback/{kind}", get(callback::callback).post(callback::fragment));
    let administrator = Router::new()
        .route("/admin", get(admin_pages::overview))
        .route("/admin/sign-in", post(admin::sign_in))
        .route("/admin/sign-out", post(admin::sign_out))
        .route("/admin/people", get(admin_pages::people))
        .route("/admin/people/{id}", get(admin_pages::person))
        .route("/admin/people/{id}/confirm", post(admin::confirm))
        .route("/admin/people/{id}/reject", post(admin::reject))
        .route("/admin/people/{id}/disconnect", post(admin::disconnect))
        .route("/admin/history", get(admin_pages::history))
        .route("/admin/revocations", get(admin_pages::revocations))
        .route("/admin/webhooks", get(admin_pages::webhooks).post(admin::revive))
        .route("/admin/health", get(health::page))
        .route("/admin/health.json", get(health::json))
        .route("/admin/authenticated-ids.csv", get(admin_pages::authenticated_ids))
        .route("/admin/people.csv", get(admin_pages::people_csv));
    // What needs no session: files, and the addresses that machines call.
    let plain = Router::new()
        .route("/static/style.css", get(assets::style))
        .route("/static/fragment.js", get(assets::fragment_script))
        .route("/static/icon.svg", get(assets::icon))
        .route("/health", get(health::alive))
        .route("/webhook/{word}", post(webhooks::call));
    people
        .merge(administrator)
        .layer(sessions)
        .merge(plain)
        .fallback(|| async { Fault::NotFound })
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(from_fn_with_state(portal.clone(), finish))
        .with_state(portal.clone())
}
