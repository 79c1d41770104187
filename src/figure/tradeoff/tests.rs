//! Made-up evaluations, from plain to hostile: every picture of every one is a well-formed file, with its labels inside.

use super::*;
use crate::figure::number::text_width;
use crate::figure::tests::check;
use crate::figure::{Node, Paper, Scene, Theme};
use crate::query_aware::assignment::AssignmentPoint;
use crate::query_aware::evaluate::SweepPoint;
use crate::query_aware::evaluation::{ClassifierFigures, PolicyGap, SplitSizes};
use crate::query_aware::report::Report;
use crate::query_aware::select::Limits;
use proptest::prelude::*;

/// Accuracy with its interval, parallel latency, sequential latency, cost.
fn figures(name: &str, accuracy: f64, parallel: f64, sequential: f64, cost: f64) -> PolicyFigures {
    let figure = |value: f64, share: f64| Figure { value: Some(value), ci95: Some(value * share) };
    PolicyFigures {
        name: name.to_owned(),
        models: Vec::new(),
        accuracy: Figure { value: Some(accuracy), ci95: Some(0.02) },
        coverage: Figure { value: Some((accuracy + 1.0) / 2.0), ci95: Some(0.02) },
        models_called: figure(2.0, 0.01),
        latency_parallel_ms: figure(parallel, 0.03),
        latency_sequential_ms: figure(sequential, 0.03),
        cost: figure(cost, 0.02),
    }
}

fn example() -> Evaluation {
    let mut policies = vec![
        figures("All models", 0.729, 3_040.0, 14_000.0, 0.02),
        figures("Random 3", 0.662, 2_210.0, 5_000.0, 0.0086),
        figures("Best single model", 0.731, 1_900.0, 1_900.0, 0.01),
        figures("Best fixed set of at most 3", 0.742, 3_020.0, 7_000.0, 0.0142),
        figures("LabelledMaxConf", 0.767, 2_440.0, 6_000.0, 0.0089),
        figures("MaxConf", 0.749, 2_550.0, 6_900.0, 0.0102),
        figures("Cascade by confidence", 0.75, 3_500.0, 3_500.0, 0.005),
        figures("Oracle", 0.944, 1_000.0, 1_000.0, 0.003),
    ];
    policies[2].models = vec!["GPT-4".to_owned()];
    let mut sweep = Vec::new();
    for s in 1..=5u8 {
        let more = f64::from(s);
        for (at, shift) in [(0.4, 0.1), (0.5, 0.0)] {
            let accuracy = 0.72 + 0.016 * more - shift;
            let point = figures("LabelledMaxConf", accuracy, 1_600.0 + 280.0 * more, 2_000.0 * more, 0.003 * more);
            sweep.push(SweepPoint { models: s.into(), threshold: Some(at), figures: point });
        }
        let point = figures("MaxConf", 0.7 + 0.01 * more, 1_700.0 + 280.0 * more, 2_300.0 * more, 0.0034 * more);
        sweep.push(SweepPoint { models: s.into(), threshold: None, figures: point });
    }
    let assignment = (0..=20u8)
        .map(|point| {
            let spent = f64::from(point) * 0.0006;
            let accuracy = 0.8 * libm::sqrt(f64::from(point) / 20.0);
            AssignmentPoint { budget: spent, expected: accuracy, figures: figures(NAME, accuracy, 900.0, 900.0, spent) }
        })
        .collect();
    Evaluation {
        origin: None,
        split: SplitSizes { train: 5_400, validation: 1_800, test: 1_800, from_column: false },
        limits: Limits { models: 3, threshold: 0.5 },
        classifier: ClassifierFigures {
            by_f1: Report::default(),
            calibrated: Report::default(),
            always_positive: Report::default(),
            majority: Report::default(),
            log_loss_saved: Figure::default(),
        },
        policies,
        comparisons: Vec::new(),
        oracle: Figure { value: Some(0.944), ci95: Some(0.011) },
        sweep,
        assignment,
        gap: PolicyGap::default(),
        notes: Vec::new(),
    }
}

