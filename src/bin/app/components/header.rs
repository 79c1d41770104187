//! Brand, rooms, theme.

use crate::browser::{recall, remember, show_theme};
use crate::room::Room;
use crate::words::{Language, say, spoken};
use yew::prelude::*;

/// Name under which the theme is remembered.
const THEME: &str = "theme";

/// Properties of [`Header`].
#[derive(Properties, PartialEq)]
pub struct HeaderProps {
    /// The room that is shown.
    #[prop_or_default]
    pub room: Room,
    /// Speaks another language.
    #[prop_or_default]
    pub speak: Callback<Language>,
    /// Buttons at its end.
    #[prop_or_default]
    pub children: Html,
}

/// The header.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let theme = use_state(|| {
        let theme = recall(THEME).unwrap_or_else(|| "system".into());
        show_theme(&theme);
        theme
    });
    let choice = |name: &'static str, label: AttrValue, picture: Html| {
        let theme = theme.clone();
        let checked = *theme == name;
        let onchange = Callback::from(move |_: Event| {
            show_theme(name);
            remember(THEME, name);
            theme.set(name.into());
        });
        html! {
            <label title={label.clone()}>
                <input type="radio" name="theme" {checked} aria-label={label} {onchange} />
                <span><svg viewBox="0 0 16 16" aria-hidden="true">{picture}</svg></span>
            </label>
        }
    };
    let choose = {
        let speak = props.speak.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<web_sys::HtmlSelectElement>();
            if let Some((select, language)) = select.and_then(|it| Some((it.clone(), Language::of(&it.value())?))) {
                // Until its words are here, the list shows what is spoken.
                select.set_value(spoken().tag());
                speak.emit(language);
            }
        })
    };
    let system = html! {
        <>
            <circle cx="8" cy="8" r="5.7" fill="none" stroke="currentColor" stroke-width="1.5" />
            <path fill="currentColor" d="M8 2.3a5.7 5.7 0 0 1 0 11.4z" />
        </>
    };
    let sun = html! {
        <>
            <circle cx="8" cy="8" r="3" fill="none" stroke="currentColor" stroke-width="1.5" />
            <path stroke="currentColor" stroke-width="1.5" stroke-linecap="round" d="M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.85.85M11.75 11.75l.85.85M3.4 12.6l.85-.85M11.75 4.25l.85-.85" />
        </>
    };
    let moon = html! {
        <path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" d="M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1z" />
    };
    html! {
        <header class="top">
            <a class="brand" href="./">
                <svg viewBox="0 0 38 20" aria-hidden="true">
                    <path fill="none" stroke="currentColor" stroke-width="1.8" d="M1.5 3.5h11v13h-11z" />
                    <rect x="23.5" y="3.5" width="13" height="13" rx="6.5" fill="none" stroke="currentColor" stroke-width="1.8" />
                    <path class="budget-line" d="M18 0V20" />
                    <path stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="M12.5 10h11" />
                </svg>
                <span class="brand-long">{"LLM Selection Playground"}</span>
                <span class="brand-short">{"LLM Selection"}</span>
            </a>
            <nav aria-label={say!("Rooms")}>
                { for Room::ALL.into_iter().map(|room| html! {
                    <a href={format!("#{}", room.slug())} aria-current={(room == props.room).then_some("page")}>{room.name()}</a>
                }) }
            </nav>
            <div class="top-end">
                {props.children.clone()}
                <select class="language" aria-label={say!("Language")} title={say!("Language")} onchange={choose}>
                    { for Language::ALL.into_iter().map(|language| html! {
                        <option value={language.tag()} lang={language.tag()} selected={language == spoken()}>{language.name()}</option>
                    }) }
                </select>
                <fieldset class="seg">
                    <legend class="vh">{say!("Theme")}</legend>
                    {choice("system", say!("System theme"), system)}
                    {choice("light", say!("Light theme"), sun)}
                    {choice("dark", say!("Dark theme"), moon)}
                </fieldset>
            </div>
        </header>
    }
}
