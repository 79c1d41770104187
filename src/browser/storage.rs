//! IndexedDB: opened, written to, and what the browser says where it refuses.

use crate::error::{Error, ErrorKind, Result};
use idb::{DatabaseEvent, Factory, ObjectStore, ObjectStoreParams, Transaction, TransactionResult};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

/// Why the browser did not do it.
pub(super) fn refused(error: idb::Error) -> Error {
    match error {
        idb::Error::DomException(error) => explained(Some(&error)),
        // Each of these carries what the browser threw, in its text.
        error if error.to_string().contains("Quota") => no_room(),
        error => Error::new(ErrorKind::Io, "storage that works").found(error),
    }
}

fn no_room() -> Error {
    let expected =
        "there is no room left in what the browser gives this site. Delete something here, or free disk space";
    Error::new(ErrorKind::TooLarge, expected)
}

/// What the browser says, in plain words where it is about room.
fn explained(error: Option<&DomException>) -> Error {
    match error {
        Some(error) if error.name() == "QuotaExceededError" => no_room(),
        Some(error) => {
            Error::new(ErrorKind::Io, "storage that works").found(format!("{}: {}", error.name(), error.message()))
        }
        None => Error::new(ErrorKind::Io, "storage that works"),
    }
}

/// Opens a database with these stores, made at the first time.
///
/// # Errors
/// `Io` where the browser denies storage, `TooLarge` where there is no room.
pub(super) async fn open(name: &str, version: u32, stores: &'static [&'static str]) -> Result<idb::Database> {
    let denied = |error: idb::Error| match refused(error) {
        error if error.kind == ErrorKind::TooLarge => error,
        _ => Error::new(ErrorKind::Io, "this browser denies the page its storage"),
    };
    let mut request = Factory::new().and_then(|factory| factory.open(name, Some(version))).map_err(denied)?;
    request.on_upgrade_needed(move |event| {
        if let Ok(database) = event.database() {
            for name in stores {
                // Fails only where it is there.
                let _ = database.create_object_store(name, ObjectStoreParams::new());
            }
        }
    });
    let mut database = request.await.map_err(denied)?;
    // Else a later version of the page could not change the database while this one is open.
    database.on_version_change(|event| {
        if let Some(database) = event.target().and_then(|target| target.dyn_into::<web_sys::IdbDatabase>().ok()) {
            database.close();
        }
    });
    Ok(database)
}

/// Puts a value under a key.
///
/// # Errors
/// Where the browser refuses.
pub(super) fn put(store: &ObjectStore, key: &str, value: &JsValue) -> Result<()> {
    store.put(value, Some(&JsValue::from_str(key))).map(drop).map_err(refused)
}

/// Waits until all that was asked of a transaction is safely kept; `store` is one of its own.
///
/// # Errors
/// Where the browser refuses, in plain words where it is about room.
pub(super) async fn commit(transaction: Transaction, store: &ObjectStore) -> Result<()> {
    match transaction.await {
        Ok(TransactionResult::Committed) => Ok(()),
        // Why, another view of the same transaction knows.
        Ok(TransactionResult::Aborted) => Err(explained(store.transaction().error().as_ref())),
        Err(error) => Err(refused(error)),
    }
}
