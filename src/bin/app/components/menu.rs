//! A button that opens a short list of buttons.

use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Properties of [`Menu`].
#[derive(Properties, PartialEq)]
pub struct MenuProps {
    /// Identifier of the list, unique on the page.
    pub id: AttrValue,
    /// What is on the button.
    pub face: Html,
    /// The button's accessible name, where its face does not give it.
    #[prop_or_default]
    pub label: Option<AttrValue>,
    /// Classes of the button.
    pub class: Classes,
    /// The buttons.
    pub children: Html,
}

/// The menu. A choice, Escape, and leaving it close it.
#[component]
pub fn Menu(props: &MenuProps) -> Html {
    let open = use_state(|| false);
    let (button, whole) = (use_node_ref(), use_node_ref());
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let leave = {
        let (open, whole) = (open.clone(), whole.clone());
        Callback::from(move |event: FocusEvent| {
            let into: Option<web_sys::Node> = event.related_target().and_then(|target| target.dyn_into().ok());
            // Not by the event: where it is heard is the page as a whole.
            if !whole.get().is_some_and(|whole| whole.contains(into.as_ref())) {
                open.set(false);
            }
        })
    };
    let escape = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *open {
                // Closing this is all that the key does.
                event.prevent_default();
                open.set(false);
                if let Some(button) = button.cast::<web_sys::HtmlElement>() {
                    let _ = button.focus();
                }
            }
        })
    };
    let choose = {
        let (open, button) = (open.clone(), button.clone());
        Callback::from(move |event: MouseEvent| {
            let target: Option<web_sys::Element> = event.target().and_then(|target| target.dyn_into().ok());
            if target.is_some_and(|target| target.closest("button").ok().flatten().is_some()) {
                open.set(false);
                // The entry that has the focus is about to go.
                if let Some(button) = button.cast::<web_sys::HtmlElement>() {
                    let _ = button.focus();
                }
            }
        })
    };
    html! {
        <div class="menu" ref={whole} onfocusout={leave} onkeydown={escape}>
            <button type="button" ref={button} class={props.class.clone()} aria-label={props.label.clone()}
                aria-expanded={if *open { "true" } else { "false" }} aria-controls={open.then(|| props.id.clone())}
                onclick={toggle}>{props.face.clone()}</button>
            if *open {
                <div id={props.id.clone()} onclick={choose}>{props.children.clone()}</div>
            }
        </div>
    }
}
