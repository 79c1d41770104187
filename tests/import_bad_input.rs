//! Importing files that cannot be read: what the person is told, and where.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod stream;

use llm_selection::data::{Import, ImportOptions, InputFile, Limits, import, import_within};
use llm_selection::error::{Error, ErrorKind};
use std::io::Read;
use stream::Stream;

fn read(files: &[(&str, &[u8])]) -> Result<Import, Error> {
    let files = files.iter().map(|(name, bytes)| InputFile::from_bytes(*name, bytes)).collect();
    import(files, &ImportOptions::default(), &mut |_| true)
}

/// Asserts kind, row, column and a part of the text of what is wrong with one file.
#[track_caller]
fn refused(bytes: &[u8], kind: ErrorKind, row: Option<u64>, column: Option<&str>, text: &str) {
    let error = read(&[("folder/results.csv", bytes)]).expect_err("an error");
    let written = error.to_string();
    assert_eq!(error.kind, kind, "{written}");
    assert_eq!(error.place.file.as_deref(), Some("results.csv"), "{written}");
    assert_eq!((error.place.row, error.place.column.as_deref()), (row, column), "{written}");
    assert!(written.contains(text), "{written}");
}

#[test]
fn empty_files() {
    let text = "the file is empty";
    refused(b"", ErrorKind::Empty, None, None, text);
    refused(b" \n\r\n\t\n", ErrorKind::Empty, None, None, text);
    refused(b"\xef\xbb\xbf", ErrorKind::Empty, None, None, text);
    refused(b"id,score\n", ErrorKind::Empty, Some(1), None, "found `a header only`, expected at least one row");
    refused(b"id,score\n\n,\n", ErrorKind::Empty, Some(3), None, "a header only");
    let error = import(Vec::new(), &ImportOptions::default(), &mut |_| true).unwrap_err();
    assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::Empty, Some("files")));
}

#[test]
fn unrecognised_columns() {
    refused(
        b"name,colour\na,b\n",
        ErrorKind::Unrecognised,
        Some(1),
        None,
        "found `the columns name, colour`, expected",
    );
    refused(b"name,colour\na,b\n", ErrorKind::Unrecognised, Some(1), None, "RouterBench");
    refused(b"id,model\na,b\n", ErrorKind::Missing, Some(1), Some("score"), "a column `score`, `correct`");
    refused(b"model,score\na,1\n", ErrorKind::Missing, Some(1), Some("query_id"), "`query_id`, `sample_id`");
    refused(b"{\"id\": 1}", ErrorKind::Unrecognised, None, None, "JSON lines, an array of records");
    refused(b"  [1]", ErrorKind::Unrecognised, Some(1), None, "an id column and a score column");
    let wide = b"sample_id,a|total_cost\nq,1\n";
    refused(wide, ErrorKind::Missing, Some(1), Some("a"), "a column `a` with the scores");
}

#[test]
fn scores() {
    let one = |score: &str| format!("id,model,score\nq1,m,1\nq2,m,0.5\nq3,m,1\nq4,m,{score}\n").into_bytes();
    let range = "a score in [0,1]";
    refused(&one("1.5"), ErrorKind::OutOfRange, Some(5), Some("score"), "found `1.5`, expected a score in [0,1]");
    refused(&one("-0.1"), ErrorKind::OutOfRange, Some(5), Some("score"), range);
    refused(&one("250"), ErrorKind::OutOfRange, Some(5), Some("score"), range);
    for text in ["nan", "NaN", "inf", "-inf", "1e999", "N/A", "maybe", "0x1", "1 000"] {
        refused(&one(text), ErrorKind::BadCell, Some(5), Some("score"), &format!("found `{text}`, expected a score"));
    }
    refused(b"id;score\nq;1,500\n", ErrorKind::BadCell, Some(2), Some("score"), "a point, not a comma");
    refused(b"id,score\nq,70\nr,80\ns,101\n", ErrorKind::OutOfRange, Some(4), Some("score"), "found `101`");
    refused(b"id,score\nq,70\nr,80\ns,true\n", ErrorKind::BadCell, Some(4), Some("score"), "in percent");
    refused(b"id,score,score\nq,1,0\n", ErrorKind::Duplicate, Some(1), Some("score"), "score and score");
    let wide = b"sample_id,a,a|total_cost,b,b|total_cost\nq,1,1,1,1\nr,7,1,1,1\ns,.5,1,.5,1\nt,.5,1,.5,1\n";
    refused(wide, ErrorKind::OutOfRange, Some(3), Some("a"), range);
}

