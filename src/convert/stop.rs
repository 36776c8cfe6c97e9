//! Reading that can be stopped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;

use super::ConvertError;
use targz_seek::Meter;

/// Time between two checks of the stop flag.
const STOP_LOOKS: Duration = Duration::from_millis(50);

/// Runs `read` until it ends, or until `stop` is set; `read` must stop when its meter says so.
///
/// # Errors
/// Those of `read`, and [`ConvertError::Stopped`] if `stop` is set.
pub fn until_stopped<T>(
    stop: &AtomicBool,
    read: impl FnOnce(&Meter) -> Result<T, ConvertError>,
) -> Result<T, ConvertError> {
    let (meter, halted) = (Meter::default(), || stop.load(Ordering::Relaxed));
    let found = stop_with(&meter, &halted, || read(&meter));
    if halted() { Err(ConvertError::Stopped) } else { found }
}

/// Runs a reader, and tells it to stop once `halted` returns true, even while it waits for bytes or
/// skips many of them.
pub fn stop_with<T>(meter: &Meter, halted: &(dyn Fn() -> bool + Sync), read: impl FnOnce() -> T) -> T {
    let (running, ended) = crossbeam_channel::bounded::<()>(0);
    std::thread::scope(|scope| {
        let looks = || {
            while ended.recv_timeout(STOP_LOOKS) == Err(RecvTimeoutError::Timeout) {
                if halted() {
                    return meter.stop();
                }
            }
        };
        // Without this thread, only a reader that waits forever could not be stopped.
        let _ = std::thread::Builder::new().name("stop".to_owned()).spawn_scoped(scope, looks);
        let read = read();
        drop(running);
        read
    })
}
