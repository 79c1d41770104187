//! One policy in one replicate: asked for its set and told what came back, or played with a simulated world.

use super::Simulation;
use crate::bandit::policy::{Choice, Observation, Player, Policy, Setting};
use crate::bandit::reward::set_reward;
use crate::environment::{AnyWorld, Changed, Described, Sparse, World};
use crate::experiment::RewardModel;
use crate::game::{Game, Segment};
use crate::optimum::Optimum;
use crate::random::world_key;
use crate::theory::Coverage;
use serde::{Deserialize, Serialize};

/// Sums over the rounds of one run; costs are scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// `Σ (α r(S*) − r(S_t))`.
    pub regret: f64,
    /// `Σ (α·relaxed optimum − r(S_t))`.
    pub regret_relaxed: f64,
    /// `Σ` realised reward.
    pub reward: f64,
    /// `Σ r(S_t; μ)`.
    pub expected_reward: f64,
    /// `Σ` cost of the models called.
    pub paid: f64,
    /// `Σ` cost of the models selected, called or not.
    pub nominal: f64,
    /// `Σ (paid − ρ)⁺`.
    pub excess: f64,
    /// Calls.
    pub calls: u64,
    /// Rounds in which no allowed set fitted the budget.
    pub infeasible: u32,
    /// Rounds whose rounding selected nothing.
    pub empty: u32,
    /// Rounds whose search for the best set was cut short.
    pub unproven: u32,
    /// `Σ` milliseconds: of the calls one after another in a cascade, else of the slowest.
    pub latency_ms: f64,
}

/// What came of a round beyond the observations of the called models.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Unobserved {
    /// Scaled cost of the selected models that were not called.
    pub uncalled_cost: f64,
    /// Milliseconds that the answer took; 0 where unknown.
    pub latency_ms: f64,
}

/// One policy in one replicate, between two rounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// Key of the replicate's world.
    key: u64,
    /// Rounds played.
    round: u32,
    /// Segment of the next round.
    segment: usize,
    /// Situation of the next round.
    situation: usize,
    player: Player,
    /// Whether Lemma 1's event has held; `None` where the lemma does not speak of the policy.
    coverage: Option<Coverage>,
    totals: Totals,
    choice: Choice,
    /// Whether `choice` waits for its outcome.
    asked: bool,
}

impl Run {
    /// Before round 1. `policy` and `replicate` count from 0; `None` where the experiment has no such policy.
    pub fn new(simulation: &Simulation, policy: usize, replicate: u32) -> Option<Run> {
        let game = &simulation.game;
        let player = game.player(&simulation.situations.optima, policy, replicate)?;
        Some(Run {
            key: world_key(game.seed, replicate),
            round: 0,
            segment: 0,
            situation: 0,
            player,
            coverage: game.lemma(policy).map(|delta| Coverage::new(game.setting.arms, delta)),
            totals: Totals::default(),
            choice: Choice { arms: Vec::with_capacity(game.setting.arms), ..Choice::default() },
            asked: false,
        })
    }

    /// Rounds played.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// Sums over the rounds played.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Tells the policy of the next round's query, before it is asked for its set.
    pub fn look(&mut self, context: &[f64]) {
        self.player.look(context);
    }

    /// The situation of the next rounds, by [`Simulation::situation`].
    pub fn meet(&mut self, situation: usize) {
        self.situation = situation;
    }

    /// Whether Lemma 1's event has held so far; not where the lemma does not speak of the policy.
    pub(super) fn is_covered(&self) -> bool {
        self.coverage.as_ref().is_some_and(Coverage::holds)
    }

    /// The policy, with what it has learned.
    pub fn player(&self) -> &Player {
        &self.player
    }

    /// The set of the next round, in the order of calls; the same one until [`Run::tell`].
    #[inline]
    pub fn ask(&mut self, simulation: &Simulation) -> &Choice {
        if !self.asked {
            self.choice.arms.clear();
            self.choice.infeasible = false;
            self.choice.empty = false;
            self.choice.unproven = false;
            if let Some(setting) = simulation.situations.settings.get(self.situation) {
                select(&mut self.player, setting, self.round.saturating_add(1), &mut self.choice);
            }
            self.asked = true;
        }
        &self.choice
    }

    /// The set of the round that comes `ahead` rounds after the next one, by what is known now: for rounds that are under
    /// way together. Each is asked for once, in their order, then taken up ([`Run::take_up`]) and told in the same order.
    pub fn ask_ahead(&mut self, simulation: &Simulation, ahead: u32) -> Choice {
        let mut choice = Choice::default();
        if let Some(setting) = simulation.situations.settings.get(self.situation) {
            let t = self.round.saturating_add(1).saturating_add(ahead);
            select(&mut self.player, setting, t, &mut choice);
        }
        choice
    }

