//! The formats of other tools, each from a small file of our own that has what that tool's files have.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use llm_selection::data::{Dataset, Import, ImportOptions, InputFile, import};
use llm_selection::error::{Error, ErrorKind};
use llm_selection::experiment::{Duplicates, Grader, LatencyUnit, Price};

fn read_with(files: &[(&str, &str)], options: &ImportOptions) -> Result<Import, Error> {
    let files = files.iter().map(|(name, text)| InputFile::from_bytes(*name, text.as_bytes())).collect();
    import(files, options, &mut |_| true)
}

fn read(files: &[(&str, &str)]) -> Import {
    read_with(files, &ImportOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Scores, costs and latencies of every model, `-` where a cell is missing, `?` where a column is.
fn table(data: &Dataset) -> Vec<String> {
    let show = |column: &[f64]| {
        let cell = |value: &f64| if value.is_nan() { "-".to_owned() } else { value.to_string() };
        column.iter().map(cell).collect::<Vec<_>>().join(" ")
    };
    let column = |column: &Option<Vec<f64>>| column.as_deref().map_or("?".to_owned(), show);
    let line = |m: &llm_selection::data::ModelResults| {
        format!("{}: {} | {} | {}", m.name, show(&m.reward), column(&m.cost), column(&m.latency_ms))
    };
    data.models.iter().map(line).collect()
}

fn categories(data: &Dataset) -> Vec<Option<&str>> {
    let labels = data.category.as_ref().unwrap();
    (0..data.queries).map(|query| labels.get(query)).collect()
}

fn prices(models: &[&str]) -> ImportOptions {
    let price = Price::of_tokens(1.0, 10.0);
    let prices = models.iter().map(|model| ((*model).to_owned(), price)).collect();
    ImportOptions { prices, ..ImportOptions::default() }
}

#[test]
fn neutral_json_in_lines_an_array_or_a_document() {
    let records = [
        r#"{"query_id": 1, "model": "a", "score": true, "cost": 0.002, "meta": {"split": "train"}}"#,
        r#"{"query_id": 1, "model": "b", "score": 0.5, "cost": 1e-3, "meta": {"split": "train"}}"#,
        r#"{"query_id": "2", "model": "a", "score": "C", "cost": "0.003"}"#,
        r#"{"query_id": "2", "model": "b", "score": null, "cost": null}"#,
    ];
    let expected = ["a: 1 1 | 0.002 0.003 | ?", "b: 0.5 - | 0.001 - | ?"];
    let lines = records.join("\n");
    let array = format!("[{}]", records.join(",\n "));
    let document = format!(r#"{{"about": [1, {{"x": "]}}"}}], "records": [{}], "more": null}}"#, records.join(","));
    let pretty = records.map(|record| record.replace(", ", ",\n  ")).join("\n");
    for (name, text) in [("r.jsonl", &lines), ("r.json", &array), ("r.json", &document), ("r.json", &pretty)] {
        let Import { dataset, audit, .. } = read(&[(name, text)]);
        assert_eq!(table(&dataset), expected, "{text}");
        assert_eq!((audit.format.as_str(), audit.files[0].rows), ("neutral", 4));
        assert_eq!(audit.files[0].why, "each record has an id (`query_id`) and a score (`score`)");
    }
}

#[test]
fn a_json_file_a_model() {
    let line = |id: u32, score: f64| format!("{{\"id\": {id}, \"score\": {score}}}\n");
    let (a, b) = (line(1, 1.0) + &line(2, 0.0), line(2, 1.0) + &line(1, 0.5));
    assert_eq!(table(&read(&[("x/a.jsonl", &a), ("b.JSONL", &b)]).dataset), ["a: 1 0 | ? | ?", "b: 0.5 1 | ? | ?"]);
}

#[test]
fn llmrouterbench() {
    let csv = "row_id,dataset,prompt_id,index,model,score,cost,prompt_tokens,completion_tokens\n\
               0,aime,p1,0,a,1,0.01,10,20\n1,aime,p1,0,b,0,0.001,10,5\n2,mmlu,p2,1,a,0.5,0.02,9,9\n3,mmlu,p2,1,b,1,0.002,9,9\n";
    let Import { dataset, audit, .. } = read(&[("results.csv", csv)]);
    assert_eq!(table(&dataset), ["a: 1 0.5 | 0.01 0.02 | ?", "b: 0 1 | 0.001 0.002 | ?"]);
    assert_eq!((audit.format.as_str(), categories(&dataset)), ("llmrouterbench", vec![Some("aime"), Some("mmlu")]));
    let json = |model: &str, first: u8| {
        format!(
            r#"{{"dataset_name": "aime", "model_name": "{model}", "performance": 0.5, "records": [
                {{"index": 1, "origin_query": "q", "prompt": "Q: q", "prediction": "x", "ground_truth": "x", "score": {first},
                  "prompt_tokens": 5, "completion_tokens": 6, "cost": 0.5}},
                {{"index": 2, "origin_query": "r", "prompt": "Q: r", "prediction": "x", "ground_truth": "y", "score": 0.0,
                  "prompt_tokens": 5, "completion_tokens": 6, "cost": 0.25}}]}}"#
        )
    };
    let Import { dataset, audit, .. } = read(&[("one.json", &json("m/1", 1)), ("two.json", &json("m/2", 0))]);
    assert_eq!(table(&dataset), ["m/1: 1 0 | 0.5 0.25 | ?", "m/2: 0 0 | 0.5 0.25 | ?"]);
    assert_eq!((audit.format.as_str(), audit.models[1].file.as_str()), ("llmrouterbench", "two.json"));
}

