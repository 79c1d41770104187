//! Which models there are to choose from, before the person has chosen anything else.

use crate::form::Label;
use crate::format::{Unit, sentence};
use crate::state::plan;
use llm_selection::browser::remote::Remote;
use llm_selection::data::{ImportOptions, presets};
use llm_selection::error::Result;
use llm_selection::experiment::{
    CostScale, Environment, Experiment, FileReference, NoParameters, Policy, PolicyKind, Preset, Replay, RewardModel,
    Run, Synthetic, SyntheticModel, Task,
};
use llm_selection::facts::ModelFacts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::rc::Rc;

/// What stands in the combobox *Data set*.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Source {
    /// The nine made-up chat models the page opens on.
    Illustration,
    /// A built-in data set by its identifier.
    Preset(String),
    /// The person's own files.
    Files,
    /// The synthetic models of an experiment that was opened: a study's, a link's, a file's.
    Models(Rc<Synthetic>),
}

impl Source {
    /// Whether queries are replayed, not drawn anew.
    pub fn is_data(&self) -> bool {
        matches!(self, Source::Preset(_) | Source::Files)
    }
}

/// The person's files, read.
#[derive(Debug, Clone)]
pub struct Files {
    /// What is known of them, and where they lie.
    pub data: Rc<Remote>,
    /// Number of queries.
    pub queries: u64,
    /// How they were read.
    pub options: ImportOptions,
}

/// One model there is.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// Its mean reward.
    pub reward: f64,
    /// Its mean cost, where costs are known.
    pub cost: Option<f64>,
}

/// The models of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// All models, also those that are switched off.
    pub models: Vec<Model>,
    /// Number of queries; `None` where each round is drawn anew.
    pub queries: Option<u64>,
    /// One sentence about the data.
    pub about: String,
    /// Unit of costs.
    pub unit: Unit,
    /// Whether costs are known.
    pub costs: bool,
    /// Number of queries with a result of every model, on files.
    pub complete: Option<u64>,
    categories: Vec<(String, u64)>,
    splits: Vec<(String, u64)>,
}

/// The nine models of the page's first experiment. The numbers are an illustration, not measurements.
fn illustration() -> Vec<SyntheticModel> {
    [
        ("GPT-4", 0.86, 0.60),
        ("Claude 2", 0.84, 0.45),
        ("GPT-3.5", 0.80, 0.36),
        ("Claude 1.2", 0.77, 0.25),
        ("Mixtral-8x7B", 0.72, 0.20),
        ("Llama 2-70B", 0.66, 0.14),
        ("ForeFrontAI", 0.60, 0.09),
        ("Llama 2-13B", 0.55, 0.05),
        ("ChatGLM2", 0.48, 0.03),
    ]
    .map(|(name, reward, cost)| SyntheticModel { name: name.into(), reward, cost })
    .to_vec()
}

/// The environment of a source, of whose models (all `names`) some are switched off.
pub fn environment(source: &Source, names: &[&str], off: &BTreeSet<String>, files: Option<&Files>) -> Environment {
    let models = if off.is_empty() {
        Vec::new()
    } else {
        names.iter().filter(|name| !off.contains(**name)).map(|name| (*name).to_owned()).collect()
    };
    match (source, files) {
        (Source::Preset(id), _) => Environment::Preset(Preset {
            id: id.clone(),
            models,
            sampling: Default::default(),
            cost_scale: CostScale::Max,
            drift: Vec::new(),
            availability: Vec::new(),
        }),
        (Source::Files, Some(files)) => {
            let references = files
                .data
                .facts()
                .files
                .iter()
                .map(|file| FileReference { name: file.name.clone(), sha256: Some(file.sha256.clone()) });
            let options = files.options.clone();
            Environment::Replay(Replay {
                files: references.collect(),
                models,
                mapping: options.mapping,
                grader: options.grader,
                duplicates: options.duplicates,
                score_unit: options.score_unit,
                cost_unit: options.cost_unit,
                latency_unit: options.latency_unit,
                prices: options.prices,
                ..Replay::default()
            })
        }
        (Source::Models(made), _) => Environment::Synthetic(Synthetic {
            models: made.models.iter().filter(|model| !off.contains(&model.name)).cloned().collect(),
            drift: Vec::new(),
            availability: Vec::new(),
            ..(**made).clone()
        }),
        _ => Environment::Synthetic(Synthetic {
            cost_spread: 0.5,
            cost_scale: CostScale::Fixed(1.0),
            models: illustration().into_iter().filter(|model| !off.contains(&model.name)).collect(),
            drift: Vec::new(),
            availability: Vec::new(),
        }),
    }
}

impl World {
    /// Looks at a source.
    ///
    /// # Errors
    /// Those of [`Plan::new`].
    pub fn new(source: &Source, files: Option<&Files>) -> Result<World> {
        if let (Source::Files, Some(files)) = (source, files) {
            return Ok(World::of(files));
        }
        let environment = environment(source, &[], &BTreeSet::new(), files);
        let experiment = Experiment {
            version: 1,
            title: String::new(),
            environment,
            task: Task {
                reward: RewardModel::Suc,
                max_models: Some(1),
                budget: None,
                success_threshold: 1.0,
                feedback: None,
                stop_on_failure: false,
                at_least_one: true,
            },
            policies: vec![Policy { label: None, kind: PolicyKind::Random(NoParameters {}) }],
            run: Run::default(),
            query_aware: None,
        };
        let plan = plan(&experiment, None)?;
        let models = plan.models.iter().enumerate().map(|(k, name)| Model {
            name: name.clone(),
            reward: plan.mean_reward.get(k).copied().unwrap_or(f64::NAN),
            cost: plan.mean_cost.as_ref().and_then(|costs| costs.get(k).copied()),
        });
        let (about, queries, unit) = match source {
            Source::Illustration => {
                let about = "Nine chat models with made-up means: an illustration, not measurements.";
                (about.to_owned(), None, Unit::Plain)
            }
            Source::Preset(id) => {
                let info = presets::presets().iter().find(|info| info.id == id);
                let about =
                    info.map(|info| format!("{} Source: {}", sentence(info.description), sentence(info.source)));
                (about.unwrap_or_default(), Some(presets::QUERIES as u64), Unit::Dollars)
            }
            Source::Models(_) => {
                let about =
                    "The models of the experiment that was opened, with the means and the unit of cost that it says.";
                (about.to_owned(), None, Unit::Plain)
            }
            Source::Files => (String::new(), None, Unit::Dollars),
        };
        Ok(World {
            models: models.collect(),
            queries,
            about,
            unit,
            costs: plan.mean_cost.is_some(),
            complete: None,
            categories: Vec::new(),
            splits: Vec::new(),
        })
    }

    /// The models of the person's files.
    fn of(files: &Files) -> World {
        let facts = files.data.facts();
        let model = |model: &ModelFacts| Model { name: model.name.clone(), reward: model.reward, cost: model.cost };
        World {
            models: facts.models.iter().map(model).collect(),
            queries: Some(files.queries),
            about: String::new(),
            unit: Unit::Dollars,
            costs: facts.models.iter().all(|model| model.cost.is_some()),
            complete: Some(facts.complete),
            categories: facts.categories.clone(),
            splits: facts.splits.clone(),
        }
    }

    /// The different names of a column with how many queries each has; none where the data has no such column.
    pub fn labels(&self, label: Label) -> &[(String, u64)] {
        match label {
            Label::Category => &self.categories,
            Label::Split => &self.splits,
        }
    }
}
