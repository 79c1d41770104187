//! The gap explorer: which models a policy calls, what it misses that the oracle gets, what these queries have in common,
//! and the queries themselves, the missed ones or all.

use super::ask::{bar, inquire, policies};
use super::calls::calls;
use crate::components::explain::{Explain, Topic};
use crate::components::name::Name;
use crate::format::{count, fixed, percent};
use crate::inquiry::{Grouping, Inquiry, InquiryAction};
use crate::query_aware::Trained;
use crate::state::Action;
use crate::words::{mix, plural, say, told};
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
                <h2 id="gap-title">{say!("Gap explorer")}</h2><Explain topic={Topic::Explored} />
                <div class="end">
                    <div class="field row-field">
                        <label class="lbl" for="gap-policy">{say!("Policy")}</label>
                        {policies("gap-policy", trained, inquiry.explored, send.reform(InquiryAction::Explore))}
                    </div>
                </div>
            </div>
            if let Some(view) = &inquiry.view { {shown(trained, view, inquiry, &send)} } else { <p class="quiet">{say!("Looking…")}</p> }
        </section>
    }
}

fn shown(trained: &Trained, view: &View, inquiry: &Inquiry, send: &Callback<InquiryAction>) -> Html {
    let filter = &inquiry.sought.filter;
    let filtered = *filter != Filter::default();
    let Count { of, missed, .. } = view.passing;
    let share = || view.passing.interval.zip(view.passing.share).map(|(interval, share)| share_of(share, interval));
    html! {
        <>
            <p class="sub">
                if of == 0 && !filtered {
                    {say!("No model solves any of the test queries: there is nothing to miss.")}
                } else if missed == 0 && !filtered {
                    {say!(
                        "The selection misses nothing the oracle gets: all {queries} that some model solves.",
                        queries = plural!(of, "{n}\u{a0}test query", "{n}\u{a0}test queries", n = count(of))
                    )}
                } else {
                    {mix!(
                        match (filtered, view.answers) {
                            (true, true) => "{missed} of {of} test queries that pass the filters and some model solves: a model was right, the vote was not{share}.",
                            (true, false) => "{missed} of {of} test queries that pass the filters and some model solves: a model was right, no called model was{share}.",
                            (false, true) => "{missed} of {of} test queries that some model solves: a model was right, the vote was not{share}.",
                            (false, false) => "{missed} of {of} test queries that some model solves: a model was right, no called model was{share}.",
                        },
                        missed = html! { <b>{count(missed)}</b> },
                        of = count(of),
                        share = share().map(|share| say!(" ({share})", share = share)).unwrap_or_default(),
                    )}
                }
            </p>
            {chips(view, filter, send)}
            {calls(trained, view, inquiry)}
            if missed > 0 || filtered {
                <div class="gap-parts">
                    {groups(view, inquiry, send)}
                    {words(view, filter, send)}
                </div>
                <p class="quiet small">{say!("Shares are of missed queries among those that some model solves, with Wilson's 95\u{a0}% interval. Each count is under the other filters.")}</p>
            }
            {queries(view, inquiry, send)}
        </>
    }
}

/// A share and its interval.
fn share_of(share: f64, (low, high): (f64, f64)) -> AttrValue {
    say!(
        "{share}, {low} to {high}\u{a0}%",
        share = percent(share),
        low = fixed(100.0 * low, 0),
        high = fixed(100.0 * high, 0)
    )
}

/// What a group is called; a category has the data's own name.
fn named(group: &Statement) -> AttrValue {
    match group.by {
        By::Category => group.name.clone().into(),
        By::Solvers | By::Length => told(group.name.clone()),
    }
}

