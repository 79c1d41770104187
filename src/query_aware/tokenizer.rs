//! Texts into tokens, as `tokenizer.json` says: the normalisers, pre-tokenisers and the two kinds of vocabulary (WordPiece
//! and Unigram) that static embeddings come with.
//!
//! Whatever of the file is not known here is refused by name: a text cut in another way would have another embedding.

use crate::error::{Error, ErrorKind, Result};
use regex_lite::Regex;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// Largest file, in bytes.
pub const LARGEST: usize = 128 << 20;
/// What Unigram gives a character that is in no token, below the unlikeliest token.
const UNKNOWN_PENALTY: f64 = 10.0;
/// Stands for a space in Unigram vocabularies.
const SPACE: char = '▁';

/// A tokenizer; tokens are numbers below [`Tokenizer::size`].
#[derive(Debug, Clone)]
pub(super) struct Tokenizer {
    normalizers: Vec<Normalizer>,
    splits: Vec<Split>,
    pieces: Pieces,
    tokens: HashMap<String, u32>,
    unknown: Option<u32>,
    /// Characters of the longest token.
    longest: usize,
}

#[derive(Debug, Clone)]
enum Pieces {
    /// The longest token from the front, again and again; `prefix` stands before all but the first.
    Longest { prefix: String, most: usize },
    /// The likeliest sequence, by the logarithms of the tokens' probabilities.
    Likeliest { scores: Vec<f64>, least: f64 },
}

#[derive(Debug, Clone)]
enum Normalizer {
    Bert { clean: bool, dense: bool, accents: bool, lower: bool },
    Lower,
    Form(Form),
    StripAccents,
    Strip { left: bool, right: bool },
    Prepend(String),
    Replace { pattern: Regex, with: String },
}

#[derive(Debug, Clone, Copy)]
enum Form {
    C,
    D,
    Kc,
    Kd,
}

#[derive(Debug, Clone)]
enum Split {
    /// At white space and around each punctuation mark.
    Bert,
    /// Runs of letters, digits and `_`, and runs of what is neither these nor white space.
    Words,
    /// At white space.
    White,
    /// Around each punctuation mark.
    Punctuation,
    /// Spaces become `▁`, and pieces begin with it.
    Metaspace { prepend: bool, split: bool },
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
    model: Model,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Model {
    WordPiece {
        vocab: HashMap<String, u32>,
        unk_token: Option<String>,
        #[serde(default)]
        continuing_subword_prefix: Option<String>,
        #[serde(default)]
        max_input_chars_per_word: Option<usize>,
    },
    Unigram {
        vocab: Vec<(String, f64)>,
        #[serde(default)]
        unk_id: Option<u32>,
        #[serde(default)]
        byte_fallback: bool,
    },
}

fn unsupported(field: &str, expected: &str, found: &str) -> Error {
    Error::new(ErrorKind::NotYet, expected).at_field(field).found(found).in_file("tokenizer.json")
}

impl Tokenizer {
    /// Reads `tokenizer.json`.
    pub(super) fn read(bytes: &[u8]) -> Result<Tokenizer> {
        if bytes.len() > LARGEST {
            let error = Error::new(ErrorKind::TooLarge, "a tokenizer of at most 128 MB").in_file("tokenizer.json");
            return Err(error.found(format!("{} bytes", bytes.len())));
        }
        let file: File = serde_json::from_slice(bytes).map_err(|error| {
            let expected = "a tokenizer with a WordPiece or Unigram vocabulary";
            Error::new(ErrorKind::Malformed, expected).in_file("tokenizer.json").found(error)
        })?;
        let mut normalizers = Vec::new();
        each(&file.normalizer, "normalizers", &mut |value| {
            normalizers.push(normalizer(value)?);
            Ok(())
        })?;
        let mut splits = Vec::new();
        each(&file.pre_tokenizer, "pretokenizers", &mut |value| {
            splits.push(split(value)?);
            Ok(())
        })?;
        let (tokens, unknown, pieces) = match file.model {
            Model::WordPiece { vocab, unk_token, continuing_subword_prefix, max_input_chars_per_word } => {
                let unknown = unk_token.and_then(|token| vocab.get(&token).copied());
                let prefix = continuing_subword_prefix.unwrap_or_else(|| "##".to_owned());
                (vocab, unknown, Pieces::Longest { prefix, most: max_input_chars_per_word.unwrap_or(100).min(1_000) })
            }
            Model::Unigram { byte_fallback: true, .. } => {
                return Err(unsupported("model.byte_fallback", "false", "true"));
            }
            Model::Unigram { vocab, unk_id, .. } => {
                let scores: Vec<f64> = vocab.iter().map(|(_, score)| *score).collect();
                let least = scores.iter().copied().fold(0.0, |a, b| if b < a { b } else { a });
                let numbered = vocab.into_iter().zip(0u32..).map(|((token, _), number)| (token, number));
                (numbered.collect(), unk_id, Pieces::Likeliest { scores, least })
            }
        };
        let longest = tokens.keys().map(|token| token.chars().count()).max().unwrap_or_default();
        if longest == 0 {
            let error = Error::new(ErrorKind::Empty, "a vocabulary with tokens").at_field("model.vocab");
            return Err(error.in_file("tokenizer.json"));
        }
        Ok(Tokenizer { normalizers, splits, pieces, tokens, unknown, longest })
    }

