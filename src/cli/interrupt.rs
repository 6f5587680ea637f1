//! Ctrl-C: the first one ends the run at the next step of its clock, so that what has been
//! measured is written, marked as partial; the second ends the program at once, unless it is
//! writing already.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static WRITING: AtomicBool = AtomicBool::new(false);
static LISTENERS: Mutex<Vec<Arc<mio::Waker>>> = Mutex::new(Vec::new());

/// Exit status of an interrupted program, as shells have it: 128 and the signal's number.
pub const EXIT_STATUS: u8 = 130;

/// Begins to listen.
pub fn watch() {
    let listening = ctrlc::set_handler(|| {
        let again = REQUESTED.swap(true, Ordering::SeqCst);
        for waker in LISTENERS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // Who cannot be woken looks at the end of its turn.
            let _ = waker.wake();
        }
        if again && !WRITING.load(Ordering::SeqCst) {
            std::process::exit(i32::from(EXIT_STATUS));
        }
    });
    // A second run in one process listens already; where no handler can be set, Ctrl-C ends the
    // program as it does by default, and no folder is written.
    drop(listening);
}

/// From now on the program ends by itself: results are being written, which takes moments, and
/// are not to be left half done.
pub fn writing() {
    WRITING.store(true, Ordering::SeqCst);
}

/// Wakes this when Ctrl-C, or a signal to end, has come.
pub fn tell(waker: Arc<mio::Waker>) {
    let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    listeners.push(waker);
}

/// Whether the user wants the run to end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
