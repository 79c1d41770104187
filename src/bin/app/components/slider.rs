//! The budget as a slider, marked where it begins to matter and where it stops.

use super::field::typing;
use crate::browser::decimal;
use crate::form::Field;
use crate::format::{Unit, typed};
use crate::state::Action;
use crate::words::say;
use llm_selection::plan::BudgetRange;
use yew::prelude::*;

/// Properties of [`Slider`].
#[derive(Properties, PartialEq)]
pub struct SliderProps {
    pub budget: AttrValue,
    pub range: BudgetRange,
    pub unit: Unit,
    pub disabled: bool,
    pub dispatch: Callback<Action>,
}

/// Width of the drawing.
const WIDTH: f64 = 300.0;

/// The slider.
#[component]
pub fn Slider(props: &SliderProps) -> Html {
    let BudgetRange { cheapest_feasible: low, never_binding: high } = props.range;
    let budget = decimal(props.budget.trim()).unwrap_or(low);
    let top = 1.15 * if high > 0.0 { high } else { 1.0 };
    let at = |amount: f64| (amount / top).clamp(0.0, 1.0);
    let (oninput, onchange) = typing(Field::Budget, &props.dispatch);
    let marks = (use_node_ref(), use_node_ref());
    use_effect_with((at(low).min(0.6), (1.0 - at(high)).min(0.6)), {
        let marks = marks.clone();
        move |(left, right)| {
            // The policy forbids style attributes, not the style property.
            let set = |mark: &NodeRef, side: &str, share: f64| {
                if let Some(mark) = mark.cast::<web_sys::HtmlElement>() {
                    let _ = mark.style().set_property(side, &format!("{:.2}%", 100.0 * share));
                }
            };
            set(&marks.0, "left", *left);
            set(&marks.1, "right", *right);
        }
    });
    let x = |amount: f64| format!("{:.1}", WIDTH * at(amount));
    let over = format!("{:.1}", WIDTH * (1.0 - at(budget)));
    let step = typed(top / 400.0, 1);
    html! {
        <div class="slider">
            <svg viewBox="0 0 300 36" preserveAspectRatio="none" aria-hidden="true">
                <defs>
                    <pattern id="hatch-slider" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V7" /></pattern>
                </defs>
                if !props.disabled {
                    <rect class="over" x={x(budget)} y="10" width={over.clone()} height="16" />
                    <rect fill="url(#hatch-slider)" x={x(budget)} y="10" width={over} height="16" />
                }
                <path class="axis" d="M0 26H300" />
                <path class="leader" d={format!("M{} 6V36M{} 6V36", x(low), x(high))} />
            </svg>
            <input type="range" min="0" max={typed(top, 6)} {step} value={props.budget.clone()} disabled={props.disabled}
                aria-label={say!("Budget per query, slider")}
                aria-valuetext={say!("{budget} per query", budget = props.unit.short(budget))} {oninput} {onchange} />
            <span class="mark lo" ref={marks.0}><b>{props.unit.short(low)}</b>{say!("cheapest feasible")}</span>
            <span class="mark hi" ref={marks.1}><b>{props.unit.short(high)}</b>{say!("never binding")}</span>
        </div>
    }
}
