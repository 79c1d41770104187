//! What the dialogs have in common.

use yew::prelude::*;

/// The place of a `dialog` element that is open while `open` is true.
#[hook]
pub fn use_dialog(open: bool) -> NodeRef {
    let dialog = use_node_ref();
    use_effect_with(open, {
        let dialog = dialog.clone();
        move |open| {
            if let Some(dialog) = dialog.cast::<web_sys::HtmlDialogElement>() {
                if *open {
                    // Fails only where it is open already.
                    let _ = dialog.show_modal();
                } else {
                    // The browser gives the focus back to where it was.
                    dialog.close();
                }
            }
        }
    });
    dialog
}
