//! Texts and answers of the results, kept where an import is asked for them: a [`super::Dataset`] is numbers only.

use super::answers::normal;
use super::cells::Field;
use super::grader::Judge;
use super::intern::Interner;
use super::join::{Collector, Entry};
use super::schema::shown;
use crate::error::{Error, ErrorKind, Result};

/// Which texts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextOptions {
    /// Names of further columns that describe the queries: numbers, or lists of numbers (embeddings) in brackets.
    pub columns: Vec<String>,
}

/// The texts of an import.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    /// By query its text, the first that a row of it has; empty where none has. Second results of the same query
    /// (`duplicates`: `samples`) make no further one here.
    pub queries: Vec<String>,
    /// The further columns, a list as one column for each place in it; each with one number a query, `NaN` = missing.
    pub numeric: Vec<Vec<f64>>,
    /// Their names: `length`, `embedding[0]`.
    pub numeric_names: Vec<String>,
    /// Every result, in the order of the files.
    pub results: Vec<Told>,
    /// The different answers, normalised.
    pub answers: Vec<String>,
}

/// One result as a file gives it; `NaN` where a value is missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// Place of the query.
    pub query: u32,
    /// Place of the model in the data set.
    pub model: u16,
    /// Score in [0,1].
    pub score: f64,
    /// Dollars.
    pub cost: f64,
    /// Milliseconds.
    pub latency_ms: f64,
    /// Place of the answer in [`Texts::answers`]; `u32::MAX` where it is missing.
    pub answer: u32,
}

/// No answer.
const NONE: u32 = u32::MAX;
/// Longest list of numbers in a cell.
const LONGEST_LIST: usize = 8_192;

/// Texts as they come.
pub(super) struct Store {
    pub(super) columns: Vec<Column>,
    judge: Option<Judge>,
    queries: Vec<String>,
    /// By result the number of its answer.
    answers: Vec<u32>,
    forms: Interner,
}

/// A further column.
pub(super) struct Column {
    pub(super) name: String,
    /// Whether a file has it.
    pub(super) found: bool,
    /// Numbers in a cell, once one was seen; in brackets or not.
    width: Option<(usize, bool)>,
    /// By query its numbers.
    values: Vec<Vec<f64>>,
}

impl Store {
    /// An empty one. `judge` says what counts in an answer.
    pub(super) fn new(options: &TextOptions, judge: Option<Judge>) -> Self {
        let column = |name: &String| Column { name: name.clone(), found: false, width: None, values: Vec::new() };
        Store {
            columns: options.columns.iter().map(column).collect(),
            judge,
            queries: Vec::new(),
            answers: Vec::new(),
            forms: Interner::default(),
        }
    }

    /// Takes the texts of one more result; `extra` are the cells of the further columns.
    ///
    /// # Errors
    /// A cell of a further column that is neither a number nor a list of as many numbers as the others of the column; the
    /// caller adds the row.
    pub(super) fn take(&mut self, query: u32, text: Field, answer: Field, extra: &[Field]) -> Result<()> {
        let query = query as usize;
        if self.queries.len() <= query {
            self.queries.resize(query + 1, String::new());
        }
        if let Some(known) = self.queries.get_mut(query).filter(|known| known.is_empty()) {
            *known = text.text().into_owned();
        }
        let form = if answer.is_missing() { None } else { normal(&answer.text(), self.judge.as_ref()) };
        self.answers.push(form.map_or(NONE, |form| self.forms.number(form.as_bytes())));
        for (column, cell) in self.columns.iter_mut().zip(extra) {
            column.take(query, *cell).map_err(|error| error.at_column(shown(&column.name)))?;
        }
        Ok(())
    }

    /// Ends the import, the units of all results settled.
    ///
    /// # Errors
    /// No query has a text; no file has a further column, or it has no number.
    pub(super) fn finish(mut self, collector: &Collector) -> Result<Texts> {
        let queries = collector.queries.len();
        self.queries.resize(queries, String::new());
        if self.queries.iter().all(String::is_empty) {
            let expected = "a column with the text of the queries (`query`, `prompt`, `question`, `input` or \
                            `origin_query`, or another by `query` in `mapping`)";
            return Err(Error::new(ErrorKind::Missing, expected).at_field("files").found("results without it"));
        }
        let mut texts = Texts { queries: self.queries, ..Texts::default() };
        for (index, column) in self.columns.into_iter().enumerate() {
            let field = format!("query_aware.features.columns[{index}]");
            let Some((width, list)) = column.width else {
                let expected = match column.found {
                    true => "a column with numbers",
                    false => "a column that the files have",
                };
                return Err(Error::new(ErrorKind::Missing, expected).at_field(field).found(column.name));
            };
            for place in 0..width {
                let of = |query: usize| column.values.get(query).and_then(|list| list.get(place)).copied();
                texts.numeric.push((0..queries).map(|query| of(query).unwrap_or(f64::NAN)).collect());
                let name = if list { format!("{}[{place}]", column.name) } else { column.name.clone() };
                texts.numeric_names.push(name);
            }
        }
        let result = |(number, entry): (usize, &Entry)| Told {
            query: entry.query,
            model: entry.model,
            score: entry.score,
            cost: entry.cost,
            latency_ms: entry.latency_ms,
            answer: self.answers.get(number).copied().unwrap_or(NONE),
        };
        texts.results = collector.entries.iter().enumerate().map(result).collect();
        let form = |number: usize| String::from_utf8_lossy(self.forms.get(number as u32)).into_owned();
        texts.answers = (0..self.forms.len()).map(form).collect();
        Ok(texts)
    }
}

