//! The browser's side of the crate: messages, the pool of workers, files, the JavaScript API. No arithmetic.

#[cfg(feature = "app")]
pub mod pool;
