//! What a person does anywhere on the page: keys, and what is pasted.

use super::{App, Happening};
use crate::bring::Held;
use crate::components::presentation;
use crate::room::Room;
use crate::state::{Action, Phase};
use wasm_bindgen::prelude::*;
use yew::prelude::*;

impl App {
    /// Space runs and pauses, S plays one round more (again and again while it is held), R resets, P presents, ? lists the
    /// keys, where nothing has the focus. Gives whether the page is to be drawn again.
    pub(super) fn key(&mut self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return false;
        }
        if presentation::presenting() && presentation::key(event) {
            return false;
        }
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if !self.shortcuts || !target.is_some_and(|target| presentation::is_free(&target)) {
            return false;
        }
        let plays = self.state.as_ref().is_ok_and(|state| state.room == Room::Playground);
        let stepping = self.state.as_ref().is_ok_and(|state| state.stepping);
        // A key does not throw away a finished run that is being presented: there, Space goes on.
        let over = presentation::presenting() && self.state.as_ref().is_ok_and(|state| state.phase == Phase::Done);
        match event.key().as_str() {
            " " if over => presentation::turn(1),
            "s" | "S" | "r" | "R" if over => return false,
            "s" | "S" if plays && !(event.repeat() && stepping) => self.dispatch.emit(Action::Step),
            _ if event.repeat() => return false,
            " " if plays => self.dispatch.emit(Action::Toggle),
            "r" | "R" if plays => self.dispatch.emit(Action::Reset),
            "p" | "P" if presentation::presenting() => presentation::leave(),
            "p" | "P" => presentation::start(None),
            "?" if !self.embedded => self.shortcuts_listed = true,
            _ => return false,
        }
        event.prevent_default();
        self.shortcuts_listed
    }
}

/// Files or a table that are pasted where nothing takes text.
pub(super) fn pasted(event: web_sys::ClipboardEvent) -> Option<Happening> {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let takes_text =
        "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=file])";
    // What is no element is the document itself.
    if target.is_some_and(|target| target.closest(takes_text).is_ok_and(|it| it.is_some())) {
        return None;
    }
    let held = Held::pasted(event.clipboard_data());
    if held.is_empty() {
        return Held::not_pasted(event.clipboard_data()).map(|error| Happening::Do(Action::NotPasted(error)));
    }
    event.prevent_default();
    Some(Happening::Held(held))
}
