//! The gap explorer: which models a policy calls, what it misses that the oracle gets, what these queries have in common,
//! and the queries themselves, the missed ones or all.

use super::ask::{bar, inquire, policies};
use super::calls::calls;
use crate::components::explain::{Explain, Topic};
use crate::components::name::Name;
use crate::format::{count, fixed, percent, plural};
use crate::inquiry::{Grouping, Inquiry, InquiryAction};
use crate::query_aware::Trained;
use crate::state::Action;
use llm_selection::query_aware::explore::{
    Count, Excerpt, Filter, Listed, Opened, PAGE, Played, Statement, View, Word,
};
use llm_selection::query_aware::gap::By;
use yew::prelude::*;

/// Models of a query that are listed: the called ones, then those that are right, then others.
const MOST_MODELS: usize = 12;

/// The panel.
pub fn gap(trained: &Trained, inquiry: &Inquiry, dispatch: &Callback<Action>) -> Html {
    let send = inquire(dispatch);
    html! {
        <section class="card gap" aria-labelledby="gap-title">
            <div class="card-head">
                <h2 id="gap-title">{"Gap explorer"}</h2><Explain topic={Topic::Explored} />
                <div class="end">
                    <div class="field row-field">
                        <label class="lbl" for="gap-policy">{"Policy"}</label>
                        {policies("gap-policy", trained, inquiry.explored, send.reform(InquiryAction::Explore))}
                    </div>
                </div>
            </div>
            if let Some(view) = &inquiry.view { {shown(trained, view, inquiry, &send)} } else { <p class="quiet">{"Looking…"}</p> }
        </section>
    }
}

fn shown(trained: &Trained, view: &View, inquiry: &Inquiry, send: &Callback<InquiryAction>) -> Html {
    let filter = &inquiry.sought.filter;
    let filtered = *filter != Filter::default();
    let Count { of, missed, .. } = view.passing;
    let wrong = if view.answers { "the vote was not" } else { "no called model was" };
    let among = if filtered {
        "test queries that pass the filters and some model solves"
    } else {
        "test queries that some model solves"
    };
    html! {
        <>
            <p class="sub">
                if of == 0 && !filtered {
                    {"No model solves any of the test queries: there is nothing to miss."}
                } else if missed == 0 && !filtered {
                    {format!("The selection misses nothing the oracle gets: all {} that some model solves.", plural(of, "test query", "test queries"))}
                } else {
                    <b>{count(missed)}</b>{format!(" of {} {among}: a model was right, {wrong}", count(of))}
                    {view.passing.interval.zip(view.passing.share).map(|(interval, share)| format!(" ({})", share_of(share, interval))).unwrap_or_default()}{"."}
                }
            </p>
            {chips(view, filter, send)}
            {calls(trained, view, inquiry)}
            if missed > 0 || filtered {
                <div class="gap-parts">
                    {groups(view, inquiry, send)}
                    {words(view, filter, send)}
                </div>
                <p class="quiet small">{"Shares are of missed queries among those that some model solves, with Wilson's 95\u{a0}% interval. Each count is under the other filters."}</p>
            }
            {queries(view, inquiry, send)}
        </>
    }
}

/// A share and its interval.
fn share_of(share: f64, (low, high): (f64, f64)) -> String {
    format!("{}, {} to {}\u{a0}%", percent(share), fixed(100.0 * low, 0), fixed(100.0 * high, 0))
}