#[test]
fn routerarena() {
    let line = |id: &str, score: &str| {
        format!(
            r#"{{"global_index": "{id}", "question": "?", "llm_selected": "m-1", "generated_answer": "long\nanswer",
                "token_usage": {{"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}}, "success": true,
                "evaluation_result": {score}}}"#
        )
        .replace('\n', " ")
    };
    let text = [
        line("A_1", r#"{"extracted_answer": "3", "ground_truth": "3", "score": 1.0, "inference_cost": 0.0002}"#),
        line("A_2", r#"{"extracted_answer": "3", "ground_truth": "4", "score": 0.0, "inference_cost": 0.0001}"#),
        line("A_3", "null"),
    ];
    let Import { dataset, audit, .. } = read(&[("m.jsonl", &text.join("\n"))]);
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("routerarena", vec!["m-1: 1 0 - | 0.0002 0.0001 - | ?".to_owned()])
    );
    assert_eq!(audit.models[0].missing, 1);
}

#[test]
fn routellm() {
    let csv = "prompt,org/a,b,org/a_response,b_response\n\"How\nmany?\",True,False,\"x\ny\",z\nWhy?,False,False,,\nHow?,,True,x,y\n";
    let Import { dataset, audit, .. } = read(&[("gsm8k.csv", csv)]);
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("routellm", vec!["org/a: 1 0 - | ? | ?".into(), "b: 0 0 1 | ? | ?".into()])
    );
    assert_eq!(audit.files[0].columns[0], ("query_id".to_owned(), "row".to_owned()));
    // The subjects of MMLU are a file each, with the same models.
    let both =
        read(&[("mmlu_a.csv", "prompt,a,b\nx,True,True\n"), ("mmlu_b.csv", "prompt,a,b\nx,False,True\ny,True,True\n")]);
    assert_eq!(table(&both.dataset), ["a: 1 0 1 | ? | ?", "b: 1 1 1 | ? | ?"]);
}

#[test]
fn llmdrift() {
    let csv = ",Unnamed: 0,model,temperature,dataset,id,query,ref_answer,answer,latency,cost,date\n\
               0,0,a,0.1,prime,7,Is 7 a prime?,yes,\"[Yes]\n\nbecause\",3.5,0.0005,2023\n1,1,b,0.1,prime,7,Is 7 a prime?,yes,[No],1.25,0.01,2023\n";
    let graded = ImportOptions { grader: Some(Grader::Contains), ..ImportOptions::default() };
    let Import { dataset, audit, .. } = read_with(&[("PRIME.csv", csv)], &graded).unwrap();
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("llmdrift", vec!["a: 1 | 0.0005 | 3500".into(), "b: 0 | 0.01 | 1250".into()])
    );
    assert_eq!(audit.files[0].latency_unit, "seconds, as most values are below 100");
    let error = read_with(&[("PRIME.csv", csv)], &ImportOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::Missing, Some("grader")));
}

