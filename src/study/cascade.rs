//! A cascade of three models against the dearest alone.

use super::report::{Cell, Report, Table, result, spoken};
use super::{Part, SEED, always, experiment};
use crate::data::presets;
use crate::error::Result;
use crate::experiment::{Environment, Experiment, Preset, RewardModel, Run, Sampling, SyntheticModel};
use crate::number::short;
use crate::random::mix;
use crate::summary::{PolicyResult, RunResult, bootstrap};

/// The cascade, in the order of calls; its last model is what it is compared with.
const CASCADE: [&str; 3] = ["ForeFrontAI", "GPT-3.5", "GPT-4"];
/// What was published: share saved, accuracy of the cascade, accuracy of GPT-4.
const PUBLISHED: (f64, f64, f64) = (60.1, 0.824, 0.732);

pub(super) fn parts() -> Result<Vec<Part>> {
    let models: Vec<SyntheticModel> = (presets::models("chat-prices")?.iter())
        .filter(|model| CASCADE.contains(&model.name))
        .map(|m| SyntheticModel { name: m.name.into(), reward: m.reward, cost: m.cost })
        .collect();
    let policies = vec![always(&CASCADE), always(&CASCADE[2..])];
    let run = Run { rounds: presets::QUERIES as u32, replicates: 20, seed: SEED, regret_alpha: 1.0 };
    let names = models.iter().map(|model| model.name.clone()).collect();
    let independent = experiment(models, RewardModel::Awc, 3, policies, run);
    let together = Experiment {
        environment: Environment::Preset(Preset {
            id: "chat-prices".into(),
            models: names,
            sampling: Sampling::default(),
            cost_scale: Default::default(),
            drift: Vec::new(),
            availability: Vec::new(),
        }),
        ..independent.clone()
    };
    let part = |title: &str, experiment: Experiment| Part {
        title: title.to_owned(),
        experiment: Experiment { title: format!("A cascade: {title}"), ..experiment },
        data: None,
    };
    Ok(vec![
        part("Queries that are hard for all models alike", together),
        part("Models that fail independently of each other", independent),
    ])
}

/// Share of the cost saved, in %, with the bootstrap interval over replicates, both drawn together.
fn saved(cascade: &PolicyResult, alone: &PolicyResult, seed: u64) -> Option<(f64, Option<(f64, f64)>)> {
    let share = |cost: f64, alone: f64| 100.0 * (1.0 - cost / alone);
    let value = share(cascade.finals.cost.mean?, alone.finals.cost.mean?);
    let pairs: Vec<(f64, f64)> =
        cascade.replicates.iter().zip(&alone.replicates).map(|(cascade, alone)| (cascade.cost, alone.cost)).collect();
    let interval = bootstrap(pairs.len(), seed, |drawn| {
        let (mut cost, mut against) = (0.0, 0.0);
        for (a, b) in drawn.iter().filter_map(|place| pairs.get(*place)) {
            cost += a;
            against += b;
        }
        (against > 0.0).then(|| share(cost, against))
    });
    Some((value, interval))
}

pub(super) fn report(parts: &[Part], results: &[RunResult]) -> Result<Report> {
    let mut report = Report::default();
    for (place, part) in parts.iter().enumerate() {
        let result = result(results, place)?;
        let [cascade, alone] = &result.policies[..] else { continue };
        let saved = saved(cascade, alone, mix(result.experiment.run.seed ^ 0xCA5C_ADE0));
        let row = |policy: &PolicyResult, saved: Cell| {
            let finals = &policy.finals;
            vec![
                Cell::text(&policy.label),
                Cell::figure(finals.reward, Some(0.0)),
                Cell::figure(finals.cost, Some(0.0)),
                Cell::figure(finals.nominal_cost, Some(0.0)),
                Cell::figure(finals.calls, Some(0.0)),
                saved,
            ]
        };
        let share = saved.map_or(Cell::text("not defined"), |(value, interval)| Cell::between(value, interval));
        report.tables.push(Table {
            title: part.title.clone(),
            head: ["Policy", "Reward", "Paid, $ a query", "Nominal, $ a query", "Calls a query", "Saved, %"]
                .map(str::to_owned)
                .to_vec(),
            rows: vec![row(cascade, share), row(alone, Cell::text(""))],
        });
        if let (Some((value, interval)), Some(own), Some(other)) =
            (saved, cascade.finals.reward.mean, alone.finals.reward.mean)
        {
            let than = if value < 0.0 { "dearer" } else { "cheaper" };
            report.findings.push(format!(
                "{}: the cascade is {} % {than} than GPT-4 alone, at a reward of {} against {}.",
                part.title,
                spoken(value.abs(), interval.filter(|_| value >= 0.0)),
                short(own),
                short(other)
            ));
        }
    }
    let (share, cascade, alone) = PUBLISHED;
    report.findings.push(format!("Published: {share} % cheaper, at {cascade} against {alone}."));
    report.notes = vec![
        "The prices are published list prices (at 200 tokens of prompt and 150 of answer). The mean rewards are \
         illustrative, not measured: the published accuracies are not put in, so they do not come out."
            .to_owned(),
        "Here the cascade stops at the first right answer, as AWC's feedback has it. A real one has to judge answers and \
         errs: it stops too early or goes on in vain. So ours is an upper bound on the reward of such a cascade."
            .to_owned(),
        "What it saves depends on how often two models fail on the same query: the more often, the more often GPT-4 is \
         called. So both are shown, failures that go together and independent ones. Nominal cost is that of calling all \
         three every time."
            .to_owned(),
    ];
    Ok(report)
}
