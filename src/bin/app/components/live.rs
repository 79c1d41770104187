//! The room *Live*: what is asked of which models, what it may cost, and what comes of it.

mod answers;
mod call;
mod calls;
mod caps;
mod field;
mod figures;
mod kept;
mod keys;
mod known;
mod models;
mod providers;
mod questions;
mod spend;
mod status;
mod summary;
mod task;

use super::explain::{Explain, Topic};
use super::message::{Message, Tone, explained};
use super::opening::refusal;
use super::workspace::trouble;
use crate::form::PolicyForm;
use crate::format::{count, listed};
use crate::live::{LiveAction, LiveState, lacking};
use crate::state::{Action, State};
use crate::words::{mix, plural, say};
use call::CallDialog;
use calls::Calls;
use field::At;
use figures::Curve;
use kept::KeptRuns;
use llm_selection::browser::chosen::Chosen;
use llm_selection::error::Error;
use llm_selection::figure::live::LiveFigure;
use llm_selection::live::ledger::Cap;
use llm_selection::live::session::{Pause, Phase, Report};
use std::rc::Rc;
use yew::prelude::*;

fn at(live: &LiveState, dispatch: &Callback<Action>) -> At {
    At { problem: live.problem.clone(), dispatch: dispatch.clone() }
}

/// The buttons, at the form and in the bar at the foot of a small screen. What comes first stays in its place, and keeps
/// the focus.
pub fn controls(live: &LiveState, dispatch: &Callback<Action>) -> Html {
    let at = at(live, dispatch);
    let button = |class: &'static str, name: AttrValue, disabled: bool, action: fn() -> LiveAction| {
        html! { <button type="button" {class} {disabled} onclick={at.press(action)}>{name}</button> }
    };
    if live.run.is_none() {
        let name = say!(if live.form.real { "Start" } else { "Start the dry run" });
        let disabled = live.starting || !lacking(live).is_empty();
        return button("btn primary wide", name, disabled, || LiveAction::Start);
    }
    let report = live.report.as_deref();
    let under_way = report.is_some_and(|report| report.under_way > 0);
    match report.map(|report| report.phase) {
        Some(Phase::Running) => html! {
            <>
                {button("btn primary", say!("Pause"), false, || LiveAction::Pause)}
                {button("btn", say!("Stop"), false, || LiveAction::Stop)}
            </>
        },
        Some(Phase::Paused(_)) => html! {
            <>
                {button("btn primary", say!("Go on"), !live.lacking_keys().is_empty(), || LiveAction::GoOn)}
                {button("btn", say!("Stop"), !under_way, || LiveAction::Stop)}
                {button("btn", say!("New run"), under_way, || LiveAction::NewRun)}
            </>
        },
        Some(Phase::Done) => button("btn primary wide", say!("New run"), false, || LiveAction::NewRun),
        None => button("btn wide", say!("New run"), true, || LiveAction::NewRun),
    }
}

/// What stands above *Start*: what it will spend, or that something is missing.
pub fn ready(live: &LiveState) -> Html {
    if live.run.is_some() {
        return Html::default();
    }
    let lacks = lacking(live).len() as u64;
    let text = match (live.form.real, live.form.caps.caps()) {
        _ if lacks > 0 => plural!(
            lacks,
            "Before the start, {n}\u{a0}thing is missing: see the list at the top.",
            "Before the start, {n}\u{a0}things are missing: see the list at the top.",
            n = count(lacks)
        ),
        (true, Ok(caps)) => {
            say!("Real calls, paid by your keys' accounts: at most {cap}, the cap.", cap = spend::typed(caps.dollars))
        }
        _ => say!("Free: the answers are simulated, and no key is needed."),
    };
    html! { <p class="quiet small">{text}</p> }
}

/// The panels at the left; `playground` are the policies of the Playground's list, `loaded` its files.
pub fn side(live: &LiveState, playground: &[PolicyForm], loaded: &[Chosen], dispatch: &Callback<Action>) -> Html {
    let at = at(live, dispatch);
    if let Some(run) = &live.run {
        return html! {
            <>
                {summary::summary(&run.setup)}
                if !run.setup.dry { {keys::keys(live, &at)} }
                {caps::caps_now(live, &at)}
            </>
        };
    }
    html! {
        <>
            {mode(live, &at)}
            if live.form.real { {keys::keys(live, &at)} }
            {questions::questions(live, loaded, &at)}
            {task::task(live, playground, &at)}
            {answers::answers(live, &at)}
            {caps::caps(live, &at)}
        </>
    }
}

/// Whether providers are called.
fn mode(live: &LiveState, at: &At) -> Html {
    let choice = |name: AttrValue, about: AttrValue, real: bool| {
        let onchange = at.tick(move |form, _| form.real = real);
        html! {
            <label class="choice plain">
                <input type="radio" name="live-mode" aria-label={name.clone()} checked={live.form.real == real} {onchange} />
                <b>{name}</b><small>{about}</small>
            </label>
        }
    };
    html! {
        <fieldset class="panel" role="radiogroup" aria-label={say!("Calls")}>
            <legend>{say!("Calls")}<Explain topic={Topic::LiveMode} /></legend>
            <div class="choices">
                {choice(say!("Dry run"), say!("Simulated answers: free, no key, nothing leaves this tab"), false)}
                {choice(say!("Real calls"), say!("Your own keys; your providers bill you, up to the caps"), true)}
            </div>
        </fieldset>
    }
}