#[test]
fn promptfoo() {
    let csv = "topic,[openai:gpt-4o] Tell {{topic}},Status,Score,Named Scores,[b] Tell {{topic}},Status,Score,Named Scores\n\
               tea,answer,PASS,1.00,{},other,FAIL,0.25,{}\nrain,\"a,\nb\",FAIL,0.00,{},other,PASS,1.00,{}\n";
    let Import { dataset, audit, .. } = read(&[("out.csv", csv)]);
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("promptfoo", vec!["openai:gpt-4o: 1 0 | ? | ?".into(), "b: 0.25 1 | ? | ?".into()])
    );
    let status = "[a] p,Status,[a] q,Status\nx,PASS,y,FAIL\n";
    assert_eq!(table(&read(&[("s.csv", status)]).dataset), ["[a] p: 1 | ? | ?", "[a] q: 0 | ? | ?"]);
    let result = |test: u32, model: &str, score: f64, cost: &str| {
        format!(
            r#"{{"testIdx": {test}, "promptIdx": 0, "vars": {{"t": "{test}"}}, "provider": {{"id": "{model}", "label": ""}}, "success": {},
               "score": {score}, "latencyMs": 250, "cost": {cost}, "response": {{"output": "x"}}}}"#,
            score > 0.5
        )
    };
    let results = [
        result(0, "a", 1.0, "0.001"),
        result(0, "b", 0.0, "0"),
        result(1, "a", 0.75, "0.002"),
        result(1, "b", 1.0, "0"),
    ];
    let json = format!(
        r#"{{"evalId": "e", "results": {{"version": 3, "prompts": [{{"raw": "p"}}], "results": [{}], "stats": {{}}}}, "config": {{"tests": []}}}}"#,
        results.join(",")
    );
    let Import { dataset, audit, .. } = read(&[("out.json", &json)]);
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("promptfoo", vec!["a: 1 0.75 | 0.001 0.002 | 250 250".into(), "b: 0 1 | 0 0 | 250 250".into()])
    );
    assert!(audit.warnings.iter().any(|warning| warning.message.contains("the cost of `b` is 0 everywhere")));
}

#[test]
fn lm_eval() {
    let line = |doc: u32, filter: &str, exact: u8| {
        format!(
            r#"{{"doc_id": {doc}, "doc": {{"q": "?"}}, "target": "3", "arguments": {{}}, "resps": [["x"]], "filtered_resps": ["3"], "filter": "{filter}", "metrics": ["exact_match", "acc"], "exact_match": {exact}.0, "acc": 0.0}}"#
        )
    };
    let lines = [line(0, "strict", 1), line(1, "strict", 0), line(0, "flexible", 1), line(1, "flexible", 1)].join("\n");
    let Import { dataset, audit, .. } =
        read(&[("out/model-a/samples_t_2026.jsonl", &lines), ("out/model-b/samples_t_2026.jsonl", &lines)]);
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("lm-eval", vec!["model-a: 1 0 | ? | ?".into(), "model-b: 1 0 | ? | ?".into()])
    );
    let names: Vec<&str> = dataset.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["model-a/samples_t_2026.jsonl", "model-b/samples_t_2026.jsonl"]);
}

