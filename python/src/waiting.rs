//! Runs long work while Python can still do other things, and can interrupt it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use pyo3::prelude::*;

/// Time between two looks for a signal, and between two reports of progress.
pub const LOOKS: Duration = Duration::from_millis(50);

/// Runs `work` in a thread of its own. Meanwhile other Python threads run, `each_look` is called
/// now and then, and signals are handled as Python does it. If the handler of a signal or
/// `each_look` raises an exception, `work` is told to stop by its flag, and the exception is
/// returned when it has.
pub fn interruptible<T: Send>(
    py: Python<'_>,
    mut each_look: impl FnMut(Python<'_>) -> PyResult<()>,
    work: impl FnOnce(&AtomicBool) -> T + Send,
) -> PyResult<T> {
    let stop = &AtomicBool::new(false);
    let (running, ended) = crossbeam_channel::bounded::<()>(0);
    let ended = &ended;
    std::thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let _running = running;
            work(stop)
        });
        let mut interrupted = Ok(());
        while interrupted.is_ok() && py.detach(|| ended.recv_timeout(LOOKS)) == Err(RecvTimeoutError::Timeout)
        {
            interrupted = py.check_signals().and_then(|()| each_look(py));
        }
        stop.store(interrupted.is_err(), Ordering::Relaxed);
        let done = py.detach(|| worker.join());
        interrupted?;
        let done = done.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        each_look(py)?;
        Ok(done)
    })
}

/// Nothing to do between two looks.
pub fn nothing(_: Python<'_>) -> PyResult<()> {
    Ok(())
}
