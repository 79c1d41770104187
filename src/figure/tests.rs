//! Made-up results, from plain to hostile: every figure of every one is a well-formed file with nothing outside it.

use super::*;
use crate::experiment::{self, Environment, Experiment, RewardModel, SyntheticModel, Task};
use crate::summary::{Finals, JointOptimum, Measured, OptimumReport};
use crate::theory::Bounds;
use proptest::prelude::*;
use std::collections::BTreeMap;

const NAMES: [&str; 9] = [
    "GPT-4",
    "Claude 2",
    "ChatGPT-3.5",
    "Mixtral-8x7B",
    "Llama 2 70B",
    "ERNIE 3.5",
    "Llama 2 13B",
    "ChatGLM2-6B",
    "Llama 2 7B",
];

fn result(policies: Vec<PolicyResult>, models: &[String], rounds: u32, budget: Option<f64>) -> RunResult {
    let names = models.to_vec();
    let models = models.iter().map(|name| SyntheticModel { name: name.clone(), reward: 0.5, cost: 0.1 }).collect();
    RunResult {
        models: names,
        engine: "0".to_owned(),
        digest: String::new(),
        experiment: Experiment {
            version: 1,
            title: String::new(),
            environment: Environment::Synthetic(experiment::Synthetic {
                cost_spread: 0.5,
                cost_scale: experiment::CostScale::Max,
                drift: Vec::new(),
                availability: Vec::new(),
                models,
            }),
            task: Task {
                reward: RewardModel::Suc,
                max_models: Some(3),
                budget,
                success_threshold: 1.0,
                feedback: None,
                stop_on_failure: false,
                at_least_one: true,
            },
            policies: Vec::new(),
            run: experiment::Run { rounds, ..experiment::Run::default() },
            query_aware: None,
        },
        data: Vec::new(),
        optimum: vec![OptimumReport {
            from: 1,
            set: ["Mixtral-8x7B", "Llama 2 70B", "ERNIE 3.5"].map(str::to_owned).to_vec(),
            reward: Some(1.98),
            cost: Some(0.006),
            relaxed_reward: 1.99,
            joint: None,
            solved: Vec::new(),
        }],
        bounds: None,
        policies,
    }
}

fn policy(
    label: &str,
    rounds: Vec<u32>,
    curve: impl Fn(f64) -> [f64; 5],
    ci: impl Fn(f64) -> Option<f64>,
) -> PolicyResult {
    let series = |which: usize, scale: f64| Series {
        mean: rounds.iter().map(|t| curve(f64::from(*t))[which]).collect(),
        ci95: rounds.iter().map(|t| ci(f64::from(*t)).map(|c| c * scale)).collect(),
    };
    PolicyResult {
        label: label.to_owned(),
        kind: "random".to_owned(),
        regret: series(0, 40.0),
        regret_relaxed: Series::default(),
        violation: Some(series(1, 2e-5)),
        excess: None,
        reward: series(2, 0.01),
        expected_reward: Series::default(),
        cost: Some(series(3, 1e-4)),
        nominal_cost: None,
        ratio: Some(series(4, 20.0)),
        ratio_violation: None,
        rounds,
        finals: Finals::default(),
        selection: BTreeMap::new(),
        called: BTreeMap::new(),
        share_over_time: Vec::new(),
        replicates: Vec::new(),
        time_per_round_us: Measured::default(),
    }
}

