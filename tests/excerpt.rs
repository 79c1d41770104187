//! A few rows of a file as they stand there, and guesses about what its columns are.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use llm_selection::data::excerpt::{Excerpt, MOST_ROWS, Rows, Wanted, excerpt, find};
use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::error::{Error, ErrorKind};
use llm_selection::experiment::Role;
use proptest::prelude::*;
use std::io::{self, Read, Seek, SeekFrom};

fn look(name: &str, bytes: &[u8], rows: Rows) -> Result<Excerpt, Error> {
    let wanted = Wanted { member: None, rows };
    excerpt(InputFile::from_bytes(name, bytes), &ImportOptions::default(), &wanted, &mut |_| true)
}

fn first(name: &str, text: &str) -> Excerpt {
    look(name, text.as_bytes(), Rows::First(20)).unwrap()
}

/// Rows as `number: cell|cell`.
fn rows(excerpt: &Excerpt) -> Vec<String> {
    excerpt.rows.iter().map(|row| format!("{}: {}", row.number, row.cells.join("|"))).collect()
}

/// The guesses as `role=column`.
fn roles(excerpt: &Excerpt) -> Vec<String> {
    let role = |role: Role| serde_json::to_value(role).unwrap().as_str().unwrap().to_owned();
    excerpt.roles.iter().map(|guess| format!("{}={}", role(guess.role), guess.column)).collect()
}

#[test]
fn tables_in_any_dress() {
    let plain = first("a.csv", "Qu,Ans\n1,\"x, y\"\n2,z\n");
    assert_eq!((plain.columns.join("|"), rows(&plain)), ("Qu|Ans".into(), vec!["2: 1|x, y".into(), "3: 2|z".into()]));
    assert_eq!((&plain.member, plain.members.len(), &plain.format), (&None, 0, &None));
    for text in ["Qu\tAns\n1\tx, y\n2\tz\n", "\u{feff}Qu;Ans\r\n1;x, y\r\n2;z\r\n"] {
        let other = first("a.txt", text);
        assert_eq!((&other.columns, &other.rows), (&plain.columns, &plain.rows), "{text}");
    }
    let utf16: Vec<u8> = "\u{feff}Qu,Ans\n1,\"x, y\"\n2,z\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(look("a.csv", &utf16, Rows::First(9)).unwrap().rows, plain.rows);
    let latin = look("a.csv", b"Qu,Ans\n1,caf\xe9\n", Rows::First(9)).unwrap();
    assert_eq!(rows(&latin), ["2: 1|café"]);
    let unnamed = first("a.csv", ",x,x,y\n1,2,3,4\n");
    assert_eq!(unnamed.columns, ["column 1", "column 2", "column 3", "y"]);
}

#[test]
fn rows_have_the_numbers_of_errors() {
    let text = "id,model,score\nq1,m,1\n\n\"q\n2\",m,0\nq3,m,oops\nq4,m,1\n";
    let files = vec![InputFile::from_bytes("a.csv", text.as_bytes())];
    let error = import(files, &ImportOptions::default(), &mut |_| true).unwrap_err();
    let row = error.place.row.unwrap();
    let there = look("a.csv", text.as_bytes(), Rows::These(vec![row, 2, 99])).unwrap();
    assert_eq!(rows(&there), ["2: q1|m|1".to_owned(), format!("{row}: q3|m|oops")]);
    assert!(there.roles.is_empty());
    let lines = "{\"id\": 1, \"score\": 1}\n\n{\"id\": 2, \"score\": \"oops\"}\n";
    let files = vec![InputFile::from_bytes("a.jsonl", lines.as_bytes())];
    let row = import(files, &ImportOptions::default(), &mut |_| true).unwrap_err().place.row.unwrap();
    assert_eq!(rows(&look("a.jsonl", lines.as_bytes(), Rows::These(vec![row])).unwrap()), ["3: 2|oops"]);
}

