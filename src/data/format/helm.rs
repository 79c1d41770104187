//! HELM's `per_instance_stats.json`: for each instance a list of statistics by name. The model stands in the name of
//! the folder, as in `mmlu-subject=philosophy,model=openai_gpt2`.

use super::super::intake::Columns;
use super::super::json::{Member, look_up};
use super::json::{Cells, Common, Custom, FOLDER, Plain, plain};
use crate::error::Result;
use crate::experiment::{LatencyUnit, Role};
use serde_json::Value;

/// The format.
pub(super) const HELM: Custom =
    Custom { id: "helm", has: "for each `instance_id` a list of `stats` by name", recognise, columns, cells };

/// Statistics that are scores, the strictest first.
const SCORES: [&str; 12] = [
    "exact_match",
    "quasi_exact_match",
    "prefix_exact_match",
    "quasi_prefix_exact_match",
    "math_equiv_chain_of_thought",
    "math_equiv",
    "final_number_exact_match",
    "pass",
    "chain_of_thought_correctness",
    "ifeval_strict_accuracy",
    "f1_score",
    "rouge_l",
];
/// The statistic that is the score of this file.
const METRIC: &str = "metric";

/// The mean of a statistic.
fn statistic<'v>(record: &'v Value, name: &str) -> Option<&'v Value> {
    let stats = record.get("stats")?.as_array()?;
    let stat = stats.iter().find(|stat| look_up(stat, "name.name").and_then(Value::as_str) == Some(name))?;
    stat.get("mean").or_else(|| stat.get("sum"))
}

fn recognise(first: &Member, common: &mut Common) -> bool {
    let known = first.value.get("instance_id").is_some() && first.value.get("stats").is_some_and(Value::is_array);
    if known {
        let metric = SCORES.iter().find(|name| statistic(&first.value, name).is_some()).unwrap_or(&SCORES[0]);
        common.insert(METRIC.to_owned(), (*metric).into());
    }
    known
}

fn columns(_: &Value, common: &Common) -> Columns {
    let folder = common.get(FOLDER).and_then(Value::as_str);
    let model = folder.map(|folder| match folder.split_once("model=") {
        Some((_, rest)) => rest.split(',').next().unwrap_or(rest).to_owned(),
        None => folder.to_owned(),
    });
    let metric = common.get(METRIC).and_then(Value::as_str).unwrap_or_default();
    let names = [
        (Role::QueryId, "instance_id"),
        (Role::Score, metric),
        (Role::InputTokens, "num_prompt_tokens"),
        (Role::OutputTokens, "num_output_tokens"),
        (Role::LatencyMs, "inference_runtime"),
        (Role::Split, "split"),
    ];
    let names = names.into_iter().map(|(role, name)| (role, name.to_owned())).collect();
    Columns { names, model, latency_unit: Some(LatencyUnit::S), ..Columns::default() }
}

fn cells<'v>(record: &'v Value, common: &Common) -> Result<Cells<'v>> {
    // The same instances in other words are another benchmark.
    if record.get("perturbation").is_some_and(|perturbation| !perturbation.is_null()) {
        return Ok(Cells::new());
    }
    let metric = common.get(METRIC).and_then(Value::as_str).unwrap_or_default();
    let id = record.get("instance_id").and_then(plain);
    let trial = record.get("train_trial_index").and_then(Value::as_u64).filter(|trial| *trial > 0);
    let id = match (id, trial) {
        (Some(Plain::Text(id)), Some(trial)) => Some(Plain::Text(format!("{id} trial {trial}").into())),
        (id, _) => id,
    };
    let cell = |role, name| Some((role, plain(statistic(record, name)?)?));
    let split = record.get("stats").and_then(Value::as_array).and_then(|stats| look_up(stats.first()?, "name.split"));
    let cells = [
        id.map(|id| (Role::QueryId, id)),
        cell(Role::Score, metric),
        cell(Role::InputTokens, "num_prompt_tokens"),
        cell(Role::OutputTokens, "num_output_tokens"),
        cell(Role::LatencyMs, "inference_runtime"),
        split.and_then(plain).map(|split| (Role::Split, split)),
    ];
    Ok(cells.into_iter().flatten().collect())
}
