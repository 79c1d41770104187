//! The workspace as one file: a ZIP with the list `workspace.json` and the kept bytes under `parts/`, named by their
//! SHA-256. Names that people gave stand in the list only, so no name in the archive leads anywhere.

use super::{Item, MAX_ITEMS, Part};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, Write, copy};
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

/// What the list says it is.
pub const FORMAT: &str = "llm-selection-workspace";
/// Version of the list.
pub const VERSION: u32 = 1;
const LIST: &str = "workspace.json";
/// Most bytes of the list.
const MAX_LIST: u64 = 20_000_000;
/// Most entries of the archive.
const MAX_ENTRIES: usize = 20_000;
/// Most bytes of all parts together, unpacked.
const MAX_TOTAL: u64 = 8_000_000_000;
/// Bytes unpacked at once.
const CHUNK: usize = 65_536;

#[derive(Serialize)]
struct List<'a> {
    format: &'static str,
    version: u32,
    items: &'a [Item],
}

/// The list as it is read: an item that is wrong leaves the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnyList {
    format: String,
    version: u32,
    items: Vec<Value>,
}

/// What a workspace file holds.
#[derive(Debug)]
pub struct Archive<W> {
    /// The items that passed all checks.
    pub items: Vec<Item>,
    /// Their parts, by SHA-256.
    pub parts: BTreeMap<String, W>,
    /// What was refused, and why: the name of the item, and what is wrong.
    pub refused: Vec<(String, Error)>,
}

fn zip_error(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Malformed, "a workspace file, as Export workspace writes it").found(error)
}

/// Writes items as a workspace file, without their results and trainings, which no reader would take; `part` opens the bytes
/// of a file.
///
/// # Errors
/// Those of `part` and of `out`.
pub fn write<W: Write, R: Read>(items: &[Item], out: W, mut part: impl FnMut(&Part) -> Result<R>) -> Result<W> {
    let mut zip = ZipWriter::new_stream(out);
    let options = SimpleFileOptions::default();
    let io = |error: std::io::Error| Error::new(ErrorKind::Io, "a workspace file that can be written").found(error);
    zip.start_file(LIST, options).map_err(zip_error)?;
    let items: Vec<Item> = items.iter().map(|item| Item { result: None, trained: None, ..item.clone() }).collect();
    serde_json::to_writer(&mut zip, &List { format: FORMAT, version: VERSION, items: &items }).map_err(zip_error)?;
    let mut written = BTreeSet::new();
    for wanted in items.iter().flat_map(|item| &item.files) {
        if written.insert(&wanted.sha256) {
            let mut bytes = part(wanted)?;
            zip.start_file(entry(wanted), options).map_err(zip_error)?;
            copy(&mut bytes, &mut zip).map_err(|error| io(error).in_file(&wanted.name))?;
        }
    }
    Ok(zip.finish().map_err(zip_error)?.into_inner())
}

fn entry(part: &Part) -> String {
    format!("parts/{}", part.sha256)
}

