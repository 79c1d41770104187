//! How fast files of results become a data set, and in how much memory (`cargo bench --bench import`).
#![allow(missing_docs)]

use divan::AllocProfiler;
use divan::counter::BytesCount;
use llm_selection::data::{ImportOptions, InputFile, import, presets::preset};
use std::fmt::Write;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A neutral file of ten models on `rows` / 10 queries, ~75 bytes a row; model after model, or query after query.
fn neutral(rows: u32, by_model: bool) -> String {
    let mut text = String::from("query_id,model,category,score,cost,input_tokens,output_tokens,latency_ms\n");
    let queries = rows / 10;
    for row in 0..rows {
        let (model, query) = if by_model { (row / queries, row % queries) } else { (row % 10, row / 10) };
        let draw = row.wrapping_mul(2_654_435_761) >> 7;
        let _ = writeln!(
            text,
            "mmlu-philosophy-{query:06},provider/model-{model},philosophy,{},{:.8},{},{},{}.{}",
            draw % 2,
            f64::from(draw % 9_973) * 1e-7,
            draw % 700,
            draw % 311,
            200 + draw % 9_000,
            draw % 10,
        );
    }
    text
}

/// RouterBench's wide form with eleven models and prompts of many lines.
fn wide(queries: u32) -> String {
    let mut text = String::from(",sample_id,prompt,eval_name");
    for model in 0..11 {
        let _ = write!(text, ",org/m{model},org/m{model}|model_response,org/m{model}|total_cost");
    }
    text.push_str(",oracle_model_to_route_to\n");
    for query in 0..queries {
        let _ = write!(text, "{query},mmlu.{query},\"['Answer this,\nplease: \"\"{query}\"\"']\",mmlu");
        for model in 0..11 {
            let _ = write!(text, ",{}.0,['C'],1.{model}5E-05", (query + model) % 2);
        }
        text.push_str(",org/m0\n");
    }
    text
}

fn run(bencher: divan::Bencher, name: &str, text: &str) {
    let options = ImportOptions::default();
    bencher.counter(BytesCount::of_str(text)).bench(|| {
        let files = vec![InputFile::from_bytes(name, text.as_bytes())];
        import(files, &options, &mut |_| true).map(|import| import.audit.complete)
    });
}

#[divan::bench(sample_count = 10, sample_size = 1, args = ["by model", "by query"])]
fn neutral_400_000_rows(bencher: divan::Bencher, order: &str) {
    run(bencher, "results.csv", &neutral(400_000, order == "by model"));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn routerbench_wide_36_000_queries(bencher: divan::Bencher) {
    run(bencher, "routerbench.csv", &wide(36_000));
}

#[divan::bench]
fn built_in() -> usize {
    preset("sciq").map_or(0, |data| data.queries)
}
