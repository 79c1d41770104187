//! Importing files of results: every trap that real files set, one fixture each.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod stream;

use llm_selection::data::{Audit, Dataset, Import, ImportOptions, InputFile, Progress, import};
use llm_selection::error::{Error, ErrorKind};
use llm_selection::experiment::{CostUnit, Duplicates, Grader, LatencyUnit, Price, Role, ScoreUnit};
use stream::Stream;

fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_with(names: &[&str], options: &ImportOptions) -> Result<Import, Error> {
    let contents: Vec<Vec<u8>> = names.iter().map(|name| fixture(name)).collect();
    let files = names.iter().zip(&contents).map(|(name, bytes)| InputFile::from_bytes(*name, bytes)).collect();
    import(files, options, &mut |_| true)
}

fn read(names: &[&str]) -> Import {
    read_with(names, &ImportOptions::default()).unwrap_or_else(|error| panic!("{names:?}: {error}"))
}

/// A column as text, `-` where a cell is missing.
fn show(column: &[f64]) -> String {
    let cells: Vec<String> = column.iter().map(|v| if v.is_nan() { "-".to_owned() } else { v.to_string() }).collect();
    cells.join(" ")
}

fn scores(data: &Dataset) -> Vec<String> {
    data.models.iter().map(|model| format!("{}: {}", model.name, show(&model.reward))).collect()
}

fn costs(data: &Dataset, model: usize) -> String {
    data.models[model].cost.as_deref().map_or("unknown".to_owned(), show)
}

fn warned(audit: &Audit, text: &str) -> bool {
    audit.warnings.iter().any(|warning| warning.message.contains(text))
}

#[test]
fn the_neutral_schema() {
    let Import { dataset, audit, .. } = read(&["neutral.csv"]);
    assert_eq!(scores(&dataset), ["alpha: 1 0 0.5", "beta: 0 1 1"]);
    assert_eq!(costs(&dataset, 1), "0.0000125 0.00002 0.00001");
    assert_eq!(dataset.models[0].latency_ms.as_deref().map(show).unwrap(), "1200 900 1500");
    assert_eq!((audit.format.as_str(), audit.queries, audit.complete, audit.duplicates), ("neutral", 3, 3, 0));
    assert_eq!(audit.warnings, []);
    let file = &audit.files[0];
    assert_eq!(file.why, "each row has an id (`query_id`) and a score (`score`)");
    assert_eq!((file.rows, file.separator.as_str(), file.encoding.as_str()), (6, "comma", "UTF-8"));
    assert_eq!(dataset.files[0].sha256.len(), 64);
}

