//! Work that ends soon after its caller wants it to.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::error::DownloadError;
use targz_seek::Meter;

/// Time between looks at whether to stop.
const STOP_LOOKS: Duration = Duration::from_millis(50);

/// Does something that its meter stops once `stop` is set. `look` is called now and then meanwhile,
/// in the calling thread.
///
/// # Errors
/// Those of `act`, and [`DownloadError::Stopped`].
pub fn watched_with<T: Send>(
    stop: &AtomicBool,
    look: &mut dyn FnMut(&Meter),
    act: impl FnOnce(&Meter) -> Result<T, DownloadError> + Send,
) -> Result<T, DownloadError> {
    let meter = Meter::default();
    let done = std::thread::scope(|scope| {
        let (sender, done) = crossbeam_channel::bounded(1);
        let own = &meter;
        let thread = std::thread::Builder::new().name("download".to_owned());
        let begun = thread.spawn_scoped(scope, move || drop(sender.send(act(own))));
        begun.map_err(DownloadError::io("start a thread for", "downloading".as_ref()))?;
        loop {
            match done.recv_timeout(STOP_LOOKS) {
                Ok(done) => return done,
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => {
                    look(&meter);
                    if stop.load(Ordering::Relaxed) {
                        meter.stop();
                    }
                }
                // The thread has panicked, which its scope tells.
                Err(crossbeam_channel::RecvTimeoutError::Disconnected) => return Err(DownloadError::Stopped),
            }
        }
    });
    if stop.load(Ordering::Relaxed) { done.map_err(|_| DownloadError::Stopped) } else { done }
}

/// Does something that its meter stops once `stop` is set.
///
/// # Errors
/// Those of `act`, and [`DownloadError::Stopped`].
pub fn watched<T: Send>(
    stop: &AtomicBool,
    act: impl FnOnce(&Meter) -> Result<T, DownloadError> + Send,
) -> Result<T, DownloadError> {
    watched_with(stop, &mut |_| {}, act)
}
