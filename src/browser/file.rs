//! A browser's file as a stream: read in slices, inside a worker, without holding it in memory.

use std::io::{self, Read};
use web_sys::{Blob, FileReaderSync};

/// Bytes read at once.
const SLICE: f64 = 1_048_576.0;

/// Reads a file from its beginning to its end.
pub(super) struct FileReader {
    reader: FileReaderSync,
    file: Blob,
    /// Where the slice ends.
    offset: f64,
    slice: Vec<u8>,
    /// Bytes of the slice that are taken.
    taken: usize,
}

impl FileReader {
    pub(super) fn new(file: Blob) -> io::Result<FileReader> {
        let reader = FileReaderSync::new().map_err(|_| io::Error::other("this browser reads no files in workers"))?;
        Ok(FileReader { reader, file, offset: 0.0, slice: Vec::new(), taken: 0 })
    }

    fn next_slice(&mut self) -> io::Result<()> {
        let gone = |_| io::Error::other("the browser could not read on: was the file moved or changed?");
        let end = (self.offset + SLICE).min(self.file.size());
        let blob: Blob = self.file.slice_with_f64_and_f64(self.offset, end).map_err(gone)?;
        let buffer = self.reader.read_as_array_buffer(&blob).map_err(gone)?;
        self.slice = js_sys::Uint8Array::new(&buffer).to_vec();
        // Gives its memory back now: no garbage is collected while a worker is busy, and in the end the whole file would be
        // there. A browser that cannot does it later.
        let _ = buffer.transfer_with_length(0);
        self.taken = 0;
        self.offset = end;
        Ok(())
    }
}

impl Read for FileReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.slice.len() && self.offset < self.file.size() {
            self.next_slice()?;
        }
        let rest = self.slice.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.taken += count;
        Ok(count)
    }
}

impl io::Seek for FileReader {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let begin = self.offset as u64 - self.slice.len() as u64;
        let place = match to {
            io::SeekFrom::Start(place) => Some(place),
            io::SeekFrom::End(by) => (self.file.size() as u64).checked_add_signed(by),
            io::SeekFrom::Current(by) => (begin + self.taken as u64).checked_add_signed(by),
        };
        let place = place.ok_or_else(|| io::Error::other("a place before the beginning"))?;
        match place.checked_sub(begin).map(|taken| taken as usize) {
            Some(taken) if taken <= self.slice.len() => self.taken = taken,
            _ => {
                self.slice.clear();
                (self.offset, self.taken) = (place as f64, 0);
            }
        }
        Ok(place)
    }
}
