//! The page.

use yew::prelude::*;

#[function_component]
fn App() -> Html {
    html! { <main class="page"><h1>{ "LLM Selection Playground" }</h1><p>{ "Ready." }</p></main> }
}

fn main() {
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("app"));
    if let Some(root) = root {
        yew::Renderer::<App>::with_root(root).render();
    }
}
