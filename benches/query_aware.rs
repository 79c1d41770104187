//! Speed of query-aware prediction: `cargo bench --bench query_aware`. 7,000 queries × 7 models × 50 words, on one core.

// Made-up queries cannot fail to split or to train.
#![allow(clippy::unwrap_used)]

use divan::Bencher;
use llm_selection::experiment::SplitShares;
use llm_selection::query_aware::features::{FeatureOptions, Features};
use llm_selection::query_aware::predictor::Predictor;
use llm_selection::query_aware::split::Split;
use made_up::{QUERIES, queries};

#[path = "query_aware/made_up.rs"]
mod made_up;

fn main() {
    divan::main();
}

/// Texts into features.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn features(bencher: Bencher) {
    let queries = queries();
    let split = Split::of(&queries, SplitShares::default()).unwrap();
    bencher.bench_local(|| Features::learn(&queries.texts, &[], &split.train, FeatureOptions::default()).unwrap());
}

/// All of it: features, units at all penalties, calibration, the probabilities of all queries.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn training(bencher: Bencher) {
    let queries = queries();
    let split = Split::of(&queries, SplitShares::default()).unwrap();
    bencher.bench_local(|| Predictor::train(&queries, &split, FeatureOptions::default(), &mut |_| true).unwrap());
}

/// The probabilities of one query.
#[divan::bench]
fn prediction(bencher: Bencher) {
    let queries = queries();
    let split = Split::of(&queries, SplitShares::default()).unwrap();
    let trained = Predictor::train(&queries, &split, FeatureOptions::default(), &mut |_| true).unwrap();
    let mut place = 0;
    bencher.bench_local(|| {
        place = (place + 1) % QUERIES;
        trained.predictor.predict(&queries.texts[place], &[])
    });
}
