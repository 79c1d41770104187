//! What is sent, and how answers are scored.

use super::field::{At, Number, area, number, select, symbol};
use super::task::plain;
use crate::components::explain::{Explain, Topic};
use crate::live::{LiveState, ScoringKind};
use crate::words::say;
use yew::prelude::*;

/// The panel.
pub fn answers(live: &LiveState, at: &At) -> Html {
    let form = &live.form;
    let kinds = ScoringKind::ALL.into_iter().map(|kind| (format!("{kind:?}"), kind.name(), kind == form.scoring));
    let scoring = at.text(|form, value| {
        let found = ScoringKind::ALL.into_iter().find(|kind| format!("{kind:?}") == value);
        form.scoring = found.unwrap_or(form.scoring);
        if form.scoring == ScoringKind::Judged && form.judge.is_none() {
            form.judge = form.models.first().map(|model| model.id);
        }
    });
    let names = form.names();
    let judges = form
        .models
        .iter()
        .zip(names)
        .map(|(model, name)| (model.id.to_string(), name.into(), form.judge == Some(model.id)));
    let judge = at.text(|form, id| form.judge = id.parse().ok());
    let tolerance = at.text(|form, text| form.tolerance = text);
    let pattern = at.text(|form, text| form.pattern = text);
    let open = at.is_wrong_in("template") || at.is_wrong_in("judge.");
    html! {
        <fieldset class="panel">
            <legend>{say!("Answers")}<Explain topic={Topic::LiveGrader} /></legend>
            <div class="stack">
                {select("live-grader", say!("Grader"), None, kinds.collect(), scoring)}
                { match form.scoring {
                    ScoringKind::NumberWithin => number(at, Number { id: "live-tolerance", label: say!("At most so far from it"), path: "grader.number-within", step: "any", min: "0", ..Number::default() }, &form.tolerance, tolerance),
                    ScoringKind::Regex => area(at, "live-pattern", say!("Pattern (regular expression)"), "grader.regex", "2", &form.pattern, pattern),
                    ScoringKind::Judged => select("live-judge", say!("Judge"), None, judges.collect(), judge),
                    _ => Html::default(),
                } }
                if form.scoring.is_graded() {
                    {number(at, Number { id: "live-threshold", label: say!("Right from score"), path: "task.success_threshold", topic: Some(Topic::Right), before: symbol("θ"), step: "0.1", min: "0", ..Number::default() }, &form.threshold, at.text(|form, text| form.threshold = text))}
                }
                <details class="changes" {open}>
                    <summary>{say!("Prompt")}<span class="end">{say!("what is sent")}</span></summary>
                    <div class="stack">
                        {area(at, "live-template", say!("Prompt template"), "template", "4", &form.template, at.text(|form, text| form.template = text))}
                        <p class="quiet small">{say!("{query} is where the question goes; {category} and {reference} may stand in it too.")}</p>
                        {area(at, "live-system", say!("System prompt"), "system", "2", &form.system, at.text(|form, text| form.system = text))}
                        if form.scoring == ScoringKind::Judged {
                            {area(at, "live-judge-template", say!("Judge's prompt"), "judge.template", "5", &form.judge_template, at.text(|form, text| form.judge_template = text))}
                            {plain(at, "live-judge-tokens", say!("Judge's output tokens"), "judge.max_tokens", &form.judge_tokens, |form| &mut form.judge_tokens)}
                        }
                    </div>
                </details>
                if form.own_questions && form.template == llm_selection::live::sample::TEMPLATE {
                    <p class="quiet small">{say!("The prompt asks for the letter of a choice. Where your questions have no choices, change it, and the grader with it.")}</p>
                }
            </div>
        </fieldset>
    }
}
