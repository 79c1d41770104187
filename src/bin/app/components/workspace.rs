//! The dialog *Workspace*: what is kept in this browser, to be opened, named, deleted, and carried elsewhere.

use super::dialog::use_dialog;
use super::message::{Message, Tone, explained};
use crate::format::{bytes, count};
use crate::words::{Language, mix, plural, say, spoken};
use llm_selection::error::Error;
use llm_selection::protocol::Listing;
use llm_selection::workspace::{CLOSED_TABS, Item, Kind};
use std::rc::Rc;
use yew::prelude::*;

/// What a person can do in the dialog.
pub enum Wish {
    Show,
    Close,
    Save(String),
    Open(String),
    Rename(String, String),
    Delete(String),
    DeleteAll,
    Export,
    Import(web_sys::File),
}

/// What came of it.
#[derive(Clone, PartialEq)]
pub enum Said {
    Done(AttrValue),
    Failed(Error),
    /// A workspace file was read: how many items are new and were there, and what was refused.
    Imported(usize, usize, Vec<(String, Error)>),
}

/// Properties of [`Workspace`].
#[derive(Properties, PartialEq)]
pub struct WorkspaceProps {
    pub open: bool,
    pub listing: Option<Rc<Listing>>,
    pub said: Option<Rc<Said>>,
    /// Why nothing is kept.
    pub trouble: Option<Rc<Error>>,
    /// A name for what is on the page, after its data.
    pub proposed: AttrValue,
    pub wish: Callback<Wish>,
}

/// What the person is asked about before it is deleted.
#[derive(Clone, PartialEq)]
enum Asked {
    /// The item of this number.
    One(String),
    All,
}

/// The dialog.
#[component]
pub fn Workspace(props: &WorkspaceProps) -> Html {
    let dialog = use_dialog(props.open);
    let name = use_node_ref();
    let asking = use_state(|| None::<Asked>);
    let renaming = use_state(|| None::<String>);
    // Each opening begins anew, with the name that is proposed.
    use_effect_with((props.open, props.proposed.clone()), {
        let (name, asking, renaming) = (name.clone(), asking.clone(), renaming.clone());
        move |(open, proposed)| {
            if let Some(input) = name.cast::<web_sys::HtmlInputElement>() {
                input.set_value(proposed);
            }
            if !*open {
                asking.set(None);
                renaming.set(None);
            }
        }
    });
    let on = |make: fn() -> Wish| props.wish.reform(move |_: MouseEvent| make());
    let closed = props.wish.reform(|_: Event| Wish::Close);
    let save = {
        let (name, wish, proposed) = (name.clone(), props.wish.clone(), props.proposed.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(input) = name.cast::<web_sys::HtmlInputElement>() {
                let typed = input.value();
                wish.emit(Wish::Save(if typed.trim().is_empty() { proposed.to_string() } else { typed }));
                input.set_value(&proposed);
            }
        })
    };
    let pick = {
        let wish = props.wish.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                let file = input.files().and_then(|files| files.get(0));
                input.set_value("");
                file.into_iter().for_each(|file| wish.emit(Wish::Import(file)));
            }
        })
    };
    let ask = |what: Option<Asked>| {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(what.clone()))
    };
    let delete_all = {
        let (asking, wish) = (asking.clone(), props.wish.clone());
        Callback::from(move |_: MouseEvent| {
            asking.set(None);
            wish.emit(Wish::DeleteAll);
        })
    };
    let items = props.listing.iter().flat_map(|listing| &listing.items);
    let rows = items.map(|item| row(item, &renaming, &asking, &props.wish));
    let rows: Vec<Html> = rows.collect();
    let nothing = rows.is_empty();
    html! {
        <dialog ref={dialog} class="workspace" aria-labelledby="workspace-title" onclose={closed}>
            <div class="stack">
                <div class="card-head">
                    <h2 id="workspace-title">{say!("Workspace")}</h2>
                    <div class="end"><button type="button" class="btn small" onclick={on(|| Wish::Close)}>{say!("Close")}</button></div>
                </div>
                <p class="quiet small">
                    {say!("Experiments with their files and results, kept in this browser only. This tab's state is kept by itself and comes back after a reload or a crash; of tabs that were closed, the last {n} are kept. An exported file holds the experiments and their files; they are played again where it is imported.", n = CLOSED_TABS)}
                </p>
                if let Some(error) = &props.trouble { {trouble(error)} }
                {said(props.said.as_deref())}
                <form class="row" onsubmit={save}>
                    <input ref={name} type="text" aria-label={say!("Name of the experiment")} placeholder={say!("Name")} maxlength="100" required=true />
                    <button class="btn">{say!("Save experiment")}</button>
                </form>
                if nothing {
                    <p class="quiet">{say!(if props.listing.is_some() { "Nothing is saved yet." } else { "Looking what is kept…" })}</p>
                } else {
                    <ul class="kept" aria-label={say!("Kept in this browser")}>{for rows}</ul>
                }
                <div class="chips">
                    <button type="button" class="btn small" onclick={on(|| Wish::Export)}>{say!("Export workspace")}</button>
                    <label class="btn small">{say!("Import workspace")}<input class="vh" type="file" accept=".zip,application/zip" aria-label={say!("Import workspace")} onchange={pick} /></label>
                    if *asking == Some(Asked::All) {
                        <button type="button" class="btn small danger" onclick={delete_all}>{say!("Yes, delete all of it")}</button>
                        <button type="button" class="btn small" onclick={ask(None)}>{say!("Keep it")}</button>
                    } else {
                        <button type="button" class="btn small" onclick={ask(Some(Asked::All))}>{say!("Delete all")}</button>
                    }
                </div>
                if let Some(listing) = &props.listing { <p class="quiet small">{room(listing)}</p> }
            </div>
        </dialog>
    }
}