#[test]
fn costs_ids_and_models() {
    for text in ["-1", "5$", "$-5", "nan", "inf", "free"] {
        let file = format!("id,score,cost\nq,1,{text}\n");
        let expected = format!("found `{text}`, expected a cost in dollars: a number of at least 0");
        refused(file.as_bytes(), ErrorKind::BadCell, Some(2), Some("cost"), &expected);
    }
    refused(b"id,score,latency\nq,1,-3\n", ErrorKind::BadCell, Some(2), Some("latency"), "a latency");
    refused(b"id,score\nq,1\n ,1\n", ErrorKind::BadCell, Some(3), Some("id"), "an empty cell");
    refused(b"id,model,score\nq,,1\n", ErrorKind::BadCell, Some(2), Some("model"), "a model's name");
    refused(b"id,model,score\nq,a,1\nq,b,\n", ErrorKind::Empty, None, None, "found `no score of b`");
    let long = format!("id,score\n{},1\n", "x".repeat(5000));
    refused(long.as_bytes(), ErrorKind::TooLarge, Some(2), Some("id"), "ids of at most 4096 bytes");
    let long = format!("id,model,score\nq,{},1\n", "x".repeat(5000));
    refused(long.as_bytes(), ErrorKind::TooLarge, Some(2), Some("model"), "a model's name of at most 4096 bytes");
    let long = format!("id,score,{}\nq,1,1\n", "x".repeat(5000));
    refused(long.as_bytes(), ErrorKind::TooLarge, Some(1), Some("column 3"), "names of at most 4096 bytes");
}

#[test]
fn rows_of_another_length() {
    let text = "found `2 cells`, expected 3 cells, as in the header";
    refused(b"id,model,score\nq,m,1\n\nr,1\n", ErrorKind::RaggedRow, Some(4), None, text);
    refused(b"id,score\nq,1,1\n", ErrorKind::RaggedRow, Some(2), None, "found `3 cells`, expected 2 cells");
    let text = "a cell that opens with `\"` and never closes";
    refused(b"id,score,answer\nq,1,a\nr,1,\"oh\ns,1,b\n", ErrorKind::BadCell, Some(3), Some("answer"), text);
}

#[test]
fn what_is_no_text() {
    // A letter of Latin-1 is damage in a file that says it is UTF-8, and in one that has other letters in UTF-8.
    refused(b"\xef\xbb\xbfid,score,note\nq,1,\xe9\n", ErrorKind::NotText, Some(2), Some("note"), "byte 0xE9");
    let mixed = b"id,score,note\nq,1,\xc3\xa9\nr,1,\xe9t\xe9\n";
    refused(mixed, ErrorKind::NotText, Some(3), Some("note"), "byte 0xE9");
    let mixed = b"id,score,note\nq,1,\xe9\nr,1,\xc3\xa9t\xc3\xa9\n";
    refused(mixed, ErrorKind::NotText, Some(2), Some("note"), "byte 0xE9");
    // An emoji cut in half, in a file that has whole ones.
    let cut = b"id,score,note\nq,1,\xf0\x9f\x98\nr,1,\xf0\x9f\x98\x80 \xf0\x9f\x98\x80\n";
    refused(cut, ErrorKind::NotText, Some(2), Some("note"), "byte 0xF0");
    refused(
        b"\xff\xfei\0d\0,\0s\0c\0o\0r\0e\0\n\0q\0\x00\xd8,\x001\0\n\0",
        ErrorKind::NotText,
        Some(2),
        Some("id"),
        "UTF-16",
    );
    refused(b"\x89PNG\r\n\x1a\n", ErrorKind::NotText, None, None, "a PNG picture");
    refused(b"PK\x03\x04\x14\x00", ErrorKind::Malformed, None, None, "a ZIP archive that is whole");
    refused(b"id,score\0\n", ErrorKind::NotText, None, None, "binary data");
}

#[test]
fn a_large_binary_is_refused_at_its_first_block() {
    let mut asked = 0;
    let file = InputFile {
        name: "weights.csv".to_owned(),
        len: Some(200_000_000),
        reader: Box::new(Stream::new(std::io::repeat(7).take(200_000_000))),
    };
    let error = import(vec![file], &ImportOptions::default(), &mut |progress| {
        asked = progress.bytes;
        true
    });
    assert_eq!(error.unwrap_err().kind, ErrorKind::NotText);
    assert!(asked < 1_000_000, "{asked} bytes were read");
}

