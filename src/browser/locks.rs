//! Locks that a tab holds as long as it lives, by name, across all tabs of the site.

use crate::error::{Error, ErrorKind, Result};
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::collections::BTreeSet;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// A name that nobody else has.
pub(super) fn new_name() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::new(ErrorKind::Io, "a random name").found(error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What follows `prefix` in the names of the locks that some tab holds.
pub(super) async fn held(prefix: &str) -> BTreeSet<String> {
    let Some(locks) = service("locks") else { return BTreeSet::new() };
    let Some(snapshot) = call(&locks, "query", &Array::new()).await else { return BTreeSet::new() };
    let held = Reflect::get(&snapshot, &"held".into()).ok().and_then(|held| held.dyn_into::<Array>().ok());
    let name = |lock: JsValue| Reflect::get(&lock, &"name".into()).ok()?.as_string();
    let names = held.iter().flat_map(Array::iter).filter_map(name);
    names.filter_map(|name| name.strip_prefix(prefix).map(str::to_owned)).collect()
}

/// A service of the worker's `navigator`, where the browser has it: not on every page that is served without https.
pub(super) fn service(name: &str) -> Option<JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
    Reflect::get(&navigator, &name.into()).ok().filter(|service| service.is_object())
}

/// What a method promises; `None` where it fails.
pub(super) async fn call(of: &JsValue, method: &str, arguments: &Array) -> Option<JsValue> {
    let method: Function = Reflect::get(of, &method.into()).ok()?.dyn_into().ok()?;
    let promise: Promise = method.apply(of, arguments).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// Asks for the lock of a name: a function that gives it back, nothing where it is taken, `None` without locks.
pub(super) async fn lock(name: &str) -> Option<Option<Function>> {
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
        let name = JsValue::from_str(name);
        requested = request.call3(&locks, &name, &options, &callback).ok();
    });
    // A request that is refused outright ends the wait for the callback.
    let answer = JsFuture::from(Promise::race(&Array::of2(&answered, &requested?))).await.ok()?;
    Some(answer.dyn_into().ok())
}

/// Waits so many milliseconds.
pub(super) async fn wait(milliseconds: i32) {
    let pause = Promise::new(&mut |done, _| {
        if let Some(scope) = crate::browser::scope() {
            let _ = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&done, milliseconds);
        }
    });
    let _ = JsFuture::from(pause).await;
}