/// Seven policies like those of the paper's figures, `reached` of 10,000 rounds played.
fn example(reached: u32) -> RunResult {
    let rounds: Vec<u32> = (1..=1000).map(|i| i * 10).filter(|t| *t <= reached).collect();
    let labels = [
        ("C2MAB-V 0.3, 0.05", -0.0068, 0.00019, 1.986, 0.00619),
        ("C2MAB-V 1, 0.05", 0.0142, 0.00019, 1.961, 0.00619),
        ("CUCB", 0.0205, 0.00001, 1.959, 0.00601),
        ("Thompson", 0.0061, 0.00001, 1.977, 0.006),
        ("ε-greedy 0.1", 0.0052, 0.00013, 1.976, 0.00613),
        ("CUCB cost-blind", -0.58, 0.00776, 2.558, 0.01376),
        ("Random set", 0.0384, 0.00125, 1.939, 0.00725),
    ];
    let policies = labels.iter().enumerate().map(|(i, (label, slope, violation, reward, cost))| {
        let wave = move |t: f64| libm::sin(t * 0.013 * (i as f64 + 1.0)) * libm::sqrt(t) * 0.06;
        let early = |t: f64| 3.0 / libm::sqrt(t);
        let curve = move |t: f64| {
            let noise = wave(t) / t;
            [
                slope * t + wave(t) + if *slope > 0.0 { 3.0 * libm::log(t) } else { 0.0 },
                (violation + 0.0003 * early(t) * (1.0 + noise)).max(0.0),
                reward - early(t) * 0.1 + noise,
                cost + 0.0003 * early(t) + noise * 0.01,
                // Nothing is over in the first rounds.
                if t > 50.0 { reward / (violation + 0.0001) } else { f64::INFINITY },
            ]
        };
        let mut p = policy(label, rounds.clone(), curve, |t| Some(0.4 + libm::sqrt(t) / 100.0));
        let shares = [0.004, 0.05, 0.22, 0.98, 0.81, 0.56, 0.3, 0.06, 0.02];
        p.selection = NAMES.iter().map(|n| (*n).to_owned()).zip(shares).collect();
        let bin =
            |b: u32| (0..9).map(move |k| (shares[k] + 0.15 * libm::sin(f64::from(b) * 0.4 + k as f64)).clamp(0.0, 1.0));
        p.share_over_time = (0..reached / 100).map(|b| bin(b).collect()).collect();
        p
    });
    let mut all = result(policies.collect(), &NAMES.map(str::to_owned), 10_000, Some(0.006));
    if reached == 0 {
        all.policies.iter_mut().for_each(|p| p.rounds.clear());
    }
    all
}

/// Points of a path of `M`, `L` (absolute) and `l` (relative, repeated); those of marks, with other commands, are left out.
fn points(d: &str) -> Vec<(f64, f64)> {
    let (mut points, mut at, mut command) = (Vec::new(), (0.0, 0.0), 'M');
    let mut numbers: Vec<f64> = Vec::new();
    let mut rest = d;
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_alphabetic() {
            if !"MLlZ".contains(c) {
                return Vec::new();
            }
            command = c;
            rest = &rest[1..];
        } else if c == ' ' {
            rest = &rest[1..];
        } else {
            let end = rest[1..].find(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(rest.len(), |i| i + 1);
            numbers.push(rest[..end].parse().expect("a number"));
            rest = &rest[end..];
            if let [x, y] = numbers[..] {
                at = if command == 'l' { (at.0 + x, at.1 + y) } else { (x, y) };
                points.push(at);
                numbers.clear();
            }
        }
    }
    points
}

/// Checks one file: XML that parses, no element but shapes, no coordinate far outside.
pub(super) fn check(svg: &str) {
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|e| panic!("{e}: {}", &svg[..svg.len().min(400)]));
    let root = document.root_element();
    let size = |name| root.attribute(name).and_then(|v| v.parse::<f64>().ok()).expect("a size");
    let (width, height) = (size("width"), size("height"));
    for node in root.descendants().filter(|n| n.is_element()) {
        let tag = node.tag_name().name();
        assert!(["svg", "title", "g", "path", "rect", "circle", "text"].contains(&tag), "{tag}");
        assert!(node.attribute("style").is_none());
        for name in ["x", "y", "cx", "cy"] {
            let Some(value) = node.attribute(name) else { continue };
            let value: f64 = value.parse().expect("a number");
            let most = if name.ends_with('x') { width } else { height };
            assert!((-40.0..=most + 40.0).contains(&value), "{tag} {name}={value} of {width} × {height}");
        }
        if let Some(d) = node.attribute("d") {
            assert!(!d.contains("NaN") && !d.contains("inf"));
            for (x, y) in points(d) {
                // Marks are drawn around an origin of their own.
                assert!((-40.0..=width + 40.0).contains(&x) && (-40.0..=height + 40.0).contains(&y), "{x} {y} in {d}");
            }
        }
    }
}

fn check_all(result: &RunResult, options: &Options) {
    for kind in FigureKind::ALL {
        check(&draw(kind, result, options).scene.to_svg(Theme::Dark, options.font));
        check(&export(kind, result, options).to_svg(Theme::Light, options.font));
        assert!(describe(kind, result, options).len() < 20_000);
        let _ = (readout(kind, result, options, 7), table(kind, result, options), curves_csv(kind, result, options));
    }
    check(&sheet(result, options.dollars));
}

