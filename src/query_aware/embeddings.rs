//! Static token embeddings in the layout of Model2Vec: a vector a token, and a text is the mean of its tokens' vectors.
//!
//! Three files make a table: `tokenizer.json` (a WordPiece or Unigram vocabulary), `model.safetensors` with the tensor
//! `embeddings` (tokens × dimensions, 32- or 16-bit floats; where a table is shared between tokens also `mapping`, the row of
//! each token, and `weights`, a factor for each), and `config.json`, whose `normalize` says whether vectors of texts are
//! brought to length 1. The files are people's own: whatever they hold, reading them ends in a table or an error.

use super::queries::Queries;
use super::tokenizer::{self, Tokenizer};
use crate::data::{FileIdentity, InputFile};
use crate::error::{Error, ErrorKind, Result};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorInfo};
use serde_json::Value;
use std::io::Read;

/// Largest `model.safetensors`, in bytes.
pub const LARGEST: usize = 1 << 30;
/// Most dimensions.
pub const MAX_DIMENSIONS: usize = 4_096;
/// The files of a table; the last may be left out.
pub const FILES: [&str; 3] = ["tokenizer.json", FILE, "config.json"];
/// By file the most bytes.
const MOST: [usize; 3] = [tokenizer::LARGEST, LARGEST, 1 << 20];
/// Tokens of a text that count, as in Model2Vec.
const MAX_TOKENS: usize = 512;
/// Most numbers that joining a table to queries may add.
const MAX_CELLS: usize = 50_000_000;
const FILE: &str = "model.safetensors";

/// A table of token embeddings.
#[derive(Debug, Clone)]
pub struct Embeddings {
    /// The files that it was read from, in the order of [`FILES`].
    pub files: Vec<FileIdentity>,
    tokenizer: Tokenizer,
    /// The file as it came: rows are read from it as they are needed, so that a table takes no more memory than the file.
    bytes: Vec<u8>,
    table: Column,
    rows: usize,
    dimensions: usize,
    mapping: Option<Column>,
    weights: Option<Column>,
    normalize: bool,
    /// Characters of a text that are read.
    most: usize,
}

/// A tensor's numbers in the file.
#[derive(Debug, Clone, Copy)]
struct Column {
    start: usize,
    count: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    F16,
    F32,
    F64,
    I32,
    I64,
}

impl Kind {
    fn size(self) -> usize {
        match self {
            Kind::F16 => 2,
            Kind::F32 | Kind::I32 => 4,
            Kind::F64 | Kind::I64 => 8,
        }
    }
}

impl Column {
    /// A number by its place; `None` past the end.
    fn get(&self, bytes: &[u8], place: usize) -> Option<f64> {
        if place >= self.count {
            return None;
        }
        let rest = bytes.get(self.start + place * self.kind.size()..)?;
        Some(match self.kind {
            Kind::F16 => half(u16::from_le_bytes(*rest.first_chunk()?)),
            Kind::F32 => f32::from_le_bytes(*rest.first_chunk()?).into(),
            Kind::F64 => f64::from_le_bytes(*rest.first_chunk()?),
            Kind::I32 => i32::from_le_bytes(*rest.first_chunk()?).into(),
            Kind::I64 => i64::from_le_bytes(*rest.first_chunk()?) as f64,
        })
    }
}

/// A 16-bit float.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => libm::ldexp(fraction, -24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => libm::ldexp(1024.0 + fraction, exponent - 25),
    }
}

fn wrong(kind: ErrorKind, field: &str, expected: impl Into<String>) -> Error {
    Error::new(kind, expected).at_field(field).in_file(FILE)
}

/// Which of [`FILES`] a file is, by its name, whatever folders stand before it; `bytes` is its size.
///
/// # Errors
/// [`ErrorKind::Unrecognised`]: none of them; [`ErrorKind::TooLarge`].
pub fn place(path: &str, bytes: u64) -> Result<usize> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let found = FILES.iter().zip(MOST).enumerate().find(|(_, (known, _))| **known == name);
    let Some((place, (known, most))) = found else {
        return Err(Error::new(ErrorKind::Unrecognised, format!("files named {}", FILES.join(", "))).found(name));
    };
    if bytes > most as u64 {
        let error = Error::new(ErrorKind::TooLarge, format!("at most {} MB", most / 1_000_000)).in_file(*known);
        return Err(error.found(format!("{} MB", bytes / 1_000_000)));
    }
    Ok(place)
}

/// The first file that a table lacks; `there` says of each of [`FILES`] whether it is there.
pub fn lacking(there: [bool; 3]) -> Option<Error> {
    let (name, _) = FILES.iter().zip(there).take(2).find(|(_, there)| !there)?;
    Some(Error::new(ErrorKind::Missing, format!("a file {name} beside the others")).at_field("embeddings"))
}

