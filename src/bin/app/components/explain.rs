//! What each number means: a small button and the text it opens. The texts are `www/explanations.html`, loaded when the
//! first one is asked for; the glossary ([`super::help`]) lists all of them.

use crate::browser::{asset, fetch_text};
use crate::form::Kind;
use crate::words::{self, Language, say};
use llm_selection::figure::FigureKind;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Reward,
    MaxModels,
    Budget,
    C2mabV,
    C2mabVDirect,
    Cucb,
    Thompson,
    EpsilonGreedy,
    PrimalDual,
    Fixed,
    Offline,
    Random,
    Oracle,
    Contextual,
    LinUcb,
    Run,
    Columns,
    Against,
    Bound,
    Ratio,
    Sampling,
    Changes,
    Split,
    Right,
    Features,
    Embeddings,
    Selected,
    Threshold,
    Caps,
    Confidence,
    Judged,
    Compared,
    Predicted,
    Explored,
    LiveMode,
    LiveKeys,
    LiveQuestions,
    LiveModels,
    LiveRounds,
    LiveGrader,
    LiveCaps,
    LivePace,
    LiveSpend,
    LiveKnown,
    LiveCalls,
    LiveCurves,
    Regret,
    Violation,
    RewardCost,
    Share,
    Strip,
    Data,
    Audit,
    Export,
    Sweep,
    SweepFigures,
    Studies,
    Tradeoff,
    Ask,
    Inspector,
}

impl Topic {
    /// The explanation of a kind of policy.
    pub fn of(kind: Kind) -> Topic {
        match kind {
            Kind::C2mabV => Topic::C2mabV,
            Kind::C2mabVDirect => Topic::C2mabVDirect,
            Kind::PrimalDual => Topic::PrimalDual,
            Kind::Offline => Topic::Offline,
            Kind::Cucb => Topic::Cucb,
            Kind::Thompson => Topic::Thompson,
            Kind::EpsilonGreedy => Topic::EpsilonGreedy,
            Kind::Fixed => Topic::Fixed,
            Kind::Random => Topic::Random,
            Kind::Oracle => Topic::Oracle,
            Kind::Contextual => Topic::Contextual,
            Kind::LinUcb => Topic::LinUcb,
        }
    }

    /// The explanation of a figure of a run.
    pub fn of_figure(kind: FigureKind) -> Topic {
        match kind {
            FigureKind::Regret => Topic::Regret,
            FigureKind::Violation => Topic::Violation,
            FigureKind::RewardCost => Topic::RewardCost,
            FigureKind::Ratio => Topic::Ratio,
            FigureKind::Selection => Topic::Share,
        }
    }

