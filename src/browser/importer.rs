//! The worker that reads result files.

use super::blobs::BlobWriter;
use super::file::FileReader;
use super::holder::{Holder, learn};
use super::{listen, now, numbers, post, post_with, unpack};
use crate::data::excerpt::excerpt;
use crate::data::{Ids, Import, ImportOptions, InputFile, Limits, import_with_ids, write_csv};
use crate::error::{Error, ErrorKind, Result};
use crate::protocol::{FromImporter, ToImporter, decode, encode};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

/// Milliseconds between two reports of progress.
pub(super) const REPORT_EVERY: f64 = 50.0;

/// Listens for files to be read, which stand beside the message, for a data set to be held, or for
/// texts to be learned from.
#[wasm_bindgen]
pub fn start_importer() {
    let mut holder = Holder::default();
    listen(move |data| {
        let beside = data.dyn_ref::<js_sys::Array>().map(js_sys::Array::to_vec).unwrap_or_default();
        let mut files = beside.iter().filter_map(|value| value.clone().dyn_into::<File>().ok());
        let message = unpack(&data).and_then(|bytes| decode(&bytes));
        let answered = message.and_then(|message| match message {
            ToImporter::Import { names, options } => {
                let (Import { mut dataset, audit, prices }, _) = read(names.into_iter().zip(files), &options)?;
                let columns = dataset.take_columns();
                let mut beside: Vec<JsValue> = vec![js_sys::Uint8Array::from(encode(&dataset)?.as_slice()).into()];
                beside.extend(columns.into_iter().map(|column| numbers::column(&column)));
                post_with(&FromImporter::Imported { audit: Box::new(audit), prices }, &beside);
                Ok(())
            }
            ToImporter::Excerpt { name, options, wanted } => {
                let missing = || Error::new(ErrorKind::Missing, "a file beside the message").in_file(&name);
                let file = files.next().ok_or_else(missing)?;
                let excerpt = excerpt(input(name, file)?, &options, &wanted, &mut |_| true)?;
                post(&FromImporter::Excerpt(Box::new(excerpt)));
                Ok(())
            }
            ToImporter::Clean { names, options } => clean(names.into_iter().zip(files), &options),
            ToImporter::Hold { names, options } => holder.hold(&beside, names, options),
            ToImporter::Learn { names, options, data, wanted } => learn(&beside, names, options, &data, &wanted),
            ToImporter::Know(wanted) => {
                holder.know(&beside, &wanted);
                Ok(())
            }
            ToImporter::Look(wanted) => holder.look(&wanted),
            ToImporter::Deal(wanted, copies) => holder.deal(&wanted, copies),
        });
        if let Err(error) = answered {
            post(&FromImporter::Failed(error));
        }
    });
}

/// Reads the files once more, because the page keeps no ids, and writes them as one.
fn clean(files: impl Iterator<Item = (String, File)>, options: &ImportOptions) -> Result<()> {
    let (Import { dataset, .. }, ids) = read(files, options)?;
    let mut out = BlobWriter::default();
    let no_room = |error| Error::new(ErrorKind::Io, "room for the file in this browser").found(error);
    write_csv(&dataset, Some(&ids), &mut out).map_err(no_room)?;
    post_with(&FromImporter::Cleaned(dataset.files), &[out.finish("text/csv")?.into()]);
    Ok(())
}

fn read(files: impl Iterator<Item = (String, File)>, options: &ImportOptions) -> Result<(Import, Ids)> {
    let inputs = files.map(|(name, file)| input(name, file)).collect::<Result<Vec<_>>>()?;
    let mut reported = now();
    import_with_ids(inputs, options, Limits::default(), &mut |progress| {
        let time = now();
        if time - reported > REPORT_EVERY {
            reported = time;
            post(&FromImporter::Progress(progress));
        }
        true
    })
}

/// A file to be read under this name.
pub(super) fn input(name: String, file: File) -> Result<InputFile<'static>> {
    let len = Some(file.size() as u64);
    let bad = |error| Error::new(ErrorKind::Io, "a file that can be read").in_file(name.clone()).found(error);
    let reader = Box::new(FileReader::new(file.into()).map_err(bad)?);
    Ok(InputFile { name, len, reader })
}
