//! LLMRouterBench: a table with one row a result, or JSON with the results as `records`.

use super::Layout;
use crate::experiment::Role;

/// The table.
pub(super) const TABLE: Layout = Layout {
    id: "llmrouterbench",
    needs: &["dataset", "prompt_id", "index", "model", "score", "cost"],
    roles: &[
        (Role::QueryId, "prompt_id"),
        (Role::Model, "model"),
        (Role::Score, "score"),
        (Role::Cost, "cost"),
        (Role::InputTokens, "prompt_tokens"),
        (Role::OutputTokens, "completion_tokens"),
        (Role::LatencyMs, "latency_ms"),
        (Role::Category, "dataset"),
        (Role::Split, "split"),
    ],
    texts: &[(Role::Query, "prompt"), (Role::Query, "origin_query"), (Role::Answer, "prediction")],
    from_zero: false,
};

/// The records of the JSON files.
pub(super) const RECORDS: Layout = Layout {
    id: "llmrouterbench",
    needs: &["index", "origin_query", "prediction", "ground_truth", "score", "cost"],
    roles: &[
        (Role::QueryId, "index"),
        (Role::Model, "model"),
        (Role::Score, "score"),
        (Role::Cost, "cost"),
        (Role::InputTokens, "prompt_tokens"),
        (Role::OutputTokens, "completion_tokens"),
        (Role::LatencyMs, "latency_ms"),
        (Role::Category, "dataset"),
        (Role::Split, "split"),
    ],
    texts: &[(Role::Query, "origin_query"), (Role::Answer, "prediction")],
    from_zero: false,
};
