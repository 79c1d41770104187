//! The language of the page: the one that a link asks for, and what there is to say where the page does not speak it.

use super::{App, Happening};
use crate::browser::fragment;
use crate::components::explain;
use crate::components::message::{Message, Tone};
use crate::learn::{LearnAction, Place};
use crate::state::Action;
use crate::words::{self, Language, say};
use llm_selection::link::Link;
use yew::prelude::*;

/// The tag of the language that the page's address asks for; none where it does not say.
pub fn asked() -> Option<String> {
    let fragment = fragment();
    let tag = match Link::is_meant(&fragment) {
        true => Link::decode(&fragment).ok()?.page.language,
        false => Place::of(&fragment).language,
    };
    // What is no tag is not repeated on the page.
    let like_a_tag =
        tag.len() < 36 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (!tag.is_empty() && like_a_tag).then_some(tag)
}

impl App {
    /// Speaks as a link asks that was opened just now.
    pub(super) fn follow_language(&mut self, context: &Context<App>) {
        let tag = asked();
        let language = tag.as_deref().and_then(Language::of);
        self.foreign = tag.filter(|_| language.is_none());
        if let Some(language) = language.filter(|language| *language != words::spoken()) {
            Self::speak(context, language);
        }
    }

    /// Has the words of a language come, then draws the page anew.
    pub(super) fn speak(context: &Context<App>, language: Language) {
        context.link().send_future(async move {
            words::speak(language).await;
            Happening::Spoken
        });
    }

    /// The words have come, or not.
    pub(super) fn spoken(&mut self) {
        if words::missing().is_none() {
            explain::forget();
            self.dispatch.emit(Action::Learn(LearnAction::Spoken));
        }
    }
}

/// Why the page does not speak the language that was wanted.
pub fn unspoken(app: &App, dismiss: Callback<MouseEvent>) -> Html {
    let text = match (words::missing(), &app.foreign) {
        (Some(language), _) => say!(
            "The page’s words in {language} could not be loaded. Please see whether you are online, then choose the language again.",
            language = language.name()
        ),
        (None, Some(tag)) => {
            say!("The link asks for the language “{tag}”. The page speaks English, Korean and Japanese.", tag = tag)
        }
        (None, None) => return Html::default(),
    };
    let close = html! { <button type="button" class="btn small" onclick={dismiss}>{say!("Close")}</button> };
    html! { <div class="unspoken"><Message tone={Tone::Note} title={say!("Another language")} action={close}>{text}</Message></div> }
}
