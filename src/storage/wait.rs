//! Runs the futures of `object_store` in the thread that calls.

use std::cell::OnceCell;
use std::future::Future;
use std::io;

use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// The runtime of a thread: it only keeps the time between attempts. One for each thread, so
    /// that no thread waits for another's request.
    static RUNTIME: OnceCell<Runtime> = const { OnceCell::new() };
}

/// Waits for a future. Requests are sent, and answers read, in the calling thread (`client.rs`).
///
/// # Errors
/// An I/O error if the system does not give what a runtime needs.
pub fn wait<F: Future>(future: F) -> io::Result<F::Output> {
    RUNTIME.with(|runtime| {
        if let Some(runtime) = runtime.get() {
            return Ok(runtime.block_on(future));
        }
        let new = Builder::new_current_thread().enable_time().build()?;
        Ok(runtime.get_or_init(|| new).block_on(future))
    })
}
