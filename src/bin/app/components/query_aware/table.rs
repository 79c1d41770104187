//! Token embeddings that the person brings: a table whose vectors stand among the features.

use super::kept;
use crate::bring::listed;
use crate::components::data::under_way;
use crate::components::explain::{Explain, Topic};
use crate::components::message::{Message, Tone, explained};
use crate::format::bytes;
use crate::query_aware::{QueryAwareAction, QueryAwareState};
use crate::state::Action;
use crate::words::{mix, say};
use yew::prelude::*;

/// Where its files can be dropped, as a CSS selector.
pub const TABLE: &str = "#qa-table";

/// The input, the files that were chosen, and what is wrong with them.
pub fn table(room: &QueryAwareState, dispatch: &Callback<Action>) -> Html {
    let pick = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                let files = listed(input.files());
                // So that the same files can be chosen again after they were mended.
                input.set_value("");
                if !files.is_empty() {
                    dispatch.emit(Action::QueryAware(QueryAwareAction::Table(files)));
                }
            }
        })
    };
    let give_up = dispatch.reform(|_: MouseEvent| Action::QueryAware(QueryAwareAction::CancelFetch));
    let take_away = dispatch.reform(|_: MouseEvent| Action::QueryAware(QueryAwareAction::NoTable));
    let files = room.table.iter().map(|it| {
        html! { <li>{it.file.name()}{" "}<span class="num">{bytes(it.file.size() as u64)}</span></li> }
    });
    html! {
        <div class="field">
            <span class="lbl">{say!("Token embeddings")}<Explain topic={Topic::Embeddings} /></span>
            <div class="drop" id="qa-table">
                <p class="whole">{mix!("{drop}, or choose", drop = html! { <b>{say!("Drop a table here")}</b> })}<br />{say!("tokenizer.json, model.safetensors, config.json: all at once")}</p>
                <input type="file" multiple=true accept=".json,.safetensors" aria-label={say!("Token embeddings")} aria-describedby="qa-table-about" onchange={pick} />
            </div>
            {under_way(&room.coming, say!("Fetching token embeddings"), say!("Go on without them"), give_up)}
            if !room.table.is_empty() {
                <ul class="files" aria-label={say!("Files of the token embeddings")}>{for files}</ul>
                <button type="button" class="btn small" onclick={take_away}>{say!("Take the embeddings away")}</button>
            }
            if let Some(error) = &room.table_failure {
                <Message tone={Tone::Bad} title={error.place.file.as_ref().map_or_else(|| say!("Token embeddings"), |file| say!("Token embeddings: {file}", file = file))}>
                    {explained(error)}{kept(room, error)}
                </Message>
            }
            <p class="quiet small" id="qa-table-about">{say!("Optional: static embeddings in Model2Vec's layout, a vector a token; their mean stands beside the words. Kept in this tab until it is closed or reloaded: neither links nor the workspace hold them.")}</p>
        </div>
    }
}