/// Texts with their boxes: left, top, right, bottom.
fn boxes(nodes: &[Node], (dx, dy): (f64, f64), font: f64, found: &mut Vec<(String, [f64; 4])>) {
    for node in nodes {
        match node {
            Node::Group { at, nodes, .. } => {
                let (x, y) = at.unwrap_or_default();
                boxes(nodes, (dx + x, dy + y), font, found);
            }
            Node::Text { class, x, y, text } => {
                let has = |name| class.split(' ').any(|class| class == name);
                let wide = text_width(text, if has("title") { font * 1.3 } else { font });
                let left = dx + x
                    - if has("end") {
                        wide
                    } else if has("mid") {
                        wide / 2.0
                    } else {
                        0.0
                    };
                found.push((text.clone(), [left, dy + y - font * 0.8, left + wide, dy + y + font * 0.2]));
            }
            _ => {}
        }
    }
}

/// All texts are inside the scene, and none covers another.
fn legible(scene: &Scene, font: f64) {
    let mut found = Vec::new();
    boxes(&scene.nodes, (0.0, 0.0), font, &mut found);
    for (place, (text, [left, top, right, bottom])) in found.iter().enumerate() {
        let inside = *left >= -0.5 && *right <= scene.width + 0.5 && *top >= -0.5 && *bottom <= scene.height + 0.5;
        assert!(inside, "{text} at {left} to {right} of {}, {top} to {bottom} of {}", scene.width, scene.height);
        for (other, [l, t, r, b]) in &found[..place] {
            assert!(right <= l || left >= r || bottom <= t || top >= b, "{text} over {other}");
        }
    }
}

fn check_all(evaluation: &Evaluation, options: &Options) {
    for kind in TradeoffFigure::ALL {
        check(&draw(kind, evaluation, options).to_svg(Theme::Dark, options.font));
        check(&export(kind, evaluation, options).to_svg(Theme::Light, options.font));
        assert!(describe(kind, evaluation, options).len() < 20_000);
        let table = table(kind, evaluation, options);
        assert!(table.rows.iter().all(|row| row.len() == table.head.len()));
        let _ = (sub(kind, evaluation), csv(kind, evaluation));
        let width = options.checked().width;
        for stop in stops(kind, evaluation, options) {
            assert!((-1.0..=width + 1.0).contains(&stop.x) && stop.readout.values.len() == 1, "{stop:?}");
        }
    }
    check(&sheet(&TradeoffFigure::ALL, evaluation));
}

#[test]
fn pictures_are_whole_and_legible() {
    for width in [300.0, 440.0, 800.0] {
        let options = Options { width, ..Options::default() };
        check_all(&example(), &options);
        for kind in TradeoffFigure::ALL {
            legible(&draw(kind, &example(), &options), 12.0);
            legible(&export(kind, &example(), &options), 12.0);
        }
    }
    let scene = export(TradeoffFigure::Cost, &example(), &Options::default());
    check(&Paper::Screen.svg(&scene));
}

#[test]
fn the_oracle_is_a_dashed_line_with_its_value() {
    let svg = draw(TradeoffFigure::Parallel, &example(), &Options::default()).to_svg(Theme::Light, 12.0);
    assert_eq!(svg.matches("stroke-dasharray=\"5 4\"").count(), 1);
    assert!(svg.contains("Oracle, upper bound 94.4\u{202f}%</text>"), "{svg}");
    let mut all = example();
    all.oracle.value = Some(1.0);
    legible(&draw(TradeoffFigure::Parallel, &all, &Options::default()), 12.0);
    // What is no share is not drawn, and bends no axis.
    all.oracle.value = Some(f64::INFINITY);
    check_all(&all, &Options::default());
    all.oracle = Figure::default();
    let svg = draw(TradeoffFigure::Parallel, &all, &Options::default()).to_svg(Theme::Light, 12.0);
    assert!(!svg.contains("stroke-dasharray") && !svg.contains("Oracle"));
}

