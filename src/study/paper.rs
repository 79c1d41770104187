//! C2MAB-V's experiment (section 6 of the paper): the reward/violation ratio of nine policies under three reward models.

use super::report::{Cell, Report, Table, listed, result, spoken};
use super::{Part, SEED, always, c2mab_v, experiment, policy, with_middle_budget};
use crate::data::presets;
use crate::error::Result;
use crate::experiment::{
    EpsilonGreedy, Experiment, Optimistic, Policy, PolicyKind, RewardModel, Run, SyntheticModel, Thompson,
};
use crate::number::short;
use crate::random::mix;
use crate::summary::{Figure, PolicyResult, Replicate, RunResult, bootstrap, settled};

/// Which nine models play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// The paper's own models: published prices, illustrative rewards.
    ChatPrices,
    /// Nine models of 2024 on science questions: published means and costs.
    SciQ,
}

impl World {
    /// The models, and those in the roles of GPT-4 and of ChatGLM2: the dearest and the cheapest.
    fn models(self) -> Result<(Vec<SyntheticModel>, [&'static str; 2])> {
        let (id, roles, left_out) = match self {
            World::ChatPrices => ("chat-prices", ["GPT-4", "ChatGLM2"], ""),
            World::SciQ => ("sciq", ["gpt-4-turbo", "gemini-1.5-flash-8b"], LEFT_OUT),
        };
        let models = presets::models(id)?.iter().filter(|model| model.name != left_out);
        let models = models.map(|m| SyntheticModel { name: m.name.into(), reward: m.reward, cost: m.cost });
        Ok((models.collect(), roles))
    }
}

/// The tenth model of the SciQ table: as accurate as gemini-1.5-flash to the last digit, and 29 times as dear.
const LEFT_OUT: &str = "jamba-1.5-large";
/// The reward models, with their names.
const TASKS: [(RewardModel, &str); 3] =
    [(RewardModel::Awc, "Any win (AWC)"), (RewardModel::Suc, "Sum up (SUC)"), (RewardModel::Aic, "All in (AIC)")];
/// `(α_μ, α_c)` of the four C2MAB-V; all comparisons are with the first.
const SETTINGS: [(f64, f64); 4] = [(0.3, 0.05), (1.0, 0.05), (0.3, 0.01), (1.0, 0.01)];
/// `N`.
const MODELS_PER_QUERY: u32 = 4;
/// Places in the list of policies.
const CUCB: usize = 4;
const THOMPSON: usize = 5;
const EPSILON: usize = 6;
const DEAREST: usize = 7;
/// How many times as good as each rival C2MAB-V is at least, by the paper.
const PUBLISHED: [(usize, f64, &str); 4] = [
    (EPSILON, 1.6472, "64.72 % higher"),
    (THOMPSON, 3.9, "3.9 times as high"),
    (CUCB, 4.0, "4 times as high"),
    (DEAREST, 6.0, "6 times as high"),
];
/// By the paper, curves settle before this round.
const SETTLED_BEFORE: u32 = 1_000;

pub(super) fn parts(world: World) -> Result<Vec<Part>> {
    let (models, [dearest, cheapest]) = world.models()?;
    let mut policies: Vec<Policy> =
        SETTINGS.iter().map(|(mu, c)| policy(PolicyKind::C2mabV(c2mab_v(*mu, *c)))).collect();
    policies.extend([
        policy(PolicyKind::Cucb(Optimistic { alpha_mu: 0.3, delta: None, cost_aware: false })),
        policy(PolicyKind::Thompson(Thompson::default())),
        policy(PolicyKind::EpsilonGreedy(EpsilonGreedy { epsilon: Some(0.1), schedule: None, cost_aware: false })),
        always(&[dearest]),
        always(&[cheapest]),
    ]);
    let run = Run { rounds: 10_000, replicates: 10, seed: SEED, regret_alpha: 1.0 };
    let part = |(reward, name): &(RewardModel, &str)| {
        let experiment = experiment(models.clone(), *reward, MODELS_PER_QUERY, policies.clone(), run.clone());
        let experiment = Experiment { title: format!("The paper's experiment: {name}"), ..experiment };
        Ok(Part { title: (*name).to_owned(), experiment: with_middle_budget(experiment)?, data: None })
    };
    TASKS.iter().map(part).collect()
}

pub(super) fn report(world: World, parts: &[Part], results: &[RunResult]) -> Result<Report> {
    let mut report = Report::default();
    let mut all = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let result = result(results, place)?;
        report.tables.push(table(part, result));
        all.push((part.title.as_str(), result));
    }
    report.findings.extend(PUBLISHED.iter().filter_map(|(rival, times, words)| against(&all, *rival, *times, words)));
    report.findings.extend(all.iter().map(|(name, result)| better(name, result)));
    report.findings.push(never_over(&all));
    report.findings.extend(all.iter().map(|(name, result)| settling(name, result)));
    report.notes = notes(world, parts);
    Ok(report)
}