/// Why the work is not kept.
pub fn trouble(error: &Error) -> Html {
    html! {
        <Message tone={Tone::Warn} title={say!("Kept for this session only")}>
            {mix!("What is on the page is not kept in this browser, and will be gone when the tab is closed: {why}", why = explained(error))}
        </Message>
    }
}

fn said(said: Option<&Said>) -> Html {
    match said {
        None => html! { <p class="vh" aria-live="polite"></p> },
        Some(Said::Done(text)) => html! { <p aria-live="polite">{text}</p> },
        Some(Said::Failed(error)) => {
            let title = error.place.file.clone().map_or_else(|| say!("That could not be done"), AttrValue::from);
            html! { <Message tone={Tone::Bad} {title}>{explained(error)}</Message> }
        }
        Some(Said::Imported(added, already, refused)) => html! {
            <>
                <p aria-live="polite">
                    {say!("Added: {items}. There already: {n}.", items = plural!(*added, "{n}\u{a0}item", "{n}\u{a0}items", n = count(*added as u64)), n = already)}
                    if refused.is_empty() { {" "}{say!("Nothing was refused.")} }
                </p>
                if !refused.is_empty() {
                    <Message tone={Tone::Warn} title={say!("Refused: {n}", n = refused.len())}>
                        <ul>{ for refused.iter().take(20).map(|(name, error)| html! {
                            <li><bdi>{name}</bdi>{": "}<bdi>{error.place.file.clone()}</bdi>{" "}{explained(error)}</li>
                        }) }</ul>
                    </Message>
                }
            </>
        },
    }
}