/// The filters that are on, each with a button that takes it off, and the one for words.
fn chips(view: &View, filter: &Filter, send: &Callback<InquiryAction>) -> Html {
    let named = |by: By, key: Option<u32>| {
        let key = key?;
        let name = view.groups.iter().find(|group| group.by == by && group.key == key).map(|group| group.name.clone());
        Some(name.unwrap_or_else(|| "not listed".to_owned()))
    };
    let off = |name: Option<String>, what: &'static str, change: fn(&mut Filter)| {
        let name = name?;
        let mut without = filter.clone();
        change(&mut without);
        let onclick = send.reform(move |_: MouseEvent| InquiryAction::Filter(without.clone()));
        Some(html! {
            <button type="button" class="chip on" {onclick}>
                <span class="vh">{"Remove filter: "}</span>{what}{" "}<Name {name} inside=true /><span aria-hidden="true">{"✕"}</span>
            </button>
        })
    };
    let on = [
        off(named(By::Solvers, filter.solvers), "solved by", |filter| filter.solvers = None),
        off(named(By::Length, filter.length), "length", |filter| filter.length = None),
        off(named(By::Category, filter.category), "category", |filter| filter.category = None),
    ];
    let oninput = {
        let (send, filter) = (send.clone(), filter.clone());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                send.emit(InquiryAction::Filter(Filter { words: input.value(), ..filter.clone() }));
            }
        })
    };
    let clear = send.reform(|_: MouseEvent| InquiryAction::Filter(Filter::default()));
    html! {
        <div class="chips" role="group" aria-label="Filters">
            <div class="field row-field">
                <label class="lbl" for="gap-words">{"Words in the query"}</label>
                <input id="gap-words" type="text" autocomplete="off" maxlength="200" value={filter.words.clone()} {oninput} />
            </div>
            {for on.into_iter().flatten()}
            if *filter != Filter::default() { <button type="button" class="btn small" onclick={clear}>{"Clear filters"}</button> }
        </div>
    }
}

/// The statements of one grouping as bars that open their queries.
fn groups(view: &View, inquiry: &Inquiry, send: &Callback<InquiryAction>) -> Html {
    let has_categories = view.groups.iter().any(|group| group.by == By::Category);
    let grouping =
        if inquiry.grouping == Grouping::Category && !has_categories { Grouping::Solvers } else { inquiry.grouping };
    let offered = Grouping::ALL.into_iter().filter(|grouping| *grouping != Grouping::Category || has_categories);
    let choices = offered.map(|one| {
        let onchange = send.reform(move |_: Event| InquiryAction::Group(one));
        html! { <label><input type="radio" name="gap-grouping" checked={one == grouping} {onchange} /><span>{one.name()}</span></label> }
    });
    let listed: Vec<&Statement> = view.groups.iter().filter(|group| group.by == grouping.by()).collect();
    let most = listed.iter().map(|group| group.count.of).max().unwrap_or_default();
    let head = match grouping {
        Grouping::Solvers => "Solved by",
        Grouping::Length => "Length",
        Grouping::Category => "Category",
    };
    let rows = listed.into_iter().map(|group| statement(group, most, &inquiry.sought.filter, send));
    html! {
        <div>
            <div class="chips">
                <h3>{"Missed, by"}</h3>
                <fieldset class="seg"><legend class="vh">{"Group by"}</legend>{for choices}</fieldset>
            </div>
            <div class="gap-scroll" tabindex="0" role="group" aria-label="Missed queries by group, scrolls">
                <table class="gap-bars">
                    <caption class="vh">{format!("Missed queries by {}", grouping.name())}</caption>
                    <thead><tr><th scope="col">{head}</th><td></td><th scope="col">{"Missed"}</th><th scope="col">{"Share"}</th></tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            if grouping == Grouping::Category && view.more_categories > 0 {
                <p class="quiet small">{format!("{} with fewer missed queries are not listed.", plural(view.more_categories, "category", "categories"))}</p>
            }
        </div>
    }
}

