//! How much memory a tab takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// Watches the largest renderer process on this machine, so that no other browser should be open; Linux only. What it counts
/// is the proportional share: pages that several processes map, such as the browser's own code, are divided among them.
pub struct Memory(Arc<AtomicU64>);

impl Memory {
    /// Watches from now on, until the program ends.
    pub fn watch() -> Memory {
        let peak = Arc::new(AtomicU64::new(0));
        let seen = Arc::downgrade(&peak);
        std::thread::spawn(move || {
            while let Some(peak) = seen.upgrade() {
                peak.fetch_max(largest(), Ordering::Relaxed);
                std::thread::sleep(LOOK);
            }
        });
        Memory(peak)
    }

    /// The largest since the last call, in MB of 2²⁰ bytes; 0 where it cannot be known.
    pub fn peak(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed).max(largest()) / 1_024
    }
}

/// The largest renderer's share in kB.
fn largest() -> u64 {
    let size = |entry: std::fs::DirEntry| {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if !String::from_utf8_lossy(&command).contains("--type=renderer") {
            return 0;
        }
        let memory = std::fs::read_to_string(entry.path().join("smaps_rollup")).unwrap_or_default();
        let line = memory.lines().find(|line| line.starts_with("Pss:"));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
    };
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.map(size).max().unwrap_or(0)
}