#[test]
fn helm() {
    let stat = |name: &str, mean: f64| {
        format!(r#"{{"name": {{"name": "{name}", "split": "test"}}, "count": 1, "sum": {mean}, "mean": {mean}}}"#)
    };
    let record = |id: &str, stats: &[String]| {
        format!(r#"{{"instance_id": "{id}", "train_trial_index": 0, "stats": [{}]}}"#, stats.join(","))
    };
    let text = format!(
        "[{}, {}, {}]",
        record(
            "id1",
            &[
                stat("num_prompt_tokens", 300.0),
                stat("num_output_tokens", 1.0),
                stat("inference_runtime", 0.5),
                stat("exact_match", 1.0)
            ]
        ),
        record("id2", &[stat("exact_match", 0.0), stat("num_prompt_tokens", 200.0), stat("num_output_tokens", 2.0)]),
        record("id1", &[stat("exact_match", 0.0)])
            .replace("\"train_trial", "\"perturbation\": {\"name\": \"typos\"}, \"train_trial"),
    );
    let path = "mmlu-subject=x,method=m,model=openai_gpt2/per_instance_stats.json";
    let Import { dataset, audit, .. } = read_with(&[(path, &text)], &prices(&["openai_gpt2"])).unwrap();
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("helm", vec!["openai_gpt2: 1 0 | 0.00031 0.00022 | 500 -".into()])
    );
    assert_eq!(dataset.split.unwrap().names, ["test"]);
}

#[test]
fn inspect() {
    let sample = |id: &str, epoch: u32, value: &str| {
        format!(
            r#"{{"id": {id}, "epoch": {epoch}, "input": "?", "target": "A", "scores": {{"choice": {{"value": {value}, "answer": "C"}}}},
               "metadata": {{"subject": "physics"}}, "total_time": 1.5,
               "model_usage": {{"o/gpt": {{"input_tokens": 100, "output_tokens": 2}}, "grader": {{"input_tokens": 9999, "output_tokens": 9}}}}}}"#
        )
    };
    let log = |samples: &[String]| {
        format!(
            r#"{{"version": 2, "status": "success", "eval": {{"task": "t", "model": "o/gpt", "dataset": {{"samples": 3}}}}, "results": {{"scores": [{{"name": "choice"}}]}},
               "samples": [{}], "reductions": [{{"scorer": "choice", "samples": [{{"value": 1}}]}}]}}"#,
            samples.join(",")
        )
    };
    let text =
        log(&[sample("1", 1, "\"C\""), sample("\"x\"", 1, "\"I\""), sample("3", 1, "\"P\""), sample("4", 1, "0.75")]);
    let Import { dataset, audit, .. } = read_with(&[("a.json", &text)], &prices(&["o/gpt"])).unwrap();
    assert_eq!((audit.format.as_str(), audit.files[0].rows), ("inspect", 4));
    assert_eq!(table(&dataset), ["o/gpt: 1 0 0.5 0.75 | 0.00012 0.00012 0.00012 0.00012 | 1500 1500 1500 1500"]);
    assert_eq!(categories(&dataset)[0], Some("physics"));
    let unscored = sample("9", 1, "\"C\"").replace("\"scores\"", "\"unscored\"");
    let Import { dataset, .. } = read(&[("a.json", &log(&[unscored, sample("1", 1, "\"C\"")]))]);
    assert!(table(&dataset)[0].starts_with("o/gpt: - 1 |"), "{:?}", table(&dataset));
    let epochs = log(&[sample("1", 1, "\"C\""), sample("1", 2, "\"I\"")]);
    let error = read_with(&[("a.json", &epochs)], &ImportOptions::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Duplicate);
    let samples = ImportOptions { duplicates: Duplicates::Samples, ..ImportOptions::default() };
    let Import { dataset, .. } = read_with(&[("a.json", &epochs)], &samples).unwrap();
    assert_eq!(
        (table(&dataset)[0].starts_with("o/gpt: 1 0 |"), categories(&dataset)),
        (true, vec![Some("physics"); 2])
    );
    let many = log(&[sample("1", 1, "{\"a\": 1}")]);
    let error = read_with(&[("a.json", &many)], &ImportOptions::default()).unwrap_err();
    assert_eq!(
        (error.kind, error.place.row, error.place.column.as_deref()),
        (ErrorKind::BadCell, Some(1), Some("scores"))
    );
}