#[test]
fn series_lead_with_the_sweeps() {
    let evaluation = example();
    let order: Vec<Option<usize>> = (0..9).map(|place| series(&evaluation, place)).collect();
    assert_eq!(order, [Some(2), Some(3), Some(4), Some(5), Some(0), Some(1), Some(6), None, Some(7)]);
    assert_eq!((label(&evaluation, 8).as_str(), series(&evaluation, 9)), (NAME, None));
    assert_eq!(label(&evaluation, 2), "Best single model: GPT-4");
}

#[test]
fn the_front_and_the_oracle_are_said() {
    let said = describe(TradeoffFigure::Cost, &example(), &Options::default());
    let start = "Accuracy against cost, 7 policies, with 95 % intervals. Nothing is better for less than LabelledMaxConf at \
                 s = 1 (73.6\u{202f}% for $0.0030); ";
    assert!(said.starts_with(start), "{said}");
    assert!(
        said.contains("s = 4 (78.4\u{202f}% for $0.0120) and 1 more")
            && said.contains("Cascade by confidence (75.0\u{202f}%"),
        "{said}"
    );
    assert!(said.ends_with("The oracle, which no policy can be above: 94.4\u{202f}%."), "{said}");
    // A point of another τ is on no line.
    assert!(!csv(TradeoffFigure::Cost, &example()).contains("LabelledMaxConf,1,0.636"));
    let rows = table(TradeoffFigure::Parallel, &example(), &Options::default()).rows;
    // 7 policies, 5 points on each of 2 lines, the oracle.
    assert_eq!(rows.len(), 18);
    // The cursor stands at each point but the oracle, which is a line.
    let stops = stops(TradeoffFigure::Parallel, &example(), &Options::default());
    assert_eq!(stops.len(), 17);
    assert!(stops.windows(2).all(|pair| pair[0].x <= pair[1].x));
    let own = stops.iter().find(|stop| stop.readout.at == "LabelledMaxConf").map(|stop| &stop.readout.values[0]);
    assert_eq!(
        own.map(|own| (own.policy, own.text.as_str(), own.margin.as_str())),
        Some((0, "76.7\u{202f}% for 2.44\u{202f}s", "± 2.0\u{202f}%"))
    );
    assert_eq!(
        rows[0],
        ["LabelledMaxConf", "", "76.7\u{202f}% ± 2.0\u{202f}%", "2.44\u{202f}s ± 0.073\u{202f}s", "no"]
    );
    assert_eq!(rows.iter().find(|row| row[1] == "s = 5").map(|row| row[4].as_str()), Some("yes"));
}

#[test]
fn the_offline_assignment_is_a_line_against_cost() {
    let mut evaluation = example();
    let path = path(TradeoffFigure::Cost, &evaluation, 8);
    // Not from nothing on: the worst policy is right on 66.2 %.
    assert_eq!((path.len(), path.first().map(|spot| spot.at)), (7, Some(15)));
    let svg = |evaluation: &Evaluation, kind| sheet(&[kind], evaluation);
    assert!(svg(&evaluation, TradeoffFigure::Cost).contains(NAME));
    assert!(!svg(&evaluation, TradeoffFigure::Parallel).contains("Offline"));
    assert!(sub(TradeoffFigure::Cost, &evaluation).contains("all queries known beforehand"));
    let table = table(TradeoffFigure::Cost, &evaluation, &Options::default());
    let rows: Vec<_> = table.rows.iter().filter(|row| row[0].starts_with("Offline")).collect();
    assert_eq!((rows.len(), rows[0][1].as_str(), rows[0][4].as_str()), (7, "B = $0.00840", "no"));
    let csv = csv(TradeoffFigure::Cost, &evaluation);
    let last = &evaluation.assignment[20];
    assert!(csv.contains(&format!("{NAME},,{},{},0.02,", last.budget, last.expected)), "{csv}");
    // A row of its own has the line's colour.
    evaluation.policies.insert(7, figures(NAME, 0.75, 900.0, 900.0, 0.0105));
    assert_eq!((series(&evaluation, 7), series(&evaluation, 9)), (Some(7), None));
    assert!(describe(TradeoffFigure::Cost, &evaluation, &Options::default()).contains("8 policies"));
    check_all(&evaluation, &Options::default());
}