#[test]
fn damaged_rows_are_shown() {
    let ragged = first("a.csv", "id,model,score\nq1,m,1\nq2,m\nq3,m,1,x\n");
    assert_eq!(rows(&ragged), ["2: q1|m|1", "3: q2|m", "4: q3|m|1|x"]);
    let open = first("a.csv", "id,score\nq1,1\n\"q2,1\nq3,1\n");
    assert_eq!(rows(&open), ["2: q1|1"]);
    let broken = first("a.jsonl", "{\"id\": 1}\n{\"id\": }\n");
    assert_eq!(rows(&broken), ["1: 1"]);
    assert!(look("a.csv", b"", Rows::First(9)).is_err());
    assert_eq!(look("a.json", b"{\"x\": 1}", Rows::First(9)).unwrap_err().kind, ErrorKind::Unrecognised);
    assert_eq!(look("a.png", b"\x89PNG\r\n\x1a\n", Rows::First(9)).unwrap_err().place.file.as_deref(), Some("a.png"));
}

#[test]
fn records_of_json() {
    let lines =
        first("a.jsonl", "{\"q\": {\"no\": 1}, \"x\": [\"C\"]}\n{\"q\": {\"no\": 2}, \"y\": true, \"x\": null}\n");
    assert_eq!(lines.columns, ["q.no", "x", "y"]);
    assert_eq!(rows(&lines), ["1: 1|C|", "2: 2||true"]);
    let document = "{\"model\": \"m\", \"results\": [{\"id\": 1, \"score\": 1}, {\"id\": 2, \"score\": 0.5}]}";
    let document = first("a.json", document);
    assert_eq!(rows(&document), ["1: 1|1", "2: 2|0.5"]);
    assert_eq!(document.format.unwrap().0, "neutral");
    let nested =
        format!("{{\"{}\": {{{}}}}}\n", "k".repeat(4_000), "\"x\": 1, ".repeat(9) + &"y".repeat(200).to_string());
    assert!(look("a.jsonl", nested.as_bytes(), Rows::First(9)).is_err(), "no JSON");
    let long = format!("{{\"{}\": {{\"{}\": 1, \"b\": 1}}, \"id\": 1}}\n", "k".repeat(4_090), "a".repeat(20));
    assert_eq!(first("a.jsonl", &long).columns, ["id".to_owned(), format!("{}.b", "k".repeat(4_090))]);
}

/// An archive with these members.
fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn archives() {
    let archive =
        zip(&[("r/a.csv", "id,score\n1,1\n"), ("note.md", "x"), ("r/b.jsonl", "{\"id\": 7, \"score\": 1}\n")]);
    let of = |member: Option<&str>| {
        let wanted = Wanted { member: member.map(str::to_owned), rows: Rows::First(5) };
        excerpt(InputFile::from_bytes("all.zip", &archive), &ImportOptions::default(), &wanted, &mut |_| true)
    };
    let one = of(None).unwrap();
    assert_eq!((one.member.as_deref(), rows(&one)), (Some("r/a.csv"), vec!["2: 1|1".to_owned()]));
    assert_eq!(one.members, ["r/a.csv", "r/b.jsonl"]);
    assert_eq!(rows(&of(Some("r/b.jsonl")).unwrap()), ["1: 7|1"]);
    assert_eq!(of(Some("note.md")).unwrap_err().kind, ErrorKind::Missing);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    io::Write::write_all(&mut encoder, b"id,score\n1,1\n").unwrap();
    let gzip = encoder.finish().unwrap();
    assert_eq!(rows(&look("a.csv.gz", &gzip, Rows::First(5)).unwrap()), ["2: 1|1"]);
    let names = ["a.csv".to_owned(), "b.csv.gz".to_owned(), "all.zip".to_owned()];
    assert_eq!(find(&names, "a.csv"), Some((0, None)));
    assert_eq!(find(&names, "b.csv"), Some((1, None)));
    assert_eq!(find(&names, "all.zip/r/a.csv"), Some((2, Some("r/a.csv"))));
    assert_eq!(find(&names, "c.csv"), None);
}

