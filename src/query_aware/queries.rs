//! What query-aware selection is trained and judged on: results as a replay has them, with the texts of queries and
//! answers, and labels in place of scores.

use crate::data::{
    Import, ImportOptions, InputFile, Labels, Limits, Progress, TextOptions, Texts, Told, import_with_texts,
};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Duplicates;
use serde::{Deserialize, Serialize};

/// No answer.
pub const NONE: u32 = u32::MAX;

/// Results of `K` models on `Q` queries whose text is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Queries {
    /// The models' names, `K` of them.
    pub models: Vec<String>,
    /// The queries' texts, `Q` of them; empty where a query has none.
    pub texts: Vec<String>,
    /// What each query belongs to, such as a subject; `None` where the data does not say.
    pub category: Option<Labels>,
    /// Which part each query is in, such as `train`; `None` where the data does not say.
    pub split: Option<Labels>,
    /// Further columns that describe the queries, each with `Q` numbers; `NaN` = missing.
    pub numeric: Vec<Vec<f64>>,
    /// Their names.
    pub numeric_names: Vec<String>,
    /// By model its results.
    pub results: Vec<ModelAnswers>,
    /// The different answers, normalised.
    pub answers: Vec<String>,
    /// Queries that [`Queries::playing`] left out because some model has no result for them.
    pub left_out: u64,
}

/// One model's results, each column with one cell a query.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelAnswers {
    /// Whether the model solves the query, `L_{q,k}`; `None` where its score is missing.
    pub solved: Vec<Option<bool>>,
    /// Place of its answer in [`Queries::answers`]; [`NONE`] where it is missing.
    pub answer: Vec<u32>,
    /// Milliseconds until the answer, `NaN` = missing; `None` where nothing is known of this model.
    pub latency_ms: Option<Vec<f64>>,
    /// Dollars for the call, `NaN` = missing; `None` where nothing is known of this model.
    pub cost: Option<Vec<f64>>,
}

/// How results become labels.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryOptions {
    /// How the files are read, as for a replay.
    pub import: ImportOptions,
    /// A model solves a query from this score on, θ in (0,1].
    pub threshold: f64,
    /// Names of further columns that become features: numbers, or lists of numbers in brackets (embeddings).
    pub columns: Vec<String>,
}

impl Default for QueryOptions {
    fn default() -> Self {
        QueryOptions { import: ImportOptions::default(), threshold: 1.0, columns: Vec::new() }
    }
}

