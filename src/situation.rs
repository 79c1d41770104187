//! Who is there in a round: of the models that are not away in its segment, those that the round's row has a result of.
//!
//! Each different `A_t` that can be met is a situation, with its own `n = min(N, |A_t|)`, `S*` and relaxed optimum: all
//! are found once, before the first round. The means are the segment's in every situation.

use crate::bandit::best_set::NODE_LIMIT;
use crate::bandit::direct::ROUND_NODE_LIMIT;
use crate::bandit::policy::Setting;
use crate::environment::AnyWorld;
use crate::game::Game;
use crate::optimum::Optimum;
use std::collections::HashMap;

/// Most situations that missing results may add: as many optima take a second or two.
pub const MOST_SITUATIONS: usize = 4_096;

/// Branches that the searches for the optima of all rows with missing results may visit together. Where they run out,
/// the regret of the rest is measured against the relaxed optimum, which is never below.
const NODES_TOGETHER: u64 = 10 * NODE_LIMIT;

/// The situations of a game: first the segments with every model that is not away, then the sets of models that rows
/// with missing results leave.
#[derive(Debug, Clone)]
pub(crate) struct Situations {
    /// What policies may know.
    pub settings: Vec<Setting>,
    /// What the regret is measured against.
    pub optima: Vec<Optimum>,
    /// By segment, the situation of each of the world's patterns; empty where no result is missing.
    by_pattern: Vec<Vec<u32>>,
}

impl Situations {
    /// Finds all of them.
    pub fn of(game: &Game) -> Situations {
        let segments = &game.segments;
        let settings = (0..).zip(segments).map(|(index, segment)| game.setting(index, &segment.available)).collect();
        let optima =
            segments.iter().map(|segment| Optimum::of(game, segment, &segment.available, NODE_LIMIT).0).collect();
        let mut all = Situations { settings, optima, by_pattern: Vec::new() };
        all.add_patterns(game);
        all
    }

    /// The number of the situation with just these arms (ascending); added where it has not been met.
    pub fn find_or_add(&mut self, game: &Game, available: &[usize]) -> usize {
        if let Some(known) = self.settings.iter().position(|setting| setting.available == available) {
            return known;
        }
        let number = self.settings.len();
        let optimum = game.segments.first().map(|segment| Optimum::of(game, segment, available, ROUND_NODE_LIMIT).0);
        if let Some(optimum) = optimum {
            self.settings.push(game.setting(number, available));
            self.optima.push(optimum);
        }
        number
    }

    fn add_patterns(&mut self, game: &Game) {
        let AnyWorld::Replay(replay) = &game.world else { return };
        if replay.patterns().is_empty() {
            return;
        }
        let mut nodes = NODES_TOGETHER;
        for (index, segment) in game.segments.iter().enumerate() {
            let mut met = vec![false; replay.patterns().len()];
            for pattern in replay.rows(segment.world).iter().flat_map(|rows| rows.presence()) {
                if let Some(met) = met.get_mut(*pattern as usize) {
                    *met = true;
                }
            }
            let mut known = HashMap::from([(segment.available.clone(), index as u32)]);
            let numbers = replay.patterns().iter().zip(met).map(|(pattern, met)| {
                if !met {
                    return index as u32;
                }
                let is_there = |arm: &&usize| pattern.binary_search(arm).is_ok();
                let there: Vec<usize> = segment.available.iter().filter(is_there).copied().collect();
                *known.entry(there).or_insert_with_key(|there| {
                    let number = self.settings.len();
                    let (optimum, taken) = Optimum::of(game, segment, there, nodes.min(ROUND_NODE_LIMIT));
                    nodes = nodes.saturating_sub(taken);
                    self.settings.push(game.setting(number, there));
                    self.optima.push(optimum);
                    number as u32
                })
            });
            let numbers = numbers.collect();
            self.by_pattern.push(numbers);
        }
    }

    /// The situation of a segment's round whose row has this pattern.
    #[inline]
    pub fn find(&self, segment: usize, pattern: usize) -> usize {
        let found = self.by_pattern.get(segment).and_then(|numbers| numbers.get(pattern));
        found.map_or(segment, |situation| *situation as usize)
    }
}
