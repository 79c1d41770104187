//! A round as a picture: the local server, the message, the cloud; then the linear program and the formulas. It needs
//! nothing but the round and the models' names, so that it can stand anywhere.

use super::cloud::cloud;
use super::formulas::formulas;
use super::local::local;
use super::program::Program;
use super::words::{feedback, message};
use crate::components::piece::Piece;
use crate::format::Unit;
use crate::shared::Shared;
use crate::words::say;
use llm_selection::inspect::Inspection;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`RoundView`].
#[derive(Properties, PartialEq)]
pub struct RoundProps {
    pub inspection: Shared<Inspection>,
    /// Names of the models, in the environment's order.
    pub models: Rc<Vec<String>>,
    /// What costs are counted in.
    pub unit: Unit,
}

/// A round, and how it is to be told: what all parts are given.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub round: &'a Inspection,
    pub models: &'a [String],
    pub unit: Unit,
}

impl Seen<'_> {
    /// Name of a model.
    pub fn name(&self, arm: usize) -> &str {
        self.models.get(arm).map_or("?", String::as_str)
    }

    /// A cost as people read it.
    pub fn cost(&self, cost: f64) -> String {
        if cost == 0.0 {
            return format!("{}0", self.unit.sign());
        }
        // One that is far smaller than the others is no 0.
        let places = crate::format::decimals(cost, 2);
        self.unit.fixed(cost, places.max(self.places()))
    }

    /// Decimals that suit the costs of the round.
    fn places(&self) -> usize {
        let most = self.round.arms.iter().map(|arm| arm.true_cost).chain(self.round.budget).fold(0.0, f64::max);
        crate::format::decimals(most, 3)
    }
}

/// The round.
#[component]
pub fn RoundView(props: &RoundProps) -> Html {
    let seen = Seen { round: &props.inspection, models: &props.models, unit: props.unit };
    let relaxed = seen.round.relaxed.is_some();
    html! {
        <>
            <div class="boxes">
                {local(seen)}
                <div class="wire">
                    <div>
                        if relaxed { <b><i class="sym">{"z"}</i></b> } else { <b>{say!("the set")}</b> }
                        <svg viewBox="0 0 60 12" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" d="M0 6H58M52 2l6 4-6 4" /></svg>
                        {message(seen)}
                    </div>
                    <div>
                        <b>{say!("feedback")}</b>
                        <svg viewBox="0 0 60 12" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" d="M60 6H2M8 2L2 6l6 4" /></svg>
                        {feedback(seen)}
                    </div>
                </div>
                <Piece turn=11 always=true>{cloud(seen)}</Piece>
            </div>
            <Piece turn=12 always=true><Program inspection={props.inspection.clone()} models={props.models.clone()} unit={props.unit} /></Piece>
            <details class="formulas">
                <summary>{say!("Formulas with this round\u{2019}s numbers")}</summary>
                <div class="scroll" tabindex="0" role="group" aria-label={say!("Formulas, scroll sideways")}><Piece turn=13 always=true>{formulas(seen)}</Piece></div>
            </details>
        </>
    }
}
