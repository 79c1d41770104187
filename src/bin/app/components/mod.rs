//! One file a panel, and the few parts they share.

pub mod answer;
pub mod app;
pub mod data;
pub mod download;
pub mod explain;
pub mod field;
pub mod figure;
pub mod header;
pub mod import_audit;
pub mod legend;
pub mod menu;
pub mod message;
pub mod policies;
pub mod rail;
pub mod results;
pub mod run;
pub mod shapes;
pub mod slider;
pub mod status;
pub mod swatch;
pub mod sweep;
pub mod task;
pub mod views;
