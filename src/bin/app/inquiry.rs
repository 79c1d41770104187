//! What is asked of what was trained: a query to advise on, and the gap to walk through. Of each there is one question under
//! way at most; what is asked meanwhile is asked once, as it is then.

use crate::query_aware::Trained;
use crate::shared::Shared;
use crate::words::say;
use llm_selection::error::Error;
use llm_selection::protocol::ToQueryAware;
use llm_selection::query_aware::ask::Advice;
use llm_selection::query_aware::explore::{Filter, Listed, Sought, View};
use llm_selection::query_aware::gap::By;
use std::rc::Rc;
use yew::AttrValue;

/// What the explorer groups by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Grouping {
    /// Number of models that solve the query.
    #[default]
    Solvers,
    /// Length of the text.
    Length,
    /// The data's own category.
    Category,
}

impl Grouping {
    /// All, in the order of their buttons.
    pub const ALL: [Grouping; 3] = [Grouping::Solvers, Grouping::Length, Grouping::Category];

    /// Name of its button.
    pub fn name(self) -> AttrValue {
        say!(match self {
            Grouping::Solvers => "solvers",
            Grouping::Length => "length",
            Grouping::Category => "category",
        })
    }

    /// What its statements have in common.
    pub fn by(self) -> By {
        match self {
            Grouping::Solvers => By::Solvers,
            Grouping::Length => By::Length,
            Grouping::Category => By::Category,
        }
    }
}

/// What can happen.
#[derive(Clone)]
pub enum InquiryAction {
    /// The query that is asked about.
    Text(String),
    /// The policy that is asked, by its place.
    Policy(u32),
    /// `s`, as it is typed.
    Models(String),
    /// `τ`, as it is typed.
    Threshold(String),
    /// The policy whose gap is explored.
    Explore(u32),
    Group(Grouping),
    /// Another filter; the first page of what passes.
    Filter(Filter),
    /// Which queries are listed; the first page of them.
    List(Listed),
    Page(u64),
    Advised(Box<Advice>),
    Explored(Box<View>),
    Failed(Error),
}

/// One question at a time.
#[derive(Clone, Copy, Default)]
struct Turn {
    asked: bool,
    /// Something has changed since.
    changed: bool,
}

impl Turn {
    /// Whether to ask now.
    fn take(&mut self) -> bool {
        self.changed = self.asked;
        !std::mem::replace(&mut self.asked, true)
    }

    /// An answer is there; whether to ask again.
    fn end(&mut self) -> bool {
        self.asked = false;
        self.changed && self.take()
    }
}

/// What is asked and what was answered.
#[derive(Clone, Default)]
pub struct Inquiry {
    pub text: AttrValue,
    /// The policy that is asked.
    pub policy: u32,
    /// `s` and `τ` as they are typed.
    pub models: AttrValue,
    pub threshold: AttrValue,
    pub advice: Option<Shared<Advice>>,
    /// The policy that is explored.
    pub explored: u32,
    pub grouping: Grouping,
    pub sought: Sought,
    pub view: Option<Shared<View>>,
    pub failure: Option<Rc<Error>>,
    asking: Turn,
    exploring: Turn,
}

impl Inquiry {
    /// Begins anew with what was trained now; the query stays. Gives what to ask.
    pub fn of(&mut self, trained: &Trained) -> Vec<ToQueryAware> {
        let part = trained.experiment.query_aware.clone().unwrap_or_default();
        let evaluation = &trained.evaluation;
        let best =
            evaluation.policies.iter().position(|policy| policy.name == evaluation.gap.policy).unwrap_or_default();
        *self = Inquiry {
            text: self.text.clone(),
            policy: best as u32,
            models: part.max_models.to_string().into(),
            threshold: part.threshold.to_string().into(),
            explored: best as u32,
            grouping: self.grouping,
            ..Inquiry::default()
        };
        self.ask().into_iter().chain(self.explore()).collect()
    }

    /// `s`, where it is one.
    pub fn most(&self) -> Option<u32> {
        self.models.trim().parse().ok().filter(|models| (1..=200).contains(models))
    }

    /// `τ`, where it is one.
    pub fn least(&self) -> Option<f64> {
        self.threshold.trim().parse().ok().filter(|threshold| (0.0..=1.0).contains(threshold))
    }

    /// What happened; gives what to ask.
    pub fn reduce(&mut self, action: InquiryAction) -> Option<ToQueryAware> {
        match action {
            InquiryAction::Text(text) => {
                self.text = text.into();
                self.ask()
            }
            InquiryAction::Policy(policy) => {
                self.policy = policy;
                self.ask()
            }
            InquiryAction::Models(models) => {
                self.models = models.into();
                self.ask()
            }
            InquiryAction::Threshold(threshold) => {
                self.threshold = threshold.into();
                self.ask()
            }
            InquiryAction::Explore(policy) => {
                (self.explored, self.sought.page) = (policy, 0);
                self.explore()
            }
            InquiryAction::Group(grouping) => {
                self.grouping = grouping;
                None
            }
            InquiryAction::Filter(filter) => {
                (self.sought.filter, self.sought.page) = (filter, 0);
                self.explore()
            }
            InquiryAction::List(listed) => {
                (self.sought.listed, self.sought.page) = (listed, 0);
                self.explore()
            }
            InquiryAction::Page(page) => {
                self.sought.page = page;
                self.explore()
            }
            InquiryAction::Advised(advice) => {
                // The query may have been taken back meanwhile.
                let some = !self.text.trim().is_empty();
                self.advice = some.then(|| Shared(Rc::from(advice)));
                self.failure = None;
                let again = self.asking.end().then(|| self.question()).flatten();
                self.asking.asked = again.is_some();
                again
            }
            InquiryAction::Explored(view) => {
                // Where the page asked for is past the end, the last one is shown.
                if !self.exploring.changed {
                    self.sought.page = view.page;
                }
                self.view = Some(Shared(Rc::from(view)));
                self.failure = None;
                if self.exploring.end() { Some(self.exploration()) } else { None }
            }
            InquiryAction::Failed(error) => {
                (self.asking, self.exploring) = (Turn::default(), Turn::default());
                self.failure = Some(Rc::new(error));
                None
            }
        }
    }

    fn ask(&mut self) -> Option<ToQueryAware> {
        if self.text.trim().is_empty() {
            self.advice = None;
        }
        let question = self.question()?;
        self.asking.take().then_some(question)
    }

    /// The question as it stands; none without a query, or with an `s` or `τ` that is none.
    fn question(&self) -> Option<ToQueryAware> {
        let (models, threshold) = (self.most()?, self.least()?);
        let text = self.text.to_string();
        (!text.trim().is_empty()).then_some(ToQueryAware::Ask { policy: self.policy, models, threshold, text })
    }

    fn explore(&mut self) -> Option<ToQueryAware> {
        let question = self.exploration();
        self.exploring.take().then_some(question)
    }

    fn exploration(&self) -> ToQueryAware {
        ToQueryAware::Explore { policy: self.explored, sought: self.sought.clone() }
    }
}
