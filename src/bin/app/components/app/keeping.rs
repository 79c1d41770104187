//! The page's part in keeping: answers of the worker that keeps the workspace, wishes of the dialog.

use super::{App, Happening, Opened, Reply, Said, Wish, opened, result_of};
use crate::browser::ask_to_persist;
use crate::components::download::save;
use llm_selection::error::{Error, ErrorKind};
use llm_selection::protocol::{FromStore, ToStore};
use llm_selection::workspace::Item;
use std::rc::Rc;
use web_sys::Blob;
use yew::prelude::*;

impl App {
    /// Something may have changed that is to be kept.
    pub(super) fn touch(&mut self) {
        if let Ok(state) = &self.state {
            self.keeper.touch(state);
        }
    }

    /// The worker has something to say. Returns whether it shows.
    pub(super) fn kept(&mut self, context: &Context<App>, (reply, blobs): Reply) -> bool {
        self.keeper.hear(&reply);
        match reply {
            FromStore::Claimed { item, .. } => self.recover(context, item, blobs),
            FromStore::Denied(_) => self.recover(context, None, blobs),
            FromStore::Kept(_) => {}
            FromStore::Opened(item) => match opened(&item, &blobs) {
                Ok(opened) => {
                    // What is on the page stays under the tab's present name.
                    if let Ok(state) = &mut self.state {
                        self.keeper.keep(state, self.pool.as_ref());
                    }
                    self.keeper.leave();
                    self.workspace = (false, None);
                    bring(context, opened, Some(item), blobs);
                }
                Err(error) => self.say(Said::Failed(error)),
            },
            FromStore::Exported => {
                let saved = blobs.first().map(|file| save("workspace.zip", file));
                self.say(match saved {
                    Some(Ok(())) => Said::Done("Exported as workspace.zip.".into()),
                    _ => Said::Failed(Error::new(ErrorKind::Io, "a browser that lets the page save files")),
                });
            }
            FromStore::Imported { added, already, refused } => self.say(Said::Imported(added, already, refused)),
            FromStore::NotKept { error, .. } if self.workspace.0 => self.say(Said::Failed(error)),
            FromStore::Failed(error) => self.say(Said::Failed(error)),
            FromStore::NotKept { .. } | FromStore::Listed(_) => {}
        }
        true
    }

    fn say(&mut self, said: Said) {
        self.workspace.1 = Some(Rc::new(said));
    }

    /// After a reload, what was kept comes back; where nothing was, the page opens as ever.
    fn recover(&mut self, context: &Context<App>, item: Option<Box<Item>>, blobs: Vec<Blob>) {
        match self.keeper.recovered(item.as_deref(), &blobs) {
            Some(opened) => bring(context, opened, item, blobs),
            None => {
                let held = self.keeper.release();
                self.follow(held);
            }
        }
    }

    /// Does what the person asks for in the dialog.
    pub(super) fn grant(&mut self, wish: Wish) {
        let Ok(state) = &mut self.state else { return };
        let pool = self.pool.as_ref();
        if !matches!(wish, Wish::Close) {
            self.workspace.1 = None;
            // What is listed and exported is what is on the page now.
            self.keeper.keep(state, pool);
        }
        match wish {
            Wish::Show => self.workspace.0 = true,
            Wish::Close => {
                self.workspace.0 = false;
                return;
            }
            Wish::Save(name) => {
                ask_to_persist();
                match self.keeper.save(name, state, pool) {
                    Ok(()) => self.say(Said::Done("Saved.".into())),
                    Err(error) => self.say(Said::Failed(error)),
                }
            }
            Wish::Open(id) => return self.keeper.send(&ToStore::Open(id), Vec::new()),
            Wish::Rename(id, name) => return self.keeper.send(&ToStore::Rename { id, name }, Vec::new()),
            Wish::Delete(id) => return self.keeper.send(&ToStore::Delete(id), Vec::new()),
            Wish::DeleteAll => return self.keeper.send(&ToStore::DeleteAll, Vec::new()),
            Wish::Export => return self.keeper.send(&ToStore::Export, Vec::new()),
            Wish::Import(file) => return self.keeper.send(&ToStore::Import, vec![file.into()]),
        }
        self.keeper.send(&ToStore::List, Vec::new());
    }
}

/// Puts something kept into the page, once its result is read.
fn bring(context: &Context<App>, opened: Opened, item: Option<Box<Item>>, blobs: Vec<Blob>) {
    let link = context.link().clone();
    wasm_bindgen_futures::spawn_local(async move {
        let played = match &item {
            Some(item) => result_of(item, &blobs).await.map(Rc::from),
            None => None,
        };
        link.send_message(Happening::Back(Box::new(Opened { played, ..opened })));
    });
}