/// A reader that gives a few bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl std::io::Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        let (now, later) = self.0.split_at(count);
        buffer[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

#[test]
fn blocks_may_end_anywhere() {
    // Longer than what is looked at before reading starts; lines of a fixed length, so that blocks end where lines do.
    for end in ["\n", "\r\n"] {
        let rows = 12_000;
        let mut text = format!("query_id,model,score{end}");
        for row in 0..rows {
            text.push_str(&format!("q{row:06},m,{}{end}", row % 2));
        }
        let read = |step: usize| {
            let reader = Box::new(Stream::new(Drip(text.as_bytes(), step)));
            let file = InputFile { name: "f.csv".to_owned(), len: None, reader };
            import(vec![file], &ImportOptions::default(), &mut |_| true).unwrap()
        };
        let whole = read(usize::MAX);
        assert_eq!(
            (whole.dataset.queries, whole.audit.files[0].rows, whole.audit.complete),
            (rows, rows as u64, rows as u64)
        );
        assert_eq!(whole.audit.files[0].bytes, text.len() as u64);
        assert_eq!(whole.dataset.files[0].sha256, sha256(text.as_bytes()));
        for step in [1, 3, 12, 13, 1000] {
            assert_eq!(read(step), whole, "{step} bytes at a time");
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn one_file_a_model_joins_on_the_id() {
    let joined = read(&["alpha.csv", "beta.csv"]).dataset;
    let long = read(&["neutral.csv"]).dataset;
    assert_eq!(joined.models, long.models);
}

#[test]
fn marks_line_ends_and_separators() {
    assert_eq!(scores(&read(&["bom_crlf.csv"]).dataset), ["alpha: 1 0", "beta: 1 1"]);
    let semicolon = read(&["semicolon.csv"]);
    assert_eq!(scores(&semicolon.dataset), ["alpha, the first: 1 0"]);
    assert_eq!(semicolon.audit.files[0].separator, "semicolon");
    let tab = read(&["tab.tsv"]);
    assert_eq!(scores(&tab.dataset), ["al\"pha: 1 0"]);
    assert_eq!(tab.audit.files[0].separator, "tab");
}

#[test]
fn encodings() {
    let latin = read(&["latin1.csv"]);
    assert_eq!(scores(&latin.dataset), ["modèle: 1 0"]);
    assert_eq!(latin.audit.files[0].encoding, "windows-1252");
    let warning = &latin.audit.warnings[0];
    assert_eq!((warning.row, warning.column.as_deref()), (Some(2), Some("model")));
    let wide = read(&["utf16.csv"]);
    assert_eq!(wide.dataset.models, latin.dataset.models);
    assert_eq!((wide.audit.files[0].encoding.as_str(), wide.audit.warnings.len()), ("UTF-16", 0));
}

#[test]
fn headers_that_come_again_and_columns_without_a_name() {
    let repeated = read(&["repeated_header.csv"]);
    assert_eq!(scores(&repeated.dataset), ["alpha: 1 0 1"]);
    assert!(warned(&repeated.audit, "header comes again 2 times"));
    assert_eq!(scores(&read(&["unnamed_index.csv"]).dataset), ["alpha: 1 0"]);
    assert_eq!(scores(&read(&["repeated_names.csv"]).dataset), ["alpha: 1 0"]);
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_does() {
    let error = read_with(&["multiline.csv"], &ImportOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.place.row), (ErrorKind::BadCell, Some(4)));
    let error = read_with(&["blank_lines.csv"], &ImportOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.place.row), (ErrorKind::OutOfRange, Some(6)));
    assert_eq!(error.place.column.as_deref(), Some("score"));
}

#[test]
fn percent_and_words() {
    let percent = read(&["percent.csv"]);
    assert_eq!(scores(&percent.dataset), ["alpha: 1 0 0.625 0.005"]);
    assert!(percent.audit.files[0].score_unit.starts_with("percent"));
    assert_eq!(percent.audit.warnings, []);
    let rating = read(&["rating.csv"]);
    assert!(warned(&rating.audit, "scores of at most 5 were taken for percent"));
    assert_eq!(rating.audit.warnings[0].column.as_deref(), Some("label"));
    assert_eq!(scores(&read(&["words.csv"]).dataset), ["alpha: 1 0 1 0 1 0 1 0.25"]);
    let options = ImportOptions { score_unit: Some(ScoreUnit::Fraction), ..Default::default() };
    assert_eq!(read_with(&["percent.csv"], &options).unwrap_err().place.row, Some(2));
}

#[test]
fn blank_is_missing_and_not_zero() {
    let Import { dataset, audit, .. } = read(&["blank_scores.csv"]);
    assert_eq!(scores(&dataset), ["alpha: 1 - 0", "beta: 1 1 -"]);
    assert_eq!(costs(&dataset, 0), "0.1 0.1 -");
    assert_eq!((audit.queries, audit.complete), (3, 1));
    assert_eq!((audit.models[0].missing, audit.models[1].missing, audit.models[0].rows), (2, 1, 3));
    assert_eq!((audit.models[0].mean_score, audit.models[1].mean_score), (Some(0.5), Some(1.0)));
}

#[test]
fn rows_that_complete_each_other() {
    let Import { dataset, audit, .. } = read(&["complementary.csv"]);
    assert_eq!((scores(&dataset)[0].as_str(), costs(&dataset, 0).as_str()), ("alpha: 1 0", "0.25 0.75"));
    assert_eq!((audit.duplicates, audit.coalesced), (1, 1));
    assert_eq!(audit.warnings[0].row, Some(3));
}

#[test]
fn rows_that_repeat() {
    let with = |duplicates| read_with(&["duplicates.csv"], &ImportOptions { duplicates, ..Default::default() });
    let error = with(Duplicates::Error).unwrap_err();
    assert_eq!(
        (error.kind, error.place.row, error.place.file.as_deref()),
        (ErrorKind::Duplicate, Some(3), Some("duplicates.csv"))
    );
    assert!(error.to_string().contains("the first is in row 2"), "{error}");
    let first = with(Duplicates::First).unwrap();
    assert_eq!(scores(&first.dataset), ["alpha: 1 1", "beta: 1 1"]);
    assert_eq!((first.audit.duplicates, first.audit.coalesced), (3, 0));
    let mean = with(Duplicates::Mean).unwrap().dataset;
    assert_eq!(scores(&mean)[1], "beta: 0.5 1");
    assert!((mean.models[0].reward[0] - 1.0 / 3.0).abs() < 1e-15);
    assert!((mean.models[0].cost.as_ref().unwrap()[0] - 0.4).abs() < 1e-15);
    let samples = with(Duplicates::Samples).unwrap();
    assert_eq!(scores(&samples.dataset), ["alpha: 1 1 0 0", "beta: 1 1 0 -"]);
    assert_eq!(costs(&samples.dataset, 0), "0.2 0.8 0.4 0.6");
    assert_eq!((samples.audit.queries, samples.audit.complete), (4, 3));
}

#[test]
fn unknown_is_not_free() {
    let audit = read(&["zero_cost.csv"]).audit;
    assert!(warned(&audit, "the cost of `alpha` is 0 everywhere"));
    let warning = &audit.warnings[0];
    assert_eq!((warning.rows.as_slice(), warning.total, warning.column.as_deref()), (&[2, 3][..], 2, Some("cost")));
}

/// A file of rows, and what is imported of it.
fn import_text(name: &str, text: &str, options: &ImportOptions) -> Import {
    import(vec![InputFile::from_bytes(name, text.as_bytes())], options, &mut |_| true).unwrap()
}

#[test]
fn every_warning_leads_to_its_rows() {
    let about = |audit: &Audit, text: &str| {
        let warning = audit.warnings.iter().find(|warning| warning.message.contains(text));
        let warning = warning.unwrap_or_else(|| panic!("{text}: {:?}", audit.warnings)).clone();
        assert_eq!(warning.row, warning.rows.first().copied());
        (warning.rows, warning.total, warning.column)
    };
    let audit = read(&["repeated_header.csv"]).audit;
    assert_eq!(about(&audit, "header comes again"), (vec![3, 5], 2, None));
    let audit = read(&["rating.csv"]).audit;
    assert_eq!(about(&audit, "are they a rating?"), (vec![2, 3], 2, Some("label".to_owned())));
    let first = ImportOptions { duplicates: Duplicates::First, ..Default::default() };
    let audit = read_with(&["duplicates.csv"], &first).unwrap().audit;
    assert_eq!(about(&audit, "3 rows repeat a query of the same model: the first was kept").1, 3);
    let audit = read(&["tokens.csv"]).audit;
    assert_eq!(about(&audit, "`beta` has tokens and no price").2.as_deref(), Some("prompt_tokens"));

    // The most extreme rows come first, and of many rows the first fifty.
    let rows: String = (0..120).map(|row| format!("q{row},m,1,{}\n", 200 + row)).collect();
    let audit = import_text("big.csv", &format!("id,model,score,cost\n{rows}"), &ImportOptions::default()).audit;
    let (rows, total, column) = about(&audit, "are these costs in dollars?");
    assert_eq!((rows, total, column.as_deref()), ((72..=121).rev().collect(), 120, Some("cost")));
    let text = "id,model,score,cost\nq,a,1,0.0000001\nq,b,1,5\nr,b,1,9\nr,a,1,0.0000001\n";
    let audit = import_text("t.csv", text, &ImportOptions::default()).audit;
    assert_eq!(about(&audit, "costs 70000000 times a call of `a`"), (vec![4, 3], 2, Some("cost".to_owned())));
    let wide = "sample_id,a,a|total_cost,b,b|total_cost\nq,1,0.1,1,0\nr,1,0.1,1,0\n";
    let audit = import_text("w.csv", wide, &ImportOptions::default()).audit;
    assert_eq!(about(&audit, "the cost of `b` is 0"), (vec![2, 3], 2, Some("b|total_cost".to_owned())));
}

#[test]
fn missing_cells_are_named() {
    let gaps = |import: &Import, model: usize| {
        let gap = |gap: &llm_selection::data::Gap| format!("{} {} {:?}", gap.query, gap.lacks, gap.row);
        import.audit.models[model].gaps.iter().map(gap).collect::<Vec<_>>()
    };
    let text = "id,model,score,cost\nq,a,1,1\nq,b,1,1\nr,a,,\ns,b,1,1\ns,a,1,\nr,b,,3\nr,b,0,\n";
    let import = import_text("t.csv", text, &ImportOptions::default());
    assert_eq!(gaps(&import, 0), ["r score and cost Some(4)", "s cost Some(6)"]);
    assert_eq!((gaps(&import, 1).len(), import.audit.coalesced), (0, 1));
    let rows: String = (0..130).map(|row| format!("q{row},a,1\n")).collect();
    let import = import_text("t.csv", &format!("id,model,score\nq0,b,1\n{rows}"), &ImportOptions::default());
    assert_eq!((import.audit.models[0].missing, import.audit.models[0].gaps.len()), (129, 50));
    assert_eq!(gaps(&import, 0)[0], "q1 row None");
    // A sample that one model has and the other has not is one of its query.
    let samples = ImportOptions { duplicates: Duplicates::Samples, ..Default::default() };
    let import = import_text("t.csv", "id,model,score\nq,a,1\nq,b,1\nq,a,0\n", &samples);
    assert_eq!(gaps(&import, 1), ["q (2) row None"]);
}

#[test]
fn tokens_and_prices() {
    let unpriced = read(&["tokens.csv"]);
    assert_eq!(costs(&unpriced.dataset, 0), "unknown");
    assert!(warned(&unpriced.audit, "`beta` has tokens and no price"));
    let price = Price::of_tokens;
    let mut options = ImportOptions::default();
    options.prices.insert("alpha".to_owned(), price(2.0, 10.0));
    options.prices.insert("beta".to_owned(), price(0.5, 0.5));
    let priced = read_with(&["tokens.csv"], &options).unwrap();
    assert_eq!((costs(&priced.dataset, 0), costs(&priced.dataset, 1)), ("0.007 0.007".into(), "0.0007 0.0006".into()));
    assert_eq!(priced.audit.warnings, []);
    options.prices.insert("beta".to_owned(), price(5e-7, 5e-7));
    let per_token = read_with(&["tokens.csv"], &options).unwrap().audit;
    assert!(
        warned(&per_token, "is it a price per token?") && warned(&per_token, "costs 10769231 times"),
        "{per_token:?}"
    );
    options.prices.insert("betta".to_owned(), price(1.0, 1.0));
    assert!(warned(&read_with(&["tokens.csv"], &options).unwrap().audit, "`prices` names `betta`, which no file has"));
    options.prices.insert("beta".to_owned(), price(-1.0, 1.0));
    let error = read_with(&["tokens.csv"], &options).unwrap_err();
    assert_eq!(error.place.field.as_deref(), Some("prices.beta.input"));
}

#[test]
fn all_files_that_clash_are_named() {
    let read = |files: &[(&str, &str)], options: &ImportOptions| {
        let files = files.iter().map(|(name, text)| InputFile::from_bytes(*name, text.as_bytes())).collect();
        import(files, options, &mut |_| true)
    };
    let log = "id,model,score\nq1,m,1\nq2,m,0\n";
    let logs = [("a.csv", log), ("b.csv", log), ("c.csv", log)];
    let error = read(&logs, &ImportOptions::default()).unwrap_err();
    assert!(
        error.expected.contains("(the first is in row 2 of `a.csv`), and 4 repeat one, in `b.csv` and `c.csv`;"),
        "{error}"
    );
    // Files of the same name go by their folders.
    let runs = [("x/gpt/r.csv", "id,score\nq,1\n"), ("x/claude/r.csv", "id,score\nq,0\n")];
    let import = read(&runs, &ImportOptions::default()).unwrap();
    assert_eq!(scores(&import.dataset), ["gpt/r: 1", "claude/r: 0"]);
    let error = read(
        &[("a/r.csv", "id,score\nq,1\n"), ("b/r.json", "[{\"id\":\"q\",\"score\":1}]")],
        &ImportOptions::default(),
    );
    assert!(error.unwrap_err().expected.contains("a file's name is its model; rename one of the files"));
    let one = |id: &str| format!("id,score\n{id},1\n");
    let (a, b, c) = (one("1"), one("2"), one("3"));
    let error = read(&[("a.csv", &a), ("b.csv", &b), ("c.csv", &c)], &ImportOptions::default()).unwrap_err();
    assert_eq!(error.found.as_deref(), Some("a, b and c share no query with another model"));
}

#[test]
fn only_our_own_files_lose_an_apostrophe() {
    let name = |header: &str| {
        let text = format!("{header}\nq,'-a,1,0.5\n");
        read_text(&text, &ImportOptions::default()).unwrap().dataset.models[0].name.clone()
    };
    assert_eq!(name("query_id,model,score,cost"), "-a");
    assert_eq!(name("id,model,score,cost"), "'-a");
    assert_eq!(name("query_id,model,score,note"), "'-a");
    assert_eq!(name("query_id,model,score,latency_ms"), "-a");
}

#[test]
fn a_column_without_a_name_is_called_by_its_number_once() {
    let error = read_text("id,,\nq,1,2\n", &ImportOptions::default()).unwrap_err();
    assert!(!error.to_string().contains("column column"), "{error}");
    let error = llm_selection::error::Error::new(llm_selection::error::ErrorKind::BadCell, "a number");
    assert_eq!(error.clone().at_column("column 5").to_string(), "column 5: a number");
    assert_eq!(error.clone().at_column("column five").to_string(), "column column five: a number");
    assert_eq!(error.at_column("score").to_string(), "column score: a number");
}

#[test]
fn letters_in_a_header_lead_to_no_rows() {
    let import = import(
        vec![InputFile::from_bytes("a.csv", b"id,model,score,d\xe9lai\nq,m,1,2\n")],
        &ImportOptions::default(),
        &mut |_| true,
    );
    let audit = import.unwrap().audit;
    let warning = audit.warnings.iter().find(|it| it.message.contains("are they right?")).unwrap();
    assert_eq!((warning.row, warning.rows.len(), warning.total), (Some(1), 0, 0));
}

#[test]
fn a_price_of_a_call_is_the_cost_where_nothing_else_gives_one() {
    let priced = |text: &str, prices: &[(&str, Price)]| {
        let prices = prices.iter().map(|(model, price)| ((*model).to_owned(), *price)).collect();
        read_text(text, &ImportOptions { prices, ..Default::default() }).unwrap()
    };
    // Scores alone.
    let routellm = "prompt,gpt-4-1106-preview,mixtral\na,True,False\nb,True,\nc,False,True\n";
    let import = priced(routellm, &[("mixtral", Price::of_call(0.002))]);
    assert_eq!((costs(&import.dataset, 0), costs(&import.dataset, 1)), ("unknown".into(), "0.002 - 0.002".into()));
    assert_eq!(import.audit.models[1].mean_cost, Some(0.002));
    assert_eq!(
        import.audit.files[0].cost_unit,
        "unknown: there are no costs; or: dollars a call, as given for the model"
    );
    assert!(warned(&import.audit, "`gpt-4-1106-preview` has no cost, other models have"));
    let both = [("mixtral", Price::of_call(0.002)), ("gpt-4-1106-preview", Price::of_call(0.03))];
    let import = priced(routellm, &both);
    assert_eq!((costs(&import.dataset, 0), import.audit.warnings.len()), ("0.03 0.03 0.03".into(), 0));
    // A cell, then tokens at the person's price, then the price of a call; no list price against the person's word.
    let text = "id,model,score,cost\nq,a,1,0.5\nr,a,1,\ns,a,,\n";
    let import = priced(text, &[("a", Price::of_call(2.0))]);
    assert_eq!(costs(&import.dataset, 0), "0.5 2 -");
    assert!(import.audit.files[0].cost_unit.ends_with("where a row has none, dollars a call as given for the model"));
    let text = "id,model,score,input_tokens,output_tokens\nq,gpt-4o,1,1000,1000\nr,gpt-4o,1,,\n";
    assert_eq!(costs(&priced(text, &[("gpt-4o", Price::of_call(2.0))]).dataset, 0), "2 2");
    let all = Price { call: Some(2.0), ..Price::of_tokens(1.0, 3.0) };
    assert_eq!(costs(&priced(text, &[("gpt-4o", all)]).dataset, 0), "0.004 2");
    // Rows that complete one another: the cost of the second is no second result.
    let text = "id,model,score,cost\nq,a,1,\nq,a,,0.5\n";
    let import = priced(text, &[("a", Price::of_call(2.0))]);
    assert_eq!((costs(&import.dataset, 0), import.audit.coalesced), ("0.5".into(), 1));
    assert!(warned(&import.audit, "no price of a call is used"));
    let prices = [("a".to_owned(), Price::of_call(-1.0))].into();
    let error = read_text(text, &ImportOptions { prices, ..Default::default() }).unwrap_err();
    assert_eq!(error.place.field.as_deref(), Some("prices.a.call"));
}

#[test]
fn prices_are_written_as_before_and_say_which_part_is_missing() {
    let read = |text: &str| serde_json::from_str::<Price>(text);
    for price in
        [Price::of_tokens(1.0, 2.5), Price::of_call(0.002), Price { call: Some(0.0), ..Price::of_tokens(0.0, 1.0) }]
    {
        assert_eq!(read(&serde_json::to_string(&price).unwrap()).unwrap(), price);
        assert_eq!(postcard::from_bytes::<Price>(&postcard::to_allocvec(&price).unwrap()).unwrap(), price);
    }
    assert_eq!(serde_json::to_string(&Price::of_tokens(1.0, 2.5)).unwrap(), r#"{"input":1.0,"output":2.5}"#);
    assert_eq!(serde_json::to_string(&Price::of_call(0.002)).unwrap(), r#"{"call":0.002}"#);
    for (text, said) in [
        (r#"{"input":1}"#, "missing field `output`"),
        (r#"{"output":1,"call":1}"#, "missing field `input`"),
        ("{}", "missing field `input`"),
        (r#"{"calls":1}"#, "unknown field `calls`"),
    ] {
        assert!(read(text).unwrap_err().to_string().contains(said), "{text}");
    }
}

/// Reads one file's text.
fn read_text(text: &str, options: &ImportOptions) -> Result<Import, Error> {
    import(vec![InputFile::from_bytes("a.csv", text.as_bytes())], options, &mut |_| true)
}

#[test]
fn costs_in_dollars_in_cents_and_by_tokens() {
    let read = |text: &str, unit: Option<CostUnit>| {
        let prices = [("gpt-4o".to_owned(), Price::of_tokens(2.0, 4.0))].into();
        let options = ImportOptions { cost_unit: unit, prices, ..Default::default() };
        let Import { dataset, audit, .. } = read_text(text, &options).unwrap();
        (dataset.models[0].cost.as_deref().map(show), audit)
    };
    let dollars = "id,model,score,cost,input_tokens,output_tokens\nq,gpt-4o,1,$0.5,1000,100\nr,gpt-4o,1,2,0,0\n";
    let (cost, audit) = read(dollars, None);
    assert_eq!((cost.as_deref(), audit.files[0].cost_unit.as_str()), (Some("0.5 2"), "dollars a call"));
    assert!(warned(&audit, "`prices` is not used"));
    assert!(!audit.files[0].columns.iter().any(|(role, _)| role == "input_tokens"), "{audit:?}");
    assert_eq!(read(dollars, Some(CostUnit::Dollars)).1.files[0].cost_unit, "dollars a call, as asked");
    let (cost, audit) = read(dollars, Some(CostUnit::Tokens));
    assert_eq!(cost.as_deref(), Some("0.0024 0"));
    assert_eq!(audit.files[0].cost_unit, "dollars, from tokens and prices per million tokens, as asked");
    assert!(!audit.files[0].columns.iter().any(|(role, _)| role == "cost") && !warned(&audit, "is not used"));
    let error =
        read_text(dollars, &ImportOptions { cost_unit: Some(CostUnit::Cents), ..Default::default() }).unwrap_err();
    assert_eq!(
        (error.kind, error.place.row, error.place.column.as_deref()),
        (ErrorKind::BadCell, Some(2), Some("cost"))
    );
    assert!(error.to_string().contains("found `$0.5`, expected a cost in cents"), "{error}");
    let (cost, audit) = read("id,model,score,cost_cents\nq,gpt-4o,1,50\nr,gpt-4o,1,\n", None);
    assert_eq!(
        (cost.as_deref(), audit.files[0].cost_unit.as_str()),
        (Some("0.5 -"), "cents a call, as the column says")
    );
    let plain = "id,model,score,cost\nq,gpt-4o,1,50\n";
    assert_eq!(read(plain, Some(CostUnit::Cents)).0.as_deref(), Some("0.5"));
    // Without tokens there is nothing to price: unknown, not free.
    let (cost, audit) = read(plain, Some(CostUnit::Tokens));
    assert_eq!((cost, audit.files[0].cost_unit.as_str()), (None, "unknown: there are no tokens"));
    let mapped = ImportOptions { mapping: [(Role::Cost, "Price (cents)".to_owned())].into(), ..Default::default() };
    let Import { dataset, .. } = read_text("id,model,score,Price (cents)\nq,m,1,50\n", &mapped).unwrap();
    assert_eq!(dataset.models[0].cost.as_deref().map(show).as_deref(), Some("0.5"));
    // Other money is no dollars, and nobody may think so.
    for (name, currency) in [("Kosten (EUR)", "euros"), ("price £", "pounds"), ("cost_jpy", "yen")] {
        let mapped = ImportOptions { mapping: [(Role::Cost, name.to_owned())].into(), ..Default::default() };
        let Import { audit, .. } = read_text(&format!("id,model,score,{name}\nq,m,1,50\n"), &mapped).unwrap();
        assert!(warned(&audit, &format!("speaks of {currency}")), "{audit:?}");
    }
    assert!(!warned(&read(plain, None).1, "speaks of"));
}

#[test]
fn a_role_may_be_played_by_no_column() {
    let text = "id,label,answer,target,cost,latency_s,,\nq,1,a,a,free,x,7,9\n";
    let none = |role: Role| (role, String::new());
    let mut options = ImportOptions {
        mapping: [none(Role::Score), none(Role::Cost), none(Role::LatencyS), none(Role::LatencyMs)].into(),
        grader: Some(Grader::Exact),
        ..Default::default()
    };
    let Import { dataset, audit, .. } = read_text(text, &options).unwrap();
    assert_eq!((scores(&dataset), dataset.models[0].cost.as_ref()), (vec!["a: 1".to_owned()], None));
    assert_eq!(audit.files[0].columns.len(), 3, "{audit:?}");
    // A column without a name goes by its number.
    options.mapping.insert(Role::Cost, "column 8".to_owned());
    let Import { dataset, audit, .. } = read_text(text, &options).unwrap();
    assert_eq!(dataset.models[0].cost.as_deref().map(show).as_deref(), Some("9"));
    assert!(audit.files[0].columns.contains(&("cost".to_owned(), "column 8".to_owned())), "{audit:?}");
    options.mapping.insert(Role::QueryId, String::new());
    assert_eq!(read_text(text, &options).unwrap_err().kind, ErrorKind::Missing);
    options.mapping.insert(Role::QueryId, "column 9".to_owned());
    assert_eq!(read_text(text, &options).unwrap_err().place.field.as_deref(), Some("mapping.query_id"));
}

#[test]
fn a_unit_that_is_asked_for_wins_over_the_column_s_name() {
    let options = ImportOptions { latency_unit: Some(LatencyUnit::S), ..Default::default() };
    let Import { dataset, audit, .. } = read_text("id,model,score,latency_ms\nq,m,1,2\n", &options).unwrap();
    assert_eq!(dataset.models[0].latency_ms.as_deref().map(show).as_deref(), Some("2000"));
    assert_eq!(audit.files[0].latency_unit, "seconds, as asked");
}

#[test]
fn latencies_in_seconds() {
    let Import { dataset, audit, .. } = read(&["latency.csv"]);
    assert_eq!(dataset.models[0].latency_ms.as_deref().map(show).unwrap(), "1500 120250 750");
    assert_eq!(audit.files[0].latency_unit, "seconds, as most values are below 100");
    let options = ImportOptions { latency_unit: Some(LatencyUnit::Ms), ..Default::default() };
    let as_asked = read_with(&["latency.csv"], &options).unwrap();
    assert_eq!(as_asked.dataset.models[0].latency_ms.as_deref().map(show).unwrap(), "1.5 120.25 0.75");
    assert_eq!(as_asked.audit.files[0].latency_unit, "milliseconds, as asked");
    let mut options = ImportOptions::default();
    options.mapping.insert(Role::LatencyMs, "latency".to_owned());
    let mapped = read_with(&["latency.csv"], &options).unwrap().audit;
    assert_eq!(mapped.files[0].latency_unit, "seconds, as most values are below 100");
    let gamma = read(&["neutral.csv", "gamma.csv"]).audit;
    assert_eq!(
        gamma.files.iter().map(|file| file.latency_unit.as_str()).collect::<Vec<_>>(),
        ["milliseconds, as the column says", "seconds, as most values are below 100"]
    );
}

#[test]
fn answers_are_graded_on_request() {
    let error = read_with(&["list_answers.csv"], &ImportOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::Missing, Some("grader")));
    assert!(error.to_string().contains("`choice-letter`"));
    let options = ImportOptions { grader: Some(Grader::Exact), ..Default::default() };
    let graded = read_with(&["list_answers.csv"], &options).unwrap();
    assert_eq!(scores(&graded.dataset), ["alpha: 1 0 0 -"]);
    assert!(warned(&graded.audit, "empty answers count as wrong (1 of them)"));
}

#[test]
fn names_are_only_names() {
    let data = read(&["hostile_names.csv"]).dataset;
    assert_eq!(scores(&data), ["__proto__: 1 0", "<script>alert(\"1\")</script>: 1 1"]);
}

#[test]
fn synonyms_and_mapping() {
    assert_eq!(scores(&read(&["canonical_wins.csv"]).dataset), ["alpha: 0 0"]);
    let error = read_with(&["synonyms.csv"], &ImportOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.place.row), (ErrorKind::Duplicate, Some(1)));
    assert_eq!(error.found.as_deref(), Some("correct and is_correct"));
    let mut options = ImportOptions::default();
    options.mapping.insert(Role::Score, "is correct".to_owned());
    assert_eq!(scores(&read_with(&["synonyms.csv"], &options).unwrap().dataset), ["alpha: 0 0"]);
    options.mapping.insert(Role::Cost, "price".to_owned());
    let error = read_with(&["synonyms.csv"], &options).unwrap_err();
    assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::Missing, Some("mapping.cost")));
    assert!(error.to_string().contains("id, model, correct, is_correct"), "{error}");
}

#[test]
fn routerbench() {
    let wide = read(&["routerbench_wide.csv"]);
    assert_eq!(wide.audit.format, "routerbench-wide");
    assert_eq!(scores(&wide.dataset), ["org/alpha: 1 0", "org/beta: 0.25 -"]);
    assert_eq!(costs(&wide.dataset, 1), "0.000001 0.000002");
    let long = read(&["routerbench_long.csv"]);
    assert_eq!(long.audit.format, "routerbench-long");
    assert_eq!(scores(&long.dataset), scores(&wide.dataset));
    let both = read(&["routerbench_long.csv", "gamma_mmlu.csv"]);
    assert_eq!(both.audit.format, "routerbench-long, neutral");
}

#[test]
fn the_audit_as_json() {
    let audit = read(&["blank_scores.csv"]).audit;
    let mut json = serde_json::to_value(audit.report()).unwrap();
    // Half the interval of 1 and 0: 1.96 · √0.5 / √2.
    let half = json["models"][0]["ci95_score"].take().as_f64().unwrap();
    assert!((half - 0.979_981_992_270_027).abs() < 1e-12, "{half}");
    assert_eq!(
        json,
        serde_json::json!({
            "format": "neutral",
            "models": [
                { "name": "alpha", "rows": 3, "missing": 2, "mean_score": 0.5, "ci95_score": null, "mean_cost": 0.1, "ci95_cost": 0.0,
                  "mean_latency_ms": null, "ci95_latency_ms": null,
                  "missing_cells": [{ "query": "q2", "lacks": "score", "file": "blank_scores.csv", "row": 3 },
                                    { "query": "q3", "lacks": "cost", "file": "blank_scores.csv", "row": 4 }] },
                { "name": "beta", "rows": 2, "missing": 1, "mean_score": 1.0, "ci95_score": 0.0, "mean_cost": 0.2, "ci95_cost": 0.0,
                  "mean_latency_ms": null, "ci95_latency_ms": null,
                  "missing_cells": [{ "query": "q3", "lacks": "row", "file": null, "row": null }] },
            ],
            "queries": 3, "complete": 1, "duplicates": 0, "coalesced": 0, "warnings": [],
        })
    );
    let warned = serde_json::to_value(read(&["complementary.csv"]).audit.report()).unwrap();
    let warning = &warned["warnings"][0];
    assert_eq!(
        (&warning["file"], &warning["row"], &warning["column"]),
        (&"complementary.csv".into(), &3.into(), &serde_json::Value::Null)
    );
    assert_eq!((&warning["rows"], &warning["total"]), (&serde_json::json!([3]), &1.into()));
}

#[test]
fn an_import_crosses_to_another_worker() {
    let sent = read(&["neutral.csv", "gamma.csv"]);
    let received: Import = postcard::from_bytes(&postcard::to_stdvec(&sent).unwrap()).unwrap();
    assert_eq!(format!("{sent:?}"), format!("{received:?}"));
}

#[test]
fn progress_and_cancelling() {
    let bytes = fixture("alpha.csv");
    let other = fixture("beta.csv");
    let files = || vec![InputFile::from_bytes("alpha.csv", &bytes), InputFile::from_bytes("x/beta.csv", &other)];
    let mut seen: Vec<Progress> = Vec::new();
    import(files(), &ImportOptions::default(), &mut |progress| {
        seen.push(progress);
        true
    })
    .unwrap();
    let total = (bytes.len() + other.len()) as u64;
    let last = seen.last().unwrap();
    assert_eq!(*last, Progress { file: 1, files: 2, bytes: total, total: Some(total) });
    assert!(seen.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes));
    let error = import(files(), &ImportOptions::default(), &mut |progress| progress.file == 0).unwrap_err();
    assert_eq!((error.kind, error.place.file.as_deref()), (ErrorKind::Cancelled, Some("beta.csv")));
}

/// Imports one file, `a.csv`.
fn one(text: &str, options: &ImportOptions) -> Import {
    import(vec![InputFile::from_bytes("a.csv", text.as_bytes())], options, &mut |_| true).unwrap()
}

#[test]
fn decimals_may_follow_a_comma() {
    let mapping = [(Role::Cost, "Preis".to_owned()), (Role::LatencyS, "Dauer".to_owned())].into();
    let options = ImportOptions { mapping, ..ImportOptions::default() };
    let import = one("id;model;score;Preis;Dauer\n1;a;0,5;0,708;1,25\n2;a;1;0,5;2,5\n", &options);
    let model = &import.dataset.models[0];
    assert_eq!((show(&model.reward), costs(&import.dataset, 0)), ("0.5 1".to_owned(), "0.708 0.5".to_owned()));
    assert_eq!(model.latency_ms.as_deref().map(show), Some("1250 2500".to_owned()));
}

#[test]
fn a_reference_within_longer_words_is_told() {
    let options = ImportOptions { grader: Some(Grader::Contains), ..ImportOptions::default() };
    let import = one("id,model,answer,reference\n1,a,It is not.,No\n2,a,No.,No\n3,a,Yes,No\n", &options);
    assert_eq!(show(&import.dataset.models[0].reward), "1 1 0");
    let within = import.audit.warnings.iter().find(|warning| warning.message.contains("part of longer words"));
    assert_eq!(within.map(|warning| (warning.total, warning.rows.clone())), Some((1, vec![2])));
}
