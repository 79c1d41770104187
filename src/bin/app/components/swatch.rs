//! A series' line and mark, as it stands in the list, the legend and the table.

use super::shapes::{picture, shapes};
use llm_selection::figure::{series_class, series_mark, swatch};
use yew::prelude::*;

/// The series' mark with its centre at a point.
pub fn mark(place: usize, x: f64, y: f64) -> Html {
    shapes(&[series_mark(place, x, y)])
}

/// The dashed line of a bound that no policy exceeds.
pub fn bound() -> Html {
    html! { <svg class="sw" viewBox="0 0 30 15" aria-hidden="true"><path class="bound" d="M1 7.5H29" /></svg> }
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
        Some(place) => picture(classes!("sw", series_class(place)), &swatch(place)),
        None => html! {
            <svg class="sw" viewBox="0 0 30 15" aria-hidden="true"><path class="grid" d="M1 7.5H29" /></svg>
        },
    }
}
