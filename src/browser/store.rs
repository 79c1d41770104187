//! The worker that keeps the workspace in this browser's IndexedDB, writes it as one file, and reads such files.

mod database;
mod tabs;

use super::blobs::{BlobWriter, reader};
use super::locks::new_name;
use super::{listen, post_with, unpack};
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{FromStore, Listing, ToStore, decode};
use crate::workspace::{self, CLOSED_TABS, Item, Kind, clean_name};
use database::Database;
use js_sys::Array;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use tabs::Tab;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

/// Listens for what is to be kept and given. One message is dealt with after the other.
#[wasm_bindgen]
pub fn start_store() {
    let waiting: Rc<RefCell<VecDeque<JsValue>>> = Rc::default();
    let store = Rc::new(RefCell::new(Some(Store::default())));
    listen(move |data| {
        waiting.borrow_mut().push_back(data);
        // Whoever has the store deals with all that waits, then puts it back.
        let Some(mut own) = store.borrow_mut().take() else { return };
        let (waiting, store) = (waiting.clone(), store.clone());
        wasm_bindgen_futures::spawn_local(async move {
            loop {
                let next = waiting.borrow_mut().pop_front();
                let Some(message) = next else { break };
                own.hear(&message).await;
            }
            *store.borrow_mut() = Some(own);
        });
    });
}

/// What the worker holds.
#[derive(Default)]
struct Store {
    database: Option<Database>,
    tab: Option<Tab>,
}

impl Store {
    async fn hear(&mut self, data: &JsValue) {
        let beside = data.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default();
        let blobs: Vec<Blob> = beside.into_iter().filter_map(|value| value.dyn_into().ok()).collect();
        let message = match unpack(data).and_then(|bytes| decode::<ToStore>(&bytes)) {
            Ok(message) => message,
            Err(error) => return post_with(&FromStore::Failed(error), &[]),
        };
        if self.database.is_none() {
            match Database::open().await {
                Ok(database) => self.database = Some(database),
                Err(error) => return post_with(&FromStore::Denied(error), &[]),
            }
        }
        let keeping = if let ToStore::Keep(item) = &message { Some(item.id.clone()) } else { None };
        if let Err(error) = self.answer(message, blobs).await {
            // A database that another page deleted, or that the browser closed, is opened anew next time.
            self.database = None;
            let said = match keeping {
                Some(id) => FromStore::NotKept { id, error },
                None => FromStore::Failed(error),
            };
            post_with(&said, &[]);
        }
    }

    async fn answer(&mut self, message: ToStore, blobs: Vec<Blob>) -> Result<()> {
        let Some(database) = &self.database else { return Ok(()) };
        match message {
            ToStore::Claim(wanted) => {
                let item = match &wanted {
                    Some(wanted) => database.item(wanted).await?,
                    None => None,
                };
                let tab = Tab::claim(wanted).await?;
                prune(database).await?;
                let (item, parts) = match item {
                    Some(item) => {
                        let parts = database.parts(&item).await?;
                        (Some(Box::new(item)), parts)
                    }
                    None => (None, Vec::new()),
                };
                post_with(&FromStore::Claimed { tab: tab.name.clone(), item }, &values(&parts));
                // The name before is given up only now.
                self.tab = Some(tab);
            }
            ToStore::Keep(item) => {
                database.keep(&[((*item).clone(), blobs)]).await?;
                post_with(&FromStore::Kept(item.id), &[]);
            }
            ToStore::Rename { id, name } => {
                if let Some(mut item) = database.item(&id).await? {
                    (item.name, item.kind) = (clean_name(&name), Kind::Saved);
                    let parts = database.parts(&item).await?;
                    database.keep(&[(item, parts)]).await?;
                }
                self.list(database).await?;
            }
            ToStore::Delete(id) => {
                database.delete(&[id]).await?;
                self.list(database).await?;
            }
            ToStore::DeleteAll => {
                let open = tabs::open().await;
                let own = self.tab.as_ref().map(|tab| tab.name.as_str());
                let items = database.items().await?.into_iter();
                let gone: Vec<String> =
                    items.map(|item| item.id).filter(|id| own == Some(id) || !open.contains(id)).collect();
                database.delete(&gone).await?;
                self.list(database).await?;
            }
            ToStore::List => self.list(database).await?,
            ToStore::Open(id) => {
                let gone = || Error::new(ErrorKind::Missing, "an item that is still kept: it was deleted meanwhile");
                let item = database.item(&id).await?.ok_or_else(gone)?;
                let parts = database.parts(&item).await?;
                post_with(&FromStore::Opened(Box::new(item)), &values(&parts));
            }
            ToStore::Export => {
                let file = export(database).await?;
                post_with(&FromStore::Exported, &[file.into()]);
            }
            ToStore::Import => {
                for file in blobs {
                    let imported = import(database, file).await?;
                    post_with(&imported, &[]);
                }
                self.list(database).await?;
            }
        }
        Ok(())
    }

    async fn list(&self, database: &Database) -> Result<()> {
        let open = tabs::open().await;
        let own = self.tab.as_ref().map(|tab| &tab.name);
        let mut items = database.items().await?;
        items.retain(|item| !open.contains(&item.id) && own != Some(&item.id));
        items.iter_mut().for_each(|item| item.form.clear());
        items.sort_by(|a, b| b.saved.total_cmp(&a.saved));
        let (usage, quota, persistent) = tabs::room().await;
        post_with(&FromStore::Listed(Listing { items, usage, quota, persistent }), &[]);
        Ok(())
    }
}

fn values(blobs: &[Blob]) -> Vec<JsValue> {
    blobs.iter().map(JsValue::from).collect()
}

/// Deletes the states of closed tabs but the latest.
async fn prune(database: &Database) -> Result<()> {
    let open = tabs::open().await;
    let mut closed = database.items().await?;
    closed.retain(|item| item.kind == Kind::Tab && !open.contains(&item.id));
    closed.sort_by(|a, b| b.saved.total_cmp(&a.saved));
    let old: Vec<String> = closed.into_iter().skip(CLOSED_TABS).map(|item| item.id).collect();
    if old.is_empty() { Ok(()) } else { database.delete(&old).await }
}

async fn export(database: &Database) -> Result<Blob> {
    let mut items = database.items().await?;
    items.sort_by(|a, b| b.saved.total_cmp(&a.saved));
    let parts = database.all_parts(&items).await?;
    let out = workspace::write(&items, BlobWriter::default(), |part| {
        let missing = || Error::new(ErrorKind::Missing, "a file that is still kept").in_file(&part.name);
        reader(parts.get(&part.sha256).ok_or_else(missing)?)
    })?;
    out.finish("application/zip")
}

async fn import(database: &Database, file: Blob) -> Result<FromStore> {
    let archive = workspace::read(reader(&file)?, BlobWriter::default)?;
    let mut parts = std::collections::BTreeMap::new();
    for (sha256, bytes) in archive.parts {
        parts.insert(sha256, bytes.finish("application/octet-stream")?);
    }
    let mut there = database.items().await?;
    let mut added: Vec<(Item, Vec<Blob>)> = Vec::new();
    let mut already = 0;
    for mut item in archive.items {
        if there.iter().any(|other| other.kind == item.kind && other.name == item.name && other.same_content(&item)) {
            already += 1;
            continue;
        }
        item.id = new_name()?;
        there.push(item.clone());
        let blobs = item.parts().filter_map(|part| parts.get(&part.sha256).cloned()).collect();
        added.push((item, blobs));
    }
    database.keep(&added).await?;
    Ok(FromStore::Imported { added: added.len(), already, refused: archive.refused })
}
