//! The dialog *How to read these files*: a look into them, and what each column is.

use super::data::{failure_title, leave_out, reading, why};
use super::dialog::use_dialog;
use super::import_audit::format_name;
use super::message::{Message, Tone, explained};
use super::prices::prices;
use crate::choices::{COUNTED, Choices, GRADERS, GraderKind, ROLES, asks, faulty, labels};
use crate::state::{Action, Import, Mapping, MappingAction, Shared};
use crate::words::{mix, say, told};
use llm_selection::data::excerpt::Excerpt;
use llm_selection::error::Error;
use llm_selection::experiment::{CostUnit, Duplicates, LatencyUnit, Role, ScoreUnit};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`MappingDialog`].
#[derive(Properties, PartialEq)]
pub struct MappingProps {
    /// What it shows; `None` while it is closed.
    pub mapping: Option<Shared<Mapping>>,
    /// Whether the files are being read, or could not be.
    pub import: Import,
    pub dispatch: Callback<Action>,
}

/// The dialog.
#[component]
pub fn MappingDialog(props: &MappingProps) -> Html {
    let dialog = use_dialog(props.mapping.is_some());
    let closed = props.dispatch.reform(|_: Event| Action::Mapping(MappingAction::Close));
    html! {
        <dialog ref={dialog} class="workspace mapping" aria-labelledby="mapping-title" onclose={closed}>
            if let Some(mapping) = &props.mapping {
                <Content key={mapping.opening} mapping={mapping.clone()} import={props.import.clone()} dispatch={props.dispatch.clone()} />
            }
        </dialog>
    }
}

/// Properties of [`Content`].
#[derive(Properties, PartialEq)]
struct ContentProps {
    mapping: Shared<Mapping>,
    import: Import,
    dispatch: Callback<Action>,
}

/// What the dialog holds while it is open.
#[component]
fn Content(props: &ContentProps) -> Html {
    let ContentProps { mapping, import, dispatch } = props;
    let chosen = use_state(|| None::<Choices>);
    let wrong = use_state(|| None::<Error>);
    // Until something is chosen, it is what the first look suggests.
    let choices = (*chosen).clone().or_else(|| mapping.first.as_ref().map(|it| Choices::new(&mapping.options, it)));
    let close = dispatch.reform(|_: MouseEvent| Action::Mapping(MappingAction::Close));
    let excerpt = mapping.excerpt.as_ref().and_then(|excerpt| excerpt.as_ref().ok()).or(mapping.first.as_ref());
    let submit = {
        let (dispatch, wrong, choices) = (dispatch.clone(), wrong.clone(), choices.clone());
        let columns = excerpt.map(|excerpt| excerpt.columns.clone()).unwrap_or_default();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            match choices.as_ref().map(|choices| choices.options(&columns)) {
                Some(Ok(options)) => {
                    wrong.set(None);
                    dispatch.emit(Action::Mapping(MappingAction::Read(Box::new(options))));
                }
                Some(Err(error)) => wrong.set(Some(error)),
                None => {}
            }
        })
    };
    let edit = Edit(Callback::from({
        let (chosen, choices) = (chosen.clone(), choices.clone());
        move |change: Change| {
            if let Some(mut choices) = choices.clone() {
                change(&mut choices);
                chosen.set(Some(choices));
            }
        }
    }));
    let busy = matches!(import, Import::Reading { .. });
    let said = match (&*wrong, import) {
        (Some(error), _) => Some((told(error.place.field.clone().unwrap_or_default()), error)),
        (None, Import::Failed(error)) => Some((failure_title(error), error)),
        _ => None,
    };
    let tone = if wrong.is_none() && said.as_ref().is_some_and(|(_, it)| asks(it)) { Tone::Ask } else { Tone::Bad };
    // Below the fold of the dialog it would not be seen.
    let message = use_node_ref();
    use_effect_with(said.as_ref().map(|(_, error)| (*error).clone()), {
        let message = message.clone();
        move |_| {
            if let Some(message) = message.cast::<web_sys::Element>() {
                message.scroll_into_view_with_bool(false);
            }
        }
    });
    html! {
        <form class="stack" onsubmit={submit}>
            <div class="card-head">
                <h2 id="mapping-title">{say!("How to read these files")}</h2>
                <div class="end"><button type="button" class="btn small" onclick={close.clone()}>{say!("Close")}</button></div>
            </div>
            if let Some((title, error)) = said {
                <div ref={message}><Message tone={tone} {title}><p>{why(error)}{" "}{say!("What you choose here is kept.")}</p>
                    if wrong.is_none() && faulty(error, &mapping.names).is_some() { <div class="chips">{leave_out(dispatch)}</div> }
                </Message></div>
            }
            {preview(mapping, dispatch)}
            if let Some((choices, excerpt)) = choices.as_ref().zip(excerpt) {
                {columns(choices, mapping, excerpt, &edit)}
                {rules(choices, &edit)}
                {prices(choices, mapping, excerpt, &edit)}
            }
            if busy { {reading(import, dispatch)} }
            <div class="chips">
                <button class="btn primary" disabled={busy || choices.is_none()}>{say!("Read the files so")}</button>
                <button type="button" class="btn" onclick={close}>{say!("Leave it")}</button>
            </div>
        </form>
    }
}

