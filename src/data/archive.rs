//! Compressed files and archives: what is in them, as files of their own.
//!
//! Nothing is unpacked as a whole: members are read one after the other, and the limit on bytes counts what comes out.

use super::names::{Sorted, sort_folder};
use super::text::Meter;
use super::{Limits, ReadSeek};
use crate::error::{Error, ErrorKind, Result};
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::io::{self, Read, SeekFrom};
use zip::ZipArchive;

/// Members of an archive that are looked at.
const MEMBERS: usize = 100_000;

/// A file as it was given, looked at from outside.
pub(super) enum Container<'a> {
    Plain(Box<dyn ReadSeek + 'a>),
    Gzip(Box<dyn ReadSeek + 'a>),
    Zip(Box<dyn ReadSeek + 'a>),
}

/// A ZIP archive and what of it is read.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Box<dyn ReadSeek + 'a>>,
    /// Names of the members that are read.
    pub(super) members: Vec<String>,
    /// Names of those that are not, and why.
    pub(super) left_out: Vec<(String, &'static str)>,
    /// An Inspect log: the member with the header, and the samples.
    pub(super) log: Option<(usize, Vec<usize>)>,
}

impl<'a> Container<'a> {
    /// Looks at a file's first bytes.
    ///
    /// # Errors
    /// What cannot be read.
    pub(super) fn open(mut reader: Box<dyn ReadSeek + 'a>) -> Result<Self> {
        let mut first = [0; 4];
        let mut filled = 0;
        while let Some(rest) = first.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match reader.read(rest).map_err(unreadable)? {
                0 => break,
                count => filled += count,
            }
        }
        reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        match first {
            [0x1f, 0x8b, ..] => Ok(Container::Gzip(reader)),
            [b'P', b'K', 3, 4] => Ok(Container::Zip(reader)),
            _ => Ok(Container::Plain(reader)),
        }
    }
}

/// A gzip-compressed file's content, from its beginning.
pub(super) fn gunzip<'a>(reader: Box<dyn ReadSeek + 'a>) -> Box<dyn Read + 'a> {
    Box::new(MultiGzDecoder::new(io::BufReader::new(reader)))
}

/// SHA-256 of a whole file in hexadecimal; the reader then stands at its beginning again.
///
/// # Errors
/// What cannot be read; the limit on bytes.
pub(super) fn digest(reader: &mut dyn ReadSeek, meter: &mut Meter) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut block = vec![0; 256 * 1024];
    loop {
        let count = reader.read(&mut block).map_err(unreadable)?;
        meter.bytes(count)?;
        match block.get(..count).filter(|read| !read.is_empty()) {
            Some(read) => hasher.update(read),
            None => break,
        }
    }
    reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

impl<'a> Archive<'a> {
    /// Looks into an archive's directory.
    ///
    /// # Errors
    /// A damaged archive; one without any file of results.
    pub(super) fn open(reader: Box<dyn ReadSeek + 'a>) -> Result<Self> {
        let zip = ZipArchive::new(reader).map_err(damaged)?;
        if zip.len() > MEMBERS {
            let expected = format!("an archive with at most {MEMBERS} members");
            return Err(Error::new(ErrorKind::TooLarge, expected).found(zip.len()));
        }
        let name =
            |name: zip::result::ZipResult<std::borrow::Cow<str>>| name.map(|name| name.into_owned()).map_err(damaged);
        let names = zip.file_names().map(name).collect::<Result<Vec<String>>>()?;
        let place = |name: &str| zip.index_for_name(name);
        let header = place("header.json").or_else(|| place("_journal/start.json"));
        let samples: Vec<usize> = names
            .iter()
            .filter(|name| name.starts_with("samples/") && name.ends_with(".json"))
            .filter_map(|name| place(name))
            .collect();
        let log = header.filter(|_| !samples.is_empty()).map(|header| (header, samples));
        let files: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.ends_with('/')).collect();
        let Sorted { read, left_out } = sort_folder(&files, false);
        let members: Vec<String> =
            read.iter().filter_map(|place| files.get(*place)).map(|it| (*it).to_owned()).collect();
        if members.is_empty() {
            return Err(Error::new(ErrorKind::Empty, "an archive with tables or JSON").found("no such file in it"));
        }
        Ok(Archive { zip, members, left_out, log })
    }

    /// A member's content.
    ///
    /// # Errors
    /// A member that is damaged or encrypted.
    pub(super) fn member<'m>(&'m mut self, name: &str) -> Result<Box<dyn Read + 'm>> {
        Ok(Box::new(self.zip.by_name(name).map_err(damaged)?))
    }

    /// An Inspect log as the one document that it is an archive of.
    pub(super) fn document<'m>(
        &'m mut self,
        header: usize,
        samples: &[usize],
        limits: Limits,
    ) -> impl Read + use<'m, 'a> {
        let mut parts = vec![Part::Text(br#"{"header":"#), Part::Member(header), Part::Text(br#","samples":["#)];
        for (number, sample) in samples.iter().enumerate() {
            parts.extend((number > 0).then_some(Part::Text(b",")));
            parts.push(Part::Member(*sample));
        }
        parts.push(Part::Text(b"]}"));
        Document { zip: &mut self.zip, parts: parts.into_iter(), block: Vec::new(), at: 0, limit: limits.cell as u64 }
    }
}

enum Part {
    Text(&'static [u8]),
    Member(usize),
}

/// Members of an archive and text between them, one after the other.
struct Document<'m, 'a> {
    zip: &'m mut ZipArchive<Box<dyn ReadSeek + 'a>>,
    parts: std::vec::IntoIter<Part>,
    block: Vec<u8>,
    at: usize,
    limit: u64,
}

impl Read for Document<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.block.len() {
            self.at = 0;
            self.block.clear();
            match self.parts.next() {
                None => return Ok(0),
                Some(Part::Text(text)) => self.block.extend_from_slice(text),
                Some(Part::Member(index)) => {
                    let member = self.zip.by_index(index).map_err(io::Error::other)?;
                    member.take(self.limit + 1).read_to_end(&mut self.block)?;
                    if self.block.len() as u64 > self.limit {
                        return Err(io::Error::other(format!("a sample above {} MB", self.limit / 1_000_000)));
                    }
                }
            }
        }
        let rest = self.block.get(self.at..).unwrap_or_default();
        let count = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

fn unreadable(error: io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the file could not be read: {error}"))
}

fn damaged(error: zip::result::ZipError) -> Error {
    Error::new(ErrorKind::Malformed, "a ZIP archive that is whole and not encrypted").found(error)
}
