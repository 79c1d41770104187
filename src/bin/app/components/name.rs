//! A name that a person gave: text of its own direction, cut where it has no end.

use yew::prelude::*;

/// Properties of [`Name`].
#[derive(Properties, PartialEq)]
pub struct NameProps {
    pub name: AttrValue,
    /// Whether it stands in a button or a label, which has the focus for it.
    #[prop_or_default]
    pub inside: bool,
    /// Whether a line may end between its parts.
    #[prop_or_default]
    pub breaks: bool,
}

/// The name with places at which a line may end: behind what parts names.
fn parts(name: &str) -> Html {
    let parts = name.split_inclusive(['/', '-', '_', ':', '.', '@']);
    parts.enumerate().map(|(place, part)| html! { <>if place > 0 { <wbr /> }{part.to_owned()}</> }).collect()
}

/// Letters from which on a name may be cut.
const LONG: usize = 32;

/// The name. A long one takes a few lines at most; all of it shows when it has the focus or is pointed at.
#[component]
pub fn Name(props: &NameProps) -> Html {
    let name = &props.name;
    let text = if props.breaks {
        parts(name)
    } else {
        html! { {name} }
    };
    if name.chars().nth(LONG).is_none() {
        return html! { <bdi class="given">{text}</bdi> };
    }
    html! { <bdi class="given long" title={name.clone()} tabindex={(!props.inside).then_some("0")}>{text}</bdi> }
}
