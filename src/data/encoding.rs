//! Bytes as UTF-8, block by block: marks at the beginning, and the encodings of older programs where it is none.
//!
//! Most files are UTF-8 and are passed on as they are. A file whose first letters outside ASCII are no UTF-8 is read in
//! the encoding that they look like, mostly Windows-1252; one that was UTF-8 until then is damaged, and the record with
//! the damage is refused where its row and column are known.

use crate::error::{Error, ErrorKind, Result};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes to be seen, from the first that is no UTF-8, before an encoding is guessed.
const GUESSED_FROM: usize = 4096;
/// U+FFFD: what stands for bytes that are no text.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// How the bytes of a file become text, as far as it was read.
pub(super) struct Decoding {
    encoding: &'static Encoding,
    marked: bool,
    guessed: bool,
    /// `None`: all so far was UTF-8.
    decoder: Option<Decoder>,
    /// Whether letters outside ASCII have come that are UTF-8.
    multibyte: bool,
    /// The first byte that does not belong where it is.
    bad: Option<u8>,
    /// What a block cut in two, or what is too little to guess from.
    waiting: Vec<u8>,
}

impl Decoding {
    /// By the mark at the beginning of a file; the length of the mark.
    pub(super) fn new(first: &[u8]) -> (Self, usize) {
        let mark = Encoding::for_bom(first);
        let (encoding, length) = mark.unwrap_or((UTF_8, 0));
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let (marked, guessed) = (mark.is_some(), false);
        let decoding =
            Decoding { encoding, marked, guessed, decoder, multibyte: false, bad: None, waiting: Vec::new() };
        (decoding, length)
    }

    /// Whether what comes is UTF-8 with one byte a letter at least, not UTF-16.
    pub(super) fn is_bytewise(&self) -> bool {
        ![UTF_16LE, UTF_16BE].contains(&self.encoding)
    }

    /// A name for the audit.
    pub(super) fn name(&self) -> String {
        match (self.encoding.name(), self.marked) {
            (name, true) if self.encoding == UTF_8 => format!("{name} with a byte-order mark"),
            (_, true) => "UTF-16".to_owned(),
            (name, false) => name.to_owned(),
        }
    }

    /// Makes `text` of the bytes that come next; `last` says that none follow. It is UTF-8, with U+FFFD for bytes that
    /// are no text.
    pub(super) fn take(&mut self, raw: &[u8], last: bool, text: &mut Vec<u8>) {
        text.clear();
        if let Some(decoder) = &mut self.decoder {
            decode(decoder, raw, last, text);
            return;
        }
        text.append(&mut self.waiting);
        text.extend_from_slice(raw);
        if text.is_ascii() {
            return;
        }
        let Err(error) = std::str::from_utf8(text) else {
            self.multibyte = true;
            return;
        };
        let rest = text.split_off(error.valid_up_to());
        self.multibyte |= !text.is_ascii();
        let cut = error.error_len().is_none();
        let guess = !self.marked && !self.multibyte;
        if !last && (cut || (guess && rest.len() < GUESSED_FROM)) {
            self.waiting = rest;
            return;
        }
        self.bad = rest.first().copied();
        if guess && !is_mostly_utf8(&rest) {
            let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
            detector.feed(&rest, last);
            (self.encoding, self.guessed) = (detector.guess(None, Utf8Detection::Deny), true);
        }
        decode(self.decoder.insert(self.encoding.new_decoder_without_bom_handling()), &rest, last, text);
    }

    /// Looks at a record: whether it has letters whose encoding was guessed.
    ///
    /// # Errors
    /// Bytes that are no text; the caller adds the place.
    pub(super) fn check(&self, record: &[u8]) -> Result<bool> {
        if self.decoder.is_none() || record.is_ascii() {
            return Ok(false);
        }
        if !is_damaged(record) {
            return Ok(self.guessed);
        }
        Err(match (self.is_bytewise(), self.bad) {
            (true, Some(byte)) if !self.guessed => {
                let expected = "UTF-8 text (or UTF-16 with a byte-order mark)";
                Error::new(ErrorKind::NotText, expected).found(format!("byte 0x{byte:02X}"))
            }
            _ => Error::new(ErrorKind::NotText, format!("{} text", self.name())).found("half a character"),
        })
    }
}

/// Whether a cell or record has bytes that are no text.
pub(super) fn is_damaged(text: &[u8]) -> bool {
    text.windows(REPLACEMENT.len()).any(|bytes| bytes == REPLACEMENT)
}

