//! Calls to real models: what goes over the wire, and what comes back from it. Everything here is pure: no clock, no
//! network and no key.

mod address;
mod advice;
pub mod dry;
pub mod fault;
pub mod grade;
pub mod prompt;
pub mod protocol;
pub mod provider;
pub mod rouge;
mod said;
