//! What came of a policy, in words: of the best of the paper's rules, or of the one that is asked for.

use super::ask::policies;
use crate::query_aware::Trained;
use crate::state::Shared;
use crate::words::{say, told};
use llm_selection::query_aware::outcome::sentences;
use yew::prelude::*;

/// Properties of [`InWords`].
#[derive(Properties, PartialEq)]
pub struct WordsProps {
    pub trained: Shared<Trained>,
}

/// The card.
#[component]
pub fn InWords(props: &WordsProps) -> Html {
    let WordsProps { trained } = props;
    let evaluation = &trained.evaluation;
    let lead = evaluation.policies.iter().position(|policy| policy.name == evaluation.gap.policy).unwrap_or_default();
    // What was asked of one training is not asked of the next.
    let asked = use_state(|| None::<(u32, u32)>);
    let place = asked.filter(|(number, _)| *number == trained.number).map_or(lead as u32, |(_, place)| place);
    let choose = {
        let (asked, number) = (asked.clone(), trained.number);
        Callback::from(move |place: u32| asked.set(Some((number, place))))
    };
    // A number keeps its unit and its interval.
    let whole = |sentence: String| told(sentence).replace(" %", "\u{a0}%").replace(" ± ", "\u{a0}±\u{a0}");
    let mut said = sentences(evaluation, place as usize).into_iter().map(whole);
    let first = said.next();
    html! {
        <section class="card" aria-labelledby="words-title">
            <div class="card-head">
                <h2 id="words-title">{say!("In words")}</h2>
                <div class="end">
                    <div class="field row-field">
                        <label class="lbl" for="words-policy">{say!("Policy in words")}</label>
                        {policies("words-policy", trained, place, choose)}
                    </div>
                </div>
            </div>
            <div aria-live="polite">
                <p><b>{first}</b></p>
                <ul class="says">{for said.map(|sentence| html! { <li>{sentence}</li> })}</ul>
            </div>
        </section>
    }
}
