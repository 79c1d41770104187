//! The dialog *Workspace*: what is kept in this browser, to be opened, named, deleted, and carried elsewhere.

use super::message::{Message, Tone, explained};
use crate::format::{bytes, count, plural};
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
    Done(String),
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
    pub wish: Callback<Wish>,
}

/// The dialog.
#[component]
pub fn Workspace(props: &WorkspaceProps) -> Html {
    let dialog = use_node_ref();
    let name = use_node_ref();
    let asking = use_state(|| false);
    let renaming = use_state(|| None::<String>);
    use_effect_with(props.open, {
        let (dialog, asking, renaming) = (dialog.clone(), asking.clone(), renaming.clone());
        move |open| {
            if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
                if *open {
                    // Fails only where it is open already.
                    let _ = dialog.show_modal();
                } else {
                    dialog.close();
                    asking.set(false);
                    renaming.set(None);
                }
            }
        }
    });
    let on = |make: fn() -> Wish| props.wish.reform(move |_: MouseEvent| make());
    let closed = props.wish.reform(|_: Event| Wish::Close);
    let save = {
        let (name, wish) = (name.clone(), props.wish.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Some(input) = name.cast::<web_sys::HtmlInputElement>() {
                wish.emit(Wish::Save(input.value()));
                input.set_value("");
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
    let ask = |yes: bool| {
        let asking = asking.clone();
        Callback::from(move |_: MouseEvent| asking.set(yes))
    };
    let delete_all = {
        let (asking, wish) = (asking.clone(), props.wish.clone());
        Callback::from(move |_: MouseEvent| {
            asking.set(false);
            wish.emit(Wish::DeleteAll);
        })
    };
    let items = props.listing.iter().flat_map(|listing| &listing.items);
    let rows = items.map(|item| row(item, *renaming == Some(item.id.clone()), &renaming, &props.wish));
    let rows: Vec<Html> = rows.collect();
    let nothing = rows.is_empty();
    html! {
        <dialog ref={dialog} class="workspace" aria-labelledby="workspace-title" onclose={closed}>
            <div class="stack">
                <div class="card-head">
                    <h2 id="workspace-title">{"Workspace"}</h2>
                    <div class="end"><button type="button" class="btn small" onclick={on(|| Wish::Close)}>{"Close"}</button></div>
                </div>
                <p class="quiet small">
                    {"Experiments with their files and results, kept in this browser only. This tab's state is kept by itself and comes back after a reload or a crash; of tabs that were closed, the last "}{CLOSED_TABS}{" are kept. An exported file holds the experiments and their files; they are played again where it is imported."}
                </p>
                if let Some(error) = &props.trouble { {trouble(error)} }
                {said(props.said.as_deref())}
                <form class="row" onsubmit={save}>
                    <input ref={name} type="text" aria-label="Name of the experiment" placeholder="Name" maxlength="100" />
                    <button class="btn">{"Save experiment"}</button>
                </form>
                if nothing {
                    <p class="quiet">{if props.listing.is_some() { "Nothing is saved yet." } else { "Looking what is kept…" }}</p>
                } else {
                    <ul class="kept" aria-label="Kept in this browser">{for rows}</ul>
                }
                <div class="chips">
                    <button type="button" class="btn small" onclick={on(|| Wish::Export)}>{"Export workspace"}</button>
                    <label class="btn small">{"Import workspace"}<input class="vh" type="file" accept=".zip,application/zip" aria-label="Import workspace" onchange={pick} /></label>
                    if *asking {
                        <button type="button" class="btn small danger" onclick={delete_all}>{"Yes, delete all of it"}</button>
                        <button type="button" class="btn small" onclick={ask(false)}>{"Keep it"}</button>
                    } else {
                        <button type="button" class="btn small" onclick={ask(true)}>{"Delete all"}</button>
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
        <Message tone={Tone::Warn} title="Kept for this session only">
            {"What is on the page is not kept in this browser, and will be gone when the tab is closed: "}{explained(error)}
        </Message>
    }
}

fn said(said: Option<&Said>) -> Html {
    match said {
        None => html! { <p class="vh" aria-live="polite"></p> },
        Some(Said::Done(text)) => html! { <p aria-live="polite">{text}</p> },
        Some(Said::Failed(error)) => {
            let title = error.place.file.clone().unwrap_or_else(|| "That could not be done".into());
            html! { <Message tone={Tone::Bad} {title}>{explained(error)}</Message> }
        }
        Some(Said::Imported(added, already, refused)) => html! {
            <>
                <p aria-live="polite">
                    {"Added: "}{plural(*added as u64, "item", "items")}{". There already: "}{already}{"."}
                    if refused.is_empty() { {" Nothing was refused."} }
                </p>
                if !refused.is_empty() {
                    <Message tone={Tone::Warn} title={format!("Refused: {}", refused.len())}>
                        <ul>{ for refused.iter().take(20).map(|(name, error)| html! {
                            <li><bdi>{name}</bdi>{": "}<bdi>{error.place.file.clone()}</bdi>{" "}{explained(error)}</li>
                        }) }</ul>
                    </Message>
                }
            </>
        },
    }
}

fn row(item: &Item, renaming: bool, rename: &UseStateHandle<Option<String>>, wish: &Callback<Wish>) -> Html {
    let name = if item.kind == Kind::Tab { "Closed tab".to_owned() } else { item.name.clone() };
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
    let date = js_sys::Date::new(&item.saved.into()).to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED);
    let files = match item.files.len() {
        0 => "no files of yours".to_owned(),
        files => plural(files as u64, "file", "files"),
    };
    let result = item.result.as_ref().map(|result| {
        let digest: String = result.digest.chars().take(8).collect();
        format!(", result after {}, digest {digest}…", plural(u64::from(result.rounds), "round", "rounds"))
    });
    html! {
        <li key={item.id.clone()}>
            if renaming {
                <form class="row" onsubmit={submit}>
                    <input type="text" aria-label={format!("New name of {name}")} value={name.clone()} maxlength="100" />
                    <button class="btn small">{"Rename"}</button>
                    <button type="button" class="btn small" onclick={edit(None)}>{"Cancel"}</button>
                </form>
            } else {
                <div class="kept-name"><b><bdi>{name.clone()}</bdi></b>
                    <small>{String::from(date)}{", "}{files}{result}{", "}{bytes(item.bytes())}</small>
                </div>
                <div class="chips">
                    <button type="button" class="btn small" aria-label={format!("Open {name}")} onclick={on(Wish::Open)}>{"Open"}</button>
                    <button type="button" class="btn small" aria-label={format!("Rename {name}")} onclick={edit(Some(item.id.clone()))}>{"Rename"}</button>
                    <button type="button" class="btn small" aria-label={format!("Delete {name}")} onclick={on(Wish::Delete)}>{"Delete"}</button>
                </div>
            }
        </li>
    }
}

fn room(listing: &Listing) -> String {
    let used = match (listing.usage, listing.quota) {
        (Some(usage), Some(quota)) => format!("Uses {} of about {}. ", bytes(usage), bytes(quota)),
        _ => String::new(),
    };
    let promise = match listing.persistent {
        true => "The browser keeps it until you delete it.",
        false => "The browser may clear it when the disk is full: export what matters.",
    };
    let items = listing.items.len() as u64;
    format!("{}{used}{promise}", if items > 0 { format!("{} kept. ", count(items)) } else { String::new() })
}
