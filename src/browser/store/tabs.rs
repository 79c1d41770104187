//! Which tabs are open, by a lock that each holds under its name as long as it lives; and the room there is.

use crate::browser::locks::{call, held, lock, new_name, service, wait};
use crate::error::Result;
use js_sys::{Array, Function, Reflect};
use std::collections::BTreeSet;
use wasm_bindgen::prelude::*;

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
            match lock(&format!("{LOCK}{name}")).await {
                Some(Some(release)) => return Ok(Tab { name: name.clone(), release: Some(release) }),
                Some(None) => {}
                None => break,
            }
        }
        let name = new_name()?;
        let release = lock(&format!("{LOCK}{name}")).await.flatten();
        Ok(Tab { name, release })
    }
}

/// Names of the tabs that are open.
pub(super) async fn open() -> BTreeSet<String> {
    held(LOCK).await
}

/// Bytes that the site uses and may use, and whether the browser has promised not to clear them by itself.
pub(super) async fn room() -> (Option<u64>, Option<u64>, bool) {
    let Some(storage) = service("storage") else { return (None, None, false) };
    let estimate = call(&storage, "estimate", &Array::new()).await.unwrap_or(JsValue::UNDEFINED);
    let bytes = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64().map(|bytes| bytes as u64);
    let persistent = call(&storage, "persisted", &Array::new()).await;
    (bytes("usage"), bytes("quota"), persistent.is_some_and(|value| value.is_truthy()))
}
