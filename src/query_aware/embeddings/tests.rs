//! Tables and vocabularies of a few tokens, whole and broken.

use super::*;
use crate::experiment::QueryAware;
use crate::query_aware::ask::ask;
use crate::query_aware::evaluation::run;
use crate::query_aware::queries::ModelAnswers;
use crate::query_aware::select::{Limits, Rule};
use crate::random::{hash, unit};
use proptest::prelude::*;
use serde_json::json;

const WORDS: [&str; 8] = ["[PAD]", "[UNK]", "how", "many", "apple", "##s", "?", "数"];

fn word_piece() -> Vec<u8> {
    let vocab: serde_json::Map<String, Value> =
        WORDS.iter().zip(0..).map(|(word, token): (&&str, u32)| ((*word).to_owned(), token.into())).collect();
    let file = json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [{ "id": 0, "content": "[PAD]", "special": true }],
        "normalizer": { "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" }, "post_processor": null,
        "decoder": { "type": "WordPiece", "prefix": "##", "cleanup": true },
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab }
    });
    file.to_string().into_bytes()
}

fn unigram() -> Vec<u8> {
    let vocab =
        json!([["<unk>", 0.0], ["▁how", -2.0], ["▁many", -2.5], ["▁", -3.0], ["ma", -4.0], ["ny", -4.0], ["s", -5.0]]);
    let file = json!({
        "normalizer": { "type": "Sequence", "normalizers": [
            { "type": "Precompiled", "precompiled_charsmap": "AAAA" }, { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " },
            { "type": "Lowercase" }
        ] },
        "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
            { "type": "WhitespaceSplit" }, { "type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true }
        ] },
        "model": { "type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": false }
    });
    file.to_string().into_bytes()
}

/// A file with one tensor after the other: name, type, shape and bytes.
fn safetensors(tensors: &[(&str, &str, &[usize], Vec<u8>)]) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, kind, shape, bytes) in tensors {
        let start = data.len();
        data.extend_from_slice(bytes);
        header
            .insert((*name).to_owned(), json!({ "dtype": kind, "shape": shape, "data_offsets": [start, data.len()] }));
    }
    let header = Value::from(header).to_string();
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &data].concat()
}

