//! The workspace file: what is written comes back, and nothing in a hostile one does harm.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::data::ImportOptions;
use llm_selection::error::ErrorKind;
use llm_selection::experiment::Experiment;
use llm_selection::plan::Plan;
use llm_selection::run::run_in_threads;
use llm_selection::workspace::{Archive, Item, KeptResult, KeptTraining, Kind, Part, clean_name, read, sha256, write};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::rc::Rc;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

type Parts = BTreeMap<String, Vec<u8>>;

fn part(name: &str, bytes: &[u8]) -> Part {
    Part { name: name.into(), sha256: sha256(bytes), bytes: bytes.len() as u64 }
}

fn item(name: &str, files: &[(&str, &[u8])]) -> Item {
    Item {
        id: "1".into(),
        name: name.into(),
        kind: Kind::Saved,
        saved: 1.7e12,
        form: "{}".into(),
        options: ImportOptions::default(),
        files: files.iter().map(|(name, bytes)| part(name, bytes)).collect(),
        result: None,
        trained: None,
    }
}

fn parts_of(files: &[(&str, &[u8])]) -> Parts {
    files.iter().map(|(_, bytes)| (sha256(bytes), bytes.to_vec())).collect()
}

fn packed(items: &[Item], parts: &Parts) -> Vec<u8> {
    write(items, Vec::new(), |part| Ok(Cursor::new(parts[&part.sha256].clone()))).unwrap()
}

fn unpacked(bytes: &[u8]) -> llm_selection::Result<Archive<Vec<u8>>> {
    read(Cursor::new(bytes), Vec::new)
}

/// An archive by hand: entries by name, deflated.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn list(items: Value) -> Vec<u8> {
    json!({ "format": "llm-selection-workspace", "version": 1, "items": items }).to_string().into_bytes()
}

#[test]
fn what_is_written_comes_back() {
    let files: [(&str, &[u8]); 3] =
        [("a.csv", b"query_id,score\n1,1\n"), ("b.csv", b"query_id,score\n1,0\n"), ("e", b"")];
    let first = item("First", &files[..2]);
    // The same bytes under another name are there once.
    let second = item("Second", &[("other.csv", files[0].1), ("e", b"")]);
    let parts = parts_of(&files);
    let bytes = packed(&[first.clone(), second.clone()], &parts);
    let archive = unpacked(&bytes).unwrap();
    assert_eq!(archive.items, [first, second]);
    assert_eq!(archive.parts, parts);
    assert!(archive.refused.is_empty());
}

#[test]
fn items_of_versions_before_trainings_were_kept_still_open() {
    let plain = item("Old", &[]);
    let mut old = json!(plain);
    assert!(old.as_object_mut().unwrap().remove("trained").is_some());
    assert_eq!(unpacked(&zip(&[("workspace.json", &list(json!([old])))])).unwrap().items, [plain]);
}

#[test]
fn an_unnamed_state_of_a_tab_becomes_a_saved_item() {
    let state = Item { kind: Kind::Tab, name: String::new(), ..item("", &[]) };
    let archive = unpacked(&packed(&[state], &Parts::new())).unwrap();
    assert_eq!((archive.items[0].kind, archive.items[0].name.as_str()), (Kind::Saved, "Unsaved work"));
}

#[test]
fn a_wrong_part_refuses_its_items_only() {
    let good = item("Good", &[("a", b"aa")]);
    let bad = item("Bad", &[("b", b"bb"), ("a", b"aa")]);
    let text = list(json!([good, bad]));
    let path = |bytes: &[u8]| format!("parts/{}", sha256(bytes));
    let cases: [(&[u8], ErrorKind); 3] =
        [(b"bx", ErrorKind::HashMismatch), (b"bbb", ErrorKind::TooLarge), (b"b", ErrorKind::TooLarge)];
    for (found, kind) in cases {
        let bytes = zip(&[("workspace.json", &text), (&path(b"aa"), b"aa"), (&path(b"bb"), found)]);
        let archive = unpacked(&bytes).unwrap();
        assert_eq!(archive.items, std::slice::from_ref(&good));
        assert_eq!(archive.parts, parts_of(&[("a", b"aa")]));
        let (name, error) = &archive.refused[0];
        assert_eq!((name.as_str(), error.kind, error.place.file.as_deref()), ("Bad", kind, Some("b")));
    }
    let archive = unpacked(&zip(&[("workspace.json", &text), (&path(b"aa"), b"aa")])).unwrap();
    assert_eq!((archive.items.len(), archive.refused[0].1.kind), (1, ErrorKind::Missing));
}