/// Reads a workspace file. Every file in it is unpacked into what `open` gives, no further than the list says it goes,
/// and must have the bytes and the SHA-256 that the list says; an item whose files fail this is refused, and the rest
/// stays. Results are left where they are: what was played is played again.
///
/// # Errors
/// A file that is no workspace, or beyond a limit as a whole.
pub fn read<R: Read + Seek, W: Write>(archive: R, mut open: impl FnMut() -> W) -> Result<Archive<W>> {
    let mut zip = ZipArchive::new(archive).map_err(zip_error)?;
    if zip.len() > MAX_ENTRIES {
        return Err(too_large(format!("a workspace file of at most {MAX_ENTRIES} entries")));
    }
    let mut refused = Vec::new();
    let mut items = Vec::new();
    for value in list(&mut zip)? {
        let name = value.get("name").and_then(Value::as_str).map(super::clean_name).unwrap_or_default();
        let item = serde_path_to_error::deserialize(value).map_err(|error| {
            let field = error.path().to_string();
            Error::new(ErrorKind::Malformed, error.into_inner().to_string()).at_field(field)
        });
        match item.and_then(Item::checked) {
            Ok(item) => items.push(item),
            Err(error) => refused.push((name, error)),
        }
    }
    let mut parts = BTreeMap::new();
    let mut failed: BTreeMap<String, Error> = BTreeMap::new();
    let mut total: u64 = 0;
    for part in items.iter().flat_map(|item| &item.files) {
        if parts.contains_key(&part.sha256) || failed.contains_key(&part.sha256) {
            continue;
        }
        total = total.saturating_add(part.bytes);
        let unpacked = match total > MAX_TOTAL {
            true => Err(too_large(format!("a workspace file of at most {MAX_TOTAL} bytes in all"))),
            false => unpack(&mut zip, part, &mut open),
        };
        match unpacked {
            Ok(bytes) => drop(parts.insert(part.sha256.clone(), bytes)),
            Err(error) => drop(failed.insert(part.sha256.clone(), error)),
        }
    }
    items.retain(|item| {
        let broken = |part: &Part| failed.get(&part.sha256).map(|error| error.clone().in_file(&part.name));
        let wrong = item.files.iter().find_map(broken);
        wrong.map(|error| refused.push((item.name.clone(), error))).is_none()
    });
    let wanted: BTreeSet<&str> = items.iter().flat_map(|item| &item.files).map(|part| part.sha256.as_str()).collect();
    parts.retain(|sha256, _| wanted.contains(sha256.as_str()));
    Ok(Archive { items, parts, refused })
}

fn too_large(expected: String) -> Error {
    Error::new(ErrorKind::TooLarge, expected)
}

/// The items of the list, not looked at yet.
fn list<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Result<Vec<Value>> {
    let missing = |error| Error::new(ErrorKind::Missing, "a workspace file with its list").found(error).in_file(LIST);
    let mut text = Vec::new();
    let entry = zip.by_name(LIST).map_err(missing)?;
    entry.take(MAX_LIST + 1).read_to_end(&mut text).map_err(zip_error)?;
    if text.len() as u64 > MAX_LIST {
        return Err(too_large(format!("a workspace file of at most {MAX_LIST} bytes of list")));
    }
    let list: AnyList = serde_json::from_slice(&text).map_err(|error| zip_error(error).in_file(LIST))?;
    if list.format != FORMAT {
        return Err(zip_error(list.format).in_file(LIST).at_field("format"));
    }
    if list.version != VERSION {
        let expected = format!("version {VERSION}; a newer page may have written the file: please reload");
        return Err(Error::new(ErrorKind::NotYet, expected).found(list.version).in_file(LIST).at_field("version"));
    }
    if list.items.len() > MAX_ITEMS {
        return Err(too_large(format!("a workspace file of at most {MAX_ITEMS} items")));
    }
    Ok(list.items)
}

/// Unpacks one part.
fn unpack<R: Read + Seek, W: Write>(zip: &mut ZipArchive<R>, part: &Part, open: &mut impl FnMut() -> W) -> Result<W> {
    let missing = |error| Error::new(ErrorKind::Missing, "the file in the archive").found(error);
    let mut packed = zip.by_name(&entry(part)).map_err(missing)?;
    let wrong = |found: u64| Error::new(ErrorKind::TooLarge, format!("{} bytes", part.bytes)).found(found);
    if packed.size() != part.bytes {
        return Err(wrong(packed.size()));
    }
    let mut out = open();
    let mut hasher = Sha256::new();
    let mut chunk = [0; CHUNK];
    let mut read: u64 = 0;
    loop {
        let count = packed.read(&mut chunk).map_err(zip_error)?;
        let Some(bytes) = chunk.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        read += count as u64;
        // What an archive says of its own sizes need not be true.
        if read > part.bytes {
            return Err(wrong(read));
        }
        hasher.update(bytes);
        out.write_all(bytes).map_err(|error| Error::new(ErrorKind::Io, "room for the file").found(error))?;
    }
    if read != part.bytes {
        return Err(wrong(read));
    }
    let sha256 = super::hexadecimal(hasher);
    if sha256 != part.sha256 {
        return Err(Error::new(ErrorKind::HashMismatch, format!("SHA-256 {}", part.sha256)).found(sha256));
    }
    Ok(out)
}