/// A change of the choices.
type Change = Box<dyn FnOnce(&mut Choices)>;

/// Makes changes of the choices out of events.
#[derive(Clone)]
pub struct Edit(Callback<Change>);

impl Edit {
    /// On a choice in a `select`, whose value is given.
    pub fn select(&self, change: impl Fn(&mut Choices, String) + Clone + 'static) -> Callback<Event> {
        self.0.reform(move |event: Event| {
            let (change, value) =
                (change.clone(), event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|it| it.value()));
            Box::new(move |choices: &mut Choices| change(choices, value.unwrap_or_default())) as Change
        })
    }

    /// On what is typed.
    pub fn typed(&self, change: impl Fn(&mut Choices, String) + Clone + 'static) -> Callback<InputEvent> {
        self.0.reform(move |event: InputEvent| {
            let (change, value) =
                (change.clone(), event.target_dyn_into::<web_sys::HtmlInputElement>().map(|it| it.value()));
            Box::new(move |choices: &mut Choices| change(choices, value.unwrap_or_default())) as Change
        })
    }
}

/// The first rows of a file, and which file it is.
fn preview(mapping: &Mapping, dispatch: &Callback<Action>) -> Html {
    let look = |member: bool| {
        let (dispatch, place) = (dispatch.clone(), mapping.place);
        Callback::from(move |event: Event| {
            let value = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|it| it.value()).unwrap_or_default();
            let look = if member {
                MappingAction::Look(place, Some(value))
            } else {
                MappingAction::Look(value.parse().unwrap_or_default(), None)
            };
            dispatch.emit(Action::Mapping(look));
        })
    };
    let files = mapping.names.iter().enumerate();
    let files = files.map(
        |(place, name)| html! { <option value={place.to_string()} selected={place == mapping.place}>{name}</option> },
    );
    let members = match &mapping.excerpt {
        Some(Ok(excerpt)) => excerpt.members.clone(),
        _ => Vec::new(),
    };
    let name = mapping.names.get(mapping.place).cloned().unwrap_or_default();
    html! {
        <div class="stack">
            if mapping.names.len() > 1 {
                <div class="field"><label for="mapping-file">{say!("File that is shown")}</label>
                    <select id="mapping-file" onchange={look(false)}>{for files}</select></div>
            } else {
                <p class="quiet">{name}</p>
            }
            if members.len() > 1 {
                <div class="field"><label for="mapping-member">{say!("File in the archive")}</label>
                    <select id="mapping-member" onchange={look(true)}>
                        { for members.iter().map(|member| html! {
                            <option value={member.clone()} selected={mapping.member.as_ref() == Some(member)}>{member}</option>
                        }) }
                    </select></div>
            }
            { match &mapping.excerpt {
                None => html! { <p class="quiet">{say!("Looking into the file…")}</p> },
                Some(Err(error)) => html! { <p class="quiet">{mix!("It cannot be shown: {why}", why = explained(error))}</p> },
                Some(Ok(excerpt)) => table(excerpt),
            } }
        </div>
    }
}