/// Whether more letters outside ASCII are UTF-8 than not: then those that are not are damage.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut letters, mut others) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        others += usize::from(!chunk.invalid().is_empty());
    }
    letters > others
}

/// Appends to `text`, which has room for the longest that the bytes can become.
fn decode(decoder: &mut Decoder, raw: &[u8], last: bool, text: &mut Vec<u8>) {
    let start = text.len();
    let room = decoder.max_utf8_buffer_length(raw.len()).unwrap_or_default();
    text.resize(start + room, 0);
    let (_, _, written, _) = decoder.decode_to_utf8(raw, text.get_mut(start..).unwrap_or_default(), last);
    text.truncate(start + written);
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{EUC_KR, GBK, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

    /// The text of these bytes in blocks of a size, and how they were read.
    fn read(bytes: &[u8], size: usize) -> (String, String) {
        let (mut decoding, skip) = Decoding::new(bytes);
        let (mut all, mut text) = (Vec::new(), Vec::new());
        for block in bytes[skip..].chunks(size) {
            decoding.take(block, false, &mut text);
            all.extend_from_slice(&text);
        }
        decoding.take(&[], true, &mut text);
        all.extend_from_slice(&text);
        (String::from_utf8(all).unwrap(), decoding.name())
    }

    #[test]
    fn blocks_may_be_cut_anywhere() {
        let text = "id,😀 ü\n1,漢字";
        let little: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let marked = format!("\u{feff}{text}").into_bytes();
        let names = ["UTF-8", "UTF-8 with a byte-order mark", "UTF-16", "UTF-16"];
        for (bytes, name) in [text.as_bytes(), &marked, &little, &big].into_iter().zip(names) {
            for size in 1..bytes.len() {
                assert_eq!(read(bytes, size), (text.to_owned(), name.to_owned()), "blocks of {size}");
            }
        }
        let damaged = [0xff, 0xfe, 0x00, 0xd8, 0x61, 0x00, 0x62];
        assert_eq!(read(&damaged, 3).0, "\u{fffd}a\u{fffd}");
    }

    #[test]
    fn encodings_of_older_programs() {
        let western = "id,score,note\n1,1,“Übung” für 5 €, café — naïve\n";
        let japanese = "id,score,note\n1,1,これは日本語の質問です。答えは三番です。\n";
        let korean = "id,score,note\n1,1,이것은 한국어 질문입니다. 답은 세 번째입니다.\n";
        let chinese = "id,score,note\n1,1,这是一个中文问题,答案是第三个选项。\n";
        let russian = "id,score,note\n1,1,Это вопрос на русском языке, ответ третий.\n";
        let all =
            [(western, WINDOWS_1252), (japanese, SHIFT_JIS), (korean, EUC_KR), (chinese, GBK), (russian, WINDOWS_1251)];
        for (text, encoding) in all {
            let (bytes, _, unmapped) = encoding.encode(text);
            assert!(!unmapped);
            for size in [1, 7, 1000] {
                assert_eq!(read(&bytes, size), (text.to_owned(), encoding.name().to_owned()), "blocks of {size}");
            }
        }
    }

    #[test]
    fn one_letter_late_in_a_file() {
        let mut bytes = "id,score\n".repeat(40_000).into_bytes();
        bytes.extend_from_slice(b"mod\xe8le,1\n");
        let (text, name) = read(&bytes, 65_536);
        assert!(text.ends_with("modèle,1\n") && name == "windows-1252", "{name}");
    }

    #[test]
    fn damage_is_no_other_encoding() {
        let (mut decoding, _) = Decoding::new(b"");
        let mut text = Vec::new();
        decoding.take("q,é\nr,".as_bytes(), false, &mut text);
        decoding.take(b"\xe9t\xe9\n", true, &mut text);
        assert_eq!(text, "\u{fffd}t\u{fffd}\n".as_bytes());
        let error = decoding.check(&text).unwrap_err();
        assert_eq!((error.kind, error.found.as_deref()), (ErrorKind::NotText, Some("byte 0xE9")));
        assert_eq!(decoding.check("é".as_bytes()), Ok(false));
        assert_eq!(read("q,caf\u{e9} d\u{e9}j\u{e0}".as_bytes().split_last().unwrap().1, 100).1, "UTF-8");
    }
}
