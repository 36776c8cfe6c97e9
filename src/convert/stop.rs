//! Reading that can be stopped.

use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use targz_seek::Meter;

/// Time between looks at whether to stop.
const STOP_LOOKS: Duration = Duration::from_millis(50);

/// Reads something, and tells the reader to stop once `halted` says so, even while it
/// waits for bytes or passes over many of them.
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
        // Without the thread only a reader that waits for ever cannot be stopped.
        let _ = std::thread::Builder::new().name("stop".to_owned()).spawn_scoped(scope, looks);
        let read = read();
        drop(running);
        read
    })
}