#[test]
fn a_quote_that_never_closes_does_not_fill_the_memory() {
    let start = b"id,score,note\nq,1,\"";
    let file = InputFile {
        name: "open.csv".to_owned(),
        len: None,
        reader: Box::new(Stream::new(start.as_slice().chain(std::io::repeat(b'x').take(1_900_000_000)))),
    };
    let mut asked = 0;
    let error = import(vec![file], &ImportOptions::default(), &mut |progress| {
        asked = progress.bytes;
        true
    })
    .unwrap_err();
    assert_eq!(
        (error.kind, error.place.row, error.place.column.as_deref()),
        (ErrorKind::TooLarge, Some(2), Some("note"))
    );
    assert!(asked < 100_000_000, "{asked} bytes were read");
    assert!(error.to_string().contains("at most 16 MB in a cell"), "{error}");
}

#[test]
fn files_that_do_not_fit_together() {
    let a = b"id,score\nq1,1\nq2,1\n".as_slice();
    let error = read(&[("x/m.csv", a), ("y/m.tsv", a)]).unwrap_err();
    assert_eq!((error.kind, error.place.file.as_deref()), (ErrorKind::Duplicate, Some("m.tsv")));
    assert!(error.to_string().contains("found `m`, expected a model that `m.csv` does not have"), "{error}");
    let long = b"id,model,score\nq3,n,1\nq1,m,1\n".as_slice();
    let error = read(&[("m.csv", a), ("all.csv", long)]).unwrap_err();
    assert_eq!((error.kind, error.place.row), (ErrorKind::Duplicate, Some(3)));
    assert_eq!((error.place.file.as_deref(), error.place.column.as_deref()), (Some("all.csv"), Some("id")));
    assert!(error.to_string().contains("(the first is in row 2 of `m.csv`)"), "{error}");
    let parts = read(&[("a.csv", long), ("b.csv", b"id,model,score\nq4,n,1\nq1,n,0\nq3,m,1\n")]).unwrap();
    assert_eq!((parts.audit.models.len(), parts.audit.queries), (2, 3));
    let error = read(&[("m.csv", a), ("n.csv", b"id,score\nr1,1\n")]).unwrap_err();
    assert_eq!((error.kind, error.place.file.as_deref()), (ErrorKind::NothingInCommon, Some("m.csv")));
    assert!(error.to_string().contains("m and n share no query"), "{error}");
    let apart = read(&[("m.csv", a), ("n.csv", b"id,score\nq1,1\n"), ("o.csv", b"id,score\nq2,1\n")]).unwrap();
    assert!(apart.audit.warnings[0].message.contains("no query has a result of every model"));
}

#[test]
fn limits_are_named() {
    let limited = |bytes: &[u8], change: &dyn Fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        let files =
            vec![InputFile { name: "f.csv".to_owned(), len: None, reader: Box::new(std::io::Cursor::new(bytes)) }];
        let error = import_within(files, &ImportOptions::default(), limits, &mut |_| true).unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooLarge, "{error}");
        error.to_string()
    };
    let rows = b"id,model,score\na,m,1\nb,m,1\nc,m,1\nc,n,1\n";
    assert_eq!(limited(rows, &|l| l.rows = 2), "f.csv, row 4: at most 2 rows in all files");
    assert_eq!(limited(rows, &|l| l.results = 3), "f.csv, row 5: at most 3 results in all files");
    assert!(limited(rows, &|l| l.bytes = 20).contains("at most 20 bytes in all files"));
    assert!(
        limited(rows, &|l| l.models = 1)
            .contains("f.csv, row 5, column model: found `model 2: n`, expected at most 1 models")
    );
    assert!(limited(rows, &|l| l.table = 5).contains("at most 5 models × queries"));
    assert!(limited(rows, &|l| l.id_bytes = 0).contains("f.csv, row 3, column id"));
    let columns = format!("id,score{}\n", ",x".repeat(10_000));
    assert!(limited(columns.as_bytes(), &|_| ()).contains("f.csv, row 1: found `more than 10000 cells in a row`"));
    let models: String = (0..201).map(|m| format!("q,m{m},1\n")).collect();
    let text = limited(format!("id,model,score\n{models}").as_bytes(), &|_| ());
    assert!(text.contains("row 202, column model: found `model 201: m200`, expected at most 200 models"), "{text}");
    let file = InputFile { name: "f.csv".to_owned(), len: Some(3_000_000_000), reader: Box::new(std::io::empty()) };
    let error = import(vec![file], &ImportOptions::default(), &mut |_| true).unwrap_err();
    assert_eq!((error.kind, error.place.file.as_deref()), (ErrorKind::TooLarge, Some("f.csv")));
}

#[test]
fn a_reader_that_fails() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let file = InputFile { name: "f.csv".to_owned(), len: None, reader: Box::new(Stream::new(Broken)) };
    let error = import(vec![file], &ImportOptions::default(), &mut |_| true).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Io);
    assert!(error.to_string().contains("f.csv: the file could not be read: the disk is gone"), "{error}");
}
