//! The page: one state, one reducer, one file a panel.

#[cfg(target_arch = "wasm32")]
mod action;
#[cfg(target_arch = "wasm32")]
mod bring;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod choices;
#[cfg(target_arch = "wasm32")]
mod components;
#[cfg(target_arch = "wasm32")]
mod dropped;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
mod form;
#[cfg(target_arch = "wasm32")]
mod format;
#[cfg(target_arch = "wasm32")]
mod inquiry;
#[cfg(target_arch = "wasm32")]
mod inspector;
#[cfg(target_arch = "wasm32")]
mod keeper;
#[cfg(target_arch = "wasm32")]
mod later;
#[cfg(target_arch = "wasm32")]
mod learn;
#[cfg(target_arch = "wasm32")]
mod live;
#[cfg(target_arch = "wasm32")]
mod opening;
#[cfg(target_arch = "wasm32")]
mod query_aware;
mod question;
#[cfg(target_arch = "wasm32")]
mod room;
#[cfg(target_arch = "wasm32")]
mod shared;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod studies;
#[cfg(target_arch = "wasm32")]
mod sweep;
#[cfg(target_arch = "wasm32")]
mod words;
#[cfg(target_arch = "wasm32")]
mod world;

#[cfg(target_arch = "wasm32")]
fn main() {
    let language = words::Language::preferred();
    let plain = browser::opens_plainly();
    if plain && language == words::Language::English {
        // A task of its own, after the one that made the module ready.
        gloo_timers::callback::Timeout::new(0, start).forget();
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        if !plain && let Err(error) = later::load().await {
            words::speak(language).await;
            let what = words::told(error.expected);
            return browser::refuse(&words::say!("The page could not start: it needs {what}.", what = what));
        }
        let asked = later::get().and_then(|later| (later.language)());
        words::speak(asked.and_then(|tag| words::Language::of(&tag)).unwrap_or(language)).await;
        start();
    });
}

#[cfg(target_arch = "wasm32")]
fn start() {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|page| page.get_element_by_id("app"));
    if let Some(root) = root {
        let properties = components::app::AppProps::new();
        let render =
            move || drop(yew::Renderer::<components::app::App>::with_root_and_props(root, properties).render());
        gloo_timers::callback::Timeout::new(0, render).forget();
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
