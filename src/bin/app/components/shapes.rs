//! A drawing as live SVG nodes, coloured by the page's style sheet.

use crate::words::{regrouped, told};
use llm_selection::figure::{Drawing, Node, Scene};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Shapes`].
#[derive(Properties)]
pub struct ShapesProps {
    /// What is drawn.
    pub drawing: Rc<Drawing>,
}

// A drawing is made anew when something changes, and long to compare.
impl PartialEq for ShapesProps {
    fn eq(&self, other: &ShapesProps) -> bool {
        Rc::ptr_eq(&self.drawing, &other.drawing)
    }
}

/// The shapes of a drawing, apart from its cursor, which moves more often.
#[component]
pub fn Shapes(props: &ShapesProps) -> Html {
    shapes(&props.drawing.scene.nodes)
}

/// An image of its own: a swatch, a badge. Hidden from screen readers.
pub fn picture(class: Classes, scene: &Scene) -> Html {
    let view = format!("0 0 {} {}", scene.width, scene.height);
    html! { <svg {class} viewBox={view} aria-hidden="true">{shapes(&scene.nodes)}</svg> }
}

/// A text of a drawing in the person's language. Labels of policies stay, and single words, which names of models are.
pub fn label(class: &str, text: &str) -> AttrValue {
    let word = !text.contains([' ', '\u{202f}']) && text != "vacuous";
    match class.starts_with("dl") {
        // A policy's name with its value; without one it may be the engine's own.
        true if word || text.contains(", ") => regrouped(text).into(),
        false if word => text.to_owned().into(),
        _ => told(text.to_owned()),
    }
}

/// Shapes as SVG nodes; text is text.
pub fn shapes(nodes: &[Node]) -> Html {
    nodes.iter().map(shape).collect()
}

fn translate(at: Option<(f64, f64)>) -> Option<String> {
    at.map(|(x, y)| format!("translate({x:.1} {y:.1})"))
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}

fn shape(node: &Node) -> Html {
    match node {
        Node::Path { class, d, at } => html! { <path class={*class} transform={translate(*at)} d={d.to_string()} /> },
        Node::Rect { class, x, y, width, height, depth } => html! {
            <rect class={*class} x={number(*x)} y={number(*y)} width={number(*width)} height={number(*height)}
                shape-rendering={depth.map(|_| "crispEdges")} fill-opacity={depth.map(|depth| format!("{depth:.2}"))} />
        },
        Node::Circle { class, x, y, r } => {
            html! { <circle class={*class} cx={number(*x)} cy={number(*y)} r={number(*r)} /> }
        }
        Node::Text { class, x, y, text } => {
            html! { <text class={*class} x={number(*x)} y={number(*y)}>{label(class, text)}</text> }
        }
        Node::Group { class, at, nodes } => html! { <g class={*class} transform={translate(*at)}>{shapes(nodes)}</g> },
    }
}