/// The filters that are on, each with a button that takes it off, and the one for words.
fn chips(view: &View, filter: &Filter, send: &Callback<InquiryAction>) -> Html {
    let off = |by: By, key: Option<u32>, change: fn(&mut Filter)| {
        let key = key?;
        let name = view.groups.iter().find(|group| group.by == by && group.key == key).map(named);
        let name = name.unwrap_or_else(|| say!("not listed"));
        let what = mix!(
            match by {
                By::Solvers => "solved by {name}",
                By::Length => "length {name}",
                By::Category => "category {name}",
            },
            name = html! { <Name {name} inside=true /> },
        );
        let mut without = filter.clone();
        change(&mut without);
        let onclick = send.reform(move |_: MouseEvent| InquiryAction::Filter(without.clone()));
        Some(html! {
            <button type="button" class="chip on" {onclick}>
                <span class="vh">{say!("Remove filter: ")}</span>{what}<span aria-hidden="true">{"✕"}</span>
            </button>
        })
    };
    let on = [
        off(By::Solvers, filter.solvers, |filter| filter.solvers = None),
        off(By::Length, filter.length, |filter| filter.length = None),
        off(By::Category, filter.category, |filter| filter.category = None),
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
        <div class="chips" role="group" aria-label={say!("Filters")}>
            <div class="field row-field">
                <label class="lbl" for="gap-words">{say!("Words in the query")}</label>
                <input id="gap-words" type="text" autocomplete="off" maxlength="200" value={filter.words.clone()} {oninput} />
            </div>
            {for on.into_iter().flatten()}
            if *filter != Filter::default() { <button type="button" class="btn small" onclick={clear}>{say!("Clear filters")}</button> }
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
    let (head, caption) = match grouping {
        Grouping::Solvers => (say!("Solved by"), say!("Missed queries by solvers")),
        Grouping::Length => (say!("Length"), say!("Missed queries by length")),
        Grouping::Category => (say!("Category"), say!("Missed queries by category")),
    };
    let rows = listed.into_iter().map(|group| statement(group, most, &inquiry.sought.filter, send));
    // "Share" by itself is what people do with a link.
    html! {
        <div>
            <div class="chips">
                <h3>{say!("Missed, by")}</h3>
                <fieldset class="seg"><legend class="vh">{say!("Group by")}</legend>{for choices}</fieldset>
            </div>
            <div class="gap-scroll" tabindex="0" role="group" aria-label={say!("Missed queries by group, scrolls")}>
                <table class="gap-bars">
                    <caption class="vh">{caption}</caption>
                    <thead><tr><th scope="col">{head}</th><td></td><th scope="col">{say!("Missed")}</th><th scope="col">{say!("Share{of}", of = "")}</th></tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            if grouping == Grouping::Category && view.more_categories > 0 {
                <p class="quiet small">{plural!(
                    view.more_categories,
                    "{n}\u{a0}category with fewer missed queries are not listed.",
                    "{n}\u{a0}categories with fewer missed queries are not listed.",
                    n = count(view.more_categories)
                )}</p>
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
            <th scope="row"><button type="button" class="link" aria-pressed={on.to_string()} {onclick}><Name name={named(group)} inside=true /></button></th>
            <td>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="bar-bg" width={width(of)} height="10" /><rect class="bar s6" width={width(missed)} height="10" />
                </svg>
            </td>
            <td class="num">{say!("{missed} of {of}", missed = count(missed), of = count(of))}</td>
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
                    <small>{say!(
                        "{missed} of {of}, {share}",
                        missed = count(missed),
                        of = count(of),
                        share = share.zip(interval).map(|(share, interval)| share_of(share, interval)).unwrap_or_default()
                    )}</small>
                </button>
            </li>
        }
    };
    html! {
        <div>
            <h3>{say!("Over-represented words")}</h3>
            if view.words.is_empty() {
                <p class="quiet">{say!("No word stands out among the missed queries.")}</p>
            }
            if !sure.is_empty() { <ul class="chips terms" aria-label={say!("Over-represented words")}>{for sure.into_iter().map(chip)}</ul> }
            if !perhaps.is_empty() {
                <p class="quiet small">{say!("Perhaps; among so many words some do by chance:")}</p>
                <ul class="chips terms" aria-label={say!("Words that may stand out by chance")}>{for perhaps.into_iter().map(chip)}</ul>
            }
            <p class="quiet small">{say!("By log-odds against the other solvable queries, with a prior from all of them.")}</p>
        </div>
    }
}

/// The listed queries of a page, and which are listed.
fn queries(view: &View, inquiry: &Inquiry, send: &Callback<InquiryAction>) -> Html {
    let shown = inquiry.sought.listed;
    let (title, none) = match shown {
        Listed::Missed => (say!("Missed queries"), say!("No missed query passes these filters.")),
        Listed::All => (say!("All test queries"), say!("No test query passes these filters.")),
    };
    let choices = [(say!("missed"), Listed::Missed), (say!("all test queries"), Listed::All)].map(|(name, listed)| {
        let onchange = send.reform(move |_: Event| InquiryAction::List(listed));
        html! { <label><input type="radio" name="gap-listed" checked={listed == shown} {onchange} /><span>{name}</span></label> }
    });
    let pages = view.listed.div_ceil(PAGE);
    let first = view.page * PAGE + 1;
    let last = (first + PAGE - 1).min(view.listed);
    let to = |page: Option<u64>, text: AttrValue| {
        let page = page.filter(|page| *page < pages);
        let onclick = send.reform(move |_: MouseEvent| InquiryAction::Page(page.unwrap_or_default()));
        html! { <button type="button" class="btn small" disabled={page.is_none()} {onclick}>{text}</button> }
    };
    let policy = inquiry.explored;
    html! {
        <>
            <div class="chips">
                <h3>{&title}</h3>
                <fieldset class="seg"><legend class="vh">{say!("Queries that are listed")}</legend>{for choices}</fieldset>
                if view.listed > 0 {
                    <span class="quiet" aria-live="polite">{say!("{first} to {last} of {all}", first = count(first), last = count(last), all = count(view.listed))}</span>
                    {to(view.page.checked_sub(1), say!("Previous"))}{to(Some(view.page + 1), say!("Next"))}
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
                <td>{played.called.map_or_else(|| say!("no"), ordinal)}</td>
                <td class="said">{played.answer.as_ref().map_or_else(|| html! { <span class="quiet">{say!("none")}</span> }, excerpt)}if played.won { <small>{say!(" won the vote")}</small> }</td>
                <td>{say!(match played.solved { Some(true) => "right", Some(false) => "wrong", None => "no score" })}</td>
            </tr>
        })
    });
    let left_out = opened.models.len().saturating_sub(MOST_MODELS) as u64;
    let number = count(u64::from(opened.query) + 1);
    html! {
        <>
            <p class="quiet small">
                {say!("Query {number}", number = number)}
                if let Some(category) = &opened.category { {" · "}<Name name={category.clone().shown()} /> }
                {say!(
                    " · solved by {solvers} of {models}",
                    solvers = opened.solvers,
                    models = plural!(all, "{n}\u{a0}model", "{n}\u{a0}models", n = count(all as u64))
                )}
            </p>
            <p class="asked" tabindex="0">{excerpt(&opened.text)}</p>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Models on query {number}, scrolls", number = number)}>
                <table class="mini">
                    <caption class="vh">{say!("Models on query {number}", number = number)}</caption>
                    <thead><tr><th scope="col">{say!("Model")}</th><th scope="col">{say!("Confidence")}</th><th scope="col">{say!("Called")}</th><th scope="col">{say!("Answer")}</th><th scope="col">{say!("Is")}</th></tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            if left_out > 0 {
                <p class="quiet small">{plural!(
                    left_out,
                    "{n}\u{a0}more model that were not called are not listed.",
                    "{n}\u{a0}more models that were not called are not listed.",
                    n = count(left_out)
                )}</p>
            }
            <p class="small">
                if let Some(vote) = &opened.vote {
                    {mix!(
                        if opened.right { "Vote: {vote}, right." } else { "Vote: {vote}, wrong." },
                        vote = html! { <b>{excerpt(vote)}</b> },
                    )}
                } else if view.answers {
                    {say!("Vote: none, for no called model gave an answer.")}
                } else {
                    {say!(if opened.right {
                        "There are no answers to vote on; a called model was right."
                    } else {
                        "There are no answers to vote on; no called model was right."
                    })}
                }
            </p>
        </>
    }
}

/// `as 1st`, `as 2nd`, …
fn ordinal(place: u32) -> AttrValue {
    say!(
        match (place % 10, place % 100) {
            (1, rest) if rest != 11 => "as {n}st",
            (2, rest) if rest != 12 => "as {n}nd",
            (3, rest) if rest != 13 => "as {n}rd",
            _ => "as {n}th",
        },
        n = place
    )
}

/// The beginning of a text in its own direction, and how much is left out.
fn excerpt(excerpt: &Excerpt) -> Html {
    html! {
        <>
            <bdi dir="auto" class="excerpt">{&excerpt.text}</bdi>
            if excerpt.left_out > 0 { <small class="quiet">{plural!(
                excerpt.left_out, " … and {n}\u{a0}character more", " … and {n}\u{a0}characters more", n = count(excerpt.left_out)
            )}</small> }
        </>
    }
}