impl Embeddings {
    /// Reads a table from its files, told apart by their names; of none more than it may hold.
    ///
    /// # Errors
    /// Those of [`place`], [`lacking`] and [`Embeddings::from_bytes`]; [`ErrorKind::Io`]: a file cannot be read;
    /// [`ErrorKind::TooLarge`]: there is no room for it.
    pub fn read(files: Vec<InputFile<'_>>) -> Result<Embeddings> {
        let mut contents = [None, None, None];
        for file in files {
            let place = place(&file.name, file.len.unwrap_or(0))?;
            let (Some(most), Some(content)) = (MOST.get(place), contents.get_mut(place)) else { continue };
            let name = FILES.get(place).copied().unwrap_or_default();
            let mut bytes = Vec::new();
            // All at once: a table that grows as it is read would take twice its room.
            let room = bytes.try_reserve_exact(file.len.unwrap_or(0) as usize + 1);
            room.map_err(|_| Error::new(ErrorKind::TooLarge, "room for the table in memory").in_file(name))?;
            let unread = |error| Error::new(ErrorKind::Io, "a file that can be read").in_file(name).found(error);
            file.reader.take(*most as u64 + 1).read_to_end(&mut bytes).map_err(unread)?;
            *content = Some(bytes);
        }
        let there = contents.each_ref().map(Option::is_some);
        let [tokenizer, model, config] = contents;
        let lacks = || lacking(there).unwrap_or_else(|| Error::new(ErrorKind::Missing, "the files of a table"));
        let (tokenizer, model) = tokenizer.zip(model).ok_or_else(lacks)?;
        Embeddings::from_bytes(&tokenizer, model, config.as_deref())
    }

    /// Reads a table from the contents of `tokenizer.json`, `model.safetensors` and `config.json`; without the last,
    /// vectors are brought to length 1.
    ///
    /// # Errors
    /// [`ErrorKind::Malformed`]: files of another shape, tensors that lie outside the file; [`ErrorKind::Missing`]: no
    /// tensor `embeddings`; [`ErrorKind::OutOfRange`]: a shape or a type of numbers that does not fit;
    /// [`ErrorKind::NotYet`]: a tokenizer with parts that are not known here; [`ErrorKind::TooLarge`]: more than
    /// [`LARGEST`] bytes or [`MAX_DIMENSIONS`].
    pub fn from_bytes(tokenizer: &[u8], model: Vec<u8>, config: Option<&[u8]>) -> Result<Embeddings> {
        if model.len() > LARGEST {
            let error = Error::new(ErrorKind::TooLarge, "a table of at most 1 GB").in_file(FILE);
            return Err(error.found(format!("{} bytes", model.len())));
        }
        let normalize = match config {
            None => true,
            Some(config) => {
                let bad = |found: &dyn std::fmt::Display| {
                    let expected = "JSON whose `normalize` is true or false";
                    Error::new(ErrorKind::Malformed, expected).in_file("config.json").found(found)
                };
                let config: Value = serde_json::from_slice(config).map_err(|error| bad(&error))?;
                match config.get("normalize") {
                    None | Some(Value::Null) => true,
                    Some(value) => value.as_bool().ok_or_else(|| bad(value))?,
                }
            }
        };
        let contents = [Some(tokenizer), Some(&model), config];
        let files =
            FILES.iter().zip(contents).filter_map(|(name, bytes)| Some(FileIdentity::of(name, bytes?))).collect();
        let tokenizer = Tokenizer::read(tokenizer)?;
        // Checks that every tensor lies within the file, and is as long as its shape says.
        let (header, metadata) = SafeTensors::read_metadata(&model).map_err(|error| {
            Error::new(ErrorKind::Malformed, "tensors in the safetensors format").in_file(FILE).found(error)
        })?;
        let info = metadata.info("embeddings").ok_or_else(|| {
            let names: Vec<String> = metadata.tensors().keys().take(5).cloned().collect();
            wrong(ErrorKind::Missing, "embeddings", "a tensor of this name").found(names.join(", "))
        })?;
        let column = |info: &TensorInfo, name: &str| column(info, header, name);
        let &[rows, dimensions] = info.shape.as_slice() else {
            let error = wrong(ErrorKind::OutOfRange, "embeddings", "a matrix: tokens × dimensions");
            return Err(error.found(format!("{} dimensions", info.shape.len())));
        };
        if dimensions == 0 || dimensions > MAX_DIMENSIONS || rows == 0 {
            let kind = if dimensions > MAX_DIMENSIONS { ErrorKind::TooLarge } else { ErrorKind::OutOfRange };
            let error = wrong(kind, "embeddings", format!("1 or more rows of 1 to {MAX_DIMENSIONS} numbers"));
            return Err(error.found(format!("{rows} × {dimensions}")));
        }
        let table = column(info, "embeddings")?;
        let mapping = metadata.info("mapping").map(|info| column(info, "mapping")).transpose()?;
        let weights = metadata.info("weights").map(|info| column(info, "weights")).transpose()?;
        let size = tokenizer.size();
        let mapped = mapping.map_or(("embeddings", rows), |mapping| ("mapping", mapping.count));
        for (name, count) in std::iter::once(mapped).chain(weights.map(|weights| ("weights", weights.count))) {
            if count < size {
                let error = wrong(ErrorKind::OutOfRange, name, format!("{size} rows, one a token of tokenizer.json"));
                return Err(error.found(count));
            }
        }
        let most = MAX_TOKENS * tokenizer.median_length();
        Ok(Embeddings { files, tokenizer, bytes: model, table, rows, dimensions, mapping, weights, normalize, most })
    }