fn statement(group: &Statement, most: u64, filter: &Filter, send: &Callback<InquiryAction>) -> Html {
    let mut with = filter.clone();
    let slot = match group.by {
        By::Length => &mut with.length,
        By::Category => &mut with.category,
        By::Solvers => &mut with.solvers,
    };
    let on = *slot == Some(group.key);
    *slot = (!on).then_some(group.key);
    let onclick = send.reform(move |_: MouseEvent| InquiryAction::Filter(with.clone()));
    let Count { of, missed, share, interval } = group.count;
    let width = |queries: u64| format!("{:.1}", 100.0 * queries as f64 / most.max(1) as f64);
    html! {
        <tr key={group.key} class={on.then_some("picked")}>
            <th scope="row"><button type="button" class="link" aria-pressed={on.to_string()} {onclick}><Name name={group.name.clone()} inside=true /></button></th>
            <td>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="bar-bg" width={width(of)} height="10" /><rect class="bar s6" width={width(missed)} height="10" />
                </svg>
            </td>
            <td class="num">{format!("{} of {}", count(missed), count(of))}</td>
            <td class="num">{share.zip(interval).map(|(share, interval)| share_of(share, interval)).unwrap_or_default()}</td>
        </tr>
    }
}

/// Over-represented words as buttons that open their queries.
fn words(view: &View, filter: &Filter, send: &Callback<InquiryAction>) -> Html {
    let (sure, perhaps): (Vec<&Word>, Vec<&Word>) = view.words.iter().partition(|word| word.sure);
    let chip = |word: &Word| {
        let on = filter.words == word.word;
        let with = Filter { words: if on { String::new() } else { word.word.clone() }, ..filter.clone() };
        let onclick = send.reform(move |_: MouseEvent| InquiryAction::Filter(with.clone()));
        let Count { of, missed, share, interval } = word.count;
        html! {
            <li key={word.word.clone()}>
                <button type="button" class={classes!("chip", on.then_some("on"))} aria-pressed={on.to_string()} {onclick}>
                    <Name name={word.word.clone()} inside=true />{" "}
                    <small>{format!("{} of {}, {}", count(missed), count(of), share.zip(interval).map(|(share, interval)| share_of(share, interval)).unwrap_or_default())}</small>
                </button>
            </li>
        }
    };
    html! {
        <div>
            <h3>{"Over-represented words"}</h3>
            if view.words.is_empty() {
                <p class="quiet">{"No word stands out among the missed queries."}</p>
            }
            if !sure.is_empty() { <ul class="chips terms" aria-label="Over-represented words">{for sure.into_iter().map(chip)}</ul> }
            if !perhaps.is_empty() {
                <p class="quiet small">{"Perhaps; among so many words some do by chance:"}</p>
                <ul class="chips terms" aria-label="Words that may stand out by chance">{for perhaps.into_iter().map(chip)}</ul>
            }
            <p class="quiet small">{"By log-odds against the other solvable queries, with a prior from all of them."}</p>
        </div>
    }
}

/// The listed queries of a page, and which are listed.
fn queries(view: &View, inquiry: &Inquiry, send: &Callback<InquiryAction>) -> Html {
    let shown = inquiry.sought.listed;
    let (title, none) = match shown {
        Listed::Missed => ("Missed queries", "No missed query passes these filters."),
        Listed::All => ("All test queries", "No test query passes these filters."),
    };
    let choices = [("missed", Listed::Missed), ("all test queries", Listed::All)].map(|(name, listed)| {
        let onchange = send.reform(move |_: Event| InquiryAction::List(listed));
        html! { <label><input type="radio" name="gap-listed" checked={listed == shown} {onchange} /><span>{name}</span></label> }
    });
    let pages = view.listed.div_ceil(PAGE);
    let first = view.page * PAGE + 1;
    let last = (first + PAGE - 1).min(view.listed);
    let to = |page: Option<u64>, text: &'static str| {
        let page = page.filter(|page| *page < pages);
        let onclick = send.reform(move |_: MouseEvent| InquiryAction::Page(page.unwrap_or_default()));
        html! { <button type="button" class="btn small" disabled={page.is_none()} {onclick}>{text}</button> }
    };
    let policy = inquiry.explored;
    html! {
        <>
            <div class="chips">
                <h3>{title}</h3>
                <fieldset class="seg"><legend class="vh">{"Queries that are listed"}</legend>{for choices}</fieldset>
                if view.listed > 0 {
                    <span class="quiet" aria-live="polite">{format!("{} to {} of {}", count(first), count(last), count(view.listed))}</span>
                    {to(view.page.checked_sub(1), "Previous")}{to(Some(view.page + 1), "Next")}
                } else {
                    <span aria-live="polite">{none}</span>
                }
            </div>
            <ol class="missed" aria-label={title}>
                {for view.queries.iter().map(|opened| html! { <li key={format!("{policy} {}", opened.query)}>{query(view, opened)}</li> })}
            </ol>
        </>
    }
}