/// C2MAB-V's ratio over a rival's, with the bootstrap interval over replicates, both drawn together: they met the same
/// queries.
fn times(own: &PolicyResult, rival: &PolicyResult, seed: u64) -> Option<(f64, Option<(f64, f64)>)> {
    let value = own.finals.ratio.mean? / rival.finals.ratio.mean?;
    let pairs: Vec<(&Replicate, &Replicate)> = own.replicates.iter().zip(&rival.replicates).collect();
    let interval = bootstrap(pairs.len(), seed, |drawn| {
        let mut sums = [0.0; 4];
        for (own, rival) in drawn.iter().filter_map(|place| pairs.get(*place)) {
            for (sum, value) in sums.iter_mut().zip([own.reward, own.excess, rival.reward, rival.excess]) {
                *sum += value;
            }
        }
        let [reward, excess, rival_reward, rival_excess] = sums;
        (excess > 0.0 && rival_reward > 0.0).then(|| (reward / excess) / (rival_reward / rival_excess))
    });
    Some((value, interval))
}

/// The same seed for every comparison of a run.
fn seed(result: &RunResult) -> u64 {
    mix(result.experiment.run.seed ^ 0x9A9E_0000)
}

/// Whether the policy plays another number of models than the task asks for.
fn outside(result: &RunResult, place: usize) -> bool {
    let task = &result.experiment.task;
    let fixed = match result.experiment.policies.get(place).map(|policy| &policy.kind) {
        Some(PolicyKind::Fixed(fixed)) => fixed.models.len() as u32,
        _ => return false,
    };
    task.reward != RewardModel::Awc && task.max_models.is_some_and(|n| n != fixed)
}

/// The ratio by excess or by violation; infinite where the denominator is 0.
fn ratio(ratio: Figure, denominator: Figure) -> Cell {
    match denominator.mean {
        Some(0.0) => Cell::Infinite,
        _ => Cell::figure(ratio, Some(0.0)),
    }
}