    /// Numbers of a vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The vector of a text: the mean of its tokens' vectors, of length 1 where the configuration says so. NaN throughout
    /// where no token is known.
    pub fn of(&self, text: &str) -> Vec<f64> {
        let end = text.char_indices().nth(self.most).map_or(text.len(), |(at, _)| at);
        let tokens = self.tokenizer.tokens(text.get(..end).unwrap_or(text), MAX_TOKENS);
        let mut sum = vec![0.0; self.dimensions];
        let mut count = 0.0;
        for token in tokens {
            let row = match &self.mapping {
                // Row numbers below 0 or past the end have no vector.
                Some(mapping) => {
                    mapping.get(&self.bytes, token as usize).filter(|row| *row >= 0.0).map(|row| row as usize)
                }
                None => Some(token as usize),
            };
            let weight = self.weights.map_or(Some(1.0), |weights| weights.get(&self.bytes, token as usize));
            let Some((row, weight)) = row.filter(|row| *row < self.rows).zip(weight) else { continue };
            count += 1.0;
            for (place, sum) in sum.iter_mut().enumerate() {
                *sum += weight * self.table.get(&self.bytes, row * self.dimensions + place).unwrap_or(f64::NAN);
            }
        }
        let mut scale = count;
        if self.normalize {
            // The mean's direction is the sum's.
            let length = sum.iter().map(|value| value * value).sum::<f64>().sqrt();
            scale = if length > 0.0 { length } else { count };
        }
        // 0/0 where there is no token.
        sum.iter_mut().for_each(|value| *value /= scale);
        sum
    }

    /// Joins the vectors of all queries to their numeric columns, as `embedding[0]` and so on.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`]: more than 50 million numbers.
    pub fn join(&self, queries: &mut Queries) -> Result<()> {
        let cells = queries.texts.len().saturating_mul(self.dimensions);
        if cells > MAX_CELLS {
            let error = Error::new(ErrorKind::TooLarge, "at most 50,000,000 numbers: queries × dimensions");
            return Err(error.at_field("embeddings").found(cells));
        }
        let mut columns = vec![Vec::with_capacity(queries.texts.len()); self.dimensions];
        for text in &queries.texts {
            columns.iter_mut().zip(self.of(text)).for_each(|(column, value)| column.push(value));
        }
        queries.numeric.extend(columns);
        queries.numeric_names.extend((0..self.dimensions).map(|place| format!("embedding[{place}]")));
        Ok(())
    }
}

/// Where a tensor's numbers are; `header` bytes of JSON and their length come before all.
fn column(info: &TensorInfo, header: usize, name: &str) -> Result<Column> {
    let kind = match (name, info.dtype) {
        ("embeddings" | "weights", Dtype::F16) => Kind::F16,
        ("embeddings" | "weights", Dtype::F32) => Kind::F32,
        ("weights", Dtype::F64) => Kind::F64,
        ("mapping", Dtype::I32) => Kind::I32,
        ("mapping", Dtype::I64) => Kind::I64,
        (_, other) => {
            let expected = if name == "mapping" { "32- or 64-bit whole numbers" } else { "32- or 16-bit floats" };
            return Err(wrong(ErrorKind::OutOfRange, name, expected).found(format!("{other:?}")));
        }
    };
    let (start, end) = info.data_offsets;
    let start = start.saturating_add(header).saturating_add(8);
    Ok(Column { start, count: end.saturating_sub(info.data_offsets.0) / kind.size(), kind })
}

#[cfg(test)]
mod tests;
