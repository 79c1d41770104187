//! The worker's WebAssembly module.

/// Nothing runs by itself: the worker calls `start_worker`, a program calls the functions it wants.
fn main() {}

#[cfg(target_arch = "wasm32")]
mod exports {
    use wasm_bindgen::prelude::*;

    /// Tells the page that this worker is ready.
    #[wasm_bindgen]
    pub fn start_worker() -> Result<(), JsValue> {
        let scope: web_sys::DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        scope.post_message(&"ready".into())
    }
}
