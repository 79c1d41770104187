//! The keyboard shortcuts: a dialog that lists them, with the switch that turns them off.

use super::dialog::use_dialog;
use crate::words::say;
use yew::prelude::*;

/// Keys that work where nothing has the focus, and can be switched off.
fn shortcuts() -> [(&'static str, AttrValue); 5] {
    [
        ("Space", say!("Run or pause, in the Playground")),
        ("S", say!("Step: one round more, in the Playground; held, one after the other")),
        ("R", say!("Reset, in the Playground")),
        ("P", say!("Present the figures, one at a time")),
        ("?", say!("This list")),
    ]
}

/// Keys that always work, where they belong.
fn always() -> [(&'static str, AttrValue); 9] {
    [
        (
            "← →",
            say!(
                "On a chart: move the cursor, with Shift ten times as far over rounds; while presenting: the figure before, the next one"
            ),
        ),
        (
            "Page Up, Page Down",
            say!("On a chart: move the cursor ten times as far; while presenting: the figure before, the next one"),
        ),
        // A space that does not break: these are no two names.
        (",\u{a0}.", say!("On a chart over rounds: move the cursor by one round")),
        ("Home, End", say!("On a chart: to its first and its last place")),
        ("Enter", say!("On a chart of a run: open the round under the cursor in the round inspector")),
        ("Esc", say!("On a chart: take the cursor away; elsewhere: close what is open, leave the presentation")),
        ("Tab, Shift Tab", say!("To the next control, to the one before")),
        ("← → ↑ ↓", say!("Among tabs and choices: the next one, the one before")),
        ("Ctrl V, ⌘ V", say!("Paste a table of results, or files")),
    ]
}

/// Properties of [`Shortcuts`].
#[derive(Properties, PartialEq)]
pub struct ShortcutsProps {
    /// Whether the dialog is open.
    pub open: bool,
    /// Whether the shortcuts are on.
    pub on: bool,
    pub toggle: Callback<Event>,
    pub close: Callback<()>,
}

fn list<const N: usize>(keys: [(&'static str, AttrValue); N]) -> Html {
    let rows = keys.into_iter().map(|(key, what)| {
        html! { <div><dt>{for key.split(", ").map(|key| html! { <kbd>{key}</kbd> })}</dt><dd>{what}</dd></div> }
    });
    html! { <dl class="shortcuts">{for rows}</dl> }
}

/// The dialog.
#[component]
pub fn Shortcuts(props: &ShortcutsProps) -> Html {
    let ShortcutsProps { open, on, toggle, close } = props;
    let dialog = use_dialog(*open);
    html! {
        <dialog class="workspace" ref={dialog} aria-labelledby="shortcuts-title" onclose={close.reform(|_: Event| ())}>
            <div class="stack">
                <div class="card-head">
                    <h2 id="shortcuts-title">{say!("Keyboard shortcuts")}</h2>
                    <div class="end"><button type="button" class="btn small" onclick={close.reform(|_: MouseEvent| ())}>{say!("Close")}</button></div>
                </div>
                <label class="check"><input type="checkbox" checked={*on} onchange={toggle.clone()} />{say!("Single keys are shortcuts, where nothing has the focus")}</label>
                {list(shortcuts())}
                <h3>{say!("Always")}</h3>
                {list(always())}
            </div>
        </dialog>
    }
}