#[test]
fn the_example_is_drawn_whole_and_in_progress() {
    for reached in [0, 10, 6_200, 10_000] {
        for (width, log) in [(330.0, false), (440.0, true), (800.0, false)] {
            let options = Options { width, log, dollars: true, cursor: Some(4_000), ..Options::default() };
            check_all(&example(reached), &options);
        }
    }
}

#[test]
fn few_rounds_have_an_axis_of_their_own() {
    for kind in FigureKind::ALL {
        // Shares are of 50 rounds each.
        let played = if kind == FigureKind::Selection { 100 } else { 10 };
        let result = example(played);
        let drawn = |until, log| {
            let options = Options { until, log, log_values: log, ..Options::default() };
            let drawing = draw(kind, &result, &options);
            let axis = drawing.panels[0].frame.x;
            (axis.lo, axis.hi, drawing.scene.to_svg(Theme::Light, 12.0))
        };
        let (_, all, svg) = drawn(None, false);
        assert!(all == 10_000.0 && svg.contains(">round 0</text>"), "{kind:?}: {svg}");
        let (_, end, svg) = drawn(Some(2 * played), false);
        let last = format!(">{}</text>", 2 * played);
        assert!(end == f64::from(2 * played) && svg.contains(&last), "{kind:?}: {svg}");
        assert_eq!(drawn(Some(3), false).1, f64::from(played), "what is played is there");
        assert_eq!(drawn(Some(20_000), false).1, 10_000.0, "and no more than is planned");
        if kind != FigureKind::Selection {
            assert_eq!(drawn(Some(2 * played), true).0, 1.0, "the first rounds are not left out");
        }
    }
}

#[test]
fn a_share_is_not_told_before_there_is_one() {
    let (result, options) = (example(10), Options::default());
    let said = "No share yet: it is told for several rounds at a time.";
    assert!(draw(FigureKind::Selection, &result, &options).scene.to_svg(Theme::Light, 12.0).contains(said));
    assert!(describe(FigureKind::Selection, &result, &options).contains(said));
}

#[test]
fn a_far_rival_leaves_the_frame_and_is_named_with_its_value() {
    let drawing = draw(FigureKind::Regret, &example(6_200), &Options::default());
    let svg = drawing.scene.to_svg(Theme::Light, 12.0);
    assert!(svg.contains("CUCB cost-blind, −3\u{202f}5") && svg.contains('↓'), "{svg}");
    assert!(drawing.panels[0].frame.y.hi < 400.0 && drawing.panels[0].frame.y.lo > -200.0);
    assert!(svg.contains(">C2MAB-V 0.3, 0.05</text>"), "lines are named at their ends");
}

#[test]
fn three_curves_are_all_shown() {
    let mut result = example(6_200);
    result.policies = [0, 1, 5].map(|place| result.policies[place].clone()).to_vec();
    let frame = draw(FigureKind::Regret, &result, &Options::default()).panels[0].frame;
    assert!(result.policies.iter().all(|policy| policy.regret.mean.iter().all(|value| frame.shows(*value))));
}

/// Words in one row: from where to where, in wide type.
fn row(nodes: &[Node], has: impl Fn(&str) -> bool) -> (f64, f64) {
    let words = nodes.iter().find_map(|node| match node {
        Node::Text { class, x, text, .. } if has(text) => {
            let bold = if class.contains("strong") { number::BOLD } else { 1.0 };
            let width = number::text_width(text, 12.0) * bold;
            Some(if class.starts_with("end") { (x - width, *x) } else { (*x, x + width) })
        }
        _ => None,
    });
    words.expect("words")
}

#[test]
fn words_in_one_row_do_not_touch() {
    for width in [330.0, 440.0, 560.0, 800.0] {
        let options = Options { width, ..Options::default() };
        let nodes = draw(FigureKind::RewardCost, &example(10_000), &options).scene.nodes;
        let (heading, best) =
            (row(&nodes, |text| text.starts_with("Mean reward")), row(&nodes, |text| text.starts_with("best set")));
        assert!(heading.1 < best.0 && best.1 <= width, "{width}: {heading:?}, {best:?}");
        let nodes = draw(FigureKind::Selection, &example(10_000), &options).scene.nodes;
        let share = row(&nodes, |text| text == "98\u{202f}%");
        let next = if width < 528.0 { width } else { row(&nodes, |text| text == "in the best set").0 };
        assert!(share.1 < next, "{width}: {share:?}, {next}");
    }
}