fn table(excerpt: &Rc<Excerpt>) -> Html {
    let rows = excerpt.rows.iter().map(|row| {
        let cells = row.cells.iter().map(|cell| html! { <td><span>{cell}</span></td> });
        html! { <tr><th scope="row">{row.number}</th>{for cells}</tr> }
    });
    html! {
        <>
            <div class="scroll cells" tabindex="0" role="group" aria-label={say!("First rows of the file, scrolls")}>
                <table class="mini">
                    <caption class="vh">{say!("First rows of the file")}</caption>
                    <thead><tr><th scope="col">{say!("Row")}</th>{for excerpt.columns.iter().map(|name| html! { <th scope="col"><span>{name}</span></th> })}</tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            <p class="quiet small">
                { match &excerpt.format {
                    Some((format, why)) => mix!(
                        "Read as {format}: {why}.",
                        format = html! { <b>{format_name(format)}</b> },
                        why = told(why.clone()).replace('`', ""),
                    ),
                    None => html! { {say!("Its columns are not known: say below what they are. Our guess is filled in.")} },
                } }
            </p>
        </>
    }
}

/// Which column plays which role.
fn columns(choices: &Choices, mapping: &Mapping, excerpt: &Excerpt, edit: &Edit) -> Html {
    // Other columns make other selects: a browser keeps the place of what was chosen in one, not the word.
    let shown = format!("{} {}", mapping.place, mapping.member.as_deref().unwrap_or_default());
    let field = |(role, label): (Role, &'static str)| {
        let chosen = choices.roles.get(&role);
        let onchange = edit.select(move |choices, value| {
            if value.is_empty() {
                choices.roles.remove(&role);
            } else {
                choices.roles.insert(role, value);
            }
        });
        let same = |of: Role| of == role || (role == Role::LatencyMs && of == Role::LatencyS);
        let guess = excerpt.roles.iter().find(|guess| same(guess.role) && Some(&guess.column) == chosen);
        let guess = guess.filter(|_| excerpt.format.is_none());
        let id = format!("role-{}", role as u8);
        let elsewhere = chosen.filter(|column| !excerpt.columns.contains(column));
        html! {
            <div class="field">
                <label for={id.clone()}>{told(label)}</label>
                <select {id} {onchange}>
                    <option value="" selected={chosen.is_none()}>{say!("Not in these files")}</option>
                    if let Some(column) = elsewhere { <option value={column.clone()} selected=true>{column}</option> }
                    { for excerpt.columns.iter().map(|column| html! {
                        <option value={column.clone()} selected={chosen == Some(column)}>{if column.is_empty() { say!("(no name)") } else { column.clone().into() }}</option>
                    }) }
                </select>
                if let Some(guess) = guess { <span class="quiet small">{say!("Guess: {why}", why = told(guess.why.clone()))}</span> }
                else if role == Role::Model && chosen.is_none() { <span class="quiet small">{say!("The name of a file is its model")}</span> }
            </div>
        }
    };
    let recognised = edit.select({
        let excerpt = Rc::new(excerpt.clone());
        move |choices, value| choices.recognise(value == "format", &excerpt)
    });
    html! {
        <fieldset class="stack">
            <legend class="sub">{say!("Columns")}</legend>
            if let Some((format, _)) = &excerpt.format {
                <div class="field"><label for="mapping-columns">{say!("Which column is what")}</label>
                    <select id="mapping-columns" onchange={recognised}>
                        <option value="format" selected={choices.recognised}>{say!("As files of the format {format} have it", format = format_name(format))}</option>
                        <option value="own" selected={!choices.recognised}>{say!("As chosen here")}</option>
                    </select></div>
            }
            if !choices.recognised { <div key={shown} class="roles">{for ROLES.map(field)}</div> }
        </fieldset>
    }
}