    /// The next [`Run::tell`] is about this set, which [`Run::ask_ahead`] gave.
    pub fn take_up(&mut self, choice: &Choice) {
        self.choice.clone_from(choice);
        self.asked = true;
    }

    /// What came back from the models that were called, in the order of the calls. Without an [`Run::ask`] before it
    /// nothing happens.
    #[inline]
    pub fn tell(&mut self, simulation: &Simulation, observed: &[Observation], unobserved: Unobserved) {
        if !self.asked {
            return;
        }
        self.asked = false;
        let game = &simulation.game;
        let setting = &game.setting;
        self.player.update(observed);
        let (Some(segment), Some(optimum)) =
            (game.segments.get(self.segment), simulation.situations.optima.get(self.situation))
        else {
            return;
        };
        if let (Some(coverage), Some(estimates)) = (&mut self.coverage, self.player.estimates()) {
            let next = self.round.saturating_add(2);
            coverage.look(estimates, observed, next, &segment.mean_reward, &segment.mean_cost);
        }
        let expected = set_reward(setting.reward, &segment.mean_reward, &self.choice.arms);
        let all_called = observed.len() == self.choice.arms.len();
        let (paid, realised) = came_of(setting.reward, observed, all_called);
        let over = paid - setting.budget;
        let alpha = game.regret_alpha;
        let totals = &mut self.totals;
        totals.regret += alpha * optimum.bar - expected;
        totals.regret_relaxed += alpha * optimum.relaxed_reward - expected;
        totals.reward += realised;
        totals.expected_reward += expected;
        totals.paid += paid;
        totals.nominal += paid + unobserved.uncalled_cost;
        totals.excess += if over > 0.0 { over } else { 0.0 };
        totals.calls += observed.len() as u64;
        totals.infeasible += u32::from(self.choice.infeasible);
        totals.empty += u32::from(self.choice.empty);
        totals.unproven += u32::from(self.choice.unproven);
        totals.latency_ms += unobserved.latency_ms;
        self.round = self.round.saturating_add(1);
        if game.segments.get(self.segment + 1).is_some_and(|next| next.from <= self.round.saturating_add(1)) {
            self.segment += 1;
            self.situation = self.segment;
        }
    }

    /// Meets the next round: who is there, and what the policy may know of its query.
    #[inline(always)]
    fn begin<W: World>(&mut self, simulation: &Simulation, world: &W) -> W::Round {
        let now = world.begin(self.key, self.round + 1);
        if let Some(pattern) = world.pattern(now) {
            self.situation = simulation.situations.find(self.segment, pattern);
        }
        if let Some(context) = world.context(now) {
            self.player.look(context);
        }
        now
    }

    /// Plays simulated rounds until `until` rounds are played. Counts selections and calls by arm.
    fn play<W: World>(&mut self, simulation: &Simulation, world: &W, until: u32, scratch: &mut Scratch, bin: usize) {
        let game = &simulation.game;
        let arms = game.setting.arms;
        let Game { stop_at_success, stop_at_failure, .. } = **game;
        let one_by_one = stop_at_success || stop_at_failure;
        let selected = scratch.selected.get_mut(bin * arms..(bin + 1) * arms).unwrap_or(&mut []);
        while self.round < until {
            let now = self.begin(simulation, world);
            self.ask(simulation);
            scratch.observed.clear();
            let mut unobserved = Unobserved::default();
            let mut stopped = false;
            for &arm in &self.choice.arms {
                if let Some(count) = selected.get_mut(arm) {
                    *count += 1;
                }
                let outcome = world.outcome(now, arm);
                if stopped {
                    unobserved.uncalled_cost += outcome.cost;
                    continue;
                }
                scratch.observed.push(Observation { arm, reward: outcome.reward, cost: outcome.cost });
                if let Some(count) = scratch.called.get_mut(arm) {
                    *count += 1;
                }
                if let Some(latency) = world.latency_ms(now, arm) {
                    let sum = unobserved.latency_ms + latency;
                    let most = if latency > unobserved.latency_ms { latency } else { unobserved.latency_ms };
                    unobserved.latency_ms = if one_by_one { sum } else { most };
                }
                stopped = (stop_at_success && outcome.reward >= 1.0) || (stop_at_failure && outcome.reward <= 0.0);
            }
            self.tell(simulation, &scratch.observed, unobserved);
        }
    }

