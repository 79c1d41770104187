//! The page's own words in the language of the person. English stands in the code, as whole messages with named places;
//! `www/words` has them in the other languages, and comes only where one of those is wanted. [`say!`] and its kin are for
//! what the page says itself, [`told`] for what the engine has said in English.

use crate::browser::{asset, fetch_text, recall, remember};
use crate::format::SPACE;
use llm_selection::words::{Catalogue, fill, parts};
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use yew::prelude::*;

/// A message in the person's language: `say!("Run")`, `say!("Round {t} of {horizon}", t = count(t), horizon = …)`. The
/// first part is text in quotation marks, or a `match` or `if` between such texts. A place that is given nothing, as in
/// `say!("Share{of}", of = "")`, tells two uses of a word apart that other languages have two words for.
macro_rules! say {
    ($english:expr $(,)?) => {
        $crate::words::word($english)
    };
    ($english:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::words::filled($english, &[$((stringify!($name), &$value as &dyn ::std::fmt::Display)),+])
    };
}

/// A message about a number of things, by the number's plural form: `plural!(n, "{n} round", "{n} rounds", n = count(n))`.
/// Its name in the catalogues is the second.
macro_rules! plural {
    ($number:expr, $one:expr, $other:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::words::filled(
            if $crate::words::is_one($number as u64) { $one } else { $other },
            &[$((stringify!($name), &$value as &dyn ::std::fmt::Display)),+],
        )
    };
}

/// A message with markup in its places: `mix!("Press {run} to start", run = html! { <b>{say!("Run")}</b> })`.
macro_rules! mix {
    ($english:expr, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::words::mixed($english, vec![$((stringify!($name), ::yew::Html::from($value))),+])
    };
}

pub(crate) use {mix, plural, say};

/// Something to say that is put into words when it is shown: the language may change before that.
pub type Note = Box<dyn Fn() -> AttrValue>;

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// The language of the code.
    #[default]
    English,
    /// 한국어.
    Korean,
    /// 日本語.
    Japanese,
}

/// Name under which a language that was chosen by hand is remembered.
const LANGUAGE: &str = "language";

impl Language {
    /// All, in the order of the list.
    pub const ALL: [Language; 3] = [Language::English, Language::Korean, Language::Japanese];

    /// Tag (BCP 47), as in links.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Korean => "ko",
            Language::Japanese => "ja",
        }
    }

    /// Name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Korean => "한국어",
            Language::Japanese => "日本語",
        }
    }

    /// The language of a tag such as `ko` or `ko-KR`.
    pub fn of(tag: &str) -> Option<Language> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(first))
    }

    /// What was chosen by hand, else the first of the browser's that the page speaks, else English.
    pub fn preferred() -> Language {
        let chosen = recall(LANGUAGE).and_then(|tag| Language::of(&tag));
        let browser = || {
            let tags = web_sys::window()?.navigator().languages();
            tags.iter().find_map(|tag| Language::of(&tag.as_string()?))
        };
        chosen.or_else(browser).unwrap_or_default()
    }

    /// Remembers that it was chosen by hand.
    pub fn choose(self) {
        remember(LANGUAGE, self.tag());
    }
}

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
    static CATALOGUE: Cell<Catalogue> = const { Cell::new(Catalogue::EMPTY) };
    static MISSING: Cell<Option<Language>> = const { Cell::new(None) };
    static CATALOGUES: RefCell<Vec<(Language, Catalogue)>> = const { RefCell::new(Vec::new()) };
}

/// The language that is spoken now.
pub fn spoken() -> Language {
    SPOKEN.get()
}

/// The language that was wanted last, where its catalogue could not be had.
pub fn missing() -> Option<Language> {
    MISSING.get()
}

/// Goes on without it.
pub fn content() {
    MISSING.set(None);
}

/// Speaks a language from now on, once its catalogue is here: what is on the page has to be drawn anew. Where that cannot
/// be had, the page goes on as it was, and [`missing`] says which.
pub async fn speak(language: Language) {
    MISSING.set(Some(language));
    let known = CATALOGUES.with_borrow(|all| all.iter().find(|(known, _)| *known == language).map(|(_, it)| *it));
    let catalogue = match known {
        _ if language == Language::English => Catalogue::default(),
        Some(catalogue) => catalogue,
        None => {
            let Some(address) = asset(&format!("words-{}", language.tag())) else { return };
            let Ok(text) = fetch_text(&address).await else { return };
            let catalogue = Catalogue::read(text);
            CATALOGUES.with_borrow_mut(|all| all.push((language, catalogue)));
            catalogue
        }
    };
    MISSING.set(None);
    CATALOGUE.set(catalogue);
    SPOKEN.set(language);
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    if let Some(root) = root {
        let _ = root.set_attribute("lang", language.tag());
    }
}

/// A message, or none where the language is English or lacks it.
fn find(english: &str) -> Option<&'static str> {
    CATALOGUE.get().find(english)
}

/// See [`say!`].
pub fn word(english: &'static str) -> AttrValue {
    AttrValue::Static(find(english).unwrap_or(english))
}

/// See [`say!`].
pub fn filled(english: &'static str, values: &[(&str, &dyn Display)]) -> AttrValue {
    fill(find(english).unwrap_or(english), values).into()
}

/// See [`mix!`].
pub fn mixed(english: &'static str, values: Vec<(&str, Html)>) -> Html {
    let mut all: Vec<Html> = Vec::new();
    for (literal, place) in parts(find(english).unwrap_or(english)) {
        all.push(literal.into());
        all.extend(values.iter().find(|(name, _)| *name == place).map(|(_, value)| value.clone()));
    }
    all.into_iter().collect()
}

/// Whether a number takes the singular. What is not English here has one form for all numbers.
pub fn is_one(number: u64) -> bool {
    number == 1 && spoken() == Language::English
}

/// What the engine has said, in the person's language. Text that nobody translated stays as it is.
pub fn told(text: impl Into<AttrValue>) -> AttrValue {
    let text = text.into();
    if spoken() == Language::English {
        return text;
    }
    let local = regrouped(&text);
    CATALOGUE.get().told(&local).unwrap_or(local).into()
}

/// A name with numbers as the language writes them: the engine groups digits by spaces, and sets a per cent apart from its
/// number.
pub fn regrouped(text: &str) -> String {
    if spoken() == Language::English {
        return text.to_owned();
    }
    let mut local = String::new();
    for (place, part) in text.split(SPACE).enumerate() {
        let grouped = local.ends_with(|last: char| last.is_ascii_digit());
        match part.bytes().next() {
            Some(b'0'..=b'9') if grouped => local.push(','),
            Some(b'%') => {}
            _ if place > 0 => local.push(SPACE),
            _ => {}
        }
        local += part;
    }
    local
}
