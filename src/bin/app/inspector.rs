//! The round inspector: which round is looked at, and what was found.

use crate::action::Effect;
use crate::browser::{recall_in_tab, remember_in_tab};
use crate::format::count;
use crate::shared::Shared;
use crate::words::{plural, say, told};
use llm_selection::browser::pool::Snapshot;
use llm_selection::error::Error;
use llm_selection::inspect::{Answer, Inspection, RoundWanted, Seek};
use std::rc::Rc;
use yew::AttrValue;

/// Name under which a tab remembers what was looked at: the place of the policy, the replicate and the round.
const LOOKED: &str = "inspector";

/// What can happen to it.
#[derive(Debug, Clone, PartialEq)]
pub enum InspectorAction {
    /// Another policy, by its place.
    Policy(usize),
    /// The replicate as it is typed, from 1.
    Replicate(String),
    /// The round as it is typed.
    Round(String),
    /// So many rounds on, or back.
    Go(i32),
    /// To the round of the figures' cursor.
    AtCursor,
    /// To the next round that cost more than the budget.
    OverBudget,
    /// To a round that was chosen in a figure.
    Open(u32),
}

/// Why a round is not shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// What was typed is no number.
    NotWhole,
    /// There is no round 0.
    FromOne,
    /// So many rounds are played, and not the one that was wanted.
    NotPlayed { round: u32, played: u32 },
    /// There are so many replicates.
    Replicates(u32),
    /// The cursor was over no figure.
    NoCursor,
    /// No later round was over the budget.
    NoneOver,
    /// It could not be looked at.
    Failed(Rc<Error>),
}

impl Problem {
    /// Whether the number of the round is what is wrong.
    pub fn is_of_round(&self) -> bool {
        matches!(self, Problem::NotWhole | Problem::FromOne | Problem::NotPlayed { .. })
    }

    /// Whether the number of the replicate is what is wrong.
    pub fn is_of_replicate(&self) -> bool {
        matches!(self, Problem::Replicates(_))
    }

    /// In words.
    pub fn said(&self) -> AttrValue {
        match self {
            Problem::NotWhole => say!("A round is a whole number from 1."),
            Problem::FromOne => say!("Rounds count from 1."),
            Problem::NotPlayed { round, played } => {
                let round = count(u64::from(*round));
                plural!(
                    *played,
                    "Round {round} is not played yet: {n}\u{a0}round is.",
                    "Round {round} is not played yet: {n}\u{a0}rounds are.",
                    round = round,
                    n = count(u64::from(*played)),
                )
            }
            Problem::Replicates(all) => say!("Replicates count from 1 to {n}.", n = count(u64::from(*all))),
            Problem::NoCursor => say!("Move the cursor over a figure first."),
            Problem::NoneOver => say!("No later round of those played cost more than ρ."),
            Problem::Failed(error) => told(error.to_string()),
        }
    }
}

/// Its state.
#[derive(Clone, PartialEq)]
pub struct InspectorState {
    pub policy: usize,
    pub replicate: String,
    pub round: String,
    pub shown: Option<Shared<Inspection>>,
    /// Why the round that was wanted is not shown.
    pub problem: Option<Problem>,
    /// Whether a round is being looked for.
    pub waiting: bool,
    /// Where the figures' cursor was last.
    pub cursor: Option<u32>,
    /// How often a round was chosen in a figure: then the inspector comes into view.
    pub brought: u32,
    /// Whether it shows the latest round, also when there is a later one.
    follows: bool,
    asked: Option<RoundWanted>,
    /// The round that was looked at before a reload: the first that is looked at again.
    before: Option<u32>,
}

impl Default for InspectorState {
    fn default() -> Self {
        InspectorState {
            policy: 0,
            replicate: "1".into(),
            round: String::new(),
            shown: None,
            problem: None,
            waiting: false,
            cursor: None,
            brought: 0,
            follows: true,
            asked: None,
            before: None,
        }
    }
}

impl InspectorState {
    /// Another run begins. Of one that was `kept`, and is shown without being played, no round is looked at unasked: it
    /// would have to be handed to a worker first.
    pub fn begin(&mut self, kept: bool) {
        let (policy, replicate) = (self.policy, std::mem::take(&mut self.replicate));
        let (brought, before) = (self.brought, self.before);
        *self = InspectorState { policy, replicate, follows: !kept, brought, before, ..InspectorState::default() };
    }

    /// Has the tab remember what a person looks at.
    pub fn remember(&self) {
        let looked = format!("{} {} {}", self.policy, self.replicate.trim(), self.round.trim());
        remember_in_tab(LOOKED, Some(&looked));
    }

    /// Whether a person has looked at anything.
    pub fn is_remembered() -> bool {
        recall_in_tab(LOOKED).is_some()
    }

