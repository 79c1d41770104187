//! Built-in data sets: made here from published means and prices, not copies of anybody's per-query results.
//!
//! Each model's mean reward is hit to the nearest query and its mean cost exactly; what a single query does is drawn.
//! A query has a difficulty that all models feel, so successes go together as they do in real data, and a length that
//! all prices feel.

use super::{Dataset, ModelResults};
use crate::error::{Error, ErrorKind, Result};

/// Number of queries of every built-in data set.
pub const QUERIES: usize = 2_000;

/// What there is to say about a built-in data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresetInfo {
    /// Identifier, as in an experiment's `preset`.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// One line: what is interesting about it.
    pub description: &'static str,
    /// Where the means and prices were published, and what is not from there.
    pub source: &'static str,
}

/// A model by its means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// Its name.
    pub name: &'static str,
    /// Mean reward, in [0,1].
    pub reward: f64,
    /// Dollars a query on average.
    pub cost: f64,
}

const fn known(name: &'static str, reward: f64, cost: f64) -> Model {
    Model { name, reward, cost }
}

/// Tokens of prompt and completion, on average, where only prices are published.
const TOKENS: (f64, f64) = (200.0, 150.0);

/// A model by its prices in dollars per million tokens of prompt and of completion.
const fn priced(name: &'static str, reward: f64, input: f64, output: f64) -> Model {
    Model { name, reward, cost: (TOKENS.0 * input + TOKENS.1 * output) / 1e6 }
}

/// FrugalGPT's summary of SCIQ: `Test_acc` and `Test_cost` of each single provider.
const SCIQ: [Model; 10] = [
    known("gpt-4-turbo", 0.778_557_972_255_523_3, 0.016_268_464_634_355_197),
    known("gpt-4o-2024-05-13", 0.774_790_203_802_020_9, 0.005_405_277),
    known("claude-3-5-sonnet-20240620", 0.721_356_396_643_260_8, 0.003_650_174),
    known("jamba-1.5-large", 0.730_262_031_169_720_9, 0.002_281_194),
    known("gemini-1.5-pro", 0.539_818_462_065_422_2, 0.001_337_59),
    known("Meta-Llama-3-70B-Instruct-Turbo", 0.241_137_181_024_147_97, 0.000_959_42),
    known("gemma-2-9b-it", 0.753_553_690_700_462_4, 0.000_318_447),
    known("gpt-4o-mini", 0.755_780_099_332_077_5, 0.000_162_589),
    known("gemini-1.5-flash", 0.730_262_031_169_720_9, 0.000_079_719_541_017_297_48),
    known("gemini-1.5-flash-8b", 0.436_204_829_594_108_56, 0.000_040_016_738_739_510_19),
];

/// The nine models of C2MAB-V's experiments: published prices, illustrative rewards.
const CHAT_PRICES: [Model; 9] = [
    priced("GPT-4", 0.86, 30.0, 60.0),
    priced("Claude 2", 0.84, 11.02, 32.68),
    priced("GPT-3.5", 0.80, 1.0, 2.0),
    priced("Claude 1.2", 0.77, 1.63, 5.51),
    priced("Mixtral-8x7B", 0.72, 0.6, 0.6),
    priced("Llama 2-70B", 0.66, 0.9, 0.9),
    priced("ForeFrontAI", 0.60, 6.0, 6.0),
    priced("Llama 2-13B", 0.55, 0.22, 0.22),
    priced("ChatGLM2", 0.48, 0.137, 0.137),
];

