//! RouterArena: JSON lines, one file a model, with tokens, a score and a cost for each answer.

use super::Layout;
use crate::experiment::Role;

/// The records.
pub(super) const RECORDS: Layout = Layout {
    id: "routerarena",
    needs: &["global_index", "llm_selected", "token_usage", "evaluation_result"],
    roles: &[
        (Role::QueryId, "global_index"),
        (Role::Model, "llm_selected"),
        (Role::Score, "evaluation_result.score"),
        (Role::Cost, "evaluation_result.inference_cost"),
        (Role::InputTokens, "token_usage.input_tokens"),
        (Role::OutputTokens, "token_usage.output_tokens"),
    ],
    texts: &[
        (Role::Query, "question"),
        (Role::Answer, "evaluation_result.extracted_answer"),
        (Role::Answer, "generated_answer"),
    ],
    from_zero: true,
};
