//! The two stores of the database: `items` as JSON by their ids, `parts` as blobs by their SHA-256. Every change is one
//! transaction, which also deletes the parts that no item has any more.

use crate::browser::storage::{commit, open, put, refused};
use crate::error::{Error, ErrorKind, Result};
use crate::workspace::Item;
use idb::{ObjectStore, Transaction, TransactionMode};
use std::collections::{BTreeMap, BTreeSet};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

const NAME: &str = "llm-selection-workspace";
const VERSION: u32 = 1;
const ITEMS: &str = "items";
const PARTS: &str = "parts";

/// The open database.
pub(super) struct Database {
    inner: idb::Database,
}

impl Database {
    /// Opens the database, made at the first time.
    ///
    /// # Errors
    /// `Io` where the browser denies storage.
    pub(super) async fn open() -> Result<Database> {
        let inner = open(NAME, VERSION, &[ITEMS, PARTS]).await?;
        Ok(Database { inner })
    }

    fn begin(&self, mode: TransactionMode) -> Result<Stores> {
        let transaction = self.inner.transaction(&[ITEMS, PARTS], mode).map_err(refused)?;
        let items = transaction.object_store(ITEMS).map_err(refused)?;
        let parts = transaction.object_store(PARTS).map_err(refused)?;
        Ok(Stores { transaction, items, parts })
    }

    /// All items. One that cannot be understood, which another version of the page may have kept, is left out.
    pub(super) async fn items(&self) -> Result<Vec<Item>> {
        let stores = self.begin(TransactionMode::ReadOnly)?;
        stores.all().await
    }

    /// The item with this id.
    pub(super) async fn item(&self, id: &str) -> Result<Option<Item>> {
        let stores = self.begin(TransactionMode::ReadOnly)?;
        let value = stores.items.get(JsValue::from_str(id)).map_err(refused)?.await.map_err(refused)?;
        Ok(value.and_then(|value| understood(&value)))
    }

    /// The parts of an item, in its order.
    pub(super) async fn parts(&self, item: &Item) -> Result<Vec<Blob>> {
        let parts = self.all_parts(std::slice::from_ref(item)).await?;
        Ok(item.parts().filter_map(|part| parts.get(&part.sha256).cloned()).collect())
    }

    /// The parts of some items, by SHA-256.
    ///
    /// # Errors
    /// `Missing` where one is not there.
    pub(super) async fn all_parts(&self, items: &[Item]) -> Result<BTreeMap<String, Blob>> {
        let stores = self.begin(TransactionMode::ReadOnly)?;
        let mut parts = BTreeMap::new();
        for part in items.iter().flat_map(Item::parts) {
            let value = stores.parts.get(JsValue::from_str(&part.sha256)).map_err(refused)?.await.map_err(refused)?;
            let missing = || Error::new(ErrorKind::Missing, "a file that is still kept").in_file(&part.name);
            parts.insert(part.sha256.clone(), value.and_then(|value| value.dyn_into().ok()).ok_or_else(missing)?);
        }
        Ok(parts)
    }

    /// Keeps items with their parts, all or none of them.
    pub(super) async fn keep(&self, items: &[(Item, Vec<Blob>)]) -> Result<()> {
        let stores = self.begin(TransactionMode::ReadWrite)?;
        let there = stores.kept_parts().await?;
        for (item, blobs) in items {
            let text = serde_json::to_string(item)
                .map_err(|error| Error::new(ErrorKind::Io, "an item that can be written").found(error))?;
            put(&stores.items, &item.id, &JsValue::from_str(&text))?;
            if item.parts().count() != blobs.len() {
                return Err(Error::new(ErrorKind::Missing, "all files of the item"));
            }
            for (part, blob) in item.parts().zip(blobs) {
                if !there.contains(&part.sha256) {
                    put(&stores.parts, &part.sha256, blob)?;
                }
            }
        }
        stores.sweep().await?;
        stores.commit().await
    }

    /// Deletes items.
    pub(super) async fn delete(&self, ids: &[String]) -> Result<()> {
        let stores = self.begin(TransactionMode::ReadWrite)?;
        for id in ids {
            stores.items.delete(JsValue::from_str(id)).map_err(refused)?;
        }
        stores.sweep().await?;
        stores.commit().await
    }
}

fn understood(value: &JsValue) -> Option<Item> {
    serde_json::from_str(&value.as_string()?).ok()
}

/// A transaction and its stores. Dropped without [`Stores::commit`], the browser commits what was asked of it.
struct Stores {
    transaction: Transaction,
    items: ObjectStore,
    parts: ObjectStore,
}

impl Stores {
    async fn all(&self) -> Result<Vec<Item>> {
        let values = self.items.get_all(None, None).map_err(refused)?.await.map_err(refused)?;
        Ok(values.iter().filter_map(understood).collect())
    }

    async fn kept_parts(&self) -> Result<BTreeSet<String>> {
        let keys = self.parts.get_all_keys(None, None).map_err(refused)?.await.map_err(refused)?;
        Ok(keys.iter().filter_map(JsValue::as_string).collect())
    }

    /// Deletes the parts that no item has.
    async fn sweep(&self) -> Result<()> {
        let items = self.all().await?;
        let wanted: BTreeSet<&str> = items.iter().flat_map(Item::parts).map(|part| part.sha256.as_str()).collect();
        for key in self.kept_parts().await? {
            if !wanted.contains(key.as_str()) {
                self.parts.delete(JsValue::from_str(&key)).map_err(refused)?;
            }
        }
        Ok(())
    }

    /// Waits until all is safely kept.
    async fn commit(self) -> Result<()> {
        commit(self.transaction, &self.items).await
    }
}
