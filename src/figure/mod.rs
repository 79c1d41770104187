//! The five figures: one drawing for the page, the SVG export and the command line.
//!
//! A figure is a [`Scene`]: shapes that carry the class names of the page's style sheet. The page renders it as live SVG,
//! [`Scene::to_svg`] writes the same shapes as a file. The scene is our own because a plotting library would need a
//! backend of ours for either use, and brings neither direct labels nor marks nor the budget's hatched ground.

pub mod against;
pub mod axis;
mod bound;
mod changes;
pub mod curves;
pub mod live;
pub mod number;
pub mod paper;
mod plot;
mod range;
pub mod scene;
mod selection;
pub mod series;
pub mod sheet;
pub mod stop;
pub mod style;
pub mod sweep;
pub mod text;
mod titled;
pub mod tradeoff;

pub use against::Against;
pub use bound::note;
pub use paper::Paper;
pub use plot::Panel;
pub use scene::{Node, Scene};
pub use series::{badge, line_class, series_class, series_colour, series_mark, swatch};
pub use sheet::{export, sheet};
pub use stop::{Stop, nearest};
pub use style::Theme;
pub use text::{Reading, Readout, Table, curves_csv, describe, readout, sub, table};

use crate::summary::{PolicyResult, RunResult, Series};
use std::borrow::Cow;

/// Which figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Cumulative regret against the best set that fits.
    Regret,
    /// Budget violation `V(t)`.
    Violation,
    /// Mean reward above mean cost.
    RewardCost,
    /// Mean reward per unit of overspending.
    Ratio,
    /// Which models one policy chose, over time.
    Selection,
}

impl FigureKind {
    /// All five, in the page's order.
    pub const ALL: [FigureKind; 5] =
        [FigureKind::Regret, FigureKind::Violation, FigureKind::RewardCost, FigureKind::Ratio, FigureKind::Selection];

    /// Those that say something of a result, in the page's order: without a budget there is no ratio.
    pub fn of(result: &RunResult) -> impl Iterator<Item = FigureKind> {
        let budgeted = result.experiment.task.budget.is_some();
        FigureKind::ALL.into_iter().filter(move |kind| budgeted || *kind != FigureKind::Ratio)
    }

    /// Heading and accessible name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            FigureKind::Regret => "Cumulative regret",
            FigureKind::Violation => "Budget violation",
            FigureKind::RewardCost => "Reward and cost",
            FigureKind::Ratio => "Reward/violation ratio",
            FigureKind::Selection => "Selection share",
        }
    }

    /// For file names: `regret`, `violation`, `reward-and-cost`, `reward-violation-ratio`, `selection-share`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            FigureKind::Regret => "regret",
            FigureKind::Violation => "violation",
            FigureKind::RewardCost => "reward-and-cost",
            FigureKind::Ratio => "reward-violation-ratio",
            FigureKind::Selection => "selection-share",
        }
    }

    /// The curves it shows; none for the selection share.
    #[must_use]
    pub fn quantities(self, options: &Options) -> &'static [Quantity] {
        match self {
            FigureKind::Regret => &[Quantity::Regret],
            FigureKind::Violation => &[Quantity::Violation],
            FigureKind::RewardCost => &[Quantity::Reward, Quantity::Cost],
            FigureKind::Ratio if options.by_violation => &[Quantity::RatioViolation],
            FigureKind::Ratio => &[Quantity::Ratio],
            FigureKind::Selection => &[],
        }
    }
}

/// What a curve measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Cumulative regret.
    Regret,
    /// `V(t)`.
    Violation,
    /// Running mean of the realised reward.
    Reward,
    /// Running mean of the paid cost.
    Cost,
    /// Mean reward / mean excess, over the rounds so far.
    Ratio,
    /// Mean reward / `V(t)`.
    RatioViolation,
}

impl Quantity {
    /// The policy's curve; `None` where it is not defined.
    #[must_use]
    pub fn series<'a>(
        self,
        result: &RunResult,
        policy: &'a PolicyResult,
        options: &Options,
    ) -> Option<Cow<'a, Series>> {
        match self {
            Quantity::Regret => return options.against.series(result, policy),
            Quantity::Violation => policy.violation.as_ref(),
            Quantity::Reward => Some(&policy.reward),
            Quantity::Cost => policy.cost.as_ref(),
            Quantity::Ratio => policy.ratio.as_ref(),
            Quantity::RatioViolation => policy.ratio_violation.as_ref(),
        }
        .map(Cow::Borrowed)
    }

    /// Name in CSV files.
    #[must_use]
    pub fn name(self, options: &Options) -> &'static str {
        match self {
            Quantity::Regret => options.against.metric(),
            Quantity::Violation => "violation",
            Quantity::Reward => "reward",
            Quantity::Cost => "cost",
            Quantity::Ratio => "ratio",
            Quantity::RatioViolation => "ratio_violation",
        }
    }

    /// Whether its values may stand on a logarithmic axis.
    pub(crate) fn spans_decades(self) -> bool {
        matches!(self, Quantity::Regret | Quantity::Violation | Quantity::Ratio | Quantity::RatioViolation)
    }

    /// What it cannot be below.
    pub(crate) fn floor(self) -> Option<f64> {
        if self == Quantity::Regret { None } else { Some(0.0) }
    }
}

