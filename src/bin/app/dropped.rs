//! Files that were dropped or chosen: each goes where it belongs.

use crate::bring::Brought;
use crate::components::workspace::Wish;
use crate::state::Action;
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::recognise::{HEAD, MOST_BYTES, Recognised};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};
use yew::Callback;

/// Opens experiments and workspaces, says what cannot be opened, and has the rest read as results of models.
pub async fn sort(brought: Brought, dispatch: Callback<Action>, wish: Callback<Wish>) {
    let mut data = Vec::new();
    for chosen in brought.files {
        let file = &chosen.file;
        let name = file.name();
        match recognised(file).await {
            Recognised::Data => data.push(chosen),
            Recognised::Experiment => dispatch.emit(Action::OpenFile(name, text(file).await)),
            Recognised::Workspace => {
                wish.emit(Wish::Show);
                wish.emit(Wish::Import(file.clone()));
            }
            Recognised::Output(what) => {
                let expected = "the results JSON, the experiment, a workspace, or result files of models: drop one of \
                                these instead";
                let error = Error::new(ErrorKind::Unrecognised, expected).found(what);
                dispatch.emit(Action::OpenFile(name, Err(error)));
            }
        }
    }
    if !data.is_empty() {
        dispatch.emit(Action::Files(Brought { files: data, left_out: brought.left_out }));
    }
}

async fn recognised(file: &Blob) -> Recognised {
    let head = file.slice_with_f64_and_f64(0.0, file.size().min(HEAD as f64));
    let buffer = match head {
        Ok(head) => JsFuture::from(head.array_buffer()).await,
        Err(error) => Err(error),
    };
    // What cannot be read is said where it is read.
    buffer.map_or(Recognised::Data, |buffer| Recognised::new(&js_sys::Uint8Array::new(&buffer).to_vec()))
}

/// The text of an experiment or a result.
async fn text(file: &File) -> Result<String> {
    if file.size() > MOST_BYTES as f64 {
        let expected = format!("an experiment or a result of at most {} MB", MOST_BYTES / 1_000_000);
        return Err(Error::new(ErrorKind::TooLarge, expected).found(format!("{} bytes", file.size())));
    }
    let unread = |_| Error::new(ErrorKind::Io, "a file that can be read");
    let text = JsFuture::from(file.text()).await.map_err(unread)?;
    text.as_string().ok_or_else(|| Error::new(ErrorKind::NotText, "an experiment file"))
}
