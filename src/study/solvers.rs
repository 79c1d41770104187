//! C2MAB-V with the exact relaxation, with the greedy one, and C2MAB-V-Direct: quality, and time per round.

use super::report::{Cell, Report, Table, result};
use super::{Material, Part, SEED, c2mab_v, experiment, policy, with_middle_budget};
use crate::bandit::relaxation::{EXACT_AT_MOST, awc_solver, set_count};
use crate::error::Result;
use crate::experiment::{
    C2mabV, Direct, Experiment, NoParameters, Policy, PolicyKind, RewardModel, Run, Solver, SyntheticModel,
};
use crate::number::short;
use crate::order::sort_by;
use crate::plan::Plan;
use crate::random::{hash, unit};
use crate::summary::{PolicyResult, RunResult};

/// `K`, `N` and rounds of the sizes beside the person's own experiment: the larger, the fewer rounds, as Direct's search
/// takes milliseconds there.
const SIZES: [(usize, u32, u32); 3] = [(9, 4, 2_000), (20, 4, 1_000), (50, 5, 200)];
/// Most replicates of the person's own experiment.
const REPLICATES: u32 = 10;
const EXACT: &str = "Exact relaxation";
const GREEDY: &str = "Greedy relaxation";
const LINEAR: &str = "Relaxation (linear program)";
const DIRECT: &str = "Direct";
/// Knows the best set, solves nothing: what the simulation itself takes.
const ORACLE: &str = "Oracle";

pub(super) fn parts(material: &Material) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    if let Some(own) = &material.experiment {
        let data = material.data.clone();
        let plan = Plan::on(own, data.as_deref())?;
        let n = plan.game.setting.n;
        let mut experiment = Experiment {
            title: "Three ways to solve a round: your experiment".into(),
            policies: policies(own.task.reward, plan.models.len(), n),
            ..own.clone()
        };
        experiment.run.replicates = experiment.run.replicates.min(REPLICATES);
        let title = format!("Your experiment: {} models, at most {n} a query", plan.models.len());
        parts.push(Part { title, experiment, data });
    }
    for (arms, n, rounds) in SIZES {
        let policies = policies(RewardModel::Awc, arms, n as usize);
        let run = Run { rounds, replicates: 4, seed: SEED, regret_alpha: 1.0 };
        let experiment = with_middle_budget(experiment(models(arms), RewardModel::Awc, n, policies, run))?;
        let title = format!("Any win (AWC): {arms} made-up models, at most {n} a query");
        let experiment = Experiment { title: format!("Three ways to solve a round: {title}"), ..experiment };
        parts.push(Part { title, experiment, data: None });
    }
    Ok(parts)
}

/// Made-up models: the dearer, the better on the whole, with much chance in it.
fn models(arms: usize) -> Vec<SyntheticModel> {
    let draw = |stream: u64, arm: usize| unit(hash(hash(SEED, stream), arm as u64));
    (0..arms)
        .map(|arm| {
            let quality = draw(1, arm);
            let price = 0.6 * quality + 0.4 * draw(2, arm);
            let (reward, cost) = (0.2 + 0.6 * quality, 0.02 + 0.98 * price * price);
            SyntheticModel { name: format!("Model {}", arm + 1), reward, cost }
        })
        .collect()
}

/// The solvers that can be had at this size, then the oracle.
fn policies(reward: RewardModel, arms: usize, n: usize) -> Vec<Policy> {
    let relaxed = |label: &str, solver| Policy {
        label: Some(label.into()),
        kind: PolicyKind::C2mabV(C2mabV { solver, ..c2mab_v(0.3, 0.05) }),
    };
    let mut list = Vec::new();
    if reward != RewardModel::Awc {
        list.push(relaxed(LINEAR, None));
    } else {
        if awc_solver(arms, n, Some(Solver::Exact)).is_ok() {
            list.push(relaxed(EXACT, Some(Solver::Exact)));
        }
        list.push(relaxed(GREEDY, Some(Solver::Greedy)));
    }
    let direct = Direct { alpha_mu: 0.3, alpha_c: 0.05, delta: None, window: None, discount: None };
    list.push(Policy { label: Some(DIRECT.into()), kind: PolicyKind::C2mabVDirect(direct) });
    list.push(Policy { label: Some(ORACLE.into()), ..policy(PolicyKind::Oracle(NoParameters {})) });
    list
}