    /// One more than the largest token.
    pub(super) fn size(&self) -> usize {
        self.tokens.values().max().map_or(0, |token| *token as usize + 1)
    }

    /// Median number of characters of a token.
    pub(super) fn median_length(&self) -> usize {
        let mut lengths: Vec<usize> = self.tokens.keys().map(|token| token.chars().count()).collect();
        lengths.sort_unstable();
        let middle = lengths.len() / 2;
        lengths.get(middle).copied().unwrap_or(1).max(1)
    }

    /// The tokens of a text, at most so many, without the one for what is unknown.
    pub(super) fn tokens(&self, text: &str, most: usize) -> Vec<u32> {
        let mut text = text.to_owned();
        for normalizer in &self.normalizers {
            text = normalizer.apply(&text);
        }
        let mut pieces = vec![text];
        for split in &self.splits {
            pieces = pieces.iter().flat_map(|piece| split.apply(piece)).collect();
        }
        let mut found = Vec::new();
        for piece in pieces {
            match &self.pieces {
                Pieces::Longest { prefix, most } => self.longest(&piece, prefix, *most, &mut found),
                Pieces::Likeliest { scores, least } => self.likeliest(&piece, scores, *least, &mut found),
            }
            found.retain(|token| Some(*token) != self.unknown);
            if found.len() >= most {
                break;
            }
        }
        found.truncate(most);
        found
    }

    fn longest(&self, word: &str, prefix: &str, most: usize, found: &mut Vec<u32>) {
        let letters: Vec<char> = word.chars().collect();
        if letters.len() > most {
            return;
        }
        let (mut start, before) = (0, found.len());
        let mut term = String::new();
        while start < letters.len() {
            let furthest = letters.len().min(start + self.longest);
            let token = (start + 1..=furthest).rev().find_map(|end| {
                term.clear();
                term.push_str(if start > 0 { prefix } else { "" });
                term.extend(letters.get(start..end).unwrap_or_default());
                Some((end, *self.tokens.get(&term)?))
            });
            let Some((end, token)) = token else {
                // A word with a part that is unknown is unknown.
                found.truncate(before);
                return;
            };
            found.push(token);
            start = end;
        }
    }