/// A result in a file says what its writer wants it to say.
#[test]
fn results_are_neither_written_nor_believed() {
    let plain = item("Played", &[("a", b"aa")]);
    let result =
        Some(KeptResult { engine: "0".into(), digest: "d".into(), rounds: 3, part: part("result", b"forged") });
    let trained = Some(KeptTraining { experiment: "{}".into(), embeddings: false });
    let played = Item { result, trained, ..plain.clone() };
    assert!(played.same_content(&plain));
    // Its bytes are there, and whole.
    let path = |bytes: &[u8]| format!("parts/{}", sha256(bytes));
    let text = list(json!([played]));
    let forged = zip(&[("workspace.json", &text), (&path(b"aa"), b"aa"), (&path(b"forged"), b"forged")]);
    for bytes in [forged, packed(&[played], &parts_of(&[("a", b"aa")]))] {
        let archive = unpacked(&bytes).unwrap();
        assert_eq!(archive.items, std::slice::from_ref(&plain));
        assert_eq!(archive.parts, parts_of(&[("a", b"aa")]));
        assert!(archive.refused.is_empty());
    }
}

/// Counts what is written, and drops it.
struct Counted(Rc<Cell<usize>>);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn bombs_are_not_unpacked() {
    // A thousandfold: 5 MB of zeros. The list says 10 bytes; the archive's own size says the truth, or lies as well.
    let zeros = vec![0; 5_000_000];
    let claimed = Part { name: "bomb".into(), sha256: sha256(&zeros), bytes: 10 };
    let bomb = Item { files: vec![claimed.clone()], ..item("Bomb", &[]) };
    let path = format!("parts/{}", claimed.sha256);
    let honest = zip(&[("workspace.json", &list(json!([bomb]))), (&path, &zeros)]);
    let mut lying = honest.clone();
    let size = 5_000_000u32.to_le_bytes();
    for place in 0..lying.len() - 4 {
        if lying[place..place + 4] == size {
            lying[place..place + 4].copy_from_slice(&10u32.to_le_bytes());
        }
    }
    for bytes in [honest, lying] {
        let unpacked = Rc::new(Cell::new(0));
        let archive = read(Cursor::new(&bytes), || Counted(unpacked.clone())).unwrap();
        assert!(archive.items.is_empty() && archive.parts.is_empty());
        assert_eq!(archive.refused[0].0, "Bomb");
        assert!(unpacked.get() <= 10, "{} bytes were unpacked", unpacked.get());
    }
    // A list that never ends.
    let spaces = vec![b' '; 30_000_000];
    assert_eq!(unpacked(&zip(&[("workspace.json", &spaces)])).unwrap_err().kind, ErrorKind::TooLarge);
}