fn row(
    item: &Item,
    rename: &UseStateHandle<Option<String>>,
    asking: &UseStateHandle<Option<Asked>>,
    wish: &Callback<Wish>,
) -> Html {
    let renaming = **rename == Some(item.id.clone());
    let this = Asked::One(item.id.clone());
    let ask = |what: Option<Asked>| {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(what.clone()))
    };
    let name = if item.kind == Kind::Tab { say!("Closed tab") } else { item.name.clone().into() };
    let on = |make: fn(String) -> Wish| {
        let id = item.id.clone();
        wish.reform(move |_: MouseEvent| make(id.clone()))
    };
    let edit = |to: Option<String>| {
        let rename = rename.clone();
        Callback::from(move |_: MouseEvent| rename.set(to.clone()))
    };
    let submit = {
        let (id, wish, rename) = (item.id.clone(), wish.clone(), rename.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let form = event.target_dyn_into::<web_sys::Element>();
            let input = form.and_then(|form| form.query_selector("input").ok().flatten());
            use wasm_bindgen::JsCast;
            if let Some(input) = input.and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                wish.emit(Wish::Rename(id.clone(), input.value()));
            }
            rename.set(None);
        })
    };
    let locale = Some(spoken()).filter(|language| *language != Language::English).map_or("default", Language::tag);
    let date = js_sys::Date::new(&item.saved.into()).to_locale_string(locale, &wasm_bindgen::JsValue::UNDEFINED);
    let date = String::from(date);
    let files = match item.files.len() as u64 {
        0 => say!("no files of yours"),
        files => plural!(files, "{n}\u{a0}file", "{n}\u{a0}files", n = count(files)),
    };
    let size = bytes(item.bytes());
    let about = match &item.result {
        Some(result) => say!(
            "{date}, {files}, result after {rounds}, digest {digest}…, {size}",
            date = date,
            files = files,
            rounds = plural!(result.rounds, "{n}\u{a0}round", "{n}\u{a0}rounds", n = count(u64::from(result.rounds))),
            digest = result.digest.chars().take(8).collect::<String>(),
            size = size
        ),
        None => say!("{date}, {files}, {size}", date = date, files = files, size = size),
    };
    html! {
        <li key={item.id.clone()}>
            if renaming {
                <form class="row" onsubmit={submit}>
                    <input type="text" aria-label={say!("New name of {name}", name = name)} value={name.clone()} maxlength="100" required=true />
                    <button class="btn small">{say!("Rename")}</button>
                    <button type="button" class="btn small" onclick={edit(None)}>{say!("Cancel")}</button>
                </form>
            } else if **asking == Some(this.clone()) {
                <div class="kept-name"><b><bdi>{name.clone()}</bdi></b><small>{say!("Delete it from this browser?")}</small></div>
                <div class="chips">
                    <button type="button" class="btn small danger" aria-label={say!("Yes, delete {name}", name = name)} onclick={on(Wish::Delete)}>{say!("Yes, delete")}</button>
                    <button type="button" class="btn small" aria-label={say!("Keep {name}", name = name)} onclick={ask(None)}>{say!("Keep")}</button>
                </div>
            } else {
                <div class="kept-name"><b><bdi>{name.clone()}</bdi></b>
                    <small>{about}</small>
                </div>
                <div class="chips">
                    <button type="button" class="btn small" aria-label={say!("Open {name}", name = name)} onclick={on(Wish::Open)}>{say!("Open")}</button>
                    <button type="button" class="btn small" aria-label={say!("Rename {name}", name = name)} onclick={edit(Some(item.id.clone()))}>{say!("Rename")}</button>
                    <button type="button" class="btn small" aria-label={say!("Delete {name}", name = name)} onclick={ask(Some(this))}>{say!("Delete")}</button>
                </div>
            }
        </li>
    }
}

fn room(listing: &Listing) -> Html {
    let items = listing.items.len() as u64;
    html! {
        <>
            if items > 0 { {say!("{n} kept.", n = count(items))}{" "} }
            if let (Some(usage), Some(quota)) = (listing.usage, listing.quota) {
                {say!("Uses {used} of about {all}.", used = bytes(usage), all = bytes(quota))}{" "}
            }
            {say!(if listing.persistent {
                "The browser keeps it until you delete it."
            } else {
                "The browser may clear it when the disk is full: export what matters."
            })}
        </>
    }
}
