//! What tells policies apart: their kind and parameters as text, from which their own streams of random numbers follow.

use crate::experiment::{PolicyKind, Solver};
use crate::order::sort_by;
use std::fmt::Write;

/// The JSON of a policy without its label, without white space and with keys in order. Written here by hand: whoever plans
/// a run and does nothing else with JSON goes without its reader and its writer.
pub(super) fn identity(kind: &PolicyKind) -> String {
    let mut fields = vec![("kind", text(kind.name()))];
    let radius = |fields: &mut Vec<(&str, String)>, alpha_c: f64, delta: Option<f64>| {
        fields.push(("alpha_c", number(alpha_c)));
        fields.push(("delta", delta.map_or("null".to_owned(), number)));
    };
    let solver = |solver: Solver| text(if solver == Solver::Greedy { "greedy" } else { "exact" });
    let cost_aware = |on: bool| on.then(|| ("cost_aware", "true".to_owned()));
    let whole = |name: &'static str, value: Option<u32>| value.map(|value| (name, value.to_string()));
    match kind {
        PolicyKind::C2mabV(p) => {
            fields.push(("alpha_mu", number(p.alpha_mu)));
            radius(&mut fields, p.alpha_c, p.delta);
            fields.extend(p.solver.map(|it| ("solver", solver(it))));
            fields.extend(whole("window", p.window));
            fields.extend(p.discount.map(|discount| ("discount", number(discount))));
        }
        PolicyKind::C2mabVDirect(p) => {
            fields.push(("alpha_mu", number(p.alpha_mu)));
            radius(&mut fields, p.alpha_c, p.delta);
            fields.extend(whole("window", p.window));
            fields.extend(p.discount.map(|discount| ("discount", number(discount))));
        }
        PolicyKind::PrimalDual(p) => {
            fields.push(("alpha_mu", number(p.alpha_mu)));
            radius(&mut fields, p.alpha_c, p.delta);
        }
        PolicyKind::Contextual(p) => {
            fields.push(("alpha_mu", number(p.alpha_mu)));
            radius(&mut fields, p.alpha_c, p.delta);
            fields.extend(p.solver.map(|it| ("solver", solver(it))));
            fields.extend(whole("retrain", p.retrain));
        }
        PolicyKind::Cucb(p) => {
            fields.push(("alpha_mu", number(p.alpha_mu)));
            fields.push(("delta", p.delta.map_or("null".to_owned(), number)));
            fields.extend(cost_aware(p.cost_aware));
        }
        PolicyKind::LinUcb(p) => {
            fields.push(("alpha_mu", number(p.alpha_mu)));
            fields.extend(cost_aware(p.cost_aware));
        }
        PolicyKind::EpsilonGreedy(p) => {
            fields.extend(p.epsilon.map(|epsilon| ("epsilon", number(epsilon))));
            fields.extend(p.schedule.map(|schedule| ("schedule", format!("{{\"c\":{}}}", number(schedule.c)))));
            fields.extend(cost_aware(p.cost_aware));
        }
        PolicyKind::Thompson(p) => fields.extend(cost_aware(p.cost_aware)),
        PolicyKind::Offline(p) => fields.extend(whole("samples", p.samples)),
        PolicyKind::Fixed(p) => {
            let models: Vec<String> = p.models.iter().map(|model| text(model)).collect();
            fields.push(("models", format!("[{}]", models.join(","))));
        }
        PolicyKind::Random(_) | PolicyKind::Oracle(_) => {}
    }
    sort_by(&mut fields, |a, b| a.0.cmp(b.0));
    let fields: Vec<String> = fields.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// A number as serde_json writes it: the shortest digits that mean it, with an exponent where it is far from 1.
fn number(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "null".to_owned()
    } else if size >= 1e16 {
        format!("{value:e}").replace('e', "e+")
    } else if size != 0.0 && size < 1e-5 {
        format!("{value:e}")
    } else if value.fract() == 0.0 {
        format!("{value}.0")
    } else {
        value.to_string()
    }
}