#[test]
fn what_is_no_workspace_is_refused_with_a_reason() {
    let cases: [(Vec<u8>, ErrorKind); 7] = [
        (b"not a zip".to_vec(), ErrorKind::Malformed),
        (Vec::new(), ErrorKind::Malformed),
        (zip(&[("other.json", b"{}")]), ErrorKind::Missing),
        (zip(&[("workspace.json", b"[")]), ErrorKind::Malformed),
        (zip(&[("workspace.json", br#"{"format": "x", "version": 1, "items": []}"#)]), ErrorKind::Malformed),
        (
            zip(&[("workspace.json", br#"{"format": "llm-selection-workspace", "version": 2, "items": []}"#)]),
            ErrorKind::NotYet,
        ),
        (zip(&[("workspace.json", &list(json!(vec![json!({}); 501])))]), ErrorKind::TooLarge),
    ];
    for (bytes, kind) in cases {
        assert_eq!(unpacked(&bytes).unwrap_err().kind, kind);
    }
    // Items that are wrong leave those that are not.
    let good = item("Good", &[]);
    let mut odd =
        vec![json!(null), json!("item"), json!({ "__proto__": {} }), json!([]), json!({ "name": "N", "form": 1 })];
    for (field, value) in [("saved", json!(1e300)), ("kind", json!("root")), ("extra", json!(1)), ("id", json!(null))] {
        let mut wrong = json!(good);
        wrong[field] = value;
        odd.push(wrong);
    }
    let mut wrong = json!(good);
    wrong["files"] = json!([{ "name": "a", "sha256": "../../etc/passwd", "bytes": 1 }]);
    odd.push(wrong);
    let count = odd.len();
    odd.push(json!(good));
    let archive = unpacked(&zip(&[("workspace.json", &list(json!(odd)))])).unwrap();
    assert_eq!(archive.items, [good]);
    assert_eq!(archive.refused.len(), count);
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let long = "x".repeat(1_000_000);
    for (name, shown) in [
        ("../../x", "../../x"),
        ("__proto__", "__proto__"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("a\u{202e}gnp.exe\u{2066}", "agnp.exe"),
        ("two\n\tlines\u{0}", "two lines"),
        (" \u{200f} ", "Untitled"),
        (&long, &long[..100]),
    ] {
        assert_eq!(clean_name(name), shown);
        let archive = unpacked(&packed(&[item(name, &[])], &Parts::new())).unwrap();
        assert_eq!(archive.items[0].name, shown);
    }
    // A file's name is the model's: it is taken as it is, or not at all. Nothing in the archive is named by it.
    for name in ["../../x", "__proto__", "<b>", "\u{202e}x", "con"] {
        let bytes = packed(&[item("I", &[(name, b"aa")])], &parts_of(&[("", b"aa")]));
        assert_eq!(unpacked(&bytes).unwrap().items[0].files[0].name, name);
        let entries = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> = entries.file_names().map(|name| name.unwrap().into_owned()).collect();
        assert_eq!(names, ["workspace.json".to_owned(), format!("parts/{}", sha256(b"aa"))]);
    }
    let bytes = packed(&[item("I", &[(&long, b"aa")])], &parts_of(&[("", b"aa")]));
    assert_eq!(unpacked(&bytes).unwrap().refused[0].1.kind, ErrorKind::TooLarge);
}

fn small_archive() -> Vec<u8> {
    let files: [(&str, &[u8]); 2] =
        [("a.csv", b"query_id,score\n1,1\n2,0\n"), ("b.csv", b"query_id,score\n1,0\n2,0\n")];
    packed(&[item("One", &files), item("Two", &files[..1])], &parts_of(&files))
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = unpacked(&bytes);
    }

    /// Whatever is done to a file, what comes out of it has the bytes and the SHA-256 that its list says.
    #[test]
    fn a_changed_archive_gives_true_parts_or_none(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = small_archive();
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(archive) = unpacked(&bytes) {
            for part in archive.items.iter().flat_map(Item::parts) {
                let found = &archive.parts[&part.sha256];
                prop_assert_eq!(found.len() as u64, part.bytes);
                prop_assert_eq!(sha256(found), part.sha256.clone());
            }
        }
    }

    #[test]
    fn any_names_and_files_come_back(
        name in ".{0,40}",
        files in prop::collection::vec((".{1,20}", prop::collection::vec(any::<u8>(), 0..200)), 0..5),
        form in ".{0,40}",
    ) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let written = Item { form, ..item(&clean_name(&name), &files) };
        let parts = parts_of(&files);
        let archive = unpacked(&packed(std::slice::from_ref(&written), &parts)).unwrap();
        prop_assert_eq!(archive.items, [written]);
        prop_assert_eq!(archive.parts, parts);
    }

    #[test]
    fn a_clean_name_is_one_short_line(name in any::<String>()) {
        let clean = clean_name(&name);
        prop_assert!(!clean.is_empty() && clean.chars().count() <= 100);
        prop_assert!(!clean.chars().any(|c| c.is_control()) && clean.trim() == clean);
        prop_assert_eq!(clean_name(&clean), clean);
    }
}

#[test]
fn a_finished_run_comes_back_from_its_bytes() {
    use llm_selection::summary::{Collector, Played};
    let text = |seed: u64| {
        json!({
            "version": 1, "environment": { "kind": "preset", "id": "sciq" }, "task": { "reward": "awc", "budget": 0.001 },
            "policies": [{ "kind": "c2mab-v" }, { "kind": "thompson" }],
            "run": { "rounds": 60, "replicates": 3, "seed": seed }
        })
        .to_string()
    };
    let plan = |seed| Plan::new(&Experiment::from_json(&text(seed)).unwrap(), None).unwrap();
    let played = plan(1);
    let expected = run_in_threads(plan(1), 1, |_| ()).unwrap();
    let mut collector = Collector::new(&played);
    let simulation = llm_selection::simulation::Simulation::new(played.game.clone());
    let jobs: Vec<_> = (0..).zip(simulation.jobs()).collect();
    let mut slices = llm_selection::slices::Slices::new(&simulation, &jobs);
    assert_eq!(Played::bytes(&played, &collector, &expected.optimum, 7.0).unwrap(), None);
    while !slices.is_done(&simulation) {
        for update in slices.play(&simulation, 60, 1e9, || 0.0) {
            collector.absorb(update);
        }
    }
    let bytes = Played::bytes(&played, &collector, &expected.optimum, 7.0).unwrap().unwrap();
    let (back, optima, elapsed) = Played::restore(&plan(1), &bytes).unwrap();
    assert_eq!(back.result(&played, &optima), expected);
    assert_eq!(elapsed, 7.0);
    // Of another experiment, or changed anywhere in the numbers that the digest speaks of: not at all, and no panic.
    assert!(Played::restore(&plan(2), &bytes).is_none());
    for place in (0..bytes.len()).step_by(997) {
        for value in [bytes[place] ^ 1, bytes[place] ^ 0x80] {
            let mut changed = bytes.clone();
            changed[place] = value;
            if let Some((back, optima, _)) = Played::restore(&plan(1), &changed) {
                assert_eq!(back.result(&played, &optima).digest, expected.digest);
            }
        }
        if place % 3 == 0 {
            assert!(Played::restore(&plan(1), &bytes[..place]).is_none());
        }
    }
}
