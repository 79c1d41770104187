//! Live runs in this browser's IndexedDB: each with its set-up and its entries in order; and what the page's form held last.

use crate::browser::storage::{commit, open, put, refused};
use crate::error::{Error, ErrorKind, Result};
use crate::live::log::Entry;
use idb::{KeyRange, Query, TransactionMode};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

const NAME: &str = "llm-selection-live";
const VERSION: u32 = 1;
/// Set-ups by run.
const RUNS: &str = "runs";
/// Entries by run and number.
const ENTRIES: &str = "entries";
/// What the page held last, by kind.
const DRAFTS: &str = "drafts";

/// The open database.
pub(super) struct Kept {
    inner: idb::Database,
}

/// A run without its entries.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptSetup {
    /// Milliseconds since 1970.
    pub begun: f64,
    /// JSON of the set-up.
    pub setup: String,
}

/// Key of an entry: numbers in the order of text.
fn key(run: &str, number: usize) -> String {
    format!("{run}/{number:012}")
}

/// All entries of a run.
fn of_run(run: &str) -> Result<Query> {
    let (low, high) = (JsValue::from_str(&format!("{run}/")), JsValue::from_str(&format!("{run}0")));
    KeyRange::bound(&low, &high, None, Some(true)).map(Query::KeyRange).map_err(refused)
}

fn written(value: &impl Serialize) -> Result<JsValue> {
    let text = serde_json::to_string(value);
    text.map(|text| JsValue::from_str(&text))
        .map_err(|error| Error::new(ErrorKind::Io, "what can be written").found(error))
}

fn read<T: for<'de> Deserialize<'de>>(value: &JsValue) -> Result<T> {
    let text = value.as_string().unwrap_or_default();
    serde_json::from_str(&text).map_err(|error| {
        let expected = "a run of this version of the page: please reload, a newer one may have kept it";
        Error::new(ErrorKind::Malformed, expected).found(error)
    })
}

impl Kept {
    /// # Errors
    /// Where the browser denies storage.
    pub async fn open() -> Result<Kept> {
        Ok(Kept { inner: open(NAME, VERSION, &[RUNS, ENTRIES, DRAFTS]).await? })
    }

    /// Keeps a run before its first entry.
    pub async fn begin(&self, run: &str, kept: &KeptSetup) -> Result<()> {
        self.put(RUNS, run, &written(kept)?).await
    }

    /// Keeps the next entries of a run, all or none, of which `number` is the first. None of these numbers may be there: where
    /// a browser has no locks, two tabs could otherwise write one log, and pay twice.
    pub async fn append(&self, run: &str, number: usize, entries: &[Entry]) -> Result<()> {
        let transaction = self.inner.transaction(&[ENTRIES], TransactionMode::ReadWrite).map_err(refused)?;
        let store = transaction.object_store(ENTRIES).map_err(refused)?;
        for (number, entry) in (number..).zip(entries) {
            let key = JsValue::from_str(&key(run, number));
            store.add(&written(entry)?, Some(&key)).map_err(refused)?;
        }
        commit(transaction, &store).await
    }

    /// A run with its entries; `None` where it is not there.
    pub async fn run(&self, run: &str) -> Result<Option<(KeptSetup, Vec<Entry>)>> {
        let Some(value) = self.get(RUNS, run).await? else { return Ok(None) };
        let transaction = self.inner.transaction(&[ENTRIES], TransactionMode::ReadOnly).map_err(refused)?;
        let store = transaction.object_store(ENTRIES).map_err(refused)?;
        let values = store.get_all(Some(of_run(run)?), None).map_err(refused)?.await.map_err(refused)?;
        let entries = values.iter().map(read).collect::<Result<Vec<Entry>>>()?;
        Ok(Some((read(&value)?, entries)))
    }

    /// All runs. One that cannot be understood is left out.
    pub async fn runs(&self) -> Result<Vec<(String, KeptSetup)>> {
        let transaction = self.inner.transaction(&[RUNS], TransactionMode::ReadOnly).map_err(refused)?;
        let store = transaction.object_store(RUNS).map_err(refused)?;
        let keys = store.get_all_keys(None, None).map_err(refused)?.await.map_err(refused)?;
        let values = store.get_all(None, None).map_err(refused)?.await.map_err(refused)?;
        let both = keys.iter().zip(&values);
        Ok(both.filter_map(|(key, value)| Some((key.as_string()?, read(value).ok()?))).collect())
    }

    /// Deletes a run with its entries.
    pub async fn delete(&self, run: &str) -> Result<()> {
        let transaction = self.inner.transaction(&[RUNS, ENTRIES], TransactionMode::ReadWrite).map_err(refused)?;
        let (runs, entries) =
            (transaction.object_store(RUNS).map_err(refused)?, transaction.object_store(ENTRIES).map_err(refused)?);
        runs.delete(JsValue::from_str(run)).map_err(refused)?;
        entries.delete(of_run(run)?).map_err(refused)?;
        commit(transaction, &runs).await
    }

    /// Keeps what the page holds; `None` takes it away.
    pub async fn draft(&self, kind: &str, text: Option<&str>) -> Result<()> {
        match text {
            Some(text) => self.put(DRAFTS, kind, &JsValue::from_str(text)).await,
            None => {
                let transaction = self.inner.transaction(&[DRAFTS], TransactionMode::ReadWrite).map_err(refused)?;
                let store = transaction.object_store(DRAFTS).map_err(refused)?;
                store.delete(JsValue::from_str(kind)).map_err(refused)?;
                commit(transaction, &store).await
            }
        }
    }

    /// What the page held last.
    pub async fn drafted(&self, kind: &str) -> Result<Option<String>> {
        Ok(self.get(DRAFTS, kind).await?.and_then(|value| value.as_string()))
    }

    async fn put(&self, store: &str, key: &str, value: &JsValue) -> Result<()> {
        let transaction = self.inner.transaction(&[store], TransactionMode::ReadWrite).map_err(refused)?;
        let store = transaction.object_store(store).map_err(refused)?;
        put(&store, key, value)?;
        commit(transaction, &store).await
    }

    async fn get(&self, store: &str, key: &str) -> Result<Option<JsValue>> {
        let transaction = self.inner.transaction(&[store], TransactionMode::ReadOnly).map_err(refused)?;
        let store = transaction.object_store(store).map_err(refused)?;
        store.get(JsValue::from_str(key)).map_err(refused)?.await.map_err(refused)
    }
}