#[test]
fn what_is_not_known_is_left_out_and_said() {
    let mut evaluation = example();
    evaluation.policies[6].cost = Figure::default();
    let said = describe(TradeoffFigure::Cost, &evaluation, &Options::default());
    assert!(said.contains("6 policies") && said.contains("not known: cost of Cascade by confidence."), "{said}");
    evaluation.policies.iter_mut().for_each(|policy| policy.cost = Figure::default());
    evaluation.sweep.iter_mut().for_each(|point| point.figures.cost = Figure::default());
    evaluation.assignment.clear();
    let scene = draw(TradeoffFigure::Cost, &evaluation, &Options::default());
    assert_eq!(scene.label, "Accuracy against cost. The cost of no policy is known.");
    assert_eq!(TradeoffFigure::of(&evaluation).count(), 2);
    evaluation.policies.iter_mut().for_each(|policy| policy.accuracy = Figure::default());
    let said = describe(TradeoffFigure::Parallel, &evaluation, &Options::default());
    assert!(said.starts_with("Coverage against parallel latency"), "{said}");
    check_all(&evaluation, &Options::default());
    let hidden = [true; 8];
    let options = Options { hidden: &hidden, ..Options::default() };
    check_all(&evaluation, &options);
    legible(&draw(TradeoffFigure::Parallel, &evaluation, &options), 12.0);
    (evaluation.policies, evaluation.sweep) = (Vec::new(), Vec::new());
    check_all(&evaluation, &Options::default());
}

#[test]
fn names_are_text_not_markup() {
    let mut evaluation = example();
    evaluation.policies[2].models = vec!["<img src=x onerror=alert(1)>".to_owned(), "\u{202e}=1+1\u{0}".to_owned()];
    let svg = sheet(&[TradeoffFigure::Cost], &evaluation);
    check(&svg);
    assert!(svg.contains("&lt;img src=x") && !svg.contains("<img") && !svg.contains('\u{202e}'));
}

fn any_figure() -> impl Strategy<Value = Figure> {
    let odd = vec![0.0, 1.0, f64::NAN, f64::INFINITY, f64::MAX, -1.0, 5e-324];
    let number = prop_oneof![4 => 0.0..1.0f64, 2 => 0.0..1e5f64, 1 => prop::sample::select(odd)];
    (prop::option::of(number.clone()), prop::option::of(number)).prop_map(|(value, ci95)| Figure { value, ci95 })
}

fn any_policy() -> impl Strategy<Value = PolicyFigures> {
    let name = prop_oneof![".{0,30}", Just("🦀".repeat(5_000)), Just("\u{0}\u{fffe}]]>&<a>".to_owned())];
    (name.clone(), prop::collection::vec(name, 0..3), any_figure(), any_figure(), any_figure()).prop_map(
        |(name, models, accuracy, latency, cost)| PolicyFigures {
            name,
            models,
            accuracy,
            latency_parallel_ms: latency,
            cost,
            ..PolicyFigures::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn anything_is_drawn(
        policies in prop::collection::vec(any_policy(), 0..20),
        sweep in prop::collection::vec((any_policy(), 0usize..9, prop::option::of(0.4..0.5f64), 0usize..20), 0..30),
        oracle in any_figure(),
        hidden in prop::collection::vec(any::<bool>(), 0..8),
        width in prop::sample::select(vec![f64::NAN, 0.0, 330.0, 1e9]),
    ) {
        let point = |(mut figures, models, threshold, of): (PolicyFigures, usize, Option<f64>, usize)| {
            if let Some(policy) = policies.get(of) {
                figures.name.clone_from(&policy.name);
            }
            SweepPoint { models, threshold, figures }
        };
        let sweep: Vec<SweepPoint> = sweep.into_iter().map(point).collect();
        let evaluation = Evaluation { policies: policies.clone(), sweep, oracle, ..example() };
        check_all(&evaluation, &Options { width, hidden: &hidden, ..Options::default() });
    }
}
