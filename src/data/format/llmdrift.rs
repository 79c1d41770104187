//! LLMDrift's generations: one row a result, with answer and reference but no score, latencies in seconds.

use super::Layout;
use crate::experiment::Role;

/// The table.
pub(super) const TABLE: Layout = Layout {
    id: "llmdrift",
    needs: &["model", "id", "query", "ref_answer", "answer", "latency", "cost"],
    roles: &[
        (Role::QueryId, "id"),
        (Role::Model, "model"),
        // Added by people who have graded the answers themselves.
        (Role::Score, "score"),
        (Role::Answer, "answer"),
        (Role::Reference, "ref_answer"),
        (Role::Cost, "cost"),
        (Role::LatencyMs, "latency"),
        (Role::Category, "dataset"),
    ],
    texts: &[(Role::Query, "query"), (Role::Answer, "answer")],
    from_zero: false,
};
