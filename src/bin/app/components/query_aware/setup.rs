//! The set-up: split, features, selection, the steps of the training.

use super::table::table;
use crate::components::explain::{Explain, Topic};
use crate::components::field::NumberField;
use crate::components::name::Name;
use crate::form::{Field, Label, QueryAwareInput};
use crate::format::{count, duration, fixed};
use crate::state::{Action, State};
use crate::words::{mix, plural, say};
use crate::world::Source;
use llm_selection::query_aware::steps::Step;
use yew::prelude::*;

/// The panels beside *Data*; `wrong` is the input that is wrong, `alert` the message about it.
pub fn setup(state: &State, wrong: Option<Field>, alert: Html, dispatch: &Callback<Action>) -> Html {
    let form = &state.form.query_aware;
    let input = |id: &'static str,
                 input: QueryAwareInput,
                 topic: Option<Topic>,
                 value: &str,
                 before: Html,
                 step: &'static str,
                 max: Option<&'static str>| {
        html! {
            <NumberField {id} label={input.name()} {topic} field={Field::QueryAware(input)} value={value.to_owned()} {wrong} {before} {step}
                min="0" max={max.map(AttrValue::Static)} dispatch={dispatch.clone()} />
        }
    };
    let symbol = |symbol: &'static str| html! { <span aria-hidden="true"><i class="sym">{symbol}</i></span> };
    let unit = |unit: &'static str| html! { <span aria-hidden="true">{unit}</span> };
    let none = Html::default;
    let splits = state.world.labels(Label::Split);
    let columns = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(area) = event.target_dyn_into::<web_sys::HtmlTextAreaElement>() {
                dispatch.emit(Action::Typed(Field::QueryAware(QueryAwareInput::Columns), area.value()));
            }
        })
    };
    let bad = wrong == Some(Field::QueryAware(QueryAwareInput::Columns));
    html! {
        <>
            <fieldset class="panel">
                <legend>{say!("Split")}<Explain topic={Topic::Split} /></legend>
                <div class="stack">
                    if splits.is_empty() {
                        <div class="three">
                            {input("qa-train", QueryAwareInput::Train, None, &form.train, none(), "5", Some("99"))}
                            {input("qa-validation", QueryAwareInput::Validation, None, &form.validation, none(), "5", Some("99"))}
                            {input("qa-seed", QueryAwareInput::Seed, None, &form.seed, none(), "1", None)}
                        </div>
                        if let Some(test) = form.test() {
                            <p class="quiet small">{say!(
                                "Test, on which all figures are measured: the other {share}\u{a0}%.",
                                share = fixed(test, if test.fract() == 0.0 { 0 } else { 2 })
                            )}</p>
                        }
                    } else {
                        <p class="quiet small">{say!(
                            "A column of the data says which query is in which part: {parts}. It is followed, and no shares are needed.",
                            parts = named(splits)
                        )}</p>
                    }
                </div>
            </fieldset>
            <fieldset class="panel">
                <legend>{say!("Labels and features")}</legend>
                <div class="stack">
                    {read(state)}
                    <NumberField id="qa-success" label={say!("Right from score")} topic={Topic::Right} field={Field::SuccessThreshold} value={state.form.success_threshold.clone()} {wrong}
                        before={symbol("θ")} step="0.1" min="0" max="1" dispatch={dispatch.clone()} />
                    <div class="field">
                        <div class="lbl"><label for="qa-columns">{say!("Extra columns")}</label><Explain topic={Topic::Features} /></div>
                        <textarea id="qa-columns" rows="2" spellcheck="false" value={form.columns.clone()} oninput={columns}
                            aria-invalid={bad.then_some("true")} aria-describedby="qa-columns-about" />
                        <p class="quiet small" id="qa-columns-about">{say!("Columns of numbers or embeddings beside the text, one name a line.")}</p>
                    </div>
                    {table(&state.query_aware, dispatch)}
                    {steps(state)}
                </div>
            </fieldset>
            <fieldset class="panel">
                <legend>{say!("Selection")}</legend>
                <div class="stack">
                    <div class="two">
                        {input("qa-models", QueryAwareInput::MaxModels, Some(Topic::Selected), &form.max_models, symbol("s"), "1", None)}
                        {input("qa-threshold", QueryAwareInput::Threshold, Some(Topic::Threshold), &form.threshold, symbol("τ"), "0.05", Some("1"))}
                        {input("qa-cost", QueryAwareInput::CostCap, Some(Topic::Caps), &form.cost_cap, unit("$"), "any", None)}
                        {input("qa-latency", QueryAwareInput::LatencyCap, Some(Topic::Caps), &form.latency_cap, unit("ms"), "any", None)}
                        {input("qa-confidence", QueryAwareInput::Confidence, Some(Topic::Confidence), &form.confidence, none(), "0.05", Some("1"))}
                    </div>
                    <p class="quiet small">{say!("Caps are per query, by the models' means on train; empty = none.")}</p>
                    {alert}
                </div>
            </fieldset>
        </>
    }
}