/// The objective that the way at this place of the list reaches when it is given the true means of round 1.
fn at_true_means(result: &RunResult, place: usize) -> Option<f64> {
    let optimum = result.optimum.first()?;
    match result.experiment.policies.get(place)?.kind {
        PolicyKind::C2mabV(_) => *optimum.solved.get(place)?,
        _ => optimum.reward,
    }
}

pub(super) fn report(parts: &[Part], results: &[RunResult]) -> Result<Report> {
    let mut report = Report::default();
    for (place, part) in parts.iter().enumerate() {
        let (result, plan) = (result(results, place)?, part.plan()?);
        report.tables.push(table(part, result, &plan));
        report.findings.extend(quality(part, result));
        report.findings.extend(pace(part, result));
    }
    report.notes = vec![
        "Time a round is measured as it is played, the simulation of the queries included: the Oracle's row shows what \
         that takes by itself. It is a median over replicates and depends on the machine, so it is not the same twice; \
         everything else is."
            .to_owned(),
        "At the true means: the objective that each way reaches when it knows the means and costs. Direct's is that of \
         the best set; a relaxation's may lie above it, because it keeps to the budget only on average."
            .to_owned(),
        format!(
            "The exact relaxation is refused above {EXACT_AT_MOST} sets. Under SUC and AIC the relaxed problem is a \
             linear program, solved exactly in closed form: there is no greedy one beside it. (α_μ, α_c) is (0.3, 0.05)."
        ),
    ];
    Ok(report)
}

fn table(part: &Part, result: &RunResult, plan: &Plan) -> Table {
    let (arms, n) = (plan.models.len(), plan.game.setting.n);
    let mut rows = Vec::new();
    if part.experiment.task.reward == RewardModel::Awc && awc_solver(arms, n, Some(Solver::Exact)).is_err() {
        let sets = set_count(arms, n);
        let reason = format!("not possible: {sets} sets, at most {EXACT_AT_MOST}");
        let mut row = vec![Cell::text(EXACT), Cell::text(reason)];
        row.resize(7, Cell::text(""));
        rows.push(row);
    }
    rows.extend(result.policies.iter().enumerate().map(|(place, policy)| {
        let finals = &policy.finals;
        vec![
            Cell::text(&policy.label),
            Cell::figure(finals.regret, None),
            Cell::figure(finals.violation, Some(0.0)),
            Cell::figure(finals.reward, Some(0.0)),
            Cell::figure(finals.expected_reward, Some(0.0)),
            at_true_means(result, place).map_or(Cell::text("not known"), Cell::number),
            policy.time_per_round_us.0.map_or(Cell::text("not measured"), Cell::number),
        ]
    }));
    Table {
        title: part.title.clone(),
        head: ["Solver", "Regret", "Violation", "Reward", "Expected reward", "At the true means", "Time a round, µs"]
            .map(str::to_owned)
            .to_vec(),
        rows,
    }
}

/// Whose regret is lowest, by how much, and whether the intervals can tell.
fn quality(part: &Part, result: &RunResult) -> Option<String> {
    let mut ranked: Vec<&PolicyResult> =
        result.policies.iter().filter(|policy| policy.finals.regret.mean.is_some()).collect();
    let mean = |policy: &PolicyResult| policy.finals.regret.mean.unwrap_or(f64::INFINITY);
    sort_by(&mut ranked, |a, b| mean(a).total_cmp(&mean(b)));
    let (&low, &next) = (ranked.first()?, ranked.get(1)?);
    let (a, b) = (low.finals.regret, next.finals.regret);
    let apart = mean(next) - mean(low) > a.ci95.unwrap_or(0.0) + b.ci95.unwrap_or(0.0);
    let certain = if a.ci95.is_none() {
        " (one replicate: no interval)"
    } else if apart {
        ""
    } else {
        ", but the intervals overlap"
    };
    let violation = |policy: &PolicyResult| policy.finals.violation.mean.map_or("no budget".into(), short);
    Some(format!(
        "{}: {} has the lowest regret, {} against {} of {}{certain}; violation {} and {}.",
        part.title,
        low.label,
        short(mean(low)),
        short(mean(next)),
        next.label,
        violation(low),
        violation(next),
    ))
}

/// How long a round takes, each way.
fn pace(part: &Part, result: &RunResult) -> Option<String> {
    let timed: Vec<String> = (result.policies.iter())
        .filter_map(|policy| Some(format!("{} {} µs", policy.label, short(policy.time_per_round_us.0?))))
        .collect();
    (!timed.is_empty()).then(|| format!("{}: a round takes {}.", part.title, timed.join(", ")))
}
