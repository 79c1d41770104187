//! Built-in studies: experiments chosen beforehand, and what comes of them as tables and sentences.
//!
//! A study is a list of [`Part`]s, each an experiment to be played, and a [`Report`] on their results. Everything a
//! report says is computed from the results it is given.

mod cascade;
mod diversity;
mod paper;
mod report;
mod solvers;

pub use diversity::QuestionSets;
pub use paper::World;
pub use report::{Cell, Report, Table};

use crate::error::Result;
use crate::experiment::{
    C2mabV, CostScale, Environment, Experiment, Fixed, Policy, PolicyKind, RewardModel, Run, Synthetic, SyntheticModel,
    Task,
};
use crate::plan::{Plan, Playable};
use crate::summary::RunResult;
use std::rc::Rc;

/// A built-in study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Study {
    /// C2MAB-V's experiment, in one of two worlds.
    Paper(World),
    /// Each model's accuracy on random question sets.
    Diversity,
    /// ForeFrontAI → GPT-3.5 → GPT-4 against GPT-4 alone.
    Cascade,
    /// Direct, greedy and exact relaxation, in quality and time.
    Solvers,
}

/// What the person has at hand, for the studies that use it.
#[derive(Clone, Default)]
pub struct Material {
    /// The person's current experiment.
    pub experiment: Option<Experiment>,
    /// The person's own data, where `experiment` plays on it.
    pub data: Option<Rc<dyn Playable>>,
    /// What *Diversity* needs of the person's own data, played on or not.
    pub sets: Option<QuestionSets>,
}

/// One experiment of a study.
#[derive(Clone)]
pub struct Part {
    /// What it is about, in a few words.
    pub title: String,
    /// What is played.
    pub experiment: Experiment,
    /// The person's data, where it plays on it.
    pub data: Option<Rc<dyn Playable>>,
}

impl Part {
    /// The checked form of the experiment.
    ///
    /// # Errors
    /// Those of [`Plan::on`].
    pub fn plan(&self) -> Result<Plan> {
        Plan::on(&self.experiment, self.data.as_deref())
    }
}

impl Study {
    /// All studies, in the page's order.
    pub const ALL: [Study; 5] =
        [Study::Paper(World::ChatPrices), Study::Paper(World::SciQ), Study::Diversity, Study::Cascade, Study::Solvers];

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Study::Paper(World::ChatPrices) => "The paper's experiment",
            Study::Paper(World::SciQ) => "The same on measured models",
            Study::Diversity => "Does one model win everywhere?",
            Study::Cascade => "A cascade against GPT-4 alone",
            Study::Solvers => "Three ways to solve a round",
        }
    }

    /// For file names.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Study::Paper(World::ChatPrices) => "paper",
            Study::Paper(World::SciQ) => "paper-sciq",
            Study::Diversity => "diversity",
            Study::Cascade => "cascade",
            Study::Solvers => "solvers",
        }
    }

    /// What is asked and how, in one or two sentences.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Study::Paper(World::ChatPrices) => {
                "C2MAB-V at four settings against CUCB, Thompson, ε-greedy, always GPT-4 and always ChatGLM2: nine \
                 models, three reward models, 10,000 rounds, 10 replicates."
            }
            Study::Paper(World::SciQ) => {
                "The same nine policies on nine models of 2024 whose mean accuracy and mean cost are both published."
            }
            Study::Diversity => {
                "Each model's accuracy on 50 random sets of 200 questions, of your files where some are loaded, else of \
                 the built-in science questions."
            }
            Study::Cascade => {
                "ForeFrontAI answers first, GPT-3.5 where it fails, GPT-4 where both fail. What does that save?"
            }
            Study::Solvers => {
                "C2MAB-V with the exact and the greedy relaxation and C2MAB-V-Direct: quality, and time a round, on your \
                 experiment and on three sizes."
            }
        }
    }

    /// Its experiments, in the order in which they are to be played; none where it needs no rounds.
    ///
    /// # Errors
    /// Those of the person's own experiment.
    pub fn parts(self, material: &Material) -> Result<Vec<Part>> {
        match self {
            Study::Paper(world) => paper::parts(world),
            Study::Diversity => Ok(Vec::new()),
            Study::Cascade => cascade::parts(),
            Study::Solvers => solvers::parts(material),
        }
    }

    /// What came out: `results` are those of `parts`, in order.
    ///
    /// # Errors
    /// `Missing` where a result is, and for *Diversity* data without a query that every model has answered.
    pub fn report(self, material: &Material, parts: &[Part], results: &[RunResult]) -> Result<Report> {
        match self {
            Study::Paper(world) => paper::report(world, parts, results),
            Study::Diversity => diversity::report(material.sets.as_ref()),
            Study::Cascade => cascade::report(parts, results),
            Study::Solvers => solvers::report(parts, results),
        }
    }
}

/// Seed of every study.
const SEED: u64 = 1;

/// Independent models at fixed costs, where `N` of them may answer.
fn experiment(models: Vec<SyntheticModel>, reward: RewardModel, n: u32, policies: Vec<Policy>, run: Run) -> Experiment {
    Experiment {
        version: 1,
        title: String::new(),
        environment: Environment::Synthetic(Synthetic {
            cost_spread: 0.0,
            cost_scale: CostScale::Max,
            models,
            drift: Vec::new(),
            availability: Vec::new(),
        }),
        task: Task {
            reward,
            max_models: Some(n),
            budget: None,
            success_threshold: 1.0,
            feedback: None,
            stop_on_failure: false,
            at_least_one: true,
        },
        policies,
        run,
        query_aware: None,
    }
}

/// Gives the experiment the budget in the middle, by order of magnitude, of those that matter: the geometric mean of the
/// cheapest allowed set's cost and the dearest one's.
fn with_middle_budget(mut experiment: Experiment) -> Result<Experiment> {
    if let Some(range) = Plan::new(&experiment, None)?.budget_range() {
        experiment.task.budget = Some((range.cheapest_feasible * range.never_binding).sqrt());
    }
    Ok(experiment)
}

fn policy(kind: PolicyKind) -> Policy {
    Policy { label: None, kind }
}

fn always(models: &[&str]) -> Policy {
    policy(PolicyKind::Fixed(Fixed { models: models.iter().map(|name| (*name).to_owned()).collect() }))
}

fn c2mab_v(alpha_mu: f64, alpha_c: f64) -> C2mabV {
    C2mabV { alpha_mu, alpha_c, delta: None, solver: None, window: None, discount: None }
}
