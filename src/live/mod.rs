//! Rounds with real calls: requests and replies, prices, the spend ledger, what is tried again, and the run as a state
//! machine between the engine and the network. Pure: no clock, no network, no storage.

mod address;
mod advice;
pub mod dry;
pub mod estimate;
pub mod export;
pub mod fault;
pub mod grade;
pub mod key;
pub mod ledger;
pub mod log;
pub mod prompt;
pub mod protocol;
pub mod provider;
pub mod retry;
pub mod rouge;
mod said;
pub mod sample;
pub mod session;
pub mod setup;
pub mod wire;