impl Column {
    fn take(&mut self, query: usize, cell: Field) -> Result<()> {
        if cell.is_missing() {
            return Ok(());
        }
        let bad = |expected: &str, found: String| Err(Error::new(ErrorKind::BadCell, expected).found(found));
        let text = cell.text();
        let (numbers, list) = match (cell.number(), text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))) {
            (Some(number), _) => (vec![number], false),
            (None, Some(inner)) => {
                let words = inner.split([',', ' ', '\n', '\t']).filter(|word| !word.is_empty());
                let read: Option<Vec<f64>> =
                    words.take(LONGEST_LIST + 1).map(|word| Field::Text(word.as_bytes()).number()).collect();
                match read {
                    Some(list) if !list.is_empty() && list.len() <= LONGEST_LIST => (list, true),
                    _ => return bad("a list of 1 to 8,192 numbers", text.into_owned()),
                }
            }
            (None, None) => return bad("a number, or numbers in brackets: `[0.1, 0.2]`", text.into_owned()),
        };
        // A list of one may come as the number alone.
        let (width, lists) = *self.width.get_or_insert((numbers.len(), list));
        if width != numbers.len() {
            let count = |count: usize| if count == 1 { "1 number".to_owned() } else { format!("{count} numbers") };
            return bad(&format!("{}, as in the rows before", count(width)), count(numbers.len()));
        }
        self.width = Some((width, lists || list));
        if self.values.len() <= query {
            self.values.resize(query + 1, Vec::new());
        }
        if let Some(known) = self.values.get_mut(query).filter(|known| known.is_empty()) {
            *known = numbers;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{ImportOptions, InputFile, Limits, import, import_with_texts};
    use crate::experiment::Grader;

    /// By result, in the order of the file: the query's text and the answer's normal form.
    fn read(name: &str, content: &str, options: &ImportOptions, columns: &[&str]) -> (Texts, Vec<(String, String)>) {
        let file = || vec![InputFile::from_bytes(name, content.as_bytes())];
        let wanted = TextOptions { columns: columns.iter().map(|name| (*name).to_owned()).collect() };
        let (with, _, texts) = import_with_texts(file(), options, &wanted, Limits::default(), &mut |_| true).unwrap();
        // Texts change nothing of the numbers and the audit. As text, for a missing number equals nothing.
        let without = import(file(), options, &mut |_| true).unwrap();
        assert_eq!(format!("{with:?}"), format!("{without:?}"), "{name}");
        let told = |told: &Told| {
            let answer = texts.answers.get(told.answer as usize).cloned().unwrap_or("-".to_owned());
            (texts.queries[told.query as usize].clone(), answer)
        };
        let list = texts.results.iter().map(told).collect();
        (texts, list)
    }

    fn expect(name: &str, content: &str, expected: &[(&str, &str)]) {
        let (_, list) =
            read(name, content, &ImportOptions { grader: Some(Grader::Exact), ..ImportOptions::default() }, &[]);
        let expected: Vec<(String, String)> =
            expected.iter().map(|(q, a)| ((*q).to_owned(), (*a).to_owned())).collect();
        assert_eq!(list, expected, "{name}");
    }

    #[test]
    fn tables_of_all_formats() {
        expect(
            "neutral.csv",
            "query_id,model,score,question,response\n1,a,1,One?,(A)\n1,b,0,,\n2,a,1,Two?,x\n2,b,1,,y\n",
            &[("One?", "a"), ("One?", "-"), ("Two?", "x"), ("Two?", "y")],
        );
        expect(
            "wide.csv",
            "sample_id,prompt,eval_name,m/a,m/a|model_response,m/a|total_cost,b,b|model_response,b|total_cost,oracle_model_to_route_to\n\
             s.1,Which?,e,1.0,['C'],0.1,,['D'],,m/a\ns.2,What?,e,0.0,['A'],0.1,1.0,['B'],0.2,b\n",
            &[("Which?", "c"), ("What?", "a"), ("What?", "b")],
        );
        expect(
            "long.csv",
            "sample_id,eval_name,prompt,model_name,model_response,performance,cost\n1,e,P,a,\"['C']\",1,0.1\n1,e,P,b,7.0,0,0.2\n",
            &[("P", "c"), ("P", "7")],
        );
        expect(
            "routellm.csv",
            "prompt,x/a,gpt,x/a_response,gpt_response\nHow?,True,False,#### 18,so 19\nWho?,False,True,,me\n",
            &[("How?", "18"), ("How?", "so 19"), ("Who?", "-"), ("Who?", "me")],
        );
        expect(
            "drift.csv",
            ",Unnamed: 0,model,id,query,ref_answer,answer,latency,cost\n0,0,a,p,Prime?,yes,Yes.,1.5,0.1\n1,1,b,p,Prime?,yes,no,1.5,0.1\n",
            &[("Prime?", "yes"), ("Prime?", "no")],
        );
        expect(
            "promptfoo.csv",
            "name,[openai:gpt] {{name}},Status,Score,[b] {{name}},Status,Score\nEarth,blue,PASS,1,Red,FAIL,0\nMars,red,PASS,1,Red,PASS,1\n",
            &[("Earth", "blue"), ("Earth", "red"), ("Mars", "red"), ("Mars", "red")],
        );
    }

    #[test]
    fn json_of_all_formats() {
        expect(
            "neutral.jsonl",
            "{\"id\":1,\"model\":\"a\",\"score\":1,\"prompt\":\"日本?\",\"output\":\"Tokyo\"}\n{\"id\":1,\"model\":\"b\",\"score\":0,\"prompt\":null,\"output\":3.0}\n",
            &[("日本?", "tokyo"), ("日本?", "3")],
        );
        expect(
            "bench.json",
            r#"{"model_name":"m","records":[{"index":1,"origin_query":"Q","prompt":"Long Q","prediction":"B","ground_truth":"B","score":1,"cost":0.1}]}"#,
            &[("Q", "b")],
        );
        expect(
            "arena.jsonl",
            r#"{"global_index":"x","question":"Q","llm_selected":"m","generated_answer":"so \\boxed{G}","token_usage":{"input_tokens":1,"output_tokens":2},"evaluation_result":{"extracted_answer":"\\boxed{G}","score":1.0,"inference_cost":0.1}}"#,
            &[("Q", "g")],
        );
        expect(
            "every.jsonl",
            r#"{"model_id":"m","sample_id":"1","input":{"raw":"Q"},"output":{"raw":["4"]},"evaluation":{"score":1.0,"is_correct":true}}"#,
            &[("Q", "4")],
        );
        expect(
            "samples_x.jsonl",
            "{\"doc_id\":0,\"doc\":{\"question\":\"Q\"},\"target\":\"3\",\"filtered_resps\":[\"3\"],\"exact_match\":1.0}\n\
             {\"doc_id\":1,\"doc\":{},\"arguments\":{\"gen_args_0\":{\"arg_0\":\"P\"}},\"target\":\"3\",\"filtered_resps\":[[\"-1\",\"False\"],[\"-2\",\"True\"]],\"exact_match\":1.0}\n",
            &[("Q", "3"), ("P", "-")],
        );
        expect(
            "inspect.json",
            r#"{"eval":{"model":"m"},"samples":[{"id":1,"epoch":1,"input":"Q","scores":{"match":{"value":"C","answer":"Yes"}}},{"id":2,"epoch":1,"input":[{"role":"system","content":"S"},{"role":"user","content":"U"}],"scores":{"match":{"value":"I"}}}]}"#,
            &[("Q", "yes"), ("U", "-")],
        );
        expect(
            "promptfoo.json",
            r#"{"results":{"results":[{"provider":{"id":"m"},"success":true,"score":1,"testIdx":0,"vars":{"question":"Q","other":1},"response":{"output":"A"}},{"provider":{"id":"m"},"success":true,"score":1,"testIdx":1,"vars":{"a":"x","b":"y"},"response":{}}]}}"#,
            &[("Q", "a"), ("", "-")],
        );
    }

    #[test]
    fn further_columns_of_json_are_paths() {
        let line = |id: u32, e: &str| {
            format!("{{\"id\":{id},\"model\":\"a\",\"score\":1,\"query\":\"Q\",\"meta\":{{\"e\":{e}}}}}\n")
        };
        let content = line(1, "[0.5, -1]") + &line(2, "null") + &line(3, "[2, 1e3]");
        let (texts, _) = read("some.jsonl", &content, &ImportOptions::default(), &["meta.e"]);
        assert_eq!(texts.numeric_names, ["meta.e[0]", "meta.e[1]"]);
        assert!(texts.numeric[0][0] == 0.5 && texts.numeric[0][1].is_nan() && texts.numeric[1][2] == 1000.0);
    }
}