/// A `select` of a few words, which stand in English in tables.
fn choice<T: PartialEq + Copy + 'static>(
    id: &'static str,
    label: &'static str,
    chosen: T,
    words: &'static [(T, &'static str)],
    edit: &Edit,
    set: fn(&mut Choices, T),
) -> Html {
    let onchange = edit.select(move |choices, value| {
        if let Some((value, _)) = value.parse().ok().and_then(|place: usize| words.get(place)) {
            set(choices, *value);
        }
    });
    html! {
        <div class="field"><label for={id}>{told(label)}</label>
            <select {id} {onchange}>
                { for words.iter().enumerate().map(|(place, (value, text))| html! {
                    <option value={place.to_string()} selected={*value == chosen}>{told(*text)}</option>
                }) }
            </select></div>
    }
}

const DUPLICATES: [(Duplicates, &str); 4] = [
    (Duplicates::Error, "Not allowed"),
    (Duplicates::First, "Keep the first"),
    (Duplicates::Mean, "Take the mean"),
    (Duplicates::Samples, "Make each a query"),
];
const SCORES: [(Option<ScoreUnit>, &str); 3] = [
    (None, "By the values"),
    (Some(ScoreUnit::Fraction), "0 to 1, or yes and no"),
    (Some(ScoreUnit::Percent), "Percent, 0 to 100"),
];
const COSTS: [(Option<CostUnit>, &str); 4] = [
    (None, "By the names of the columns"),
    (Some(CostUnit::Dollars), "$ per call"),
    (Some(CostUnit::Cents), "Cents per call"),
    (Some(CostUnit::Tokens), "Tokens × price per million"),
];
const LATENCIES: [(Option<LatencyUnit>, &str); 3] =
    [(None, "By the name or the values"), (Some(LatencyUnit::S), "Seconds"), (Some(LatencyUnit::Ms), "Milliseconds")];

/// Grader, rule for duplicates, units.
fn rules(choices: &Choices, edit: &Edit) -> Html {
    let grader = edit.select(|choices, value| {
        let place: Option<usize> = value.parse().ok();
        choices.grader = place.and_then(|place| GRADERS.get(place)).map(|(grader, _)| *grader);
    });
    let tolerance = edit.typed(|choices, value| choices.tolerance = value);
    let pattern = edit.typed(|choices, value| choices.pattern = value);
    html! {
        <fieldset class="stack">
            <legend class="sub">{say!("Rules and units")}</legend>
            <div class="roles">
                if choices.is_graded() {
                    <div class="field"><label for="mapping-grader">{told(labels::GRADER)}</label>
                        <select id="mapping-grader" onchange={grader}>
                            <option value="" selected={choices.grader.is_none()}>{say!("Choose")}</option>
                            { for GRADERS.iter().enumerate().map(|(place, (grader, text))| html! {
                                <option value={place.to_string()} selected={choices.grader == Some(*grader)}>{told(*text)}</option>
                            }) }
                        </select></div>
                    if choices.grader == Some(GraderKind::NumberWithin) {
                        <div class="field"><label for="mapping-tolerance">{told(labels::TOLERANCE)}</label>
                            <input id="mapping-tolerance" type="text" inputmode="decimal" value={choices.tolerance.clone()} oninput={tolerance} placeholder="0.01" /></div>
                    }
                }
                if choices.grader == Some(GraderKind::Regex) {
                    <div class="field"><label for="mapping-pattern">{told(labels::PATTERN)}</label>
                        <input id="mapping-pattern" type="text" maxlength="1000" value={choices.pattern.clone()} oninput={pattern} placeholder={r"(?i)\[(yes|no)\]"} spellcheck="false" autocomplete="off" /></div>
                }
                {choice("mapping-duplicates", labels::DUPLICATES, choices.duplicates, &DUPLICATES, edit, |it, value| it.duplicates = value)}
                if !choices.is_graded() {
                    {choice("mapping-counted", labels::COUNTED, choices.grader, &COUNTED, edit, |it, value| it.grader = value)}
                    {choice("mapping-score", labels::SCORE_UNIT, choices.score_unit, &SCORES, edit, |it, value| it.score_unit = value)}
                }
                {choice("mapping-cost", labels::COST_UNIT, choices.cost_unit, &COSTS, edit, |it, value| it.cost_unit = value)}
                {choice("mapping-latency", labels::LATENCY_UNIT, choices.latency_unit, &LATENCIES, edit, |it, value| it.latency_unit = value)}
            </div>
        </fieldset>
    }
}
