//! A file that the person has brought.

use js_sys::{Array, Reflect};
use web_sys::{Blob, File};

/// A file, and its name with the folders that came with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// Folders and name, separated by `/`.
    pub path: String,
    /// The bytes, which stay with the browser.
    pub file: File,
}

impl Chosen {
    /// A file as an input or a drop gives it: with folders where a folder was chosen.
    pub fn new(file: File) -> Chosen {
        let path = Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|path| path.as_string());
        let path = path.filter(|path| !path.is_empty()).unwrap_or_else(|| file.name());
        Chosen { path, file }
    }

    /// Bytes under a name; `None` where the browser makes no file of them.
    pub fn of_blob(path: &str, bytes: &Blob) -> Option<Chosen> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let file = File::new_with_blob_sequence(&Array::of1(bytes), name).ok()?;
        Some(Chosen { path: path.to_owned(), file })
    }
}