    fn id(self) -> &'static str {
        match self {
            Topic::Reward => "explain-reward",
            Topic::MaxModels => "explain-n",
            Topic::Budget => "explain-budget",
            Topic::C2mabV => "explain-c2mab-v",
            Topic::C2mabVDirect => "explain-c2mab-v-direct",
            Topic::PrimalDual => "explain-primal-dual",
            Topic::Offline => "explain-offline",
            Topic::Sampling => "explain-sampling",
            Topic::Changes => "explain-changes",
            Topic::Cucb => "explain-cucb",
            Topic::Thompson => "explain-thompson",
            Topic::EpsilonGreedy => "explain-epsilon-greedy",
            Topic::Fixed => "explain-fixed",
            Topic::Random => "explain-random",
            Topic::Oracle => "explain-oracle",
            Topic::Contextual => "explain-contextual",
            Topic::LinUcb => "explain-linucb",
            Topic::Run => "explain-run",
            Topic::Columns => "explain-columns",
            Topic::Against => "explain-against",
            Topic::Bound => "explain-bound",
            Topic::Ratio => "explain-ratio",
            Topic::Split => "explain-split",
            Topic::Right => "explain-right",
            Topic::Features => "explain-features",
            Topic::Embeddings => "explain-embeddings",
            Topic::Selected => "explain-s",
            Topic::Threshold => "explain-tau",
            Topic::Caps => "explain-caps",
            Topic::Confidence => "explain-confidence",
            Topic::Judged => "explain-judged",
            Topic::Compared => "explain-compared",
            Topic::Predicted => "explain-predicted",
            Topic::Explored => "explain-explored",
            Topic::LiveMode => "explain-live-mode",
            Topic::LiveKeys => "explain-live-keys",
            Topic::LiveQuestions => "explain-live-questions",
            Topic::LiveModels => "explain-live-models",
            Topic::LiveRounds => "explain-live-rounds",
            Topic::LiveGrader => "explain-live-grader",
            Topic::LiveCaps => "explain-live-caps",
            Topic::LivePace => "explain-live-pace",
            Topic::LiveSpend => "explain-live-spend",
            Topic::LiveKnown => "explain-live-known",
            Topic::LiveCalls => "explain-live-calls",
            Topic::LiveCurves => "explain-live-curves",
            Topic::Regret => "explain-regret",
            Topic::Violation => "explain-violation",
            Topic::RewardCost => "explain-reward-cost",
            Topic::Share => "explain-share",
            Topic::Strip => "explain-strip",
            Topic::Data => "explain-data",
            Topic::Audit => "explain-audit",
            Topic::Export => "explain-export",
            Topic::Sweep => "explain-sweep",
            Topic::SweepFigures => "explain-sweep-figures",
            Topic::Studies => "explain-studies",
            Topic::Tradeoff => "explain-tradeoff",
            Topic::Ask => "explain-ask",
            Topic::Inspector => "explain-inspector",
        }
    }

    fn title(self) -> AttrValue {
        say!(match self {
            Topic::Reward => "Reward model",
            Topic::MaxModels => "Models per query, N",
            Topic::Budget => "Budget per query, ρ",
            Topic::C2mabV => "C2MAB-V: α_μ, α_c, δ, memory",
            Topic::C2mabVDirect => "C2MAB-V-Direct",
            Topic::PrimalDual => "Primal–dual (knapsack)",
            Topic::Offline => "Offline: samples",
            Topic::Sampling => "Order of queries",
            Topic::Changes => "Changing world",
            Topic::Cucb => "CUCB: α_μ, δ, cost-aware",
            Topic::Thompson => "Thompson sampling: cost-aware",
            Topic::EpsilonGreedy => "ε-greedy: ε, c, cost-aware",
            Topic::Fixed => "Fixed set",
            Topic::Random => "Random set",
            Topic::Oracle => "Oracle",
            Topic::Contextual => "Contextual C2MAB-V: α_μ, α_c, δ, retrain",
            Topic::LinUcb => "LinUCB: α, cost-aware",
            Topic::Run => "Rounds, replicates, seed",
            Topic::Columns => "What the columns mean",
            Topic::Against => "Regret against",
            Topic::Bound => "Theory's bound",
            Topic::Ratio => "Reward/violation ratio",
            Topic::Split => "Split: train, validation, test, seed",
            Topic::Right => "Right from score, θ",
            Topic::Features => "Extra columns",
            Topic::Embeddings => "Token embeddings",
            Topic::Selected => "Models per query, s",
            Topic::Threshold => "Threshold, τ",
            Topic::Caps => "Caps on cost and latency",
            Topic::Confidence => "Where the cascade stops",
            Topic::Judged => "Policies: what the columns mean",
            Topic::Compared => "Against the baselines: what the columns mean",
            Topic::Predicted => "Predictions: what the columns mean",
            Topic::Explored => "Calls, answers and the gap",
            Topic::LiveMode => "Dry run and real calls",
            Topic::LiveKeys => "Keys",
            Topic::LiveQuestions => "Questions",
            Topic::LiveModels => "Models to call: providers and prices",
            Topic::LiveRounds => "Rounds, batch, seed",
            Topic::LiveGrader => "Grader and prompt",
            Topic::LiveCaps => "Caps on spending, calls, minutes",
            Topic::LivePace => "Pace, timeout, retries",
            Topic::LiveSpend => "Spend: what is counted",
            Topic::LiveKnown => "Models: what the columns mean",
            Topic::LiveCalls => "Calls: what the columns mean",
            Topic::LiveCurves => "Curves of a live run",
            Topic::Regret => "Cumulative regret",
            Topic::Violation => "Budget violation, V(t)",
            Topic::RewardCost => "Reward and cost",
            Topic::Share => "Selection share",
            Topic::Strip => "Spending against the budget",
            Topic::Data => "Data: built-in sets and your files",
            Topic::Audit => "Models and audit",
            Topic::Export => "What can leave the page",
            Topic::Sweep => "Sweep: parameter, values, spacing",
            Topic::SweepFigures => "Sweep: what the figures show",
            Topic::Studies => "Studies",
            Topic::Tradeoff => "Accuracy against latency or cost",
            Topic::Ask => "Ask about a query",
            Topic::Inspector => "Round inspector: what it shows",
        })
    }
}