#[test]
fn every_eval_ever() {
    let line = |id: &str, rest: &str| {
        format!(
            r#"{{"schema_version": "0.2", "model_id": "o/m", "evaluation_name": "arc", "sample_id": "{id}", "input": {{"raw": "?"}}, "evaluation": {rest}, "token_usage": {{"input_tokens": 10, "output_tokens": 1}}, "performance": {{"latency_ms": 40}}}}"#
        )
    };
    let text =
        [line("a", r#"{"score": 1.0, "is_correct": true}"#), line("b", r#"{"score": 0.0, "is_correct": false}"#)]
            .join("\n");
    let Import { dataset, audit, .. } = read_with(&[("i.jsonl", &text)], &prices(&["o/m"])).unwrap();
    assert_eq!(
        (audit.format.as_str(), table(&dataset)),
        ("every-eval-ever", vec!["o/m: 1 0 | 0.00002 0.00002 | 40 40".into()])
    );
    let only = line("a", r#"{"is_correct": true}"#);
    assert_eq!(table(&read(&[("i.jsonl", &only)]).dataset), ["o/m: 1 | ? | 40"]);
}

#[test]
fn openai_evals() {
    let text = r#"{"spec": {"completion_fns": ["gpt-x"], "eval_name": "t.dev.v0"}}
{"final_report": {"accuracy": 0.5}}
{"run_id": "r", "event_id": 0, "sample_id": "t.0", "type": "sampling", "data": {"prompt": "?", "sampled": ["a"]}}
{"run_id": "r", "event_id": 1, "sample_id": "t.0", "type": "match", "data": {"correct": true, "expected": "a", "picked": "a"}}
{"run_id": "r", "event_id": 2, "sample_id": "t.1", "type": "match", "data": {"correct": false, "expected": "a", "picked": null}}
"#;
    let Import { dataset, audit, .. } = read(&[("run.jsonl", text)]);
    assert_eq!((audit.format.as_str(), table(&dataset)), ("openai-evals", vec!["gpt-x: 1 0 | ? | ?".into()]));
    let nothing = text.replace("\"match\"", "\"other\"");
    let error = read_with(&[("run.jsonl", &nothing)], &ImportOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.place.file.as_deref()), (ErrorKind::Empty, Some("run.jsonl")));
}

#[test]
fn nobody_s_own_file_is_taken_for_another_tool_s() {
    let unrecognised = |name: &str, text: &str| {
        let error = read_with(&[(name, text)], &ImportOptions::default()).unwrap_err();
        assert_eq!((error.kind, error.place.row), (ErrorKind::Unrecognised, Some(1)), "{text}: {error}");
    };
    // Any two columns after `prompt` could be models.
    unrecognised("own.csv", "prompt,verdict,grade\nx,good,3\ny,bad,1\n");
    unrecognised("own.csv", "prompt,right,remark\nx,True,\ny,False,\n");
    unrecognised("own.csv", "prompt,right,remark\nx,True,fine\ny,False,\n");
    unrecognised("own.csv", "prompt,a,b\n");
    let own = "topic,[ms] time,Status,Score\nx,12,done,0.5\n";
    let error = read_with(&[("own.csv", own)], &ImportOptions::default()).unwrap_err();
    assert_eq!((error.kind, error.place.column.as_deref()), (ErrorKind::Missing, Some("query_id")));
    let neutral = |name: &str, text: &str, expected: &[&str]| {
        let Import { dataset, audit, .. } = read(&[(name, text)]);
        assert_eq!(
            (audit.format.as_str(), table(&dataset)),
            ("neutral", expected.iter().map(|t| (*t).into()).collect())
        );
    };
    neutral("m.csv", "id,[ms] time,Score\nx,12,0.5\n", &["m: 0.5 | ? | ?"]);
    neutral(
        "m.json",
        r#"{"results": [{"id": 1, "provider": "m", "success": true, "score": 0.5}]}"#,
        &["m: 0.5 | ? | ?"],
    );
    neutral("m.jsonl", r#"{"model_id": "m", "sample_id": 1, "score": 1, "evaluation": "fine"}"#, &["m: 1 | ? | ?"]);
    // The canonical names win over those of a tool.
    neutral(
        "m.csv",
        "query_id,dataset,prompt_id,index,model,score,cost,latency_s\nq,d,p,0,m,1,2,3\nr,d,p,0,m,0,2,3\n",
        &["m: 1 0 | 2 2 | 3000 3000"],
    );
    // What a tool's files do not have and one of them has is not lost, and no unit is put upon it.
    let long = "sample_id,eval_name,prompt,model_name,performance,cost,latency_ms\nq,e,p,m,1,2,3\n";
    assert_eq!(table(&read(&[("long.csv", long)]).dataset), ["m: 1 | 2 | 3"]);
    let drift = "model,id,query,ref_answer,answer,latency,cost,score\nm,q,?,a,b,1500,0,1\nm,r,?,a,b,900,0,1\n";
    assert_eq!(table(&read(&[("drift.csv", drift)]).dataset), ["m: 1 1 | 0 0 | 1500 900"]);
    let seconds = ImportOptions { latency_unit: Some(LatencyUnit::S), ..ImportOptions::default() };
    assert_eq!(
        table(&read_with(&[("drift.csv", drift)], &seconds).unwrap().dataset),
        ["m: 1 1 | 0 0 | 1500000 900000"]
    );
}

#[test]
fn json_is_read_to_the_letter() {
    let bad = |name: &str, text: &str, row: u64, expected: &str, found: &str| {
        let error = read_with(&[(name, text)], &ImportOptions::default()).expect_err(text);
        assert_eq!((error.kind, error.place.row), (ErrorKind::Malformed, Some(row)), "{text}: {error}");
        assert!(error.expected.contains(expected), "{text}: {error}");
        assert!(error.found.as_deref().is_some_and(|text| text.starts_with(found)), "{text}: {error}");
    };
    let record = |id: u8| format!(r#"{{"id": {id}, "score": 1}}"#);
    let (a, b) = (record(1), record(2));
    bad("f.json", &format!("[{a}\n{b}]"), 1, "`,` or `]` after a record (line 2)", "{");
    bad("f.json", &format!("[{a},\n,{b}]"), 1, "a record (line 2)", ",");
    bad("f.json", &format!("[{a},\n{b},]"), 2, "a record (line 2)", "]");
    bad("f.json", &format!("[{a}}}"), 1, "`,` or `]`", "}");
    bad("f.json", &format!("[{a},{b}"), 2, "the rest of the document", "the end of the file");
    bad("f.json", &format!("[{a},{b}]\n[{a}]"), 2, "the end of the file after the document", "[");
    bad("f.json", &format!("[{a}] and more"), 1, "the end of the file after the document", "a");
    bad("f.json", &format!("{{\"records\": [{a}]\n\"more\": 1}}"), 2, "`,` or `}` after a member", "\"");
    bad("f.json", &format!("{{\"records\": [{a}],,\n\"more\": 1}}"), 1, "a member", ",");
    bad("f.json", &format!("{{\"records\": [{a}],}}"), 1, "a member", "}");
    bad("f.json", &format!("{{\"records\": [{a}], more: 1}}"), 1, "a member's name in quotes", "m");
    bad("f.json", &format!("{{\"x\": , \"records\": [{a}]}}"), 1, "a value", ",");
    bad("f.json", &format!("{{\"records\": [{a}, {{\"id\": 2 \"score\": 1}}]}}"), 2, "line 1", "{\"id\": 2");
    bad("f.jsonl", &format!("{a}{b}"), 1, "one record a line", "{");
    bad("f.jsonl", &format!("{a},\n{b}"), 1, "one record a line", ",");
    bad("f.jsonl", &format!("{a}\n{b} trailing"), 2, "one record a line", "t");
    bad("f.jsonl", &format!("{a}\n}}"), 2, "JSON (", "}");
    let fine = format!("{{\"about\": {{}}, \"none\": [], \"records\": [{a} ,\r\n{b}\n]\n}}\n\n");
    assert_eq!(table(&read(&[("m.json", &fine)]).dataset), ["m: 1 1 | ? | ?"]);
    assert_eq!(table(&read(&[("m.jsonl", &format!("{a}\r\n\r\n{b}\r\n"))]).dataset), ["m: 1 1 | ? | ?"]);
    // A record in an older encoding leads to its row.
    let latin = import(
        vec![InputFile::from_bytes(
            "m.jsonl",
            b"{\"id\": 1, \"score\": 1}\n{\"id\": \"caf\xe9 \xe0 la\", \"score\": 0}\n",
        )],
        &ImportOptions::default(),
        &mut |_| true,
    );
    let audit = latin.unwrap().audit;
    assert_eq!((audit.files[0].encoding.as_str(), audit.warnings[0].row), ("windows-1252", Some(2)));
}

#[test]
fn broken_json_says_where() {
    let bad = |text: &str, kind: ErrorKind, row: Option<u64>| {
        let error = read_with(&[("f.jsonl", text)], &ImportOptions::default()).unwrap_err();
        assert_eq!((error.kind, error.place.row), (kind, row), "{text}: {error}");
        assert_eq!(error.place.file.as_deref(), Some("f.jsonl"));
    };
    bad("{\"id\": 1, \"score\": 1}\n{\"id\": 2, \"score\": }\n", ErrorKind::Malformed, Some(2));
    bad("{\"id\": 1, \"score\": 1}\n\n{\"id\": 2, \"score\": 1", ErrorKind::Malformed, Some(3));
    bad("{\"id\": 1, \"score\": 1}\nnull\n", ErrorKind::BadCell, Some(2));
    bad("{\"id\": 1, \"score\": 1}\n{\"id\": 2, \"score\": [1, 2]}\n", ErrorKind::BadCell, Some(2));
    bad("{\"id\": 1, \"score\": 1}\n{\"id\": 2, \"score\": 1e999}\n", ErrorKind::Malformed, Some(2));
    bad("{\"name\": 1}\n", ErrorKind::Unrecognised, Some(1));
    let deep = format!("{{\"id\": 1, \"score\": 1, \"x\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    bad(&deep, ErrorKind::Malformed, Some(1));
    let error =
        read_with(&[("f.json", "{\"records\": [{\"id\": 1, \"score\": 1}")], &ImportOptions::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
    let error =
        read_with(&[("f.json", &format!("{{\"x\": {}", "[".repeat(100_000)))], &ImportOptions::default()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
}

/// An archive with these members.
fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn read_bytes(name: &str, bytes: &[u8]) -> Result<Import, Error> {
    import(vec![InputFile::from_bytes(name, bytes)], &ImportOptions::default(), &mut |_| true)
}

#[test]
fn archives() {
    let (a, b) = ("id,score\n1,1\n2,0\n", "{\"id\": 2, \"score\": 1}\n{\"id\": 1, \"score\": 0.5}\n");
    let archive = zip(&[
        ("runs/", ""),
        ("runs/a.csv", a),
        ("runs/b.jsonl", b),
        ("notes.md", "hello"),
        ("__MACOSX/runs/._a.csv", "x"),
    ]);
    let Import { dataset, audit, .. } = read_bytes("all.zip", &archive).unwrap();
    assert_eq!(table(&dataset), ["a: 1 0 | ? | ?", "b: 0.5 1 | ? | ?"]);
    assert_eq!((dataset.files.len(), dataset.files[0].name.as_str()), (1, "all.zip"));
    let names: Vec<&str> = audit.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["all.zip/runs/a.csv", "all.zip/runs/b.jsonl"]);
    assert_eq!(audit.warnings.len(), 1);
    assert_eq!(audit.warnings[0].file.as_deref(), Some("all.zip/notes.md"));
    let error = read_bytes("all.zip", &zip(&[("a.csv", a), ("b.csv", "id,score\n1,x\n")])).unwrap_err();
    assert_eq!((error.place.file.as_deref(), error.place.row), (Some("all.zip/b.csv"), Some(2)));
    assert_eq!(read_bytes("n.zip", &zip(&[("notes.md", "hello")])).unwrap_err().kind, ErrorKind::Empty);
    for cut in [30, archive.len() / 2, archive.len() - 5] {
        assert_eq!(read_bytes("cut.zip", &archive[..cut]).unwrap_err().kind, ErrorKind::Malformed);
    }
}

#[test]
fn gzip() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, b"id,score\n1,1\n2,0\n").unwrap();
    let bytes = encoder.finish().unwrap();
    let Import { dataset, audit, .. } = read_bytes("model-x.csv.gz", &bytes).unwrap();
    assert_eq!(table(&dataset), ["model-x: 1 0 | ? | ?"]);
    assert_eq!((dataset.files[0].name.as_str(), audit.files[0].rows), ("model-x.csv.gz", 2));
    assert_eq!(read_bytes("x.csv.gz", &bytes[..bytes.len() - 9]).unwrap_err().kind, ErrorKind::Io);
}

#[test]
fn an_inspect_archive_is_its_document() {
    let sample = |id: u32, value: &str| {
        format!(
            r#"{{"id": {id}, "epoch": 1, "scores": {{"match": {{"value": "{value}"}}}}, "total_time": 2, "model_usage": {{}}}}"#
        )
    };
    let archive = zip(&[
        ("_journal/start.json", r#"{"eval": {"model": "old"}}"#),
        ("samples/1_epoch_1.json", &sample(1, "C")),
        ("samples/2_epoch_1.json", &sample(2, "I")),
        ("summaries.json", "[]"),
        ("header.json", r#"{"version": 2, "eval": {"model": "o/gpt"}}"#),
    ]);
    let Import { dataset, audit, .. } = read_bytes("log.eval", &archive).unwrap();
    assert_eq!((audit.format.as_str(), table(&dataset)), ("inspect", vec!["o/gpt: 1 0 | ? | 2000 2000".into()]));
    assert_eq!(audit.files[0].rows, 2);
}

#[test]
fn an_archive_is_unpacked_no_further_than_the_limit() {
    let bomb = zip(&[("a.csv", &format!("id,score,x\n1,1,{}\n", "0".repeat(3_000_000)))]);
    assert!(bomb.len() < 10_000);
    let limits = llm_selection::data::Limits { bytes: 1_000_000, ..Default::default() };
    let files = vec![InputFile::from_bytes("bomb.zip", &bomb)];
    let error =
        llm_selection::data::import_within(files, &ImportOptions::default(), limits, &mut |_| true).unwrap_err();
    assert_eq!(error.kind, ErrorKind::TooLarge);
}
