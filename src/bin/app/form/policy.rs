//! A policy of the list, as it was typed and chosen.

use super::read::{number, whole};
use crate::words::say;
use llm_selection::error::Result;
use llm_selection::experiment::{
    C2mabV, Contextual, Direct, EpsilonGreedy, Fixed, LinUcb, MAX_ROUNDS, NoParameters, Offline, Optimistic, Policy,
    PolicyKind, PrimalDual, Schedule, Solver, Thompson,
};
use serde::{Deserialize, Serialize};
use yew::AttrValue;

/// A kind of policy, without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    C2mabV,
    C2mabVDirect,
    Cucb,
    Thompson,
    EpsilonGreedy,
    PrimalDual,
    Fixed,
    Offline,
    Random,
    Oracle,
    Contextual,
    LinUcb,
}

impl Kind {
    /// The kinds the page opens with.
    pub const OPENING: [Kind; 7] =
        [Kind::C2mabV, Kind::Cucb, Kind::Thompson, Kind::EpsilonGreedy, Kind::Fixed, Kind::Random, Kind::Oracle];

    /// All kinds in the groups of the menu *Add policy*.
    pub const GROUPS: [(&'static str, &'static [Kind]); 4] = [
        ("C2MAB-V", &[Kind::C2mabV, Kind::C2mabVDirect]),
        ("Rivals", &[Kind::Cucb, Kind::Thompson, Kind::EpsilonGreedy, Kind::PrimalDual]),
        ("Reading the query", &[Kind::Contextual, Kind::LinUcb]),
        ("Baselines", &[Kind::Fixed, Kind::Offline, Kind::Random, Kind::Oracle]),
    ];

    /// Its name in the field.
    pub fn name(self) -> AttrValue {
        say!(match self {
            Kind::C2mabV => "C2MAB-V",
            Kind::C2mabVDirect => "C2MAB-V-Direct",
            Kind::Cucb => "CUCB",
            Kind::Thompson => "Thompson",
            Kind::EpsilonGreedy => "ε-greedy",
            Kind::PrimalDual => "Primal–dual",
            Kind::Fixed => "Fixed set",
            Kind::Offline => "Offline",
            Kind::Random => "Random set",
            Kind::Oracle => "Oracle",
            Kind::Contextual => "Contextual C2MAB-V",
            Kind::LinUcb => "LinUCB",
        })
    }

    /// One line of meaning.
    pub fn about(self) -> AttrValue {
        say!(match self {
            Kind::C2mabV => "learns reward and cost, keeps to the budget",
            Kind::C2mabVDirect => "the same, solving for whole sets each round",
            Kind::Cucb => "optimistic about reward",
            Kind::Thompson => "draws from what it believes",
            Kind::EpsilonGreedy => "tries at random now and then",
            Kind::PrimalDual => "knapsack: learns a price for the budget",
            Kind::Fixed => "always the same models, your choice",
            Kind::Offline => "learns from a sample beforehand, then stays",
            Kind::Random => "any models, each round anew",
            Kind::Oracle => "knows the true means: the best set that fits",
            Kind::Contextual => "C2MAB-V about a classifier's predictions",
            Kind::LinUcb => "a linear regression on the query's features",
        })
    }

    /// Whether it can be told to keep to the budget.
    pub fn may_mind_cost(self) -> bool {
        matches!(self, Kind::Cucb | Kind::Thompson | Kind::EpsilonGreedy | Kind::LinUcb)
    }

    /// Whether it needs the text of the queries, which files alone have.
    pub fn reads_query(self) -> bool {
        matches!(self, Kind::Contextual | Kind::LinUcb)
    }

    /// Whether it can forget.
    pub fn may_forget(self) -> bool {
        matches!(self, Kind::C2mabV | Kind::C2mabVDirect)
    }
}

/// A typed parameter of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param {
    AlphaMu,
    AlphaC,
    Delta,
    Epsilon,
    C,
    Window,
    Discount,
    Samples,
    Retrain,
    Label,
}

impl Param {
    /// The parameter that a field of an experiment's policy is, by the end of its path.
    pub fn of(name: &str) -> Option<Param> {
        Some(match name {
            "alpha_mu" => Param::AlphaMu,
            "alpha_c" => Param::AlphaC,
            "delta" => Param::Delta,
            "epsilon" => Param::Epsilon,
            "c" => Param::C,
            "window" => Param::Window,
            "discount" => Param::Discount,
            "samples" => Param::Samples,
            "retrain" => Param::Retrain,
            "label" => Param::Label,
            _ => return None,
        })
    }
}

/// What a policy learns from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Memory {
    /// All rounds alike.
    All,
    /// The last rounds only.
    Window,
    /// The later a round, the more it counts.
    Discount,
}

/// One policy of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyForm {
    /// Number that stays with it while it is on the page.
    pub id: u32,
    /// Whether it plays.
    pub on: bool,
    /// What it is.
    pub kind: Kind,
    /// The person's name for it; empty = the engine's.
    pub label: String,
    pub alpha_mu: String,
    pub alpha_c: String,
    /// Empty = 1/T.
    pub delta: String,
    pub epsilon: String,
    /// Whether ε falls as `c/t`.
    pub schedule: bool,
    pub c: String,
    pub solver: Option<Solver>,
    /// Whether a rival keeps to the budget.
    pub cost_aware: bool,
    pub memory: Memory,
    /// `W`, in rounds.
    pub window: String,
    /// `γ`.
    pub discount: String,
    /// Rows an offline policy learns from; empty = the engine's number.
    pub samples: String,
    /// Rounds after which a classifier learns on; empty = never.
    pub retrain: String,
    /// Models of a fixed set.
    pub models: Vec<String>,
    /// Whether the person, or an experiment that was opened, chose them.
    pub chosen: bool,
}