impl Queries {
    /// Reads result files with their texts, within the default [`Limits`]; also the import as a replay has it, with the
    /// audit.
    ///
    /// Several results of one model on one query: under `duplicates: first` the first counts; under `mean` the mean score,
    /// and of the answers the most frequent; under `samples` the most frequent answer is the model's (of equally frequent
    /// ones the first), and it solves the query iff that answer is right (without answers: iff most samples are). Cost and
    /// latency are then those of one sample on average.
    ///
    /// # Errors
    /// As [`import_with_texts`]; a threshold outside its range.
    pub fn read(
        files: Vec<InputFile<'_>>,
        options: &QueryOptions,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(Queries, Import)> {
        let threshold = options.threshold;
        if !(threshold > 0.0 && threshold <= 1.0) {
            let error = Error::new(ErrorKind::OutOfRange, "a score above 0 and at most 1");
            return Err(error.at_field("task.success_threshold").found(threshold));
        }
        let wanted = TextOptions { columns: options.columns.clone() };
        let (import, _, texts) = import_with_texts(files, &options.import, &wanted, Limits::default(), progress)?;
        Ok((Queries::of(&import, texts, options.import.duplicates, threshold), import))
    }

    fn of(import: &Import, texts: Texts, duplicates: Duplicates, threshold: f64) -> Queries {
        let data = &import.dataset;
        let count = texts.queries.len();
        // Second results are queries of their own in the data set, behind all others.
        let labels = |labels: &Option<Labels>| {
            labels.as_ref().map(|labels| Labels {
                names: labels.names.clone(),
                of: labels.of.iter().copied().take(count).collect(),
            })
        };
        let mut samples: Vec<Vec<Vec<Sample>>> = vec![vec![Vec::new(); count]; data.models.len()];
        for told in &texts.results {
            let place = samples.get_mut(usize::from(told.model)).and_then(|model| model.get_mut(told.query as usize));
            if let Some(samples) = place {
                add(samples, Sample::from(told), duplicates);
            }
        }
        let results = samples.iter().zip(&data.models).map(|(of_model, model)| {
            let mut answers = ModelAnswers {
                latency_ms: model.latency_ms.as_ref().map(|_| Vec::with_capacity(count)),
                cost: model.cost.as_ref().map(|_| Vec::with_capacity(count)),
                ..ModelAnswers::default()
            };
            for (query, samples) in of_model.iter().enumerate() {
                let (solved, answer) = settle(samples, duplicates, threshold);
                answers.solved.push(solved);
                answers.answer.push(answer);
                answers.latency_ms.iter_mut().for_each(|column| column.push(mean(samples, |sample| sample.latency_ms)));
                // A price per call stands in the data set only.
                let cost = mean(samples, |sample| sample.cost);
                let listed = model.cost.as_ref().and_then(|column| column.get(query)).copied().unwrap_or(f64::NAN);
                let cost = if cost.is_nan() { listed } else { cost };
                answers.cost.iter_mut().for_each(|column| column.push(cost));
            }
            answers
        });
        Queries {
            models: data.models.iter().map(|model| model.name.clone()).collect(),
            results: results.collect(),
            category: labels(&data.category),
            split: labels(&data.split),
            texts: texts.queries,
            numeric: texts.numeric,
            numeric_names: texts.numeric_names,
            answers: texts.answers,
            left_out: 0,
        }
    }
}

/// One result of a model on a query; `NaN` where a number is missing.
#[derive(Debug, Clone, Copy)]
struct Sample {
    score: f64,
    cost: f64,
    latency_ms: f64,
    answer: u32,
}

impl From<&Told> for Sample {
    fn from(told: &Told) -> Self {
        let Told { score, cost, latency_ms, answer, .. } = *told;
        Sample { score, cost, latency_ms, answer }
    }
}

/// Adds a row as the join does: what the latest lacks is filled in, and a row that has again what is there already is
/// another sample, or under `first` nothing.
fn add(samples: &mut Vec<Sample>, new: Sample, duplicates: Duplicates) {
    let Some(held) = samples.last_mut() else {
        samples.push(new);
        return;
    };
    let clash = |old: f64, new: f64| !old.is_nan() && !new.is_nan();
    let again = clash(held.score, new.score) || clash(held.cost, new.cost) || clash(held.latency_ms, new.latency_ms);
    if again && duplicates != Duplicates::First {
        samples.push(new);
        return;
    }
    for (old, new) in [(&mut held.score, new.score), (&mut held.cost, new.cost), (&mut held.latency_ms, new.latency_ms)]
    {
        if old.is_nan() {
            *old = new;
        }
    }
    if held.answer == NONE {
        held.answer = new.answer;
    }
}

/// The mean of what is known; `NaN` where nothing is.
fn mean(samples: &[Sample], part: fn(&Sample) -> f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in samples.iter().map(part).filter(|value| !value.is_nan()) {
        sum += value;
        count += 1.0;
    }
    sum / count
}

/// The label and the answer of a model on a query.
fn settle(samples: &[Sample], duplicates: Duplicates, threshold: f64) -> (Option<bool>, u32) {
    let answer = most_frequent(samples);
    if duplicates == Duplicates::Samples && samples.len() > 1 {
        let of_answer = |sample: &&Sample| answer == NONE || sample.answer == answer;
        let known: Vec<bool> = (samples.iter().filter(of_answer))
            .filter(|sample| !sample.score.is_nan())
            .map(|sample| sample.score >= threshold)
            .collect();
        let right = known.iter().filter(|right| **right).count();
        return ((!known.is_empty()).then_some(2 * right > known.len()), answer);
    }
    let score = mean(samples, |sample| sample.score);
    ((!score.is_nan()).then_some(score >= threshold), answer)
}

/// The most frequent answer; of equally frequent ones the first, [`NONE`] where there is none.
fn most_frequent(samples: &[Sample]) -> u32 {
    let (mut best, mut most) = (NONE, 0);
    for (place, sample) in samples.iter().enumerate().filter(|(_, sample)| sample.answer != NONE) {
        let count = samples.iter().skip(place).filter(|other| other.answer == sample.answer).count();
        if count > most {
            (best, most) = (sample.answer, count);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Grader, Role};

    fn read(content: &str, options: &QueryOptions) -> Result<Queries> {
        let files = vec![InputFile::from_bytes("all.csv", content.as_bytes())];
        Queries::read(files, options, &mut |_| true).map(|(queries, _)| queries)
    }

    fn duplicates(duplicates: Duplicates) -> QueryOptions {
        QueryOptions { import: ImportOptions { duplicates, ..ImportOptions::default() }, ..QueryOptions::default() }
    }

    fn answer(queries: &Queries, model: usize, query: usize) -> Option<&str> {
        queries.answers.get(queries.results[model].answer[query] as usize).map(String::as_str)
    }

    const PLAIN: &str = "query_id,model,score,cost,latency_ms,query,answer,category,split,length\n\
        q1,a,1,0.1,10,How many?,\"1,000\",maths,train,3\n\
        q1,b,0.5,0.2,20,How many?,(B),maths,train,3\n\
        q2,a,0,,30,\"Which, then?\",b.,words,test,\n\
        q2,b,1,0.4,40,,,words,test,5\n";

    #[test]
    fn texts_answers_and_labels() {
        let options = QueryOptions { threshold: 0.5, columns: vec!["Length".to_owned()], ..QueryOptions::default() };
        let queries = read(PLAIN, &options).unwrap();
        assert_eq!(
            (queries.models.join(" "), queries.texts.join(" ")),
            ("a b".into(), "How many? Which, then?".into())
        );
        assert_eq!(queries.results[0].solved, [Some(true), Some(false)]);
        assert_eq!(queries.results[1].solved, [Some(true), Some(true)]);
        assert_eq!(
            [answer(&queries, 0, 0), answer(&queries, 1, 0), answer(&queries, 0, 1)],
            [Some("1000"), Some("b"), Some("b")]
        );
        assert_eq!((queries.results[1].answer[1], queries.results[1].answer[0]), (NONE, queries.results[0].answer[1]));
        assert_eq!(queries.results[0].latency_ms.as_deref(), Some(&[10.0, 30.0][..]));
        assert!(queries.results[0].cost.as_ref().is_some_and(|cost| cost[0] == 0.1 && cost[1].is_nan()));
        assert_eq!((&queries.numeric, &queries.numeric_names[0]), (&vec![vec![3.0, 5.0]], &"Length".to_owned()));
        assert_eq!(queries.split.as_ref().and_then(|split| split.get(1)), Some("test"));
        assert_eq!(queries.category.as_ref().and_then(|category| category.get(0)), Some("maths"));
    }

    const SAMPLES: &str = "query_id,model,score,query,answer,latency_ms\n\
        q1,a,0,one,7,10\nq1,a,1,one,8,20\nq1,a,1,one,8.0,60\nq1,b,1,one,8,5\n\
        q2,a,1,two,yes,10\nq2,a,0,two,no,20\nq2,b,0,two,,5\nq2,b,1,two,,5\nq2,b,1,two,,5\n";

    #[test]
    fn the_majority_of_samples_is_the_answer() {
        let queries = read(SAMPLES, &duplicates(Duplicates::Samples)).unwrap();
        assert_eq!(queries.texts, ["one", "two"]);
        // 8 twice; of yes and no, one each, the first; without answers most samples.
        assert_eq!(
            (answer(&queries, 0, 0), answer(&queries, 0, 1), answer(&queries, 1, 1)),
            (Some("8"), Some("yes"), None)
        );
        assert_eq!(queries.results[0].solved, [Some(true), Some(true)]);
        assert_eq!(queries.results[1].solved, [Some(true), Some(true)]);
        assert_eq!(queries.results[0].latency_ms.as_deref(), Some(&[30.0, 15.0][..]));
        let first = read(SAMPLES, &duplicates(Duplicates::First)).unwrap();
        assert_eq!(
            (first.results[0].solved.as_slice(), answer(&first, 0, 0)),
            (&[Some(false), Some(true)][..], Some("7"))
        );
        let mean = QueryOptions { threshold: 0.6, ..duplicates(Duplicates::Mean) };
        assert_eq!(read(SAMPLES, &mean).unwrap().results[0].solved, [Some(true), Some(false)]);
        assert_eq!(read(SAMPLES, &QueryOptions::default()).unwrap_err().kind, ErrorKind::Duplicate);
        // Rows that complete each other are one sample.
        let parts = "query_id,model,score,cost,query,answer\nq1,a,,0.5,one,\nq1,a,1,,,8\nq1,b,0,,one,\n";
        let queries = read(parts, &duplicates(Duplicates::Samples)).unwrap();
        assert_eq!((queries.results[0].solved[0], answer(&queries, 0, 0)), (Some(true), Some("8")));
    }

    #[test]
    fn a_grader_reads_answers_also_beside_scores() {
        let content = "query_id,model,score,query,answer\nq,a,1,one,so it makes $18 a day\nq,b,1,one,#### 18\n";
        let mut options = QueryOptions::default();
        assert_eq!(answer(&read(content, &options).unwrap(), 0, 0), Some("so it makes $18 a day"));
        options.import.grader = Some(Grader::Number);
        let queries = read(content, &options).unwrap();
        assert_eq!((answer(&queries, 0, 0), queries.answers.len()), (Some("18"), 1));
    }

    #[test]
    fn embeddings_are_columns() {
        let content =
            "query_id,model,score,query,e\nq1,a,1,one,\"[1, 2.5]\"\nq1,b,1,one,\nq2,a,1,two,[3 4]\nq2,b,0,two,\n";
        let options = QueryOptions { columns: vec!["e".to_owned()], ..QueryOptions::default() };
        let queries = read(content, &options).unwrap();
        assert_eq!(queries.numeric, [[1.0, 3.0], [2.5, 4.0]]);
        assert_eq!(queries.numeric_names, ["e[0]", "e[1]"]);
        let error = |content: String| read(&content, &options).unwrap_err();
        let shorter = error(content.replace("[3 4]", "[3]"));
        assert_eq!(
            shorter.to_string(),
            "all.csv, row 4, column e: found `1 number`, expected 2 numbers, as in the rows before"
        );
        assert!(error(content.replace("[3 4]", "near")).to_string().contains("row 4, column e"));
        assert!(error(content.replace(",e\n", ",f\n")).to_string().contains("features.columns[0]: found `e`"));
        assert!(error(content.replace("\"[1, 2.5]\"", "").replace("[3 4]", "")).to_string().contains("with numbers"));
    }

    #[test]
    fn what_lacks_is_said() {
        let error = |content: &str, options: &QueryOptions| read(content, options).unwrap_err();
        let none = error("query_id,model,score\nq,a,1\nq,b,0\n", &QueryOptions::default());
        assert!(none.kind == ErrorKind::Missing && none.to_string().contains("text of the queries"), "{none}");
        let two = error("query_id,model,score,prompt,question\nq,a,1,x,y\nq,b,0,x,y\n", &QueryOptions::default());
        assert_eq!((two.kind, two.place.column.as_deref()), (ErrorKind::Duplicate, Some("question")));
        let mut mapped = QueryOptions::default();
        mapped.import.mapping.insert(Role::Query, "question".to_owned());
        let queries = read("query_id,model,score,prompt,question\nq,a,1,x,y\nq,b,0,x,y\n", &mapped).unwrap();
        assert_eq!(queries.texts, ["y"]);
        let high = QueryOptions { threshold: 1.5, ..QueryOptions::default() };
        assert_eq!(error(PLAIN, &high).kind, ErrorKind::OutOfRange);
    }
}