/// Properties of [`Explain`].
#[derive(Properties, PartialEq)]
pub struct ExplainProps {
    pub topic: Topic,
}

/// The button.
#[component]
pub fn Explain(props: &ExplainProps) -> Html {
    let label = say!("Explain: {topic}", topic = props.topic.title());
    html! { <button type="button" class="explain" popovertarget={props.topic.id()} aria-label={label} onclick={load}></button> }
}

/// What stands where the texts could not be loaded.
const FAILED: &str =
    r#"<div id="explain-failed" class="explanation" popover="auto" tabindex="0" role="dialog"><p></p></div>"#;

/// At the first press there is no text to open: loads all, then presses the button again.
fn load(event: MouseEvent) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let button: Option<HtmlElement> = event.target_dyn_into();
    let Some((button, target)) =
        button.and_then(|button| Some((button.clone(), button.get_attribute("popovertarget")?)))
    else {
        return;
    };
    if document.get_element_by_id(&target).is_some() {
        return;
    }
    wasm_bindgen_futures::spawn_local(async move {
        // A press that came meanwhile may have opened it.
        let here = || document.get_element_by_id(&target).is_some();
        if !here() && bring(&document).await && here() {
            button.click();
        }
    });
}

/// Puts the texts into the page, unless they are there already; where they cannot be loaded, says so and gives `false`.
pub async fn bring(document: &web_sys::Document) -> bool {
    let there = || matches!(document.query_selector(".explanation:not(#explain-failed)"), Ok(Some(_)));
    if there() {
        return true;
    }
    let texts = texts().await;
    // Two presses may have loaded them.
    if there() {
        return true;
    }
    let add = |markup: &str| document.body().and_then(|body| body.insert_adjacent_html("beforeend", markup).ok());
    match texts {
        Ok(texts) => add(&texts).is_some(),
        Err(_) => {
            let found = || document.get_element_by_id("explain-failed");
            if found().is_none() {
                add(FAILED);
                if let Some(failed) = found() {
                    let _ = failed.set_attribute("aria-label", &say!("No explanation"));
                    let why = say!(
                        "The explanations could not be loaded. Please see whether you are online, then ask again."
                    );
                    failed.first_element_child().iter().for_each(|text| text.set_text_content(Some(&why)));
                }
            }
            // Fails only where it is open already.
            let _ = found().and_then(|it| it.dyn_into::<HtmlElement>().ok()).map(|failed| failed.show_popover());
            false
        }
    }
}

/// Takes the texts out of the page: those of another language come when one is asked for.
pub fn forget() {
    let all = web_sys::window().and_then(|window| window.document()?.query_selector_all(".explanation").ok());
    let all = all.into_iter().flat_map(|all| (0..all.length()).filter_map(move |place| all.get(place)));
    for text in all {
        if let Some(parent) = text.parent_node() {
            let _ = parent.remove_child(&text);
        }
    }
}

/// The texts, from the address that the page gives.
async fn texts() -> Result<String, JsValue> {
    let name = match words::spoken() {
        Language::English => "explanations".to_owned(),
        other => format!("explanations-{}", other.tag()),
    };
    fetch_text(&asset(&name).ok_or(JsValue::NULL)?).await
}