/// A text in quotes.
fn text(value: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            letter if letter < ' ' => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Contextual, Experiment, LinUcb};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Through serde_json; its map keeps keys in order.
    fn expected(kind: &PolicyKind) -> String {
        fn sorted(value: Value) -> Value {
            match value {
                Value::Object(fields) => {
                    let mut fields: Vec<(String, Value)> = fields.into_iter().map(|(k, v)| (k, sorted(v))).collect();
                    fields.sort_by(|a, b| a.0.cmp(&b.0));
                    Value::Object(fields.into_iter().collect())
                }
                other => other,
            }
        }
        sorted(serde_json::to_value(kind).unwrap()).to_string()
    }

    fn kinds(policies: Value) -> Vec<PolicyKind> {
        let experiment = json!({
            "version": 1,
            "environment": { "kind": "synthetic", "models": [{ "name": "a", "reward": 0.5, "cost": 0.1 }] },
            "task": { "reward": "suc", "max_models": 1, "budget": null },
            "policies": policies,
            "run": { "rounds": 10, "replicates": 1, "seed": 1 },
        });
        let experiment = Experiment::from_json(&experiment.to_string()).unwrap();
        experiment.policies.into_iter().map(|policy| policy.kind).collect()
    }

    #[test]
    fn every_kind_is_as_in_json() {
        let all = kinds(json!([
            { "kind": "c2mab-v", "alpha_mu": 0.3, "alpha_c": 1e-7, "delta": 0.5, "solver": "greedy", "window": 7 },
            { "kind": "c2mab-v", "solver": "exact", "discount": 0.99 },
            { "kind": "c2mab-v-direct", "window": 3 },
            { "kind": "c2mab-v-direct", "alpha_mu": 2, "discount": 0.5, "delta": 1 },
            { "kind": "primal-dual", "delta": 0.1 },
            { "kind": "cucb", "cost_aware": true },
            { "kind": "cucb", "delta": 0.25 },
            { "kind": "thompson" },
            { "kind": "thompson", "cost_aware": true },
            { "kind": "epsilon-greedy", "epsilon": 0.1 },
            { "kind": "epsilon-greedy", "schedule": { "c": 100 }, "cost_aware": true },
            { "kind": "offline" },
            { "kind": "offline", "samples": 20 },
            { "kind": "fixed", "models": ["a", "b \"x\"\n\u{1}\u{7f}é\\"] },
            { "kind": "random" },
            { "kind": "oracle" },
        ]));
        let contextual = Contextual {
            alpha_mu: 0.3,
            alpha_c: 0.05,
            delta: Some(0.5),
            solver: Some(Solver::Greedy),
            retrain: Some(5),
        };
        let reading = [
            PolicyKind::Contextual(Contextual { delta: None, solver: None, retrain: None, ..contextual.clone() }),
            PolicyKind::Contextual(contextual),
            PolicyKind::LinUcb(LinUcb { alpha_mu: 0.7, cost_aware: true }),
        ];
        for kind in all.iter().chain(&reading) {
            assert_eq!(identity(kind), expected(kind));
        }
    }

    proptest! {
        #[test]
        fn numbers_are_as_in_json(digits in 0..10_000_000u32, exponent in -12..22i32, bits in any::<u64>()) {
            let value: f64 = format!("{digits}e{exponent}").parse().unwrap();
            prop_assert_eq!(number(value), serde_json::to_value(value).unwrap().to_string());
            // Of two equally near ones of 17 digits they may take one each.
            let value = f64::from_bits(bits);
            prop_assert!(!value.is_finite() || number(value).parse() == Ok(value));
        }

        #[test]
        fn texts_are_as_in_json(value in any::<String>()) {
            prop_assert_eq!(text(&value), Value::from(value).to_string());
        }
    }
}
