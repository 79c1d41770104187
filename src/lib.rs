//! Which language models should answer a query, when each has a price and nobody knows beforehand how good it is?
//!
//! This crate simulates the online selection of *sets* of models under a budget: C2MAB-V (arXiv 2405.16587) and its
//! rivals, on synthetic models or on the person's own result files. The command line, the page and the JavaScript
//! interface are thin faces of it.
//!
//! ```text
//! files ─ data ─▶ Dataset ─┐
//!                          ├▶ plan ─ environment ─▶ simulation ⇄ bandit ─▶ summary ─▶ figure, CSV, JSON, digest
//! Experiment (JSON) ───────┘
//! ```
//!
//! * [`data`] reads result files into a [`data::Dataset`]; [`experiment`] is what people write, [`plan`] its checked
//!   form, and only a plan runs.
//! * [`environment`] is the world of a round, a pure function of the seed; [`bandit`] the policies and their
//!   mathematics; [`optimum`] the best fixed set; [`simulation`] the loop as ask and tell.
//! * [`summary`] merges replicates into means with intervals; [`figure`] draws them; [`theory`] is what the paper
//!   proves; [`sweep`] varies a value of an experiment over a grid; [`study`] holds the built-in studies; [`link`] makes
//!   an experiment a link; [`workspace`] is what a browser keeps, and the one file that carries it elsewhere.
//! * [`query_aware`] reads the queries and predicts from their texts which models will be right.
//! * [`live`] plays the same rounds with real models: requests, replies, the spend ledger, and the run as a state machine.
//! * [`inspect`] plays a round once more and tells all that went on in it.
//! * [`words`] looks up in another language what was said in English.
//! * [`export`] writes names that people gave so that they stay names; [`recognise`] tells what a file is.
//!
//! The same experiment on the same data gives the same bits on every machine, and the digest of the result proves it.

pub mod bandit;
#[cfg(all(target_arch = "wasm32", feature = "browser"))]
pub mod browser;
pub mod data;
pub mod environment;
pub mod error;
pub mod experiment;
pub mod export;
pub mod facts;
pub mod figure;
pub mod game;
pub mod inspect;
pub mod link;
pub mod live;
pub mod number;
pub mod optimum;
pub mod order;
pub mod plan;
pub mod protocol;
pub mod query_aware;
pub mod random;
pub mod recognise;
pub mod run;
pub mod simulation;
mod situation;
pub mod slices;
pub mod study;
pub mod summary;
pub mod sweep;
pub mod theory;
pub mod words;
pub mod workspace;

pub use error::{Error, ErrorKind, Result};
