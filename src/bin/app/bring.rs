//! What a person brings: files chosen, dropped or pasted, and folders of them, which are walked through.

use crate::format::count;
use crate::words::say;
use js_sys::{Array, Function, Promise};
use llm_selection::browser::chosen::Chosen;
use llm_selection::browser::workspace::blob;
use llm_selection::data::{is_hidden, pasted_name, sort_folder};
use llm_selection::error::{Error, ErrorKind, Result};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, FileList, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Most files of folders that are read at once.
const MOST_FILES: usize = 1_000;
/// Most files and folders that are looked at.
const MOST_LOOKED_AT: usize = 20_000;

/// Files to be read, and those of their folders that are not, each with the reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Brought {
    pub files: Vec<Chosen>,
    pub left_out: Vec<(String, &'static str)>,
}

impl Brought {
    /// Files that were chosen one by one: all are read.
    pub fn files(files: Vec<Chosen>) -> Brought {
        Brought { files, left_out: Vec::new() }
    }

    /// The files of a folder that was chosen as a whole.
    ///
    /// # Errors
    /// Too many files; no results among them.
    pub fn folder(files: Vec<Chosen>) -> Result<Brought> {
        let mut found: Vec<(String, Chosen)> = files.into_iter().map(|file| (file.path.clone(), file)).collect();
        let left_out = results_of(&mut found)?;
        Ok(Brought { files: found.into_iter().map(|(_, file)| file).collect(), left_out })
    }
}

/// The files of a list, as an array.
pub fn listed(files: Option<FileList>) -> Vec<Chosen> {
    files.map(|files| (0..files.length()).filter_map(|i| files.get(i)).map(Chosen::new).collect()).unwrap_or_default()
}

/// What a drop or a paste holds. The browser says so only while that happens; folders are walked through afterwards.
pub struct Held {
    files: Vec<Chosen>,
    folders: Vec<FileSystemDirectoryEntry>,
}

impl Held {
    /// Looks into what is dropped.
    pub fn dropped(transfer: Option<DataTransfer>) -> Held {
        let mut held = Held { files: Vec::new(), folders: Vec::new() };
        let items = transfer.map(|transfer| transfer.items());
        let items = items.iter().flat_map(|items| (0..items.length()).filter_map(|place| items.get(place)));
        for item in items.filter(|item| item.kind() == "file") {
            match item.webkit_get_as_entry() {
                Ok(Some(entry)) if entry.is_directory() => held.folders.push(entry.unchecked_into()),
                _ => held.files.extend(item.get_as_file().ok().flatten().map(Chosen::new)),
            }
        }
        held
    }

    /// Looks into what is pasted: files, or text that is a table or JSON. Nothing of it leaves nothing.
    pub fn pasted(transfer: Option<DataTransfer>) -> Held {
        let text = transfer.as_ref().and_then(|transfer| transfer.get_data("text/plain").ok()).unwrap_or_default();
        let mut held = Held::dropped(transfer);
        if held.is_empty()
            && let Some((name, bytes)) = pasted_name(&text).zip(blob(text.as_bytes()).ok())
        {
            held.files.extend(Chosen::of_blob(name, &bytes));
        }
        held
    }

    /// Why pasted text is not read; `None` where there is none.
    pub fn not_pasted(transfer: Option<DataTransfer>) -> Option<Error> {
        /// Characters of it that are quoted.
        const SHOWN: usize = 40;
        let text = transfer.and_then(|transfer| transfer.get_data("text/plain").ok()).unwrap_or_default();
        let text = text.trim();
        let expected = "a table, a header and rows with commas, tabs or semicolons between the cells, or JSON";
        let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(end, _)| end);
        let more = if end < text.len() { "…" } else { "" };
        let error = Error::new(ErrorKind::Unrecognised, expected).in_file(&*say!("Pasted text"));
        (!text.is_empty()).then(|| error.found(format!("{}{more}", text.get(..end).unwrap_or_default())))
    }

    /// Whether there is nothing to be read.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty()
    }

    /// The files, those of the folders included.
    ///
    /// # Errors
    /// Folders that cannot be read, or without results; too many files.
    pub async fn gather(self) -> Result<Brought> {
        let mut brought = Brought::files(self.files);
        if !self.folders.is_empty() {
            let mut found = walk(self.folders).await?;
            brought.left_out = results_of(&mut found)?;
            for (path, entry) in found {
                let file = promised(|done, failed| {
                    entry.file_with_callback_and_callback(done, failed);
                    Ok(())
                })
                .await?;
                brought.files.push(Chosen { path, file: file.unchecked_into() });
            }
        }
        Ok(brought)
    }
}

/// All files below folders, with their paths.
async fn walk(mut folders: Vec<FileSystemDirectoryEntry>) -> Result<Vec<(String, FileSystemFileEntry)>> {
    let (mut found, mut looked_at) = (Vec::new(), 0);
    while let Some(folder) = folders.pop() {
        let reader = folder.create_reader();
        loop {
            // They come in batches; the last is empty.
            let batch = promised(|done, failed| reader.read_entries_with_callback_and_callback(done, failed)).await?;
            let batch: Array = batch.unchecked_into();
            if batch.length() == 0 {
                break;
            }
            looked_at += batch.length() as usize;
            if looked_at > MOST_LOOKED_AT {
                let most = count(MOST_LOOKED_AT as u64);
                let expected = format!("a folder with at most {most} files and folders in it");
                return Err(Error::new(ErrorKind::TooLarge, expected).found("more of them"));
            }
            for entry in batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>) {
                if is_hidden(&entry.name()) {
                    continue;
                }
                if entry.is_directory() {
                    folders.push(entry.unchecked_into());
                } else {
                    let path = entry.full_path();
                    found.push((path.trim_start_matches('/').to_owned(), entry.unchecked_into()));
                }
            }
        }
    }
    Ok(found)
}

/// Leaves the results of what was found in folders, in the order of their paths; what is left out is returned.
fn results_of<T: Clone>(found: &mut Vec<(String, T)>) -> Result<Vec<(String, &'static str)>> {
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    let sorted = sort_folder(&paths, true);
    if sorted.read.is_empty() {
        let error = Error::new(ErrorKind::Empty, "a folder with tables, JSON or archives");
        return Err(error.found("no such file in it"));
    }
    if sorted.read.len() > MOST_FILES {
        let expected = format!("a folder with at most {} files of results in it", count(MOST_FILES as u64));
        let found = format!("{} of them", count(sorted.read.len() as u64));
        return Err(Error::new(ErrorKind::TooLarge, expected).found(found));
    }
    *found = sorted.read.iter().filter_map(|place| found.get(*place).cloned()).collect();
    Ok(sorted.left_out)
}

/// What a function gives that answers by one of two callbacks.
async fn promised(ask: impl Fn(&Function, &Function) -> std::result::Result<(), JsValue>) -> Result<JsValue> {
    // What a promise's maker throws is the promise's failure.
    let promise = Promise::new(&mut |done, failed| {
        if let Err(error) = ask(&done, &failed) {
            let _ = failed.call1(&JsValue::UNDEFINED, &error);
        }
    });
    let gone = |_| Error::new(ErrorKind::Io, "a folder that can be read: was it moved or changed?");
    JsFuture::from(promise).await.map_err(gone)
}