    /// Plays until `until` rounds are played; all of them lie in one segment.
    pub(super) fn play_segment(&mut self, simulation: &Simulation, until: u32, scratch: &mut Scratch, bin: usize) {
        let state = simulation.game.segments.get(self.segment).map_or(0, |segment| segment.world);
        match &simulation.game.world {
            AnyWorld::Synthetic(worlds) => {
                if let Some(world) = worlds.get(state) {
                    self.play(simulation, world, until, scratch, bin);
                }
            }
            // Nobody knows what real models would answer: they are asked ([`crate::live`]).
            AnyWorld::Live { .. } => {}
            AnyWorld::Replay(replay) => match replay.rows(state) {
                Some(rows) if rows.has_context() => {
                    self.play(simulation, &Described(Sparse(Changed(rows))), until, scratch, bin);
                }
                Some(rows) if !rows.presence().is_empty() => {
                    self.play(simulation, &Sparse(Changed(rows)), until, scratch, bin);
                }
                Some(rows) if rows.is_changed() => self.play(simulation, &Changed(rows), until, scratch, bin),
                Some(rows) => self.play(simulation, &rows, until, scratch, bin),
                None => {}
            },
        }
    }

    /// Plays until `until` rounds are played, through all segments; stays where it is in a live world. What came back in
    /// the last round is left in `scratch`.
    pub(crate) fn replay(&mut self, simulation: &Simulation, until: u32, scratch: &mut Scratch) {
        while self.round < until {
            let before = self.round;
            let next = simulation.game.segments.get(self.segment + 1);
            let end = next.map_or(until, |next| until.min(next.from.saturating_sub(1)));
            self.play_segment(simulation, end, scratch, 0);
            if self.round == before {
                return;
            }
        }
    }

    /// The run as it has met the next round, before the policy chooses; and the row of data that is played there.
    pub(crate) fn met(&self, simulation: &Simulation) -> (Run, Option<usize>) {
        let mut run = self.clone();
        let state = simulation.game.segments.get(run.segment).map_or(0, |segment| segment.world);
        let row = match &simulation.game.world {
            // Every model is there in every round, and nothing is known of a query.
            AnyWorld::Synthetic(_) | AnyWorld::Live { .. } => None,
            AnyWorld::Replay(replay) => replay.rows(state).map(|rows| {
                let (cell, _) = run.begin(simulation, &Described(Sparse(Changed(rows))));
                rows.row(cell)
            }),
        };
        (run, row)
    }

    /// What policies may know of the task in the next round.
    pub(crate) fn setting<'a>(&self, simulation: &'a Simulation) -> Option<&'a Setting> {
        simulation.situations.settings.get(self.situation)
    }

    /// What the regret of the next round is measured against.
    pub(crate) fn optimum<'a>(&self, simulation: &'a Simulation) -> Option<&'a Optimum> {
        simulation.situations.optima.get(self.situation)
    }

    /// The set that was asked for last, and its flags.
    pub(crate) fn choice(&self) -> &Choice {
        &self.choice
    }

    /// True means of the next round.
    pub(crate) fn segment<'a>(&self, simulation: &'a Simulation) -> Option<&'a Segment> {
        simulation.game.segments.get(self.segment)
    }
}

/// What a round cost, scaled, and its realised reward.
#[inline(always)]
pub(crate) fn came_of(model: RewardModel, observed: &[Observation], all_called: bool) -> (f64, f64) {
    let (mut paid, mut sum, mut product, mut any) = (0.0, 0.0, 1.0, 0.0);
    for seen in observed {
        paid += seen.cost;
        sum += seen.reward;
        product *= seen.reward;
        any = if seen.reward > any { seen.reward } else { any };
    }
    let realised = match model {
        RewardModel::Awc => any,
        RewardModel::Suc => sum,
        RewardModel::Aic if all_called && !observed.is_empty() => product,
        RewardModel::Aic => 0.0,
    };
    (paid, realised)
}

/// Where nobody is there nobody is chosen.
#[inline]
fn select(player: &mut Player, setting: &Setting, t: u32, choice: &mut Choice) {
    if setting.available.is_empty() {
        choice.empty = true;
    } else {
        player.select(setting, t, choice);
    }
}

/// Space that playing needs, shared by the runs of a job.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    /// What came back from the models called in the round played last.
    pub observed: Vec<Observation>,
    /// Selections by bin and arm, over all runs of the job.
    pub(super) selected: Vec<u32>,
    /// Calls by arm, over all runs of the job.
    pub(super) called: Vec<u64>,
}