fn table(part: &Part, result: &RunResult) -> Table {
    let first = result.policies.first();
    let rows = result.policies.iter().enumerate().map(|(place, policy)| {
        let finals = &policy.finals;
        let over = |policy: &PolicyResult| policy.finals.excess.mean != Some(0.0);
        let compared = match first.filter(|_| place > 0) {
            None => Cell::text("reference"),
            Some(own) if !over(own) && !over(policy) => Cell::text("both infinite"),
            Some(_) if !over(policy) => Cell::number(0.0),
            Some(own) => match times(own, policy, seed(result)) {
                Some((value, interval)) => Cell::between(value, interval),
                None => Cell::Infinite,
            },
        };
        let settles = policy.ratio.as_ref().and_then(|ratio| settled(&policy.rounds, &ratio.mean));
        vec![
            Cell::text(&policy.label),
            Cell::figure(finals.reward, Some(0.0)),
            Cell::figure(finals.excess, Some(0.0)),
            ratio(finals.ratio, finals.excess),
            compared,
            ratio(finals.ratio_violation, finals.violation),
            settles.map_or(Cell::text("–"), |round| Cell::number(f64::from(round))),
            Cell::text(if outside(result, place) {
                format!("outside |S| = {MODELS_PER_QUERY}")
            } else {
                String::new()
            }),
        ]
    });
    let budget = part.experiment.task.budget.map_or(String::new(), |budget| format!(", ρ = ${}", short(budget)));
    Table {
        title: format!("{}{budget}", part.title),
        head: [
            "Policy",
            "Reward",
            "Excess, $",
            "Reward/excess, 1/$",
            "C2MAB-V (0.3, 0.05) is so many times as good",
            "Reward/V, 1/$",
            "Settles at round",
            "Note",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}

/// What the paper says of a rival, and what came out.
fn against(all: &[(&str, &RunResult)], rival: usize, published: f64, words: &str) -> Option<String> {
    let label = &all.first()?.1.policies.get(rival)?.label;
    let mut reached = 0;
    let mut here = Vec::new();
    for (name, result) in all {
        let (own, other) = (result.policies.first()?, result.policies.get(rival)?);
        let said = match (other.finals.excess.mean, times(own, other, seed(result))) {
            (Some(0.0), _) => "the rival is never over the budget".to_owned(),
            (_, None) => {
                reached += 1;
                "C2MAB-V is never over the budget".to_owned()
            }
            (_, Some((value, interval))) => {
                reached += u32::from(value >= published);
                format!("{} times", spoken(value, interval))
            }
        };
        here.push(format!("{said} under {}", short_name(name)));
    }
    let verdict = match reached {
        0 => "not reached under any reward model".to_owned(),
        n if n as usize == all.len() => "reached under every reward model".to_owned(),
        n => format!("reached under {n} of {} reward models", all.len()),
    };
    Some(format!(
        "{label}: the paper reports a ratio of C2MAB-V at least {words}, on its own data; {verdict} here: {}.",
        listed(&here)
    ))
}

/// `AWC` of `Any win (AWC)`.
fn short_name(name: &str) -> &str {
    name.split(['(', ')']).nth(1).unwrap_or(name)
}

/// Who does better than C2MAB-V (0.3, 0.05).
fn better(name: &str, result: &RunResult) -> String {
    let name = short_name(name);
    let of = |policy: &PolicyResult| match policy.finals.excess.mean {
        Some(0.0) => f64::INFINITY,
        _ => policy.finals.ratio.mean.unwrap_or(0.0),
    };
    let Some(own) = result.policies.first() else { return String::new() };
    let better: Vec<String> = (result.policies.iter().enumerate().skip(1))
        .filter(|(_, policy)| of(policy) > of(own))
        .map(|(place, policy)| {
            let mark = if outside(result, place) { ", outside the task's sets" } else { "" };
            let value = of(policy);
            let value = if value.is_infinite() { "∞".to_owned() } else { short(value) };
            format!("{} ({value}{mark})", policy.label)
        })
        .collect();
    if better.is_empty() {
        format!("Under {name} nobody has a higher ratio by excess than {} ({}).", own.label, short(of(own)))
    } else {
        format!(
            "Under {name} a higher ratio by excess than {} ({}) have: {}.",
            own.label,
            short(of(own)),
            better.join("; ")
        )
    }
}

/// Where the ratio by violation is infinite.
fn never_over(all: &[(&str, &RunResult)]) -> String {
    let within: Vec<String> = (all.iter())
        .map(|(name, result)| {
            let names: Vec<String> = (result.policies.iter())
                .filter(|policy| policy.finals.violation.mean == Some(0.0))
                .map(|policy| policy.label.clone())
                .collect();
            let who = if names.len() == result.policies.len() { "every policy".into() } else { listed(&names) };
            format!("under {} for {}", short_name(name), if names.is_empty() { "nobody".into() } else { who })
        })
        .collect();
    format!("With V(T) in place of the excess the ratio is infinite {}.", listed(&within))
}

/// When C2MAB-V's and ε-greedy's curves settle.
fn settling(name: &str, result: &RunResult) -> String {
    let round = |policy: &PolicyResult| {
        policy
            .ratio
            .as_ref()
            .and_then(|ratio| settled(&policy.rounds, &ratio.mean))
            .map_or("never".into(), |round| format!("{round}"))
    };
    let own: Vec<String> = result.policies.iter().take(SETTINGS.len()).map(round).collect();
    let early = |round: &String| round.parse::<u32>().is_ok_and(|round| round < SETTLED_BEFORE);
    let early = own.iter().filter(|round| early(round)).count();
    let epsilon = result.policies.get(EPSILON).map(round).unwrap_or_default();
    format!(
        "Under {} the ratio of C2MAB-V settles (stays within 5 % of its last value) at rounds {}, ε-greedy's at {epsilon}. \
         The paper: before round {SETTLED_BEFORE} and before ε-greedy; here {early} of {} are before round {SETTLED_BEFORE}.",
        short_name(name),
        listed(&own),
        own.len(),
    )
}

/// What is published, what is ours, and where that makes a difference.
fn notes(world: World, parts: &[Part]) -> Vec<String> {
    let source = match world {
        World::ChatPrices => {
            "The paper's per-query data and per-model means are not public. The prices here are published list prices \
             (at 200 tokens of prompt and 150 of answer); the mean rewards are illustrative, not measured. The published \
             figures therefore cannot be expected to come out, and nothing was tuned so that they do."
                .to_owned()
        }
        World::SciQ => format!(
            "Mean accuracy and mean cost of each model are published (FrugalGPT, SCIQ 2024, test part). They are not the \
             paper's models: nine of that table's ten play; {LEFT_OUT} is left out, because gemini-1.5-flash is as \
             accurate and cheaper. gpt-4-turbo, the dearest and most accurate, stands for GPT-4, and \
             gemini-1.5-flash-8b, the cheapest, for ChatGLM2."
        ),
    };
    let budgets: Vec<String> = (parts.iter())
        .filter_map(|part| Some(format!("${} under {}", short(part.experiment.task.budget?), short_name(&part.title))))
        .collect();
    vec![
        source,
        format!(
            "The budgets are ours: {}. Each is the geometric mean of what the cheapest and the dearest allowed set cost: \
             prices span orders of magnitude, and there the budget always matters.",
            listed(&budgets)
        ),
        "Successes are drawn independently of each other and every call of a model costs the same. ε is 0.1, CUCB's α_μ \
         is 0.3: the defaults of this program."
            .to_owned(),
        "A curve settles where it stays within 5 % of its last value from then on; a round near the end says that it has \
         not settled. The curves are ratios of means over all rounds so far, so what was spent while learning stays in \
         them."
            .to_owned(),
        "The ratio is mean reward / mean excess over the budget, a ratio of means over rounds and replicates. Intervals \
         are 95 % bootstrap intervals over 10 replicates, in which all policies meet the same queries; with so few they \
         are a little too narrow."
            .to_owned(),
        format!(
            "Always one model plays 1 of {MODELS_PER_QUERY} models under SUC and AIC: it lies outside the sets that the \
             task allows, and is marked. Under AIC one model alone has an advantage, under SUC a disadvantage, that no \
             allowed set has."
        ),
    ]
}