/// FrugalGPT's summary of HEADLINES: `Test_acc` and `Test_cost` of each single provider.
const CLOSE_RACE: [Model; 10] = [
    known("gpt-4-turbo", 0.8558, 0.003_330_555),
    known("gpt-4o-2024-05-13", 0.8332, 0.001_099_998),
    known("claude-3-5-sonnet-20240620", 0.8422, 0.000_807_282),
    known("jamba-1.5-large", 0.8142, 0.000_518_814),
    known("gemini-1.5-pro", 0.825, 0.000_290_017),
    known("Meta-Llama-3-70B-Instruct-Turbo", 0.8264, 0.000_200_702),
    known("gemma-2-9b-it", 0.832, 0.000_070_405_38),
    known("gpt-4o-mini", 0.8478, 0.000_033_134_67),
    known("gemini-1.5-flash", 0.848, 0.000_017_292_15),
    known("gemini-1.5-flash-8b", 0.8422, 0.000_008_679_975),
];

const PRESETS: [PresetInfo; 3] = [
    PresetInfo {
        id: "sciq",
        title: "Science questions (SciQ), ten models of 2024",
        description: "Prices differ 400-fold, and some cheap models are among the best: paying more does not always \
                      help.",
        source: "Mean accuracy and mean cost of each model: FrugalGPT (github.com/stanford-futuredata/FrugalGPT, \
                 Apache-2.0), summary of SCIQ 2024, test part of 5,839 questions. What happens on a single query is \
                 simulated.",
    },
    PresetInfo {
        id: "chat-prices",
        title: "Nine chat models at list prices",
        description: "The models of the C2MAB-V paper: the better a model, the dearer, with one that is dear and weak.",
        source: "Prices per million tokens: FrugalGPT (GPT-4; Claude 2 at the price of claude-1; Claude 1.2 at that of \
                 claude-instant-1; Llama 2-70B at that of Llama-3-70b-chat; ForeFrontAI by its cost relative to \
                 ChatGPT's in the HEADLINES table) and RouterArena (github.com/RouteWorks/RouterArena, Apache-2.0: \
                 GPT-3.5; Mixtral-8x7B; Llama 2-13B at the price of Llama 3.1 8B; ChatGLM2 at that of glm-4-air), \
                 at 200 tokens of prompt and 150 of answer. The mean rewards are illustrative, not measured, and \
                 what happens on a single query is simulated.",
    },
    PresetInfo {
        id: "close-race",
        title: "A close race (news headlines), ten models of 2024",
        description: "All models are right on 81 to 86 % of the queries, at prices that differ almost 400-fold.",
        source: "Mean accuracy and mean cost of each model: FrugalGPT (github.com/stanford-futuredata/FrugalGPT, \
                 Apache-2.0), summary of HEADLINES 2024, test part of 5,000 headlines. What happens on a single query \
                 is simulated.",
    },
];

/// The built-in data sets.
pub fn presets() -> &'static [PresetInfo] {
    &PRESETS
}

/// A built-in data set, the same on every machine.
///
/// # Errors
/// An unknown identifier.
pub fn preset(id: &str) -> Result<Dataset> {
    let (seed, models) = known_set(id)?;
    Ok(generate(seed, models))
}

/// The means that a built-in data set is made from.
///
/// # Errors
/// An unknown identifier.
pub fn models(id: &str) -> Result<&'static [Model]> {
    known_set(id).map(|(_, models)| models)
}

/// Seed and models of a built-in data set.
fn known_set(id: &str) -> Result<(u64, &'static [Model])> {
    match id {
        "sciq" => Ok((1, &SCIQ)),
        "chat-prices" => Ok((2, &CHAT_PRICES)),
        "close-race" => Ok((3, &CLOSE_RACE)),
        _ => {
            let ids: Vec<String> = PRESETS.iter().map(|preset| format!("`{}`", preset.id)).collect();
            Err(Error::new(ErrorKind::OutOfRange, format!("a built-in data set: {}", ids.join(", ")))
                .at_field("environment.id")
                .found(id))
        }
    }
}

/// A number in [0,1) that depends on nothing but these (splitmix64's finaliser over a mix of them).
fn uniform(seed: u64, stream: u64, query: u64) -> f64 {
    let mut x = (seed << 56) ^ (stream << 40) ^ query;
    for _ in 0..2 {
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^= x >> 31;
    }
    (x >> 11) as f64 / (1u64 << 53) as f64
}

