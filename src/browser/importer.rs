//! The worker that reads result files.

use super::file::FileReader;
use super::{listen, now, post, unpack};
use crate::data::excerpt::excerpt;
use crate::data::{Import, ImportOptions, InputFile, import};
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{FromImporter, ToImporter, decode};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::File;

/// Milliseconds between two reports of progress.
const REPORT_EVERY: f64 = 50.0;

/// Listens for files to be read, which stand beside the message.
#[wasm_bindgen]
pub fn start_importer() {
    listen(|data| {
        let beside = data.dyn_ref::<js_sys::Array>().map(js_sys::Array::to_vec).unwrap_or_default();
        let mut files = beside.into_iter().filter_map(|value| value.dyn_into::<File>().ok());
        let answer = unpack(&data).and_then(|bytes| decode(&bytes)).and_then(|message| match message {
            ToImporter::Import { names, options } => {
                let import = read(names.into_iter().zip(files), &options)?;
                Ok(FromImporter::Imported(Box::new(import)))
            }
            ToImporter::Excerpt { name, options, wanted } => {
                let missing = || Error::new(ErrorKind::Missing, "a file beside the message").in_file(&name);
                let file = files.next().ok_or_else(missing)?;
                let excerpt = excerpt(input(name, file)?, &options, &wanted, &mut |_| true)?;
                Ok(FromImporter::Excerpt(Box::new(excerpt)))
            }
        });
        post(&answer.unwrap_or_else(FromImporter::Failed));
    });
}

fn read(files: impl Iterator<Item = (String, File)>, options: &ImportOptions) -> Result<Import> {
    let inputs = files.map(|(name, file)| input(name, file)).collect::<Result<Vec<_>>>()?;
    let mut reported = now();
    import(inputs, options, &mut |progress| {
        let time = now();
        if time - reported > REPORT_EVERY {
            reported = time;
            post(&FromImporter::Progress(progress));
        }
        true
    })
}

fn input(name: String, file: File) -> Result<InputFile<'static>> {
    let len = Some(file.size() as u64);
    let bad = |error| Error::new(ErrorKind::Io, "a file that can be read").in_file(name.clone()).found(error);
    let reader = Box::new(FileReader::new(file.into()).map_err(bad)?);
    Ok(InputFile { name, len, reader })
}