/// Everything but the form.
pub fn main(state: &State, unkept: Option<&Rc<Error>>, dispatch: &Callback<Action>) -> Html {
    let live = &state.live;
    let at = at(live, dispatch);
    let close = html! { <button type="button" class="btn small" onclick={at.press(|| LiveAction::Dismiss)}>{say!("Close")}</button> };
    html! {
        <main class="main" id="main" tabindex="-1">
            <h1 class="vh">{say!("Live")}</h1>
            if live.run.is_none() {
                <p class="lede">{say!("The same rounds with real models, called from your browser. Start with a dry run: three models, fifty questions, simulated answers. Then switch to real calls with your own keys, under caps that hold whatever happens.")}</p>
            }
            if let Some(error) = unkept { {trouble(error)} }
            {refusal(state, dispatch)}
            {status::status(live)}
            if let Some(error) = &live.unkept {
                <Message tone={Tone::Bad} title={say!("Nothing new is begun: it could not be saved")} action={close.clone()}>{mix!("{what} Go on tries to save again.", what = explained(error))}</Message>
            }
            if let Some(error) = &live.failure {
                <Message tone={Tone::Bad} title={say!("That could not be done")} action={close}>{explained(error)}</Message>
            }
            if let Some(report) = &live.report { {alerts(live, report, &at)} }
            {spend::spend(live, &at)}
            if let Some(report) = &live.report {
                <div class="figs">
                    { for LiveFigure::ALL.into_iter().map(|kind| html! { <Curve key={kind.slug()} {kind} report={report.clone()} paper={state.paper} /> }) }
                </div>
                {known::known(report, &at)}
                <Calls rows={live.rows.clone()} shown={live.shown} at={at.clone()} />
                <CallDialog text={live.text.clone()} row={live.row_of_text()} at={at.clone()} />
            } else if live.run.is_none() {
                {models::models(live, &at)}
            }
            <KeptRuns runs={live.kept.clone()} open={live.run.as_ref().map(|run| run.id.clone())} running={live.is_running()} {at} />
        </main>
    }
}

/// What needs the person.
fn alerts(live: &LiveState, report: &Report, at: &At) -> Html {
    let stopped = match report.phase {
        Phase::Paused(Pause::Cap(cap)) => html! {
            <Message tone={Tone::Ask} title={say!(match cap { Cap::Dollars => "The next call might exceed the cap on dollars", Cap::Calls => "The cap on calls is reached", Cap::Minutes => "The cap on minutes is reached" })}>
                if let Some(worst) = report.refused.filter(|_| cap == Cap::Dollars) {
                    {say!("{spent} of {cap} are spent, and the next call could cost up to {worst}: the longest answer, and a token for every byte of the prompt. Nothing more is sent. Raise the cap under Caps and press Go on, or keep what there is.",
                        spent = spend::typed(report.at_most()), cap = spend::typed(report.caps.dollars), worst = spend::dollars(worst))}
                } else {
                    {say!("Nothing more is sent. Raise the cap under Caps and press Go on, or keep what there is.")}
                }
            </Message>
        },
        Phase::Paused(Pause::Over) => html! {
            <Message tone={Tone::Bad} title={say!("A call cost more than it could")}>
                {say!("The prices or the limit on tokens are not what the provider goes by, so that the cap on dollars cannot be trusted. Compare the prices with the provider's page, and begin a new run with the right ones.")}
            </Message>
        },
        Phase::Paused(Pause::NoModel) => html! {
            <Message tone={Tone::Ask} title={say!("No model can be called")}>{say!("See what each of them needs, then go on.")}</Message>
        },
        _ => Html::default(),
    };
    let keyless = live.lacking_keys();
    let near = report.phase == Phase::Running && report.used() >= 0.8;
    html! {
        <>
            {stopped}
            if !keyless.is_empty() && matches!(report.phase, Phase::Paused(_)) {
                <Message tone={Tone::Ask} title={say!("A key is needed to go on")}>{say!("Enter the key for {hosts} under Keys: keys are gone with the tab that had them, unless you kept them.", hosts = listed(&keyless))}</Message>
            }
            if !live.maybe_keyless().is_empty() && report.phase == Phase::Paused(Pause::Opened) {
                <Message tone={Tone::Note} title={say!("Before you go on")}>{say!("If {hosts} asks for a key, enter it again under Keys: it was kept only as long as the tab was open.", hosts = listed(&live.maybe_keyless()))}</Message>
            }
            if near {
                <div role="alert"><Message tone={Tone::Warn} title={say!("More than 80 % of a cap is used")}>{say!("The run stops by itself at the cap. It can be raised under Caps.")}</Message></div>
            }
            if report.offline {
                <Message tone={Tone::Note} title={say!("The browser has no network")}>{say!("The run waits, and goes on by itself.")}</Message>
            }
            if report.phase != Phase::Done { {known::troubles(report, at)} }
        </>
    }
}