#[test]
fn long_cells_are_cut_and_rows_counted() {
    let text = format!("id,score\n{}\n", "q,1\n".repeat(200));
    assert_eq!(look("a.csv", text.as_bytes(), Rows::First(1_000)).unwrap().rows.len(), MOST_ROWS);
    let these = Rows::These((2..1_000).collect());
    assert_eq!(look("a.csv", text.as_bytes(), these).unwrap().rows.last().unwrap().number, 51);
    let long = first("a.csv", &format!("id,score\n{},1\n", "é".repeat(5_000)));
    assert_eq!(long.rows[0].cells[0], "é".repeat(300) + "…");
    let wide =
        first("a.csv", &format!("id{}\n1{}\n", ",x".repeat(9_999), format!(",{}", "y".repeat(99)).repeat(9_999)));
    assert_eq!((wide.columns.len(), wide.rows[0].cells[5].chars().count()), (10_000, 21));
    for rows in [Rows::First(0), Rows::These(Vec::new())] {
        assert!(look("a.csv", text.as_bytes(), rows.clone()).unwrap().rows.is_empty());
        assert!(look("a.jsonl", b"{\"id\": 1}\n", rows).unwrap().rows.is_empty());
    }
}

/// A table without end.
struct Endless {
    given: u64,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        for byte in out.iter_mut() {
            *byte = b"id,score\n"[(self.given % 9) as usize];
            self.given += 1;
        }
        Ok(out.len())
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.given = 0;
        assert_eq!(to, SeekFrom::Start(0));
        Ok(0)
    }
}

#[test]
fn reading_stops_when_it_has_what_it_wants() {
    let look = |rows: Rows, most: u64| {
        let file = InputFile { name: "a.csv".into(), len: None, reader: Box::new(Endless { given: 0 }) };
        let mut read = 0;
        let found = excerpt(file, &ImportOptions::default(), &Wanted { member: None, rows }, &mut |progress| {
            read = progress.bytes;
            read <= most
        });
        (found, read)
    };
    let (found, read) = look(Rows::First(20), 10_000_000);
    assert_eq!((found.unwrap().rows.len(), read < 1_000_000), (20, true));
    let (found, _) = look(Rows::These(vec![100_000]), 10_000_000);
    assert_eq!(found.unwrap().rows[0].number, 100_000);
    let (found, read) = look(Rows::These(vec![u64::MAX]), 5_000_000);
    assert_eq!((found.unwrap_err().kind, read < 6_000_000), (ErrorKind::Cancelled, true));
}

#[test]
fn recognised_files_say_how_they_are_read() {
    let known = first("a.csv", "id,model,acc,latency_s,note\nq,m,1,2,x\n");
    assert_eq!(known.format.as_ref().unwrap().0, "neutral");
    assert_eq!(roles(&known), ["query_id=id", "model=model", "score=acc", "latency_s=latency_s"]);
    let wide = first("a.csv", "prompt,gpt-4,mixtral\nwhy,True,False\n");
    assert_eq!((wide.format.as_ref().unwrap().0.as_str(), wide.roles.len()), ("routellm", 0));
    // Who says otherwise does not begin with nothing.
    assert!(wide.guesses.iter().any(|guess| guess.column == "prompt"), "{:?}", wide.guesses);
    assert_eq!(known.guesses, known.roles);
}