#[test]
fn updates_are_small() {
    let result = example(10_000);
    for kind in FigureKind::ALL {
        let svg = draw(kind, &result, &Options::default()).scene.to_svg(Theme::Light, 12.0);
        assert!(svg.len() < 200_000, "{kind:?}: {}", svg.len());
    }
}

#[test]
fn hidden_policies_are_left_out() {
    let hidden = [true, true, true, true, true, true, false];
    let options = Options { hidden: &hidden, ..Options::default() };
    let svg = draw(FigureKind::Violation, &example(10_000), &options).scene.to_svg(Theme::Light, 12.0);
    assert!(!svg.contains("#325cbd") && svg.contains("#4c535b"));
    assert_eq!(readout(FigureKind::Regret, &example(10_000), &options, 500).values.len(), 1);
}

#[test]
fn nobody_over_budget_is_said_or_drawn_at_the_budgets_scale() {
    let mut result = example(500);
    result.policies.iter_mut().for_each(|p| p.violation = Some(Series { mean: vec![0.0; 50], ci95: None }));
    let linear = draw(FigureKind::Violation, &result, &Options::default());
    assert!((linear.panels[0].frame.y.hi - 0.0006).abs() < 1e-9);
    let svg = |options: &Options| draw(FigureKind::Violation, &result, options).scene.to_svg(Theme::Light, 12.0);
    assert!(svg(&Options { log_values: true, ..Options::default() }).contains("nowhere above the budget"));
    let hidden = [true; 7];
    assert!(!svg(&Options { log_values: true, hidden: &hidden, ..Options::default() }).contains("nowhere above"));
}

#[test]
fn without_a_budget_the_violation_is_a_sentence() {
    let result = result(example(500).policies, &NAMES.map(str::to_owned), 10_000, None);
    let drawing = draw(FigureKind::Violation, &result, &Options::default());
    assert!(drawing.panels.is_empty() && drawing.scene.label.contains("No budget is set"));
}

#[test]
fn an_infinite_ratio_is_a_gap_and_read_as_infinite() {
    let result = example(6_200);
    let options = Options { log: true, log_values: true, ..Options::default() };
    assert_eq!(readout(FigureKind::Ratio, &result, &options, 40).values[0].text, "∞");
    assert_eq!(readout(FigureKind::Ratio, &result, &options, 60).values[1].text, "6\u{202f}762");
    let drawing = draw(FigureKind::Ratio, &result, &options);
    assert_eq!(drawing.panels[0].quantity, Some(Quantity::Ratio));
    assert!(drawing.scene.label.contains("lowest is CUCB cost-blind"), "{}", drawing.scene.label);
    let mut never = result;
    never.policies.iter_mut().for_each(|p| p.ratio = Some(Series { mean: vec![f64::INFINITY; 620], ci95: None }));
    let svg = draw(FigureKind::Ratio, &never, &options).scene.to_svg(Theme::Light, 12.0);
    assert!(svg.contains("the ratio is infinite"), "{svg}");
    assert!(curves_csv(FigureKind::Ratio, &never, &options).contains(",10,ratio,,"));
    assert_eq!(FigureKind::of(&never).count(), 5);
    never.experiment.task.budget = None;
    assert!(FigureKind::of(&never).all(|kind| kind != FigureKind::Ratio));
}

#[test]
fn the_readout_is_read_at_the_checkpoint_before() {
    let options = Options { dollars: true, ..Options::default() };
    let result = example(6_200);
    let regret = readout(FigureKind::Regret, &result, &options, 4_007);
    assert_eq!(regret.at, "Round 4\u{202f}007");
    assert_eq!(regret.values[5].mean, result.policies[5].regret.mean[399]);
    assert!(regret.values[5].text.starts_with("−2\u{202f}3") && regret.values[5].margin.starts_with("± "));
    assert!(readout(FigureKind::RewardCost, &result, &options, 4_000).values[0].text.contains(" for $0.006"));
    let share = readout(FigureKind::Selection, &result, &options, 4_000);
    assert_eq!(share.at, "Rounds 3\u{202f}901 to 4\u{202f}000");
    assert_eq!(share.values.len(), 5);
}

#[test]
fn names_are_text_not_markup() {
    let mut result = example(6_200);
    result.policies[6].label = "<img src=x onerror=alert(1)>".to_owned();
    let svg = sheet(&result, false);
    check(&svg);
    assert!(svg.contains("&lt;img src=x") && !svg.contains("<img"));
}