    /// Viterbi's algorithm over the characters.
    fn likeliest(&self, piece: &str, scores: &[f64], least: f64, found: &mut Vec<u32>) {
        let ends: Vec<usize> = piece.char_indices().map(|(at, _)| at).chain([piece.len()]).collect();
        // By end the best score, the token that leads there and where it begins.
        let mut best: Vec<(f64, Option<u32>, usize)> = vec![(f64::NEG_INFINITY, None, 0); ends.len()];
        if let Some(first) = best.first_mut() {
            first.0 = 0.0;
        }
        for start in 0..ends.len().saturating_sub(1) {
            let Some((score, ..)) = best.get(start).copied() else { break };
            let mut offer = |end: usize, added: f64, token: Option<u32>| {
                if let Some(held) = best.get_mut(end).filter(|held| score + added > held.0) {
                    *held = (score + added, token, start);
                }
            };
            offer(start + 1, least - UNKNOWN_PENALTY, None);
            for end in start + 1..ends.len().min(start + self.longest + 1) {
                let term = ends.get(start).zip(ends.get(end)).and_then(|(from, to)| piece.get(*from..*to));
                let Some(token) = term.and_then(|term| self.tokens.get(term)) else { continue };
                offer(end, scores.get(*token as usize).copied().unwrap_or(least), Some(*token));
            }
        }
        let before = found.len();
        let mut end = ends.len() - 1;
        while end > 0 {
            let Some((_, token, start)) = best.get(end).copied().filter(|(.., start)| *start < end) else { break };
            found.extend(token);
            end = start;
        }
        if let Some(new) = found.get_mut(before..) {
            new.reverse();
        }
    }
}

/// Calls `add` with a value, or in order with those of a sequence of them; nothing for null.
fn each(value: &Value, list: &str, add: &mut dyn FnMut(&Value) -> Result<()>) -> Result<()> {
    match value {
        Value::Null => Ok(()),
        // No deeper than the JSON reader goes.
        Value::Object(fields) if fields.get("type").is_some_and(|kind| kind == "Sequence") => {
            let members = fields.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            members.iter().try_for_each(|member| each(member, list, add))
        }
        value => add(value),
    }
}

fn kind(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn normalizer(value: &Value) -> Result<Normalizer> {
    let flag = |name: &str| value.get(name).and_then(Value::as_bool);
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(match kind(value) {
        "BertNormalizer" => {
            let lower = flag("lowercase").unwrap_or(true);
            let accents = flag("strip_accents").unwrap_or(lower);
            let (clean, dense) = (flag("clean_text").unwrap_or(true), flag("handle_chinese_chars").unwrap_or(true));
            Normalizer::Bert { clean, dense, accents, lower }
        }
        "Lowercase" => Normalizer::Lower,
        "NFC" => Normalizer::Form(Form::C),
        "NFD" => Normalizer::Form(Form::D),
        // The table of SentencePiece is NFKC but for a few characters.
        "NFKC" | "Precompiled" => Normalizer::Form(Form::Kc),
        "NFKD" => Normalizer::Form(Form::Kd),
        "StripAccents" => Normalizer::StripAccents,
        "Strip" => {
            Normalizer::Strip { left: flag("strip_left").unwrap_or(true), right: flag("strip_right").unwrap_or(true) }
        }
        "Prepend" => Normalizer::Prepend(text("prepend")),
        "Replace" => {
            let part = |name: &str| value.pointer(&format!("/pattern/{name}")).and_then(Value::as_str);
            let pattern = match (part("String"), part("Regex")) {
                (Some(literal), _) => regex_lite::escape(literal),
                (None, Some(pattern)) => pattern.to_owned(),
                (None, None) => return Err(unsupported("normalizer.pattern", "a String or a Regex", "neither")),
            };
            let compiled = Regex::new(&pattern)
                .map_err(|_| unsupported("normalizer.pattern", "a pattern without Unicode classes", &pattern))?;
            Normalizer::Replace { pattern: compiled, with: text("content") }
        }
        other => {
            let known =
                "BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, Precompiled, StripAccents, Strip, Prepend or Replace";
            return Err(unsupported("normalizer.type", known, other));
        }
    })
}

fn split(value: &Value) -> Result<Split> {
    Ok(match kind(value) {
        "BertPreTokenizer" => Split::Bert,
        "Whitespace" => Split::Words,
        "WhitespaceSplit" => Split::White,
        "Punctuation" => Split::Punctuation,
        "Metaspace" => {
            let prepend = match value.get("prepend_scheme").and_then(Value::as_str) {
                Some(scheme) => scheme != "never",
                None => value.get("add_prefix_space").and_then(Value::as_bool).unwrap_or(true),
            };
            Split::Metaspace { prepend, split: value.get("split").and_then(Value::as_bool).unwrap_or(true) }
        }
        other => {
            let known = "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation or Metaspace";
            return Err(unsupported("pre_tokenizer.type", known, other));
        }
    })
}

impl Normalizer {
    fn apply(&self, text: &str) -> String {
        match self {
            Normalizer::Bert { clean, dense, accents, lower } => {
                let mut out = String::with_capacity(text.len());
                for c in text.chars() {
                    let gap = c.is_whitespace();
                    if *clean && !gap && (c.is_control() || c == '\u{fffd}') {
                        continue;
                    }
                    let apart = *dense && is_ideograph(c);
                    out.push_str(if apart { " " } else { "" });
                    out.push(if *clean && gap { ' ' } else { c });
                    out.push_str(if apart { " " } else { "" });
                }
                if *accents {
                    out = without_accents(&out);
                }
                if *lower { out.to_lowercase() } else { out }
            }
            Normalizer::Lower => text.to_lowercase(),
            Normalizer::Form(Form::C) => text.nfc().collect(),
            Normalizer::Form(Form::D) => text.nfd().collect(),
            Normalizer::Form(Form::Kc) => text.nfkc().collect(),
            Normalizer::Form(Form::Kd) => text.nfkd().collect(),
            Normalizer::StripAccents => text.chars().filter(|c| canonical_combining_class(*c) == 0).collect(),
            Normalizer::Strip { left, right } => {
                let text = if *left { text.trim_start() } else { text };
                (if *right { text.trim_end() } else { text }).to_owned()
            }
            Normalizer::Prepend(_) if text.is_empty() => String::new(),
            Normalizer::Prepend(before) => format!("{before}{text}"),
            Normalizer::Replace { pattern, with } => pattern.replace_all(text, regex_lite::NoExpand(with)).into_owned(),
        }
    }
}

fn without_accents(text: &str) -> String {
    text.nfd().filter(|c| canonical_combining_class(*c) == 0).collect()
}

/// What BERT's vocabularies have as words of one character.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x2CEAF | 0x2F800..=0x2FA1F)
}

/// Punctuation marks: all of ASCII's, and the blocks that hold nothing else.
fn is_mark(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(u32::from(c),
            0xA1 | 0xA7 | 0xAB | 0xB6 | 0xB7 | 0xBB | 0xBF | 0x2010..=0x2027 | 0x2030..=0x205E | 0x3001..=0x3003
            | 0x3008..=0x3011 | 0x3014..=0x301F | 0x30FB | 0xFF01..=0xFF0F | 0xFF1A..=0xFF20 | 0xFF3B..=0xFF3D
            | 0xFF3F | 0xFF5B..=0xFF65)
}

impl Split {
    fn apply(&self, text: &str) -> Vec<String> {
        let white = |c: char| (c.is_whitespace(), false);
        match self {
            Split::Bert => cut(text, &|c| (c.is_whitespace(), is_mark(c)), &|_, _| true),
            Split::White => cut(text, &white, &|_, _| true),
            Split::Punctuation => cut(text, &|c| (false, is_mark(c)), &|_, _| true),
            Split::Words => {
                let wordy = |c: char| c.is_alphanumeric() || c == '_' || canonical_combining_class(c) != 0;
                cut(text, &white, &|a, b| wordy(a) == wordy(b))
            }
            Split::Metaspace { prepend, split } => {
                let mut text: String = text.chars().map(|c| if c == ' ' { SPACE } else { c }).collect();
                if *prepend && !text.is_empty() && !text.starts_with(SPACE) {
                    text.insert(0, SPACE);
                }
                if *split { cut(&text, &|_| (false, false), &|_, b| b != SPACE) } else { vec![text] }
            }
        }
    }
}

/// Cuts a text into pieces. `of` says of a character whether it is left out, and whether it stands alone; `together`
/// whether one may follow another in a piece.
fn cut(text: &str, of: &dyn Fn(char) -> (bool, bool), together: &dyn Fn(char, char) -> bool) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in text.chars() {
        let (gone, alone) = of(c);
        if gone {
            last = None;
            continue;
        }
        match (pieces.last_mut(), last) {
            (Some(piece), Some(before)) if !alone && together(before, c) => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = if alone { None } else { Some(c) };
    }
    pieces
}