    /// What was looked at is of no use any more.
    pub fn forget() {
        remember_in_tab(LOOKED, None);
    }

    /// After a reload: what was looked at before.
    pub fn recall(&mut self) {
        let looked = recall_in_tab(LOOKED).unwrap_or_default();
        let mut parts = looked.split(' ').map_while(|part| part.parse::<u32>().ok());
        if let (Some(policy), Some(replicate), Some(round)) = (parts.next(), parts.next(), parts.next()) {
            (self.policy, self.replicate, self.before) = (policy as usize, replicate.to_string(), Some(round));
        }
    }

    /// From now on it shows the latest round.
    pub fn go_along(&mut self) {
        self.follows = true;
    }

    /// The run has come further, and rests there.
    pub fn follow(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if let Some(round) = self.before.take().filter(|round| *round <= snapshot.round) {
            return self.look_at(round, snapshot);
        }
        let shown = self.shown.as_ref().map(|shown| shown.round);
        if !self.follows || snapshot.round == 0 || (shown == Some(snapshot.round) && !self.waiting) {
            return Vec::new();
        }
        self.look_at(snapshot.round, snapshot)
    }

    pub fn reduce(&mut self, action: InspectorAction, snapshot: Option<&Snapshot>) -> Vec<Effect> {
        let Some(snapshot) = snapshot else { return Vec::new() };
        let here = self.shown.as_ref().map_or(snapshot.round, |shown| shown.round);
        match action {
            InspectorAction::Policy(policy) => {
                self.policy = policy;
                self.look_at(here, snapshot)
            }
            InspectorAction::Replicate(text) => {
                self.replicate = text;
                self.look_at(here, snapshot)
            }
            InspectorAction::Round(text) => {
                self.round = text;
                match self.round.trim().parse() {
                    Ok(round) => self.look_at(round, snapshot),
                    Err(_) => self.refuse(Problem::NotWhole),
                }
            }
            InspectorAction::Go(by) => {
                self.look_at(here.saturating_add_signed(by).clamp(1, snapshot.round.max(1)), snapshot)
            }
            InspectorAction::AtCursor => match self.cursor {
                Some(round) => self.look_at(round.clamp(1, snapshot.round.max(1)), snapshot),
                None => self.refuse(Problem::NoCursor),
            },
            InspectorAction::OverBudget => self.ask(Seek::OverBudget(here), snapshot),
            InspectorAction::Open(round) => {
                self.brought = self.brought.wrapping_add(1);
                self.look_at(round, snapshot)
            }
        }
    }

    /// What the pool has found.
    pub fn hear(&mut self, wanted: RoundWanted, answer: Result<Answer, Error>, snapshot: Option<&Snapshot>) {
        let same = |asked: &RoundWanted| RoundWanted { played: wanted.played, ..*asked } == wanted;
        if !self.asked.as_ref().is_some_and(same) {
            return;
        }
        (self.asked, self.waiting) = (None, false);
        match answer {
            Ok(Answer::Round(inspection)) => {
                self.round = inspection.round.to_string();
                self.follows = snapshot.is_some_and(|snapshot| snapshot.round <= inspection.round);
                self.shown = Some(Shared(Rc::from(inspection)));
            }
            Ok(Answer::NoneOver) => self.problem = Some(Problem::NoneOver),
            Err(error) => self.problem = Some(Problem::Failed(Rc::new(error))),
        }
    }

    fn look_at(&mut self, round: u32, snapshot: &Snapshot) -> Vec<Effect> {
        let played = snapshot.round;
        if round == 0 || round > played {
            return self.refuse(match round {
                0 => Problem::FromOne,
                _ => Problem::NotPlayed { round, played },
            });
        }
        self.round = round.to_string();
        self.ask(Seek::Round(round), snapshot)
    }

    fn ask(&mut self, seek: Seek, snapshot: &Snapshot) -> Vec<Effect> {
        let result = &snapshot.result;
        let replicates = result.experiment.run.replicates;
        let replicate = self.replicate.trim().parse().ok().filter(|number| (1..=replicates).contains(number));
        let Some(replicate) = replicate else {
            return self.refuse(Problem::Replicates(replicates));
        };
        self.policy = self.policy.min(result.policies.len().saturating_sub(1));
        let wanted = RoundWanted { policy: self.policy as u32, replicate: replicate - 1, seek, played: snapshot.round };
        (self.asked, self.waiting, self.problem) = (Some(wanted), true, None);
        vec![Effect::Inspect(wanted)]
    }

    fn refuse(&mut self, why: Problem) -> Vec<Effect> {
        (self.asked, self.waiting, self.problem) = (None, false, Some(why));
        self.follows = false;
        Vec::new()
    }
}