#[test]
fn the_csv_has_a_row_a_checkpoint() {
    let text = curves_csv(FigureKind::Regret, &example(100), &Options::default());
    assert_eq!(text.lines().count(), 1 + 7 * 10);
    assert!(text.starts_with("policy,round,metric,mean,ci95\n\"C2MAB-V 0.3, 0.05\",10,regret,"));
    assert!(curves_csv(FigureKind::Selection, &example(100), &Options::default()).contains(",100,share:GPT-4,"));
}

fn bounds() -> Bounds {
    Bounds {
        arms: 9,
        most: 3,
        rounds: 10_000,
        lipschitz: 1.0,
        observed: 1.0,
        best: 1.98,
        cost_scale: 0.01,
        most_over: 0.009,
    }
}

#[test]
fn the_bound_is_drawn_in_two_parts_and_said() {
    let mut result = example(6_200);
    let options = Options { log: true, log_values: true, bound: true, ..Options::default() };
    let plain = Options { bound: false, ..options };
    let svg =
        |result: &RunResult, kind, options: &Options| draw(kind, result, options).scene.to_svg(Theme::Light, 12.0);
    assert!(note(FigureKind::Regret, &result, &options).contains("not known"));
    result.bounds = Some(bounds());
    for (kind, vacuous) in [(FigureKind::Regret, true), (FigureKind::Violation, true)] {
        let with = svg(&result, kind, &options);
        check(&with);
        // The key has one line of each kind, the curve too.
        assert_eq!(with.matches("stroke-dasharray=\"9 3\"").count(), 2, "{kind:?} {with}");
        assert_eq!(with.matches("stroke-dasharray=\"1.5 4\"").count() == 2, vacuous, "{kind:?}");
        assert!(!svg(&result, kind, &plain).contains("dasharray=\"9 3\""), "{kind:?}");
        let label = draw(kind, &result, &options).scene.label;
        assert!(label.contains("as published") && label.contains("L = 1, o* = 1.000, r* = 1.980"), "{label}");
        check(&export(kind, &result, &options).to_svg(Theme::Light, 12.0));
        assert!(export(kind, &result, &options).to_svg(Theme::Light, 12.0).contains("other values."));
    }
    let regret = draw(FigureKind::Regret, &result, &options);
    assert!(regret.panels[0].frame.y.hi > bounds().regret(1e4), "the bound's end is in the frame");
    assert!(
        note(FigureKind::Regret, &result, &plain).starts_with("At 0 or below")
            && !note(FigureKind::Regret, &result, &plain).contains("Theory")
    );
    for against in [Against::Relaxed, Against::Joint] {
        let options = Options { against, ..options };
        assert!(note(FigureKind::Regret, &result, &options).contains("against the best set, not this one"));
        assert!(!svg(&result, FigureKind::Regret, &options).contains("dasharray=\"9 3\""));
    }
    result.bounds = Some(Bounds { observed: 0.0, ..bounds() });
    assert!(note(FigureKind::Regret, &result, &options).contains("infinite"));
    result.optimum.push(OptimumReport { from: 500, ..result.optimum[0].clone() });
    assert!(note(FigureKind::Violation, &result, &options).contains("this one changes"));
    assert!(!svg(&result, FigureKind::Violation, &options).contains("dasharray=\"9 3\""));
}

#[test]
fn regret_against_other_bars_follows_from_the_series() {
    let mut result = example(2_000);
    result.optimum.push(OptimumReport { from: 501, reward: Some(1.5), ..result.optimum[0].clone() });
    result.experiment.run.regret_alpha = 0.5;
    let at = |result: &RunResult, against, round| {
        let options = Options { against, ..Options::default() };
        readout(FigureKind::Regret, result, &options, round).values[0].mean
    };
    let played = |round: u32| result.policies[0].regret.mean[round as usize / 10 - 1];
    assert_eq!(Against::of(&result), [Against::Played, Against::Best, Against::Relaxed]);
    assert!((at(&result, Against::Best, 500) - (played(500) + 0.5 * 500.0 * 1.98)).abs() < 1e-9);
    assert!((at(&result, Against::Best, 800) - (played(800) + 0.5 * (500.0 * 1.98 + 300.0 * 1.5))).abs() < 1e-9);
    let mut rows = result.clone();
    for (optimum, reward) in rows.optimum.iter_mut().zip([2.0, 1.0]) {
        optimum.joint = Some(JointOptimum { set: Vec::new(), reward });
    }
    assert_eq!(Against::of(&rows).last(), Some(&Against::Joint));
    let mean = rows.policies[0].reward.mean[79];
    assert!((at(&rows, Against::Joint, 800) - (500.0 * 2.0 + 300.0 - 800.0 * mean)).abs() < 1e-9);
    rows.experiment.task.reward = RewardModel::Awc;
    assert_eq!(Against::of(&rows).len(), 5);
    let options = Options { against: Against::Paper, ..Options::default() };
    let label = draw(FigureKind::Regret, &rows, &options).scene.label;
    assert!(label.starts_with("α-regret, α = 0.632 over rounds"), "{label}");
    assert!(curves_csv(FigureKind::Regret, &rows, &options).contains(",10,regret_paper,"));
    check(&export(FigureKind::Regret, &rows, &options).to_svg(Theme::Light, 12.0));
}

