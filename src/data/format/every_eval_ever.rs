//! Every Eval Ever's instance-level results: JSON lines, one result a line.

use super::Layout;
use crate::experiment::Role;

/// The records.
pub(super) const RECORDS: Layout = Layout {
    id: "every-eval-ever",
    needs: &["model_id", "sample_id", "evaluation"],
    roles: &[
        (Role::QueryId, "sample_id"),
        (Role::Model, "model_id"),
        (Role::Score, "evaluation.score"),
        (Role::Score, "evaluation.is_correct"),
        (Role::InputTokens, "token_usage.input_tokens"),
        (Role::OutputTokens, "token_usage.output_tokens"),
        (Role::LatencyMs, "performance.latency_ms"),
        (Role::Category, "evaluation_name"),
    ],
    texts: &[(Role::Query, "input.raw"), (Role::Answer, "output.raw")],
    from_zero: false,
};
