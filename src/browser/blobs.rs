//! Bytes between this program and the browser: read from a blob in slices, written to one in pieces, so that a large
//! file is never in this program's memory as a whole.

#[cfg(feature = "store")]
use crate::browser::file::FileReader;
use crate::error::{Error, ErrorKind, Result};
use js_sys::{Array, Uint8Array};
use std::io::{self, Write};
use web_sys::{Blob, BlobPropertyBag};

/// Bytes that are collected before they are handed to the browser.
const PIECE: usize = 4_194_304;

/// The bytes of a blob.
///
/// # Errors
/// `Io` where this browser reads no files in workers.
#[cfg(feature = "store")]
pub(super) fn reader(blob: &Blob) -> Result<FileReader> {
    let bad = |error| Error::new(ErrorKind::Io, "a file that can be read").found(error);
    FileReader::new(blob.clone()).map_err(bad)
}

/// Bytes on their way into a blob.
#[derive(Default)]
pub(super) struct BlobWriter {
    pieces: Array,
    piece: Vec<u8>,
}

impl BlobWriter {
    /// The blob.
    ///
    /// # Errors
    /// `Io` where the browser has no room for it.
    pub(super) fn finish(mut self, kind: &str) -> Result<Blob> {
        let no_room = |_| Error::new(ErrorKind::Io, "room for the file in this browser");
        self.hand_over().map_err(no_room)?;
        let options = BlobPropertyBag::new();
        options.set_type(kind);
        Blob::new_with_blob_sequence_and_options(&self.pieces, &options)
            .map_err(|_| Error::new(ErrorKind::Io, "room for the file in this browser"))
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let bytes = Array::of1(&Uint8Array::from(self.piece.as_slice()));
        let piece =
            Blob::new_with_u8_array_sequence(&bytes).map_err(|_| io::Error::other("the browser has no room"))?;
        self.pieces.push(&piece);
        self.piece.clear();
        Ok(())
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
