//! Ctrl-C: the first one ends the run at the next step of its clock, so that what has been
//! measured is written, marked as partial; the second ends the program at once.

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Exit status of an interrupted program, as shells have it: 128 and the signal's number.
pub const EXIT_STATUS: u8 = 130;

/// Begins to listen.
pub fn watch() {
    let listening = ctrlc::set_handler(|| {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            // Folders are written under a temporary name, so nothing half done is left to see.
            std::process::exit(i32::from(EXIT_STATUS));
        }
    });
    // A second run in one process listens already; where no handler can be set, Ctrl-C ends the
    // program as it does by default, and no folder is written.
    drop(listening);
}

/// Whether the user wants the run to end.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
