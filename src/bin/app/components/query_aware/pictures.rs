//! Accuracy against latency and against cost.

use crate::components::download::{save_png, save_text};
use crate::components::explain::{Explain, Topic};
use crate::components::figure::{dots, report, switch, table_html};
use crate::components::legend::Legend;
use crate::components::menu::Menu;
use crate::components::presentation::Present;
use crate::components::reader::Reader;
use crate::components::size::use_size;
use crate::query_aware::Trained;
use crate::state::{Action, Shared};
use crate::words::{say, told};
use llm_selection::figure::tradeoff::{TradeoffFigure, csv, draw, export, label, series, stops, sub, table};
use llm_selection::figure::{Options, Paper};
use llm_selection::query_aware::evaluation::Evaluation;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Pictures`].
#[derive(Properties, PartialEq)]
pub struct PicturesProps {
    pub trained: Shared<Trained>,
    /// How large figures are as files.
    pub paper: Paper,
    /// How identifiers begin, where it stands more than once on a page.
    #[prop_or_default]
    pub prefix: AttrValue,
}

/// Both figures, with one legend.
#[component]
pub fn Pictures(props: &PicturesProps) -> Html {
    let evaluation = &props.trained.evaluation;
    // Places of the policies in the order of their colours.
    let mut places: Vec<(usize, usize)> =
        (0..evaluation.policies.len()).filter_map(|place| Some((series(evaluation, place)?, place))).collect();
    places.sort_unstable();
    let hidden = use_state(|| Rc::new(vec![false; places.len()]));
    let hide = {
        let hidden = hidden.clone();
        Callback::from(move |action: Action| {
            if let Action::Hide(place, hide) = action {
                let mut now = (**hidden).clone();
                if let Some(one) = now.get_mut(place) {
                    *one = hide;
                }
                hidden.set(Rc::new(now));
            }
        })
    };
    let labels: Vec<String> = places.iter().map(|(_, place)| told(label(evaluation, *place)).to_string()).collect();
    let mut by_place = vec![false; evaluation.policies.len()];
    for (series, place) in &places {
        if let (Some(to), Some(from)) = (by_place.get_mut(*place), hidden.get(*series)) {
            *to = *from;
        }
    }
    let by_place = Rc::new(by_place);
    let figure = |kinds: Vec<TradeoffFigure>, id: &'static str| {
        let known: Vec<TradeoffFigure> = TradeoffFigure::of(evaluation).filter(|kind| kinds.contains(kind)).collect();
        if known.is_empty() {
            return Html::default();
        }
        let id = format!("{}{id}", props.prefix);
        html! { <Picture {id} kinds={Kinds(known)} trained={props.trained.clone()} hidden={by_place.clone()} paper={props.paper} /> }
    };
    if TradeoffFigure::of(evaluation).next().is_none() {
        return Html::default();
    }
    html! {
        <div class="charts">
            <Legend labels={Rc::new(labels)} hidden={(*hidden).clone()} dispatch={hide} />
            <div class="figs">
                {figure(vec![TradeoffFigure::Parallel, TradeoffFigure::Sequential], "against-latency")}
                {figure(vec![TradeoffFigure::Cost], "against-cost")}
            </div>
        </div>
    }
}

/// What a picture can be drawn against; never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Kinds(Vec<TradeoffFigure>);

/// Properties of [`Picture`].
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    pub id: AttrValue,
    pub kinds: Kinds,
    pub trained: Shared<Trained>,
    /// By place of the policy.
    pub hidden: Rc<Vec<bool>>,
    pub paper: Paper,
}

/// One figure.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let PictureProps { id, kinds, trained, hidden, paper } = props;
    let kinds = &kinds.0;
    let evaluation = &trained.evaluation;
    let first = kinds.first().copied().unwrap_or(TradeoffFigure::Parallel);
    let chosen = use_state(|| first);
    let kind = if kinds.contains(&*chosen) { *chosen } else { first };
    let as_table = use_state(|| false);
    let chart = use_node_ref();
    let (width, font) = use_size(&chart);
    let options = Options { width, font, hidden, ..Options::default() };
    let title = told(kind.title(evaluation));
    let part = |part: &str| format!("{id}-{part}");
    let (scene, stops) = (Rc::new(draw(kind, evaluation, &options)), Rc::new(stops(kind, evaluation, &options)));
    let body = as_table.then(|| table_html(&title, &table(kind, evaluation, &options)));
    let turn = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let save = |make: fn(&Saved)| {
        let saved = Saved { kind, trained: trained.clone(), hidden: hidden.clone(), paper: *paper };
        Callback::from(move |_: MouseEvent| make(&saved))
    };
    html! {
        <figure class="card fig" aria-labelledby={part("title")}>
            <figcaption>
                <div class="card-head">
                    <h2 id={part("title")}>{&title}</h2>
                    <Explain topic={Topic::Tradeoff} />
                    <div class="end tools">
                        if kinds.len() > 1 {
                            {switch(&part("kind"), say!("Latency"), [(say!("parallel"), TradeoffFigure::Parallel), (say!("sequential"), TradeoffFigure::Sequential)], &chosen)}
                        }
                        <Menu id={part("menu")} face={dots()} label={say!("Save {title}", title = title)} class="btn small ghost icon">
                            <button type="button" onclick={save(Saved::png)}>{say!("Download PNG")}</button>
                            <button type="button" onclick={save(Saved::svg)}>{say!("Download SVG")}</button>
                            <button type="button" onclick={save(Saved::csv)}>{say!("Download CSV")}</button>
                            if *paper != Paper::Screen { <small>{told(paper.name())}</small> }
                            <button type="button" onclick={turn}>{say!(if *as_table { "Show as chart" } else { "Show as table" })}</button>
                            <Present />
                        </Menu>
                    </div>
                </div>
                <p class="sub">{told(sub(kind, evaluation))}</p>
            </figcaption>
            <Reader title={title.clone()} {scene} {stops} {chart} engine_names=true table={body} />
        </figure>
    }
}

/// What a file is made of.
struct Saved {
    kind: TradeoffFigure,
    trained: Shared<Trained>,
    hidden: Rc<Vec<bool>>,
    paper: Paper,
}

impl Saved {
    fn evaluation(&self) -> &Evaluation {
        &self.trained.evaluation
    }

    fn name(&self, ending: &str) -> String {
        format!("accuracy-{}.{ending}", self.kind.slug())
    }

    fn scene(&self) -> llm_selection::figure::Scene {
        let options = self.paper.fitted(&Options { hidden: &self.hidden, ..Options::default() });
        export(self.kind, self.evaluation(), &options)
    }

    fn png(&self) {
        let (name, scene, paper) = (self.name("png"), self.scene(), self.paper);
        wasm_bindgen_futures::spawn_local(async move { report(save_png(&name, &scene, paper).await) });
    }

    fn svg(&self) {
        report(save_text(&self.name("svg"), "image/svg+xml", &self.paper.svg(&self.scene())));
    }

    fn csv(&self) {
        report(save_text(&self.name("csv"), "text/csv", &csv(self.kind, self.evaluation())));
    }
}