#[test]
fn the_best_sets_line_is_a_step_where_the_world_changes() {
    let mut result = example(6_200);
    result.optimum.push(OptimumReport { from: 5_001, reward: Some(1.9), ..result.optimum[0].clone() });
    let svg = draw(FigureKind::RewardCost, &result, &Options::default()).scene.to_svg(Theme::Light, 12.0);
    // Two levels, the step between them, and the key.
    assert_eq!(svg.matches("stroke-dasharray=\"5 4\"").count(), 4, "{svg}");
    assert!(svg.contains("best set that fits: 1.90 to 1.98"));
}

fn any_against() -> impl Strategy<Value = Against> {
    use Against::{Best, Joint, Paper, Played, Relaxed};
    prop::sample::select(vec![Played, Best, Paper, Relaxed, Joint])
}

fn any_bounds() -> impl Strategy<Value = Bounds> {
    (any::<u32>(), number(), number(), number()).prop_map(|(rounds, observed, best, most_over)| Bounds {
        rounds,
        observed,
        best,
        most_over,
        ..bounds()
    })
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -1e4..1e4f64,
        2 => 0.0..0.01f64,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324]),
    ]
}

fn any_policy() -> impl Strategy<Value = PolicyResult> {
    let label = prop_oneof![".{0,30}", Just("🦀".repeat(5_000)), Just("\u{0}\u{fffe}]]>&<a>".to_owned())];
    let values = || prop::collection::vec(number(), 0..40);
    let shares = prop::collection::vec(prop::collection::vec(number(), 0..12), 0..60);
    (label, prop::collection::vec(1u32..2_000_000, 0..40), values(), values(), any::<bool>(), shares).prop_map(
        |(label, mut rounds, mean, width, known, share_over_time)| {
            rounds.sort_unstable();
            let series = Series { mean, ci95: known.then_some(width) };
            let some = known.then(|| series.clone());
            PolicyResult {
                rounds,
                regret: series.clone(),
                violation: some.clone(),
                reward: series,
                ratio: some.clone(),
                ratio_violation: some.clone(),
                cost: some,
                share_over_time,
                ..policy(&label, Vec::new(), |_| [0.0; 5], |_| None)
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn anything_is_drawn(
        policies in prop::collection::vec(any_policy(), 0..52),
        models in 0usize..60,
        planned in 0u32..1_000_000,
        budget in prop::option::of(number()),
        hidden in prop::collection::vec(any::<bool>(), 0..8),
        (width, font, log, log_values, dollars) in (number(), number(), any::<bool>(), any::<bool>(), any::<bool>()),
        (by_violation, bound, against, bounds) in (any::<bool>(), any::<bool>(), any_against(), prop::option::of(any_bounds())),
        (cursor, until) in (prop::option::of(any::<u32>()), prop::option::of(any::<u32>())),
        chosen in 0usize..60,
    ) {
        let names: Vec<String> = (0..models).map(|i| format!("<model {i}>")).collect();
        let mut result = result(policies, &names, planned, budget);
        result.bounds = bounds;
        let options =
            Options { width, font, log, log_values, hidden: &hidden, dollars, against, bound, by_violation, policy: chosen, cursor, until, titled: dollars, marked: log };
        for kind in FigureKind::ALL {
            let drawing = draw(kind, &result, &options);
            check(&drawing.scene.to_svg(Theme::Light, 12.0));
            prop_assert!(drawing.round_at(1e9) >= 1 && drawing.round_at(f64::NAN) >= 1);
        }
        check_all(&result, &Options { width: 500.0, font: 12.0, ..options });
    }
}
