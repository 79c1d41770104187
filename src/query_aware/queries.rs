//! Placeholder of the interface; the other half brings the file.
#![allow(missing_docs)]
use crate::data::Labels;
pub const NONE: u32 = u32::MAX;
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Queries {
    pub models: Vec<String>,
    pub texts: Vec<String>,
    pub category: Option<Labels>,
    pub split: Option<Labels>,
    pub numeric: Vec<Vec<f64>>,
    pub numeric_names: Vec<String>,
    pub results: Vec<ModelAnswers>,
    pub answers: Vec<String>,
}
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelAnswers {
    pub solved: Vec<Option<bool>>,
    pub answer: Vec<u32>,
    pub latency_ms: Option<Vec<f64>>,
    pub cost: Option<Vec<f64>>,
}
