//! Figures on paper: large enough to read, in colours that eyes of any kind tell apart, and without colours at all.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::experiment::Experiment;
use llm_selection::figure::paper::with_density;
use llm_selection::figure::{
    FigureKind, Node, Options, Paper, Scene, Theme, series_class, series_colour, series_mark, swatch,
};
use llm_selection::plan::Plan;
use llm_selection::run::run_in_threads;
use serde_json::{Value, json};

type Rgb = [f64; 3];
type Matrix = [Rgb; 3];

/// Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009),
/// severity 1, on linear RGB.
const EYES: [(&str, Matrix); 4] = [
    ("usual", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    ("protanopia", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    (
        "deuteranopia",
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ),
    ("tritanopia", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
];

fn times(matrix: &Matrix, [a, b, c]: Rgb) -> Rgb {
    matrix.map(|[x, y, z]| x * a + y * b + z * c)
}

fn linear(colour: &str) -> Rgb {
    [1, 3, 5].map(|at| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
    })
}

/// Björn Ottosson's OKLab, where distances are about as large as the differences that eyes see.
fn oklab(rgb: Rgb) -> Rgb {
    let cones = times(
        &[
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ],
        rgb.map(|value| value.clamp(0.0, 1.0)),
    );
    times(
        &[
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ],
        cones.map(libm::cbrt),
    )
}

/// The colours by day and by night.
fn palettes() -> [(&'static str, Vec<Rgb>); 2] {
    let colours = || (0..12).map(|index| series_colour(series_class(index)).unwrap());
    [
        ("light", colours().map(|(light, _)| linear(light)).collect()),
        ("dark", colours().map(|(_, dark)| linear(dark)).collect()),
    ]
}

#[test]
fn colours_differ_for_eyes_of_any_kind() {
    // Two colours side by side are told apart from about 0.02 on.
    const LEAST: f64 = 0.075;
    for (theme, palette) in palettes() {
        for (eyes, matrix) in &EYES {
            let seen: Vec<Rgb> = palette.iter().map(|colour| oklab(times(matrix, *colour))).collect();
            for (i, a) in seen.iter().enumerate() {
                for (j, b) in seen.iter().enumerate().skip(i + 1) {
                    let distance = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
                    assert!(distance >= LEAST, "{theme}, {eyes}: s{} and s{} are {distance:.3} apart", i + 1, j + 1);
                }
            }
        }
    }
}

#[test]
fn the_page_has_the_colours_of_the_files() {
    let sheet = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/style.css")).unwrap();
    for index in 0..12 {
        let class = series_class(index);
        let (light, dark) = series_colour(class).unwrap();
        assert!(sheet.contains(&format!("--{class}: light-dark({light}, {dark});")), "{class}");
        assert!(sheet.contains(&format!(".{class} {{ --c: var(--{class}); }}")), "{class}");
    }
    assert_ne!(series_class(11), series_class(0));
}

#[test]
fn lines_stand_out_from_what_is_behind_them() {
    let light = |[r, g, b]: Rgb| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    for ((name, palette), theme) in palettes().into_iter().zip([Theme::Light, Theme::Dark]) {
        let behind = light(linear(theme.surface()));
        for (index, colour) in palette.into_iter().map(light).enumerate() {
            let contrast = if colour > behind { colour / behind } else { behind / colour };
            assert!(contrast >= 3.0, "{name}, s{}: {contrast:.2}", index + 1);
        }
    }
}

/// The picture without its colours.
fn grey(svg: &str) -> String {
    let mut parts = svg.split('#');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "#" + part.get(6..).unwrap_or_default())
}

fn as_printed(index: usize, nodes: Vec<Node>) -> String {
    let group = Node::Group { class: series_class(index), at: None, nodes };
    let scene = Scene { width: 30.0, height: 15.0, label: String::new(), nodes: vec![group] };
    grey(&scene.to_svg(Theme::Print, 12.0))
}

#[test]
fn without_colours_every_line_is_another_one() {
    let all: Vec<String> = (0..50).map(|index| as_printed(index, swatch(index).nodes)).collect();
    for (i, a) in all.iter().enumerate() {
        for (j, b) in all.iter().enumerate().skip(i + 1) {
            assert_ne!(a, b, "{i} and {j}");
        }
    }
    // Each by itself: twelve dashes, eight marks.
    let mark = |index| as_printed(index, vec![series_mark(index, 0.0, 0.0)]);
    let line = |index: usize| as_printed(index, vec![swatch(index).nodes.into_iter().next().unwrap()]);
    for i in 0..12 {
        for j in i + 1..12 {
            if j < 8 {
                assert_ne!(mark(i), mark(j));
            }
            let dashes = |index| line(index).split("stroke-dasharray").nth(1).map(str::to_owned);
            assert_ne!(dashes(i), dashes(j));
        }
    }
}

#[test]
fn figures_have_the_width_of_the_paper_and_readable_type() {
    let models: Vec<Value> = (0..12)
        .map(|k| json!({ "name": format!("{}-{k}", "organisation/a-long-name-of-a-model".repeat(1 + k / 6)), "reward": 0.5 + 0.01 * k as f64, "cost": 0.1 }))
        .collect();
    let kinds = ["cucb", "thompson", "random", "oracle", "epsilon-greedy", "c2mab-v", "c2mab-v-direct", "primal-dual"];
    let mut policies: Vec<Value> = kinds.iter().map(|kind| json!({ "kind": kind })).collect();
    policies.push(
        json!({ "kind": "fixed", "models": [models[3]["name"]], "label": "\u{202e}".repeat(9) + &"模".repeat(900) }),
    );
    let text = json!({
        "version": 1, "environment": { "kind": "synthetic", "models": models }, "task": { "reward": "suc", "max_models": 3, "budget": 0.35 },
        "policies": policies, "run": { "rounds": 200, "replicates": 3 }
    });
    let experiment = Experiment::from_json(&text.to_string()).unwrap();
    let result = run_in_threads(Plan::new(&experiment, None).unwrap(), 2, |_| ()).unwrap();
    for paper in Paper::ALL {
        for kind in FigureKind::ALL {
            let scene = paper.draw(kind, &result, &Options::default());
            let svg = paper.svg(&scene);
            let document = roxmltree::Document::parse(&svg).unwrap();
            let root = document.root_element();
            let attribute = |name: &str| root.attribute(name).unwrap();
            let view: Vec<f64> = attribute("viewBox").split(' ').map(|number| number.parse().unwrap()).collect();
            let width: f64 = match paper.inches() {
                Some(inches) => {
                    let width: f64 = attribute("width").strip_suffix("in").unwrap().parse().unwrap();
                    assert!((width - inches).abs() < 1e-3);
                    width
                }
                None => attribute("width").parse::<f64>().unwrap() / 96.0,
            };
            // Pixels of the drawing to a point of the paper.
            let points = width * 72.0 / view[2];
            let font: f64 = attribute("font-size").parse().unwrap();
            assert!(font * points >= 8.0 - 0.01, "{paper:?}: {} pt", font * points);
            let says = |wanted: &str| {
                document.descendants().any(|node| node.text().is_some_and(|text| text.starts_with(wanted)))
            };
            assert_eq!(says("Round t"), paper != Paper::Screen, "{paper:?} {kind:?}");
            let unit = match kind {
                FigureKind::Regret => "Cumulative regret R(t), in",
                FigureKind::Violation => "Budget violation V(t), cost units",
                FigureKind::RewardCost => "Mean cost per query, cost units",
                FigureKind::Ratio => "Mean reward / mean excess, per cost unit",
                FigureKind::Selection => "Round t",
            };
            assert_eq!(says(unit), paper != Paper::Screen, "{paper:?} {kind:?}");
            for text in document.descendants().filter(|node| node.has_tag_name("text")) {
                let x: f64 = text.attribute("x").unwrap().parse().unwrap();
                assert!((-1.0..=view[2]).contains(&x));
                if let Some(size) = text.attribute("font-size") {
                    assert!(size.strip_suffix("em").unwrap().parse::<f64>().unwrap() >= 1.0);
                }
                assert!(!text.text().unwrap_or_default().contains('\u{202e}'));
            }
            if paper != Paper::Screen {
                assert!(
                    paper.density() >= 300.0 && view[2] * paper.dots() < 8_000.0 && view[3] * paper.dots() < 8_000.0
                );
            }
        }
    }
}

#[test]
fn lines_on_paper_have_marks_on_them() {
    let text = json!({
        "version": 1,
        "environment": { "kind": "synthetic", "models": [{ "name": "a", "reward": 0.5, "cost": 0.1 }, { "name": "b", "reward": 0.6, "cost": 0.3 }] },
        "task": { "reward": "suc", "max_models": 1, "budget": 0.2 },
        "policies": [{ "kind": "random" }, { "kind": "cucb" }], "run": { "rounds": 500, "replicates": 2 }
    });
    let experiment = Experiment::from_json(&text.to_string()).unwrap();
    let result = run_in_threads(Plan::new(&experiment, None).unwrap(), 1, |_| ()).unwrap();
    let circles = |paper: Paper| {
        let svg = paper.svg(&paper.draw(FigureKind::Regret, &result, &Options::default()));
        svg.matches("<circle").count()
    };
    // The first policy's mark is a circle: it stands in the legend, and on paper four times on the line.
    assert!(
        circles(Paper::Column) >= circles(Paper::Screen) + 3,
        "{} {}",
        circles(Paper::Column),
        circles(Paper::Screen)
    );
}

#[test]
fn a_picture_says_its_density() {
    let header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU";
    let rest = b"\0\0\0\0IEND\xaeB`\x82";
    let picture = with_density(&[&header[..], rest].concat(), 600.0);
    assert_eq!(&picture[..33], header);
    // 600 dots an inch are 23,622 a metre. The sum is that of zlib's crc32.
    assert_eq!(&picture[33..54], b"\0\0\0\x09pHYs\0\0\x5c\x46\0\0\x5c\x46\x01\x14\x94\x43\x41");
    assert_eq!(&picture[54..], rest);
    assert_eq!(with_density(b"no picture", 600.0), b"no picture");
}
