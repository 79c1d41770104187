//! The step of a lesson that the page's own experiment came from.

use super::{LearnState, Place};
use crate::browser::{recall_in_tab, remember_in_tab};
use yew::AttrValue;

/// Name under which a tab remembers it.
const ORIGIN: &str = "lesson";

impl LearnState {
    /// The step that the tab's experiment came from, as it was remembered.
    pub fn remembered_origin() -> Option<String> {
        recall_in_tab(ORIGIN)
    }

    /// The page has another experiment: that of the step at this address, or of none.
    pub fn set_origin(&mut self, step: Option<String>) {
        remember_in_tab(ORIGIN, step.as_deref());
        self.aside &= step.is_some();
        self.origin = step.map(AttrValue::from);
    }

    /// Address of the step whose experiment this link opens.
    pub fn step_of(&self, link: &str) -> Option<String> {
        let opened = self.opened.as_ref()?;
        // Steps may share an experiment: the one that is shown comes first.
        let mut places = std::iter::once(opened.step).chain(0..opened.courses.len());
        let step = places.find(|place| {
            let experiment = opened.courses.get(*place).and_then(|course| course.experiment.as_ref());
            matches!(experiment, Some(Ok((_, own))) if own == link)
        })?;
        Some(Place::fragment(&opened.slug, step, &self.place.hidden))
    }
}
