//! Made-up queries to measure on.

use llm_selection::query_aware::queries::{ModelAnswers, Queries};
use llm_selection::random::{below, hash, unit};

/// Queries made.
pub const QUERIES: usize = 7_000;
const MODELS: u64 = 7;
const WORDS: u64 = 50;
const TOPICS: u64 = 30;

/// Queries of 30 topics: words of a Zipf-like vocabulary of 20,000, a third of them the topic's own; each model is right
/// on a topic with a probability of its own.
pub fn queries() -> Queries {
    const SYLLABLES: [&str; 16] =
        ["ka", "to", "mi", "ren", "sol", "ba", "ver", "lin", "que", "dor", "pe", "shi", "an", "ost", "gra", "zu"];
    let word = |n: u64| -> String {
        (0..1 + hash(1, n) % 4).map(|place| SYLLABLES[(hash(2, n * 8 + place) % 16) as usize]).collect()
    };
    let topic = |query: usize| hash(3, query as u64) % TOPICS;
    let text = |query: usize| -> String {
        let draw = |key: u64, place: u64| hash(hash(key, query as u64), place);
        let number = |place: u64| match draw(4, place) % 3 {
            0 => 20_000 + topic(query) * 600 + below(draw(5, place), 600),
            _ => libm::exp(unit(draw(6, place)) * 9.9) as u64,
        };
        (0..WORDS).map(|place| word(number(place)) + " ").collect()
    };
    let right = |model: u64, query: usize| {
        let share = 0.15 + 0.7 * unit(hash(7, topic(query) * MODELS + model));
        Some(unit(hash(hash(8, query as u64), model)) < share)
    };
    let solved = |model: u64| (0..QUERIES).map(|query| right(model, query)).collect();
    Queries {
        models: (0..MODELS).map(|model| format!("model {model}")).collect(),
        texts: (0..QUERIES).map(text).collect(),
        results: (0..MODELS).map(|k| ModelAnswers { solved: solved(k), ..ModelAnswers::default() }).collect(),
        ..Queries::default()
    }
}