/// How a figure is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Width in pixels, 200 to 4,000; type keeps its size at every width.
    pub width: f64,
    /// Font size in pixels, 6 to 40.
    pub font: f64,
    /// Rounds on a logarithmic axis.
    pub log: bool,
    /// Values of regret, violation or ratio on a logarithmic axis.
    pub log_values: bool,
    /// Policies left out, by index; those past the end are shown.
    pub hidden: &'a [bool],
    /// Whether costs are in dollars.
    pub dollars: bool,
    /// What regret is measured against.
    pub against: Against,
    /// Whether regret and violation are drawn with the theory's bound.
    pub bound: bool,
    /// Whether the ratio is to `V(t)` instead of the mean excess.
    pub by_violation: bool,
    /// Policy of the selection share, by index.
    pub policy: usize,
    /// Round at which a line and dots stand.
    pub cursor: Option<u32>,
    /// Last round on the axis, not before the last one played; `None` = all planned.
    pub until: Option<u32>,
    /// Whether the axes have titles, as on paper.
    pub titled: bool,
    /// Whether the lines of curves over rounds carry marks, so that they are told apart without their colours. Lines of
    /// figures with titles always do.
    pub marked: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            width: 440.0,
            font: 12.0,
            log: false,
            log_values: false,
            hidden: &[],
            dollars: false,
            against: Against::default(),
            bound: false,
            by_violation: false,
            policy: 0,
            cursor: None,
            until: None,
            titled: false,
            marked: false,
        }
    }
}

impl Options<'_> {
    fn shows(&self, policy: usize) -> bool {
        !self.hidden.get(policy).copied().unwrap_or(false)
    }

    fn checked(mut self) -> Self {
        let within = |v: f64, lo, hi, other| if v.is_finite() { v.clamp(lo, hi) } else { other };
        self.width = within(self.width, 200.0, 4_000.0, 440.0);
        // Type that leaves no room for curves is drawn smaller.
        self.font = within(self.font, 6.0, (self.width / 16.0).min(40.0), 12.0);
        self
    }
}

/// A figure and what is needed to move a cursor over it without drawing it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The shapes.
    pub scene: Scene,
    /// Its panels, top first; the selection share has one without curves.
    pub panels: Vec<Panel>,
}

impl Drawing {
    /// Round under the pixel `x` of the scene, from 1 to the last round planned.
    #[must_use]
    pub fn round_at(&self, x: f64) -> u32 {
        // Within [1, 1,000,000] by the axis.
        self.panels.first().map_or(1, |panel| libm::round(panel.frame.x.value(x)).clamp(1.0, 4e9) as u32)
    }

    /// A line at `round` and a dot on every visible curve.
    #[must_use]
    pub fn cursor(&self, result: &RunResult, options: &Options, round: u32) -> Vec<Node> {
        plot::cursor(&self.panels, result, options, round)
    }
}

/// Draws one figure.
#[must_use]
pub fn draw(kind: FigureKind, result: &RunResult, options: &Options) -> Drawing {
    let options = options.checked();
    let mut drawing = match kind {
        FigureKind::Selection => selection::draw(result, &options),
        _ => plot::draw(kind, result, &options),
    };
    drawing.scene.label = describe(kind, result, &options);
    if let Some(round) = options.cursor {
        let nodes = drawing.cursor(result, &options, round);
        drawing.scene.nodes.extend(nodes);
    }
    drawing
}

/// Rounds planned, and rounds that the curves reach.
pub(crate) fn extent(result: &RunResult) -> (u32, u32) {
    let reached = result.policies.iter().filter_map(|p| p.rounds.last().copied()).max().unwrap_or(0);
    (result.experiment.run.rounds.max(reached).max(1), reached)
}

/// Last round on the axis of rounds.
pub(crate) fn axis_end(result: &RunResult, options: &Options) -> u32 {
    let (planned, reached) = extent(result);
    options.until.map_or(planned, |until| until.clamp(reached.max(1), planned))
}

/// Place of the last checkpoint at or before `round`.
pub(crate) fn checkpoint(rounds: &[u32], round: u32) -> Option<usize> {
    rounds.partition_point(|r| *r <= round).checked_sub(1)
}

#[cfg(test)]
mod tests;