/// Which columns the room reads of the files.
fn read(state: &State) -> Html {
    let Some(audit) = state.audit.as_ref().filter(|_| state.form.source == Source::Files) else {
        return Html::default();
    };
    let column = |role: &str| {
        let all = audit.files.iter().flat_map(|file| &file.columns);
        all.filter(|(of, _)| of == role).map(|(_, name)| name.clone()).next()
    };
    let name = |name: String| html! { <b><Name {name} inside={true} /></b> };
    let latency = match column("latency_ms") {
        Some(column) => mix!("latency from {column}", column = name(column)),
        None => say!("no latency known").into(),
    };
    let cost = match column("cost") {
        Some(column) => mix!("cost from {column}", column = name(column)),
        None => say!("no cost known").into(),
    };
    html! {
        <p class="quiet small">
            {mix!(
                "Text is read from a column {query} (also prompt, question, input, or as the format has it), votes from {answer}; {latency}, {cost}.",
                query = html! { <b>{"query"}</b> },
                answer = html! { <b>{"answer"}</b> },
                latency = latency,
                cost = cost,
            )}
        </p>
    }
}

/// Parts and how many queries are in each.
fn named(splits: &[(String, u64)]) -> String {
    let each: Vec<String> = splits.iter().map(|(name, queries)| format!("{name} {}", count(*queries))).collect();
    each.join(", ")
}

/// The steps, those that are done with their times.
fn steps(state: &State) -> Html {
    let room = &state.query_aware;
    let trained = room.trained.as_ref().filter(|_| room.training.is_none());
    let now = room.training.as_ref().map(|training| training.step);
    let steps = Step::ALL.into_iter().map(|step| {
        let time = trained.and_then(|trained| trained.times.iter().find(|(of, _)| *of == step)).map(|(_, time)| *time);
        let before = now.is_some_and(|now| (step as u8) < now as u8);
        let class = if time.is_some() || before { Some("done") } else { (now == Some(step)).then_some("now") };
        let sizes = trained.map(|trained| trained.evaluation.split);
        let text = match (step, sizes) {
            (Step::Train, Some(sizes)) => {
                say!(
                    "Train on {queries}, calibrate on {validation}",
                    queries = plural!(sizes.train, "{n}\u{a0}query", "{n}\u{a0}queries", n = count(sizes.train)),
                    validation = count(sizes.validation)
                )
            }
            (Step::Judge, Some(sizes)) => plural!(
                sizes.test, "Judge policies on {n}\u{a0}query", "Judge policies on {n}\u{a0}queries", n = count(sizes.test)
            ),
            (Step::Read, _) => say!("Read the texts"),
            (Step::Features, _) => say!("Count n-grams, weigh by TF-IDF"),
            (Step::Train, None) => say!("Train a unit for each model, calibrate"),
            (Step::Judge, None) => say!("Judge policies"),
            (Step::Sweep, _) => say!("Sweep s and τ"),
            (Step::Explain, _) => say!("Judge predictions, look into the gap"),
        };
        html! { <li {class}><span>{text}</span>if let Some(time) = time { <span class="num">{duration(time)}</span> }</li> }
    });
    html! { <ol class="steps">{for steps}</ol> }
}