#[test]
fn guesses() {
    let of = |header: &str, row: &[&str]| roles(&first("a.csv", &format!("{header}\n{}\n", row.join("\n"))));
    assert_eq!(
        of(
            "Item No;LLM;Correct answer;Model answer;Tokens in;Tokens out;Time taken (sec)",
            &["1;gpt-4o;Paris;Paris;10;3;1.5", "2;gpt-4o;7;8;12;1;0.9"]
        ),
        [
            "query_id=Item No",
            "model=LLM",
            "input_tokens=Tokens in",
            "output_tokens=Tokens out",
            "latency_s=Time taken (sec)",
            "answer=Model answer",
            "reference=Correct answer"
        ]
    );
    // Plain words of other languages.
    assert_eq!(
        of(
            "Nummer;Frage;Modell;Antwort KI;Lösung;Dauer;Kosten",
            &["1;Wo?;gpt-4o;hier;dort;1.5;0.01", "2;Wann?;gpt-4o;jetzt;nie;2.5;0.02"]
        ),
        [
            "query_id=Nummer",
            "model=Modell",
            "cost=Kosten",
            "latency_s=Dauer",
            "answer=Antwort KI",
            "reference=Lösung",
            "query=Frage"
        ]
    );
    assert_eq!(
        of("numéro;modèle;réponse;coût;durée (s)", &["1;gpt-4o;ici;0.01;1", "2;gpt-4o;là;0.02;2"]),
        ["query_id=numéro", "model=modèle", "cost=coût", "latency_s=durée (s)", "answer=réponse"]
    );
    assert_eq!(
        of("número;modelo;respuesta;precio;pregunta", &["1;gpt-4o;aquí;0.01;dónde", "2;gpt-4o;allí;0.02;cuándo"]),
        ["query_id=número", "model=modelo", "cost=precio", "answer=respuesta", "query=pregunta"]
    );
    // By what stands in the cells.
    assert_eq!(
        of("a,b,c,d,e", &["x1,gpt-4o,yes,$0.01,test", "x2,gpt-4o,no,$0.02,test", "x1,claude-3-opus,yes,$0.3,train"]),
        ["query_id=a", "model=b", "score=c", "cost=d", "split=e"]
    );
    // A label that is a word is no score, and a duration in thousands is in milliseconds.
    assert_eq!(
        of("qid,label,prediction,duration", &["1,positive,negative,1200", "2,negative,negative,900"]),
        ["query_id=qid", "latency_ms=duration", "answer=prediction", "reference=label"]
    );
    // Without ids the text of the query is one, if it comes once.
    assert_eq!(
        of("problem text,verdict", &["How many?,1", "How far?,0", "Why?,1"]),
        ["query_id=problem text", "score=verdict", "query=problem text"]
    );
    let lines = first(
        "a.jsonl",
        "{\"meta\": {\"sampleKey\": \"k1\"}, \"usage\": {\"promptTokens\": 3, \"completionTokens\": 2}, \"isOk\": true}\n",
    );
    assert_eq!(
        roles(&lines),
        [
            "query_id=meta.sampleKey",
            "score=isOk",
            "input_tokens=usage.promptTokens",
            "output_tokens=usage.completionTokens"
        ]
    );
    let why = first("a.csv", "a,b\n1,yes\n2,no\n").roles.pop().unwrap().why;
    assert_eq!(why, "its cells are only yes and no");
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), kind in 0..4usize, rows in proptest::collection::vec(0..30u64, 0..5)) {
        let name = ["a.csv", "a.jsonl", "a.json", "a.zip"][kind];
        let start: &[u8] = [b"".as_slice(), b"{\"a\"", b"[{\"a\":", b"PK\x03\x04"][kind];
        let bytes = [start, &bytes].concat();
        for rows in [Rows::First(10), Rows::These(rows)] {
            if let Ok(found) = look(name, &bytes, rows) {
                prop_assert!(found.rows.len() <= 10);
                let columns = found.columns.len();
                prop_assert!(found.roles.iter().all(|guess| found.columns.contains(&guess.column)));
                prop_assert!(name == "a.csv" || found.rows.iter().all(|row| row.cells.len() == columns));
            }
        }
    }

    #[test]
    fn any_table(text in "([a-z ,;\t\"$0-9.\u{202e}é<]{0,9}[,\n]){0,60}") {
        if let Ok(found) = look("a.csv", text.as_bytes(), Rows::First(50)) {
            let mut columns: Vec<&String> = found.columns.iter().collect();
            columns.sort();
            columns.dedup();
            // A header may be called `column 2` itself.
            prop_assert!(columns.len() == found.columns.len() || text.contains("column"));
        }
    }
}
