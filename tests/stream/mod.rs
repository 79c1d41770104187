//! A reader that can only go back to its beginning, and only as long as little has been read: what the import may ask
//! of a file that is no archive.

use std::io::{self, Read, Seek, SeekFrom};

pub struct Stream<R> {
    inner: R,
    head: Vec<u8>,
    /// Bytes of `head` that are to be read again.
    again: usize,
}

impl<R> Stream<R> {
    pub fn new(inner: R) -> Self {
        Stream { inner, head: Vec::new(), again: 0 }
    }
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.again > 0 {
            let from = self.head.len() - self.again;
            let count = self.again.min(out.len());
            out[..count].copy_from_slice(&self.head[from..from + count]);
            self.again -= count;
            return Ok(count);
        }
        let count = self.inner.read(out)?;
        if self.head.len() < 8 {
            self.head.extend_from_slice(&out[..count]);
        }
        Ok(count)
    }
}

impl<R> Seek for Stream<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        assert_eq!(to, SeekFrom::Start(0), "only archives are read from elsewhere");
        self.again = self.head.len();
        Ok(0)
    }
}