fn generate(seed: u64, models: &[Model]) -> Dataset {
    /// Share of a query's difficulty in how hard it is for one model; the rest is the model's own.
    const SHARED: f64 = 0.6;
    const DIFFICULTY: u64 = 0;
    const LENGTH: u64 = 1;
    let draws = |stream: u64| (0..QUERIES as u64).map(move |query| uniform(seed, stream, query));
    // Mean 1, between 0.5 and 2, long ones rare.
    let length = |u: f64| 0.5 + 1.5 * u * u;
    let results = |index: usize, model: &Model| {
        let stream = 2 + 2 * index as u64;
        let own = draws(stream);
        let hardness: Vec<f64> =
            draws(DIFFICULTY).zip(own).map(|(all, own)| SHARED * all + (1.0 - SHARED) * own).collect();
        // The easiest queries are answered right, as many as the mean says: no sampling error in the mean.
        let mut order: Vec<u32> = (0..QUERIES as u32).collect();
        let at = |query: u32| hardness.get(query as usize).copied().unwrap_or(1.0);
        order.sort_unstable_by(|a, b| at(*a).total_cmp(&at(*b)).then(a.cmp(b)));
        let right = (model.reward * QUERIES as f64 + 0.5) as usize;
        let mut reward = vec![0.0; QUERIES];
        for query in order.iter().take(right) {
            if let Some(reward) = reward.get_mut(*query as usize) {
                *reward = 1.0;
            }
        }
        let factors: Vec<f64> =
            draws(LENGTH).zip(draws(stream + 1)).map(|(all, own)| 0.7 * length(all) + 0.3 * length(own)).collect();
        let unit = model.cost * QUERIES as f64 / factors.iter().sum::<f64>();
        let cost = factors.iter().map(|factor| factor * unit).collect();
        ModelResults { name: model.name.to_owned(), reward, cost: Some(cost), latency_ms: None }
    };
    let models = models.iter().enumerate().map(|(index, model)| results(index, model)).collect();
    Dataset { models, queries: QUERIES, ..Dataset::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_the_published_ones() {
        let published: [(&str, &[Model]); 3] =
            [("sciq", &SCIQ), ("chat-prices", &CHAT_PRICES), ("close-race", &CLOSE_RACE)];
        assert_eq!(published.map(|(id, _)| id), PRESETS.map(|preset| preset.id));
        for (id, models) in published {
            let data = preset(id).unwrap();
            assert_eq!(data, preset(id).unwrap());
            assert!(data.models.len() >= 9 && data.queries == QUERIES);
            for (model, published) in data.models.iter().zip(models) {
                let mean = |column: &[f64]| column.iter().sum::<f64>() / column.len() as f64;
                assert_eq!(model.name, published.name);
                assert!(
                    (mean(&model.reward) - published.reward).abs() <= 0.5 / QUERIES as f64 + 1e-12,
                    "{}",
                    model.name
                );
                let cost = mean(model.cost.as_ref().unwrap());
                assert!((cost / published.cost - 1.0).abs() < 1e-9, "{}: {cost}", model.name);
                assert!(model.cost.as_ref().unwrap().iter().all(|c| *c > 0.3 * cost && *c < 2.2 * cost));
            }
        }
    }

    #[test]
    fn successes_go_together() {
        let data = preset("chat-prices").unwrap();
        let (a, b) = (&data.models[0].reward, &data.models[4].reward);
        let both = a.iter().zip(b).filter(|(a, b)| **a + **b == 2.0).count() as f64 / QUERIES as f64;
        assert!(both > 0.86 * 0.72 + 0.02, "{both}");
    }

    #[test]
    fn an_unknown_one_names_the_known() {
        let error = preset("nope").unwrap_err();
        assert!(error.to_string().contains("`sciq`, `chat-prices`, `close-race`"), "{error}");
    }
}
