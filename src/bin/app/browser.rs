//! The few things the page asks of the browser: its address, remember, copy, roll a seed.

use llm_selection::experiment::MAX_SEED;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

/// What the page remembers under this name; `None` where nothing is, or where storage is off.
pub fn recall(name: &str) -> Option<String> {
    web_sys::window()?.local_storage().ok()??.get_item(name).ok()?
}

/// Remembers a choice on this computer. Where storage is off, it holds for this visit only.
pub fn remember(name: &str, value: &str) {
    if let Some(storage) = web_sys::window().and_then(|window| window.local_storage().ok().flatten()) {
        let _ = storage.set_item(name, value);
    }
}

/// Forgets what is remembered under this name.
pub fn forget(name: &str) {
    if let Some(storage) = web_sys::window().and_then(|window| window.local_storage().ok().flatten()) {
        let _ = storage.remove_item(name);
    }
}

/// Address of a file of the site that the page names as `<meta name=… content=…>`.
pub fn asset(name: &str) -> Option<String> {
    let page = web_sys::window()?.document()?;
    page.query_selector(&format!("meta[name={name}]")).ok()??.get_attribute("content")
}

/// The text of a file of the site.
pub async fn fetch_text(address: &str) -> Result<String, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response = wasm_bindgen_futures::JsFuture::from(window.fetch_with_str(address)).await?;
    let response: web_sys::Response = response.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    wasm_bindgen_futures::JsFuture::from(response.text()?).await?.as_string().ok_or(JsValue::NULL)
}

/// Shows the page in the `light` or `dark` theme, or in the system's for anything else.
pub fn show_theme(theme: &str) {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|page| page.document_element());
    if let Some(root) = root {
        let _ = match theme {
            "light" | "dark" => root.set_attribute("data-theme", theme),
            _ => root.remove_attribute("data-theme"),
        };
    }
}

/// The decimal number that a text is. The browser reads it, as exactly: the compiler's own reader brings a table of 10 KB,
/// which the first view would wait for.
pub fn decimal(text: &str) -> Option<f64> {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    // What is no number after all, such as 1e, is none to the browser either.
    (has_digit && plain).then(|| JsValue::from_str(text).unchecked_into_f64()).filter(|number| !number.is_nan())
}

/// A random seed, from the browser's source of randomness.
pub fn random_seed() -> Option<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes) & MAX_SEED)
}

/// The fragment of the page's address, with its `#`; empty where there is none.
pub fn fragment() -> String {
    web_sys::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// Whether the page opens as on a first visit: neither its address nor its tab says more.
pub fn opens_plainly() -> bool {
    let tab = ["tab", "form", "room"].into_iter().filter_map(recall_in_tab).all(|value| value.is_empty());
    tab && fragment().is_empty() && ["data", "embeddings"].into_iter().all(|name| named(name).is_empty())
}

/// Says in place of the page why there is none.
pub fn refuse(why: &str) {
    let place = web_sys::window().and_then(|window| window.document()?.get_element_by_id("boot"));
    if let Some(place) = place {
        place.set_text_content(Some(why));
    }
}

/// Whether the page is to be shown without its frame: `?embed`.
pub fn embedded() -> bool {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    search.trim_start_matches('?').split('&').any(|part| part == "embed" || part.starts_with("embed="))
}

/// What the page's address names by a parameter, such as files by `data=`.
pub fn named(parameter: &str) -> Vec<String> {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let parameters = web_sys::UrlSearchParams::new_with_str(&search);
    let values =
        parameters.map(|parameters| parameters.get_all(parameter).iter().collect::<Vec<_>>()).unwrap_or_default();
    values.iter().filter_map(JsValue::as_string).filter(|value| !value.is_empty()).take(MOST_NAMED).collect()
}

/// The address of the page in its frame: the same but for `?embed`.
pub fn unframed() -> String {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    let parts = search.trim_start_matches('?').split('&');
    let names = |part: &&str| ["data=", "embeddings="].iter().any(|name| part.starts_with(name));
    let kept: Vec<&str> = parts.filter(names).collect();
    format!("./{}{}{}", if kept.is_empty() { "" } else { "?" }, kept.join("&"), fragment())
}

/// Most values of a parameter.
const MOST_NAMED: usize = 100;

/// The page's address with this search and this fragment.
pub fn address(search: &str, fragment: &str) -> String {
    let href = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    format!("{}{search}{fragment}", href.split(['#', '?']).next().unwrap_or_default())
}

/// Puts text on the clipboard.
pub async fn copy(text: &str) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    // Absent where the page is not served over https or from this computer.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into())?;
    if clipboard.is_undefined() {
        return Err(JsValue::NULL);
    }
    let clipboard: web_sys::Clipboard = clipboard.unchecked_into();
    wasm_bindgen_futures::JsFuture::from(clipboard.write_text(text)).await.map(|_| ())
}

fn session() -> Option<web_sys::Storage> {
    web_sys::window()?.session_storage().ok()?
}

/// What this tab remembers under this name, also after a reload.
pub fn recall_in_tab(name: &str) -> Option<String> {
    session()?.get_item(name).ok()?
}

/// Remembers something for this tab, or forgets it.
pub fn remember_in_tab(name: &str, value: Option<&str>) {
    if let Some(storage) = session() {
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}

/// Asks the browser not to clear what the page keeps by itself.
pub fn ask_to_persist() {
    // Absent where the page is not served over https or from this computer: then the call fails, and nothing is lost.
    if let Some(Ok(answer)) = web_sys::window().map(|window| window.navigator().storage().persist()) {
        wasm_bindgen_futures::spawn_local(async move {
            let _ = wasm_bindgen_futures::JsFuture::from(answer).await;
        });
    }
}

/// Whether the page was come to, by a link or an address: not by a reload, nor back or forward.
pub fn arrived() -> bool {
    let entries = web_sys::window().and_then(|window| window.performance());
    let entry = entries.map(|performance| performance.get_entries_by_type("navigation").get(0));
    let kind = entry.and_then(|entry| js_sys::Reflect::get(&entry, &"type".into()).ok());
    kind.and_then(|kind| kind.as_string()).is_some_and(|kind| kind == "navigate")
}