fn f32s(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Token `t` has the vector (t, 1).
fn table(rows: usize) -> Vec<u8> {
    let values: Vec<f32> = (0..rows).flat_map(|token| [token as f32, 1.0]).collect();
    safetensors(&[("embeddings", "F32", &[rows, 2], f32s(&values))])
}

const MEAN: &[u8] = br#"{ "model_type": "model2vec", "normalize": false, "hidden_dim": 2 }"#;

fn read(tokenizer: &[u8], model: Vec<u8>) -> Result<Embeddings> {
    Embeddings::from_bytes(tokenizer, model, Some(MEAN))
}

#[test]
fn a_text_is_the_mean_of_its_word_pieces() {
    let embeddings = read(&word_piece(), table(8)).unwrap();
    assert_eq!(embeddings.dimensions(), 2);
    // how many apple ##s ?
    assert_eq!(embeddings.of("Hów  MANY apples?"), [(2.0 + 3.0 + 4.0 + 5.0 + 6.0) / 5.0, 1.0]);
    // Words with an unknown part do not count, an ideograph is a word of its own.
    assert_eq!(embeddings.of("many applex pears数how"), [(3.0 + 7.0 + 2.0) / 3.0, 1.0]);
    for nothing in ["", "  \n", "pears", "\u{0}\u{fffd}"] {
        assert!(embeddings.of(nothing).iter().all(|value| value.is_nan()), "{nothing}");
    }
    // The 513th token and what follows are not read.
    let long = "how ".repeat(512) + &"many ".repeat(500);
    assert_eq!(embeddings.of(&long), [2.0, 1.0]);
    let unit = Embeddings::from_bytes(&word_piece(), table(8), None).unwrap().of("many");
    assert!((unit[0] - 3.0 / 10f64.sqrt()).abs() < 1e-12 && (unit[1] - 1.0 / 10f64.sqrt()).abs() < 1e-12);
}

#[test]
fn unigrams_take_the_likeliest_way() {
    let embeddings = read(&unigram(), table(7)).unwrap();
    // ▁how ▁many, since ▁ ma ny is less likely.
    assert_eq!(embeddings.of("HOW   many"), [1.5, 1.0]);
    // ▁ ma s, and ▁how with an unknown letter behind it.
    assert_eq!(embeddings.of("mas howx"), [(3.0 + 4.0 + 6.0 + 1.0) / 4.0, 1.0]);
}

#[test]
fn tables_of_other_numbers_and_shared_rows() {
    let halves: [(u16, f64); 6] = [
        (0x3c00, 1.0),
        (0xc000, -2.0),
        (0x0001, 5.960_464_477_539_063e-8),
        (0x7bff, 65_504.0),
        (0, 0.0),
        (0x3555, 0.333_251_953_125),
    ];
    for (bits, value) in halves {
        assert_eq!(half(bits), value, "{bits:#x}");
    }
    assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    let sixteen: Vec<u8> =
        (0..8u16).flat_map(|_| [0x3c00u16.to_le_bytes(), 0xc000u16.to_le_bytes()].concat()).collect();
    let embeddings = read(&word_piece(), safetensors(&[("embeddings", "F16", &[8, 2], sixteen)])).unwrap();
    assert_eq!(embeddings.of("how many"), [1.0, -2.0]);
    // Two rows for all tokens; `how` counts for nothing, `many` twice, and `apple` has no row.
    let mapping: Vec<u8> = [0i64, 0, 0, 1, 9, -1, 1, 1].iter().flat_map(|row| row.to_le_bytes()).collect();
    let weights = f32s(&[1.0, 1.0, 0.0, 2.0, 1.0, 1.0, 1.0, 1.0]);
    let shared = safetensors(&[
        ("embeddings", "F32", &[2, 2], f32s(&[1.0, 2.0, 10.0, 20.0])),
        ("mapping", "I64", &[8], mapping),
        ("weights", "F32", &[8], weights),
    ]);
    assert_eq!(read(&word_piece(), shared).unwrap().of("how many apples"), [10.0, 20.0]);
}

#[test]
fn vectors_join_the_numeric_columns() {
    let embeddings = read(&word_piece(), table(8)).unwrap();
    let mut queries = Queries {
        texts: vec!["how".into(), "pears".into()],
        numeric: vec![vec![7.0, 8.0]],
        numeric_names: vec!["length".into()],
        ..Queries::default()
    };
    embeddings.join(&mut queries).unwrap();
    assert_eq!(queries.numeric_names, ["length", "embedding[0]", "embedding[1]"]);
    assert!(queries.numeric[1][0] == 2.0 && queries.numeric[1][1].is_nan() && queries.numeric[2][0] == 1.0);
    queries.texts = vec![String::new(); 25_000_001];
    assert_eq!(embeddings.join(&mut queries).unwrap_err().kind, ErrorKind::TooLarge);
}

#[test]
fn what_does_not_fit_is_said() {
    let said = |tokenizer: &[u8], model: Vec<u8>| read(tokenizer, model).unwrap_err().to_string();
    let of = |tensor: (&str, &str, &[usize], Vec<u8>)| said(&word_piece(), safetensors(&[tensor]));
    assert!(said(&word_piece(), table(7)).contains("model.safetensors, embeddings: found `7`, expected 8 rows"));
    assert!(of(("vectors", "F32", &[1], f32s(&[0.0]))).contains("found `vectors`, expected a tensor of this name"));
    assert!(of(("embeddings", "F32", &[1], f32s(&[0.0]))).contains("expected a matrix"));
    assert!(of(("embeddings", "U8", &[8, 1], vec![0; 8])).contains("found `U8`"));
    assert!(of(("embeddings", "F32", &[0, 5_000], vec![])).contains("found `0 × 5000`"));
    assert!(of(("embeddings", "F32", &[8, 2], vec![0; 60])).contains("tensors in the safetensors format"));
    let config = |text: &str| Embeddings::from_bytes(&word_piece(), table(8), Some(text.as_bytes()));
    assert!(config("{}").is_ok_and(|read| read.normalize));
    assert!(config(r#"{"normalize": "yes"}"#).is_err_and(|error| error.to_string().contains("config.json")));
    assert!(config("{").is_err());
    let changed = |pointer: &str, value: Value| {
        let mut file: Value = serde_json::from_slice(&word_piece()).unwrap();
        *file.pointer_mut(pointer).unwrap() = value;
        said(file.to_string().as_bytes(), table(8))
    };
    assert!(
        changed("/pre_tokenizer/type", json!("ByteLevel"))
            .contains("tokenizer.json, pre_tokenizer.type: found `ByteLevel`")
    );
    assert!(changed("/normalizer/type", json!("Nmt")).contains("normalizer.type: found `Nmt`"));
    assert!(changed("/model/type", json!("BPE")).contains("WordPiece or Unigram"));
    assert!(changed("/model/vocab", json!({})).contains("a vocabulary with tokens"));
    assert!(said(b"[]", table(8)).contains("tokenizer.json"));
}

proptest! {
    #[test]
    fn broken_files_end_in_an_error_or_a_table(at in 0usize..400, byte: u8, cut in 0usize..400, which in 0usize..3) {
        let mut files = [word_piece(), unigram(), table(8)];
        let file = &mut files[which];
        let at = at * file.len() / 400;
        file[at] = byte;
        if cut % 3 == 0 {
            file.truncate(cut * file.len() / 400);
        }
        for tokenizer in &files[..2] {
            if let Ok(embeddings) = Embeddings::from_bytes(tokenizer, files[2].clone(), None) {
                let found = embeddings.of("How many apples? 数 \u{301} ▁▁ héllo [UNK]");
                prop_assert_eq!(found.len(), embeddings.dimensions());
            }
        }
    }

    #[test]
    fn any_text_has_a_vector(text in any::<String>()) {
        for (tokenizer, rows) in [(word_piece(), 8), (unigram(), 7)] {
            prop_assert_eq!(read(&tokenizer, table(rows)).unwrap().of(&text).len(), 2);
        }
    }
}

#[test]
fn a_typed_query_has_its_vector() {
    let embeddings = read(&word_piece(), table(8)).unwrap();
    let solved = |right: u64| (0..300).map(|q| Some((q % 3 == right) != (unit(hash(right, q)) < 0.2))).collect();
    let result = |right| ModelAnswers { solved: solved(right), answer: vec![right as u32; 300], ..Default::default() };
    let mut queries = Queries {
        models: vec!["a".into(), "b".into()],
        texts: (0..300).map(|q| format!("{} {}", ["how many", "apples?", "数"][q % 3], q % 7)).collect(),
        results: vec![result(0), result(1)],
        answers: vec!["1".into(), "2".into()],
        // A column of the data, which a typed query does not have, and some queries neither.
        numeric: vec![(0..300).map(|q| if q % 2 == 0 { f64::NAN } else { unit(hash(9, q)) }).collect()],
        numeric_names: vec!["length".into()],
        ..Queries::default()
    };
    embeddings.join(&mut queries).unwrap();
    let evaluated = run(&queries, &QueryAware::default(), &mut |_, _| true).unwrap();
    let limits = Limits { models: 1, threshold: 0.5 };
    let asked = |table, text: &str| ask(&queries, &evaluated, table, &Rule::MaxConf, limits, text).unwrap();
    for query in evaluated.split.train.iter().filter(|query| *query % 2 == 0) {
        let advice = asked(Some(&embeddings), &queries.texts[*query]);
        let p: Vec<f64> = advice.models.iter().map(|model| model.p).collect();
        assert_eq!(p, evaluated.trained.p[query * 2..query * 2 + 2]);
        assert_eq!(advice.columns, 1);
        let without = asked(None, &queries.texts[*query]);
        assert_eq!(without.columns, 3);
        assert!(without.models.iter().zip(&p).any(|(model, p)| model.p != *p));
    }
    // No known token: no vector, and nothing else is known of it either.
    let nothing = asked(Some(&embeddings), "zzz");
    assert!(nothing.known == 0 && nothing.models.iter().all(|model| model.log_odds == model.start));
}

#[test]
fn files_are_told_by_their_names() {
    let (tokenizer, model) = (word_piece(), table(8));
    let read = |files: &[(&str, &[u8])]| {
        Embeddings::read(files.iter().map(|(name, bytes)| InputFile::from_bytes(*name, bytes)).collect())
    };
    let all: [(&str, &[u8]); 3] =
        [("potion/config.json", MEAN), ("potion/model.safetensors", &model), ("tokenizer.json", &tokenizer)];
    assert_eq!(read(&all).unwrap().of("many"), [3.0, 1.0]);
    // Without the configuration, of length 1.
    assert!((read(&all[1..]).unwrap().of("many")[1] - 0.1f64.sqrt()).abs() < 1e-15);
    let said = |files: &[(&str, &[u8])]| read(files).unwrap_err().to_string();
    assert!(said(&all[..2]).contains("a file tokenizer.json beside the others"), "{}", said(&all[..2]));
    assert!(said(&all[2..]).contains("a file model.safetensors beside the others"), "{}", said(&all[2..]));
    assert!(said(&[("vocab.txt", b"a")]).contains("found `vocab.txt`, expected files named tokenizer.json"));
    let long = vec![b' '; (1 << 20) + 1];
    assert!(said(&[("config.json", &long)]).contains("found `1 MB`, expected at most 1 MB"));
    assert_eq!(place("a/model.safetensors", LARGEST as u64 + 1).unwrap_err().kind, ErrorKind::TooLarge);
}
