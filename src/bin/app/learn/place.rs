//! Addresses in the room: `#learn`, `#learn/budget`, `#learn/budget/2?hide=list,margin&language=ko`.

use crate::words::say;
use yew::AttrValue;

/// Parts of the room that a lecturer's link may hide, by their names in links.
pub const PARTS: [&str; 5] = ["list", "margin", "predictions", "pager", "header"];

/// What a part is called on the page.
pub fn part(name: &str) -> AttrValue {
    match name {
        "list" => say!("List of lessons"),
        "margin" => say!("Margin"),
        // Not those of a classifier.
        "predictions" => say!("Predictions{of}", of = ""),
        "pager" => say!("Pager"),
        _ => say!("Header"),
    }
}

/// What an address means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Slug of the lesson; none for the list of all.
    pub lesson: Option<String>,
    /// The step as it is written, a number from 1 on.
    pub step: Option<String>,
    /// Names of hidden parts.
    pub hidden: Vec<&'static str>,
    /// Tag of the language; empty where the address does not say.
    pub language: String,
}

impl Place {
    /// Reads a fragment. Names of parts that there are not are ignored; anything that is no address in the room means the
    /// list.
    pub fn of(fragment: &str) -> Place {
        let plain = js_sys::decode_uri_component(fragment).map(String::from).unwrap_or_default();
        let Some(rest) = plain.strip_prefix("#learn") else { return Place::default() };
        let (path, search) = rest.split_once('?').unwrap_or((rest, ""));
        let mut parts = path.split('/').skip(1).filter(|part| !part.is_empty()).map(str::to_owned);
        let hide: Vec<&str> = search
            .split('&')
            .filter_map(|part| part.strip_prefix("hide="))
            .flat_map(|names| names.split(',').map(str::trim))
            .collect();
        Place {
            lesson: parts.next(),
            step: parts.next(),
            language: search.split('&').find_map(|part| part.strip_prefix("language=")).unwrap_or_default().to_owned(),
            hidden: PARTS.into_iter().filter(|name| hide.contains(name)).collect(),
        }
    }

    /// The fragment of a step, from 0 on, of a lesson.
    pub fn fragment(lesson: &str, step: usize, hidden: &[&str]) -> String {
        let hide = if hidden.is_empty() { String::new() } else { format!("?hide={}", hidden.join(",")) };
        format!("#learn/{lesson}/{}{hide}", step + 1)
    }

    /// Whether this part is hidden.
    pub fn hides(&self, part: &str) -> bool {
        self.hidden.contains(&part)
    }
}