impl Default for PolicyForm {
    fn default() -> PolicyForm {
        PolicyForm::new(0, Kind::C2mabV, "")
    }
}

impl PolicyForm {
    /// A policy with default parameters; a fixed one plays `model`.
    pub fn new(id: u32, kind: Kind, model: &str) -> PolicyForm {
        PolicyForm {
            id,
            on: true,
            kind,
            label: String::new(),
            alpha_mu: "0.3".into(),
            alpha_c: "0.05".into(),
            delta: String::new(),
            epsilon: "0.1".into(),
            schedule: false,
            c: "100".into(),
            solver: None,
            cost_aware: false,
            memory: Memory::All,
            window: "1000".into(),
            discount: "0.999".into(),
            samples: String::new(),
            retrain: String::new(),
            models: vec![model.to_owned()],
            chosen: false,
        }
    }

    /// The text behind a parameter.
    pub fn text_mut(&mut self, param: Param) -> &mut String {
        match param {
            Param::AlphaMu => &mut self.alpha_mu,
            Param::AlphaC => &mut self.alpha_c,
            Param::Delta => &mut self.delta,
            Param::Epsilon => &mut self.epsilon,
            Param::C => &mut self.c,
            Param::Window => &mut self.window,
            Param::Discount => &mut self.discount,
            Param::Samples => &mut self.samples,
            Param::Retrain => &mut self.retrain,
            Param::Label => &mut self.label,
        }
    }

    /// The policy it means, as the one at `place` of an experiment.
    ///
    /// # Errors
    /// Text that is no number where one is needed.
    pub fn policy(&self, place: usize) -> Result<Policy> {
        let field = |name: &str| format!("policies[{place}].{name}");
        let read = |text: &str, name: &str, expected: &str| number(text, &field(name), expected);
        let count = |text: &str, name: &str| Ok::<_, _>(whole(text, &field(name), 1..=MAX_ROUNDS.into())? as u32);
        let alpha_mu = || read(&self.alpha_mu, "alpha_mu", "a number from 0 up");
        let alpha_c = || read(&self.alpha_c, "alpha_c", "a number from 0 up");
        let delta = || match self.delta.trim() {
            "" => Ok(None),
            text => read(text, "delta", "a number above 0 and up to 1, or nothing for 1/T").map(Some),
        };
        let window = || match self.memory {
            Memory::Window => count(&self.window, "window").map(Some),
            _ => Ok(None),
        };
        let discount = || match self.memory {
            Memory::Discount => read(&self.discount, "discount", "a number above 0 and below 1").map(Some),
            _ => Ok(None),
        };
        let cost_aware = self.cost_aware;
        let kind = match self.kind {
            Kind::C2mabV => PolicyKind::C2mabV(C2mabV {
                alpha_mu: alpha_mu()?,
                alpha_c: alpha_c()?,
                delta: delta()?,
                solver: self.solver,
                window: window()?,
                discount: discount()?,
            }),
            Kind::C2mabVDirect => PolicyKind::C2mabVDirect(Direct {
                alpha_mu: alpha_mu()?,
                alpha_c: alpha_c()?,
                delta: delta()?,
                window: window()?,
                discount: discount()?,
            }),
            Kind::Cucb => PolicyKind::Cucb(Optimistic { alpha_mu: alpha_mu()?, delta: delta()?, cost_aware }),
            Kind::Thompson => PolicyKind::Thompson(Thompson { cost_aware }),
            Kind::EpsilonGreedy => PolicyKind::EpsilonGreedy(if self.schedule {
                let c = read(&self.c, "schedule.c", "a number from 0 up")?;
                EpsilonGreedy { epsilon: None, schedule: Some(Schedule { c }), cost_aware }
            } else {
                let epsilon = read(&self.epsilon, "epsilon", "a number from 0 to 1")?;
                EpsilonGreedy { epsilon: Some(epsilon), schedule: None, cost_aware }
            }),
            Kind::PrimalDual => {
                PolicyKind::PrimalDual(PrimalDual { alpha_mu: alpha_mu()?, alpha_c: alpha_c()?, delta: delta()? })
            }
            Kind::Offline => PolicyKind::Offline(Offline {
                samples: match self.samples.trim() {
                    "" => None,
                    text => Some(count(text, "samples")?),
                },
            }),
            Kind::Fixed => PolicyKind::Fixed(Fixed { models: self.models.clone() }),
            Kind::Random => PolicyKind::Random(NoParameters {}),
            Kind::Oracle => PolicyKind::Oracle(NoParameters {}),
            Kind::Contextual => PolicyKind::Contextual(Contextual {
                alpha_mu: alpha_mu()?,
                alpha_c: alpha_c()?,
                delta: delta()?,
                solver: self.solver,
                retrain: match self.retrain.trim() {
                    "" => None,
                    text => Some(count(text, "retrain")?),
                },
            }),
            Kind::LinUcb => PolicyKind::LinUcb(LinUcb { alpha_mu: alpha_mu()?, cost_aware }),
        };
        let label = self.label.trim();
        Ok(Policy { label: (!label.is_empty()).then(|| label.to_owned()), kind })
    }
}
