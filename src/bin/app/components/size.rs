//! How large the box of a drawing is.

use crate::browser::decimal;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

/// Width of the chart's box and size of its type, in CSS pixels.
pub type Size = (f64, f64);

/// Size of `element`, and of the type in it.
fn measure(element: &web_sys::Element) -> Size {
    let font = web_sys::window().and_then(|window| {
        let style = window.get_computed_style(element).ok()??;
        style.get_property_value("font-size").ok()?.strip_suffix("px").and_then(decimal)
    });
    (f64::from(element.client_width()), font.unwrap_or(12.0))
}

thread_local! {
    /// What was measured last: the next figure has most likely the same size, and is not drawn twice.
    static LAST: Cell<Size> = const { Cell::new((440.0, 12.0)) };
}

/// The size of the element behind `node`, followed as it changes.
#[hook]
pub fn use_size(node: &NodeRef) -> Size {
    let size = use_state_eq(|| LAST.get());
    let now = *size;
    let node = node.clone();
    use_effect_with((), move |_| {
        let element = node.cast::<web_sys::Element>();
        let watched = element.clone();
        let follow = Closure::<dyn FnMut()>::new(move || {
            if let Some(element) = &watched {
                let (width, font) = measure(element);
                if width > 0.0 {
                    LAST.set((width, font));
                    size.set((width, font));
                }
            }
        });
        let observer = web_sys::ResizeObserver::new(follow.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(element)) = (&observer, &element) {
            observer.observe(element);
        }
        move || {
            if let Some(observer) = observer {
                observer.disconnect();
            }
            drop(follow);
        }
    });
    now
}
