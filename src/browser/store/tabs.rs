//! Which tabs are open, by a lock that each holds under its name as long as it lives; and the room there is.

use crate::error::{Error, ErrorKind, Result};
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::collections::BTreeSet;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// What a tab's lock is called before its name.
const LOCK: &str = "llm-selection-tab-";
/// How often, and after how many milliseconds each time, a lock is asked for that a page just reloaded may still hold.
const TRIES: (u32, i32) = (3, 150);

/// This tab. Dropping it gives its name up.
pub(super) struct Tab {
    /// Its name, also the id of its item.
    pub(super) name: String,
    release: Option<Function>,
}

impl Drop for Tab {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

impl Tab {
    /// Takes the wanted name, or a new one where another tab has it: a duplicate of a tab begins with its name. Where the
    /// browser has no locks nobody can tell, so the name is always new.
    pub(super) async fn claim(wanted: Option<String>) -> Result<Tab> {
        let (tries, pause) = TRIES;
        for round in 0..tries {
            let Some(name) = &wanted else { break };
            if round > 0 {
                wait(pause).await;
            }
            match lock(name).await {
                Some(Some(release)) => return Ok(Tab { name: name.clone(), release: Some(release) }),
                Some(None) => {}
                None => break,
            }
        }
        let name = new_name()?;
        let release = lock(&name).await.flatten();
        Ok(Tab { name, release })
    }
}

/// A name that nobody else has.
pub(super) fn new_name() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::new(ErrorKind::Io, "a random name").found(error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Names of the tabs that are open.
pub(super) async fn open() -> BTreeSet<String> {
    let Some(locks) = service("locks") else { return BTreeSet::new() };
    let Some(snapshot) = call(&locks, "query", &Array::new()).await else { return BTreeSet::new() };
    let held = Reflect::get(&snapshot, &"held".into()).ok().and_then(|held| held.dyn_into::<Array>().ok());
    let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    let names = held.iter().flat_map(Array::iter).filter_map(name);
    names.filter_map(|name| name.strip_prefix(LOCK).map(str::to_owned)).collect()
}

/// Bytes that the site uses and may use, and whether the browser has promised not to clear them by itself.
pub(super) async fn room() -> (Option<u64>, Option<u64>, bool) {
    let Some(storage) = service("storage") else { return (None, None, false) };
    let estimate = call(&storage, "estimate", &Array::new()).await.unwrap_or(JsValue::UNDEFINED);
    let bytes = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64().map(|bytes| bytes as u64);
    let persistent = call(&storage, "persisted", &Array::new()).await;
    (bytes("usage"), bytes("quota"), persistent.is_some_and(|value| value.is_truthy()))
}

/// A service of the worker's `navigator`, where the browser has it: not on every page that is served without https.
fn service(name: &str) -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    Reflect::get(&navigator, &name.into()).ok().filter(|service| service.is_object())
}

/// What a method promises; `None` where it fails.
async fn call(of: &JsValue, method: &str, arguments: &Array) -> Option<JsValue> {
    let method: Function = Reflect::get(of, &method.into()).ok()?.dyn_into().ok()?;
    let promise: Promise = method.apply(of, arguments).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Asks for the lock of a name: a function that gives it back, nothing where it is taken, `None` without locks.
async fn lock(name: &str) -> Option<Option<Function>> {
    let locks = service("locks")?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?;
    // The lock is held until the promise that the callback returns is kept.
    let mut requested = None;
    let answered = Promise::new(&mut |answer, _| {
        let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
            if !lock.is_object() {
                let _ = answer.call1(&JsValue::NULL, &JsValue::NULL);
                return JsValue::UNDEFINED;
            }
            Promise::new(&mut |release, _| {
                let _ = answer.call1(&JsValue::NULL, &release);
            })
            .into()
        });
        let name = JsValue::from_str(&format!("{LOCK}{name}"));
        requested = request.call3(&locks, &name, &options, &callback).ok();
    });
    // A request that is refused outright ends the wait for the callback.
    let answer = JsFuture::from(Promise::race(&Array::of2(&answered, &requested?))).await.ok()?;
    Some(answer.dyn_into().ok())
}

async fn wait(milliseconds: i32) {
    let pause = Promise::new(&mut |done, _| {
        if let Some(scope) = crate::browser::scope() {
            let _ = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&done, milliseconds);
        }
    });
    let _ = JsFuture::from(pause).await;
}
