//! A series' line and mark, as it stands in the list, the legend and the table.

use yew::prelude::*;

/// Colour class of the series at this place: eight, then again from the first.
pub fn colour(place: usize) -> Classes {
    classes!(format!("s{}", place % 8 + 1))
}

/// The series' mark with its centre at a point.
pub fn mark(place: usize, x: f64, y: f64) -> Html {
    let at = format!("translate({x:.1} {y:.1})");
    let (class, shape) = match place % 8 {
        0 => return html! { <circle class="mk" r="3.6" cx={format!("{x:.1}")} cy={format!("{y:.1}")} /> },
        1 => ("mk", "M0-4.8 4.8 0 0 4.8-4.8 0z"),
        2 => ("mk", "M-3.6-3.6h7.2v7.2h-7.2z"),
        3 => ("mk", "M0-4.6 4.6 3.4h-9.2z"),
        4 => ("mk", "M0 4.6 4.6-3.4h-9.2z"),
        5 => ("mk-x", "M-3.2-3.2 3.2 3.2M-3.2 3.2 3.2-3.2"),
        6 => ("mk-x", "M-4.2 0H4.2M0-4.2V4.2"),
        _ => ("mk", "M-1.8-4.4h3.6v8.8h-3.6z"),
    };
    html! { <path {class} transform={at} d={shape} /> }
}

/// Classes of the series' line: the first is thicker, those from the ninth on are dashed.
pub fn line(place: usize) -> Classes {
    classes!("ln", (place == 0).then_some("lead"), (place >= 8).then_some("again"))
}

/// Properties of [`Swatch`].
#[derive(Properties, PartialEq)]
pub struct SwatchProps {
    /// Place among the policies that play; `None` for one that does not.
    pub place: Option<usize>,
}

/// The swatch.
#[component]
pub fn Swatch(props: &SwatchProps) -> Html {
    match props.place {
        Some(place) => html! {
            <svg class={classes!("sw", colour(place))} viewBox="0 0 30 15" aria-hidden="true">
                <path class={line(place)} d="M1 7.5H29" />{mark(place, 15.0, 7.5)}
            </svg>
        },
        None => html! {
            <svg class="sw" viewBox="0 0 30 15" aria-hidden="true"><path class="grid" d="M1 7.5H29" /></svg>
        },
    }
}