fn query(view: &View, opened: &Opened) -> Html {
    let all = view.models.len();
    let mut order: Vec<usize> = (0..opened.models.len()).collect();
    let rank = |model: &usize| match opened.models.get(*model) {
        Some(Played { called: Some(place), .. }) => *place,
        Some(Played { solved: Some(true), .. }) => u32::MAX - 1,
        _ => u32::MAX,
    };
    llm_selection::order::sort_by(&mut order, |a, b| rank(a).cmp(&rank(b)));
    let rows = order.iter().take(MOST_MODELS).filter_map(|model| {
        let (name, played) = (view.models.get(*model)?, opened.models.get(*model)?);
        Some(html! {
            <tr key={*model} class={played.called.is_some().then_some("picked")}>
                <th scope="row"><Name name={name.clone()} /></th>
                <td class="p">{bar(played.p, if played.called.is_some() { "s1" } else { "s7" })}<span class="num">{fixed(played.p, 2)}</span></td>
                <td>{played.called.map_or_else(|| "no".to_owned(), |place| format!("as {}", ordinal(place)))}</td>
                <td class="said">{played.answer.as_ref().map_or_else(|| html! { <span class="quiet">{"none"}</span> }, excerpt)}if played.won { <small>{" won the vote"}</small> }</td>
                <td>{match played.solved { Some(true) => "right", Some(false) => "wrong", None => "no score" }}</td>
            </tr>
        })
    });
    let left_out = opened.models.len().saturating_sub(MOST_MODELS) as u64;
    let number = count(u64::from(opened.query) + 1);
    html! {
        <>
            <p class="quiet small">
                {format!("Query {number}")}
                if let Some(category) = &opened.category { {" · "}<Name name={category.clone().shown()} /> }
                {format!(" · solved by {} of {}", opened.solvers, plural(all as u64, "model", "models"))}
            </p>
            <p class="asked" tabindex="0">{excerpt(&opened.text)}</p>
            <div class="scroll" tabindex="0" role="group" aria-label={format!("Models on query {number}, scrolls")}>
                <table class="mini">
                    <caption class="vh">{format!("Models on query {number}")}</caption>
                    <thead><tr><th scope="col">{"Model"}</th><th scope="col">{"Confidence"}</th><th scope="col">{"Called"}</th><th scope="col">{"Answer"}</th><th scope="col">{"Is"}</th></tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            if left_out > 0 { <p class="quiet small">{format!("{} that were not called are not listed.", plural(left_out, "more model", "more models"))}</p> }
            <p class="small">
                if let Some(vote) = &opened.vote {
                    {"Vote: "}<b>{excerpt(vote)}</b>{if opened.right { ", right." } else { ", wrong." }}
                } else if view.answers {
                    {"Vote: none, for no called model gave an answer."}
                } else {
                    {"There are no answers to vote on; "}{if opened.right { "a called model was right." } else { "no called model was right." }}
                }
            </p>
        </>
    }
}

/// `1st`, `2nd`, …
fn ordinal(place: u32) -> String {
    let ending = match (place % 10, place % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{place}{ending}")
}

/// The beginning of a text in its own direction, and how much is left out.
fn excerpt(excerpt: &Excerpt) -> Html {
    html! {
        <>
            <bdi dir="auto" class="excerpt">{&excerpt.text}</bdi>
            if excerpt.left_out > 0 { <small class="quiet">{format!(" … and {} more", plural(excerpt.left_out, "character", "characters"))}</small> }
        </>
    }
}
