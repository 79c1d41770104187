//! The view *Studies*: a click starts one; its progress, its figures, its report.

use super::download::save_text;
use super::explain::{Explain, Topic};
use super::figure::Figure;
use super::legend::{Legend, labels};
use super::message::{Message, Tone, explained};
use super::study_report::report;
use crate::format::{duration, percent};
use crate::state::Action;
use crate::studies::{Stage, Studies, StudyAction};
use crate::words::{say, told};
use llm_selection::figure::{FigureKind, Paper};
use llm_selection::study::{Part, Study};
use yew::prelude::*;

/// Properties of [`StudiesView`].
#[derive(Properties, PartialEq)]
pub struct StudiesProps {
    pub studies: Studies,
    /// Whether the page's own run waits for the study.
    pub waiting: bool,
    /// How large figures are as files.
    pub paper: Paper,
    pub dispatch: Callback<Action>,
}

/// The view.
#[component]
pub fn StudiesView(props: &StudiesProps) -> Html {
    let StudiesProps { studies, dispatch, .. } = props;
    let choices = Study::ALL.into_iter().map(|study| {
        let onclick = dispatch.reform(move |_: MouseEvent| Action::Study(StudyAction::Start(study)));
        let chosen = studies.study == Some(study);
        let about = format!("study-{}", study.slug());
        html! {
            <div class={classes!("study", chosen.then_some("is-chosen"))} key={study.slug()}>
                <button type="button" class="btn" aria-current={chosen.then_some("true")} aria-describedby={about.clone()} {onclick}>{told(study.title())}</button>
                <p id={about}>{told(study.about())}</p>
            </div>
        }
    });
    html! {
        <>
            <section class="card" aria-label={say!("Built-in studies")}>
                <p class="quiet">{say!("Questions that others have asked, played anew at a click.")}<Explain topic={Topic::Studies} /></p>
                <div class="studies">{for choices}</div>
            </section>
            {progress(props)}
            if let Stage::Failed(error) = &studies.stage {
                <Message tone={Tone::Bad} title={say!("The study could not go on")}>{explained(error)}</Message>
            }
            {figures(props)}
            if let Some(found) = &studies.report { {report(found)} }
            {files(props)}
        </>
    }
}

fn progress(props: &StudiesProps) -> Html {
    let StudiesProps { studies, waiting, dispatch, .. } = props;
    let Some(study) = studies.study else { return Html::default() };
    let (share, elapsed) = (studies.share(), studies.elapsed_ms());
    let title = told(study.title());
    let said = match &studies.stage {
        Stage::Ready => AttrValue::default(),
        Stage::Playing => say!("{study}: running", study = title),
        Stage::Done if studies.parts.is_empty() => say!("{study}: Done", study = title),
        Stage::Done => say!("{study}, in {time}. Done", study = title, time = duration(elapsed)),
        Stage::Cancelled => say!("{study}: cancelled", study = title),
        Stage::Failed(_) => say!("{study}: stopped", study = title),
    };
    let playing = studies.is_playing();
    let cancel = dispatch.reform(|_: MouseEvent| Action::Study(StudyAction::Cancel));
    html! {
        <section class={classes!("card", "status", playing.then_some("is-running"))} aria-label={say!("Progress")}>
            <div class="status-now">
                <p role="status"><span class="pulse"></span>{said}</p>
                if playing {
                    <progress value={format!("{share:.4}")} aria-label={say!("Progress of the study")}></progress>
                    <dl>
                        <div><dt>{say!("Played")}</dt><dd>{percent(share)}</dd></div>
                        if share > 0.02 && elapsed > 0.0 {
                            <div><dt>{say!("Time left")}</dt><dd>{duration(elapsed / share * (1.0 - share))}</dd></div>
                        }
                    </dl>
                    <button type="button" class="btn small" onclick={cancel}>{say!("Cancel")}</button>
                }
                if *waiting {
                    <p class="note">{say!("The run of your experiment is paused meanwhile, and goes on after it.")}</p>
                }
            </div>
        </section>
    }
}

/// The paper's figure, one for each reward model.
fn figures(props: &StudiesProps) -> Html {
    let StudiesProps { studies, dispatch, .. } = props;
    let (Some(Study::Paper(_)), Some(first)) = (studies.study, studies.runs.first()) else { return Html::default() };
    // The legend's buttons are those of the page's own run: here they hide the study's lines.
    let hide = dispatch.reform(|action| match action {
        Action::Hide(place, hide) => Action::Study(StudyAction::Hide(place, hide)),
        other => other,
    });
    let on_cursor = dispatch.reform(|round| Action::Study(StudyAction::Cursor(round)));
    let drawn = studies.runs.iter().zip(studies.parts.iter()).map(|(run, part)| {
        html! {
            <Figure key={part.title.clone()} kind={FigureKind::Ratio} about={told(part.title.clone())} snapshot={run.0.clone()}
                hidden={studies.hidden.clone()} cursor={studies.cursor} on_cursor={on_cursor.clone()} dollars={true} paper={props.paper} />
        }
    });
    html! {
        <div class="charts">
            <Legend labels={labels(first)} hidden={studies.hidden.clone()} dispatch={hide} />
            <div class="figs">{for drawn}</div>
        </div>
    }
}

/// The tables and each experiment, to be taken elsewhere.
fn files(props: &StudiesProps) -> Html {
    let StudiesProps { studies, dispatch, .. } = props;
    let (Some(study), Some(found)) = (studies.study, &studies.report) else { return Html::default() };
    let csv = {
        let found = found.clone();
        Callback::from(move |_: MouseEvent| save(&format!("{}.csv", study.slug()), "text/csv", &found.csv()))
    };
    let experiment = |(number, part): (usize, &Part)| {
        let text = part.experiment.to_json();
        let json = Callback::from(move |_: MouseEvent| {
            save(&format!("{}-{}.json", study.slug(), number + 1), "application/json", &text);
        });
        let name = told(part.title.clone());
        let open = dispatch.reform(move |_: MouseEvent| Action::Study(StudyAction::Open(number)));
        html! {
            <li key={number}>
                <span>{&name}</span>
                <button type="button" class="btn small" aria-label={say!("Open in Playground: {name}", name = name)} onclick={open}>{say!("Open in Playground")}</button>
                <button type="button" class="btn small" aria-label={say!("Download JSON: {name}", name = name)} onclick={json}>{say!("Download JSON")}</button>
            </li>
        }
    };
    html! {
        <section class="card" aria-labelledby="study-files">
            <div class="card-head">
                <h2 id="study-files">{say!("Take it along")}</h2>
                <div class="end"><button type="button" class="btn small" onclick={csv}>{say!("Download CSV")}</button></div>
            </div>
            if !studies.parts.is_empty() {
                <p class="note">{say!("The experiments, as the command line runs them:")}</p>
                <ul class="study-files">{for studies.parts.iter().enumerate().map(experiment)}</ul>
            }
        </section>
    }
}

/// A download that the browser refused is told in its console; nothing on the page has changed.
fn save(name: &str, kind: &str, text: &str) {
    if let Err(error) = save_text(name, kind, text) {
        web_sys::console::error_1(&error);
    }
}
