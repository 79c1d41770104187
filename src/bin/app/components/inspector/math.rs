//! MathML, piece by piece: the browser's own formulas.

use crate::format::{decimals, fixed};
use yew::prelude::*;

/// A letter.
pub fn letter(name: &str) -> Html {
    html! { <mi>{name.to_owned()}</mi> }
}

/// A number with at most four significant digits.
pub fn number(value: f64) -> Html {
    let text = if !value.is_finite() {
        "∞".to_owned()
    } else if value == f64::trunc(value) && value.abs() < 1e9 {
        fixed(value, 0)
    } else {
        let text = fixed(value, decimals(value, 4));
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    };
    html! { <mn>{text}</mn> }
}

/// The same within brackets where it is below 0.
pub fn bracketed(value: f64) -> Html {
    if value < 0.0 { within("(", [number(value)], ")") } else { number(value) }
}

/// A number that is written already.
pub fn written(text: String) -> Html {
    html! { <mn>{text}</mn> }
}

/// An operator, a relation.
pub fn sign(text: &'static str) -> Html {
    html! { <mo>{text}</mo> }
}

/// A word, such as the name of a model.
pub fn word(text: &str) -> Html {
    html! { <mtext>{text.to_owned()}</mtext> }
}

/// One after another.
pub fn row(parts: impl IntoIterator<Item = Html>) -> Html {
    html! { <mrow>{for parts}</mrow> }
}

/// `a / b`.
pub fn over(above: Html, below: Html) -> Html {
    html! { <mfrac>{above}{below}</mfrac> }
}

/// The square root.
pub fn root(inside: Html) -> Html {
    html! { <msqrt>{inside}</msqrt> }
}

/// With an index.
pub fn index(of: Html, index: Html) -> Html {
    html! { <msub>{of}{index}</msub> }
}

/// With an exponent.
pub fn power(of: Html, exponent: Html) -> Html {
    html! { <msup>{of}{exponent}</msup> }
}

/// A formula on its own line.
pub fn display(parts: impl IntoIterator<Item = Html>) -> Html {
    html! { <math display="block">{row(parts)}</math> }
}

/// `f(a, b)`.
pub fn function(name: &'static str, arguments: impl IntoIterator<Item = Html>) -> Html {
    row([letter(name), within("(", arguments, ")")])
}

/// Between these brackets, as high as a letter: no formula has a fraction or a root in them.
pub fn within(open: &'static str, parts: impl IntoIterator<Item = Html>, close: &'static str) -> Html {
    let bracket = |text: &'static str| html! { <mo stretchy="false">{text}</mo> };
    row(std::iter::once(bracket(open)).chain(parts).chain(std::iter::once(bracket(close))))
}
