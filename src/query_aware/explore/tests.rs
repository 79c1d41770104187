//! Filters, statements and pages against counting by hand and by brute force.

use super::*;
use crate::data::Labels;
use crate::query_aware::queries::{ModelAnswers, NONE, Queries};
use crate::query_aware::select::Pool;
use crate::random::{below, hash, unit};
use proptest::prelude::*;

const WORDS: [&str; 8] = ["remainder", "At", "least", "km", "日本語", "except", "sum", "of"];
const LIMITS: Limits = Limits { models: 2, threshold: 0.5 };

/// 300 queries of up to five words, three models, three categories and none; "remainder" makes the first two models wrong.
fn queries() -> Queries {
    let draw = |key: u64, query: usize, below_: u64| below(hash(key, query as u64), below_);
    let text = |query: usize| {
        let words = (0..1 + draw(1, query, 5)).map(|place| WORDS[draw(20 + place, query, 8) as usize]);
        words.collect::<Vec<_>>().join(" ")
    };
    let texts: Vec<String> = (0..300).map(text).collect();
    let results = (0..3)
        .map(|model| {
            let hard = |query: usize| model < 2 && texts[query].contains("remainder") && draw(2, query, 8) > 0;
            let solved =
                |query| (draw(40 + model, query, 10) > 0).then_some(!hard(query) && draw(3 + model, query, 3) > 0);
            // Right answers agree, wrong ones are each their own, some are missing.
            let answer = |query: usize| match (draw(50 + model, query, 12), solved(query)) {
                (0, _) | (_, None) => NONE,
                (_, Some(true)) => 3,
                (_, Some(false)) => model as u32,
            };
            ModelAnswers {
                solved: (0..300).map(solved).collect(),
                answer: (0..300).map(answer).collect(),
                ..ModelAnswers::default()
            }
        })
        .collect();
    let category = (0..300).map(|query| [0, 1, 2, Labels::NONE][draw(9, query, 4) as usize]).collect();
    Queries {
        models: vec!["a".into(), "b".into(), "c".into()],
        texts,
        results,
        category: Some(Labels { names: vec!["x".into(), "w".into(), "y".into()], of: category }),
        answers: vec!["0".into(), "1".into(), "2".into(), "right".into()],
        ..Queries::default()
    }
}

/// The queries, probabilities, and what is known of the models.
fn example() -> (Queries, Vec<f64>, Pool) {
    let queries = queries();
    let p = (0..900).map(|place| unit(hash(70, place))).collect();
    let test: Vec<usize> = (0..300).collect();
    let pool = Pool::new(&queries, &test, &test);
    (queries, p, pool)
}

fn view(rule: &Rule, sought: &Sought, test: &[usize]) -> View {
    let (queries, p, pool) = example();
    let judge = Judge { queries: &queries, p: &p, pool: &pool, answers: true };
    explore(&Tested::of(&queries, test), &judge, rule, LIMITS, sought)
}

fn rule(number: usize) -> Rule {
    [Rule::LabelledMaxConf, Rule::WeightedMaxConf, Rule::All, Rule::Fixed(vec![0, 1]), Rule::Oracle][number].clone()
}

/// Queries that pass and those of them that are missed, by looking at each query anew.
fn by_hand(rule: &Rule, filter: &Filter, band: Option<(usize, usize)>) -> (Vec<u32>, Vec<u32>) {
    let (queries, p, pool) = example();
    let judge = Judge { queries: &queries, p: &p, pool: &pool, answers: true };
    let (mut passing, mut missed) = (Vec::new(), Vec::new());
    for query in (0..300).step_by(2) {
        let text = &queries.texts[query];
        let solvers = queries.results.iter().filter(|model| model.solved[query] == Some(true)).count();
        let length = text.chars().count();
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(' ').collect();
        let holds = filter.words.to_lowercase().split_whitespace().all(|wanted| words.contains(&wanted));
        let passes = solvers > 0
            && filter.solvers.is_none_or(|wanted| wanted as usize == solvers)
            && filter.category.is_none_or(|wanted| queries.category.as_ref().unwrap().of[query] == wanted)
            && band.is_none_or(|(from, to)| (from..=to).contains(&length))
            && holds;
        if passes {
            passing.push(query as u32);
            if !judge.verdict(rule, LIMITS, query).right {
                missed.push(query as u32);
            }
        }
    }
    (passing, missed)
}

fn test_part() -> Vec<usize> {
    (0..300).step_by(2).collect()
}

/// The numbers in the name of a band.
fn band(name: &str) -> (usize, usize) {
    let numbers: Vec<usize> = name.split(' ').filter_map(|word| word.parse().ok()).collect();
    (numbers[0], *numbers.last().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn filters_combine_and_statements_open_what_they_count(
        number in 0..5usize, length in prop::option::of(0..4u32), category in prop::option::of(0..3u32),
        solvers in prop::option::of(1..4u32), words in prop::sample::select(vec!["", " ", "REMAINDER", "at least", "nowhere", "日本語", "km of"]),
    ) {
        let (rule, test) = (rule(number), test_part());
        let everything = view(&rule, &Sought::default(), &test);
        let bands: Vec<&Statement> = everything.groups.iter().filter(|group| group.by == By::Length).collect();
        let chosen = length.and_then(|key| bands.iter().find(|group| group.key == key));
        let filter = Filter { length: chosen.map(|group| group.key), category, solvers, words: words.to_owned() };
        let (passing, missed) = by_hand(&rule, &filter, chosen.map(|group| band(&group.name)));
        let found = view(&rule, &Sought { filter: filter.clone(), ..Sought::default() }, &test);
        prop_assert_eq!((found.passing.of, found.passing.missed), (passing.len() as u64, missed.len() as u64));
        // All pages together are the missed queries, in order.
        let mut opened = Vec::new();
        for page in 0..missed.len().div_ceil(PAGE as usize) as u64 {
            let view = view(&rule, &Sought { filter: filter.clone(), page, ..Sought::default() }, &test);
            prop_assert!(view.page == page && view.queries.len() <= PAGE as usize);
            opened.extend(view.queries.iter().map(|query| query.query));
        }
        prop_assert_eq!(&opened, &missed);
        // Past the end is the last page.
        let last = view(&rule, &Sought { filter: filter.clone(), page: u64::MAX, ..Sought::default() }, &test);
        prop_assert_eq!(last.queries.last().map(|query| query.query), missed.last().copied());
        // What a statement counts is what choosing it shows.
        for statement in &found.groups {
            let mut chosen = filter.clone();
            *match statement.by {
                By::Length => &mut chosen.length,
                By::Category => &mut chosen.category,
                By::Solvers => &mut chosen.solvers,
            } = Some(statement.key);
            prop_assert_eq!(view(&rule, &Sought { filter: chosen, ..Sought::default() }, &test).passing, statement.count);
        }
        for word in &found.words {
            let chosen = Filter { words: word.word.clone(), ..filter.clone() };
            prop_assert_eq!(view(&rule, &Sought { filter: chosen, ..Sought::default() }, &test).passing, word.count);
        }
    }

    #[test]
    fn an_excerpt_is_the_beginning(text in any::<String>(), most in 0..40usize) {
        let excerpt = Excerpt::of(&text, most);
        prop_assert_eq!(&excerpt.text, &text.chars().take(most).collect::<String>());
        prop_assert_eq!(excerpt.text.chars().count() as u64 + excerpt.left_out, text.chars().count() as u64);
    }
}

#[test]
fn every_test_query_can_be_opened_and_calls_are_counted() {
    let (queries, p, pool) = example();
    let judge = Judge { queries: &queries, p: &p, pool: &pool, answers: true };
    let tested = Tested::of(&queries, &test_part());
    for filter in [Filter::default(), Filter { words: "remainder".into(), ..Filter::default() }] {
        for rule in [Rule::MaxConf, Rule::Fixed(vec![0, 1]), Rule::Oracle] {
            let all = |page| Sought { filter: filter.clone(), listed: Listed::All, page };
            let first = explore(&tested, &judge, &rule, LIMITS, &all(0));
            let passes = |query: &usize| queries.texts[*query].to_lowercase().contains(&filter.words);
            let expected: Vec<usize> = test_part().into_iter().filter(passes).collect();
            // All of them, solved by some model or by none, in order, over the pages.
            let pages =
                (0..first.listed.div_ceil(PAGE)).map(|page| explore(&tested, &judge, &rule, LIMITS, &all(page)));
            let opened: Vec<Opened> = pages.flat_map(|view| view.queries).collect();
            assert_eq!(opened.iter().map(|it| it.query as usize).collect::<Vec<_>>(), expected);
            assert!(opened.iter().any(|it| it.solvers == 0) && first.passing.of < first.listed);
            // Right, missed, or solved by no model.
            let count = |which: &dyn Fn(&&Opened) -> bool| opened.iter().filter(which).count() as u64;
            assert_eq!(count(&|it| !it.right && it.solvers > 0), first.passing.missed);
            // The oracle needs no vote.
            let counts = |model: &Played| model.won || (rule == Rule::Oracle && model.called.is_some());
            let right = |it: &Opened| it.models.iter().any(|model| counts(model) && model.solved == Some(true));
            assert!(opened.iter().all(|it| it.right == right(it)));
            for (model, calls) in first.calls.iter().enumerate() {
                let (called, right, known) = (
                    count(&|it| it.models[model].called.is_some()),
                    count(&|it| it.models[model].called.is_some() && it.models[model].solved == Some(true)),
                    count(&|it| it.models[model].solved.is_some()),
                );
                let solves = count(&|it| it.models[model].solved == Some(true));
                assert_eq!(calls.called, Rate::new(called, expected.len() as u64));
                assert_eq!((calls.right, calls.solves), (Rate::new(right, called), Rate::new(solves, known)));
            }
        }
    }
    let nothing = explore(&Tested::of(&queries, &[]), &judge, &Rule::All, LIMITS, &Sought::default());
    assert!(nothing.calls.iter().all(|calls| *calls == Calls::default()) && nothing.calls.len() == 3);
}

#[test]
fn a_length_beyond_the_bands_is_in_none() {
    let texts: Vec<String> = [1usize, 4, 6, 8, 10, 90].iter().map(|length| "x".repeat(*length)).collect();
    // The shortest and the longest are solved by no model.
    let solved = vec![Some(false), Some(true), Some(true), Some(true), Some(true), Some(false)];
    let results = vec![ModelAnswers { solved, answer: vec![NONE; 6], ..ModelAnswers::default() }];
    let queries = Queries { models: vec!["a".into()], texts, results, ..Queries::default() };
    let test: Vec<usize> = (0..6).collect();
    let pool = Pool::new(&queries, &test, &test);
    let judge = Judge { queries: &queries, p: &[0.5; 6], pool: &pool, answers: false };
    let view = |length| {
        let filter = Filter { length, ..Filter::default() };
        let sought = Sought { filter, listed: Listed::All, page: 0 };
        explore(&Tested::of(&queries, &test), &judge, &Rule::All, LIMITS, &sought)
    };
    let opened = |view: &View| view.queries.iter().map(|it| it.query).collect::<Vec<u32>>();
    assert_eq!(opened(&view(None)), [0, 1, 2, 3, 4, 5]);
    let bands =
        view(None).groups.into_iter().filter(|group| group.by == By::Length).map(|group| (group.key, group.name));
    let named: Vec<(u32, String)> = bands.collect();
    assert_eq!(named.first().map(|(_, name)| name.as_str()), Some("4 characters"));
    assert_eq!(named.last().map(|(_, name)| name.as_str()), Some("9 to 10 characters"));
    let in_bands: Vec<u32> = named.iter().flat_map(|(key, _)| opened(&view(Some(*key)))).collect();
    assert_eq!(in_bands, [1, 2, 3, 4]);
}

#[test]
fn intervals_are_wilsons_and_hard_words_stand_out() {
    let found = view(&Rule::Fixed(vec![0, 1]), &Sought::default(), &test_part());
    assert_eq!((found.words[0].word.as_str(), found.words[0].sure), ("remainder", true));
    for count in found.groups.iter().map(|group| group.count).chain(found.words.iter().map(|word| word.count)) {
        let (p, n) = (count.missed as f64 / count.of as f64, count.of as f64);
        assert_eq!(count.share, Some(p));
        // Where the score test has p-value 5 %: |p − x| = z·sqrt(x(1 − x)/n).
        let (low, high) = count.interval.unwrap();
        for end in [low, high].into_iter().filter(|end| *end > 0.0 && *end < 1.0) {
            assert!(((p - end).abs() - 1.959964 * (end * (1.0 - end) / n).sqrt()).abs() < 1e-6, "{count:?}");
        }
    }
    // Every solvable query has a length and a number of solvers.
    for by in [By::Length, By::Solvers] {
        let groups = found.groups.iter().filter(|group| group.by == by);
        assert_eq!(groups.map(|group| group.count.of).sum::<u64>(), found.passing.of);
    }
}

#[test]
fn an_opened_query_shows_predictions_answers_and_votes() {
    let (queries, p, pool) = example();
    let judge = Judge { queries: &queries, p: &p, pool: &pool, answers: true };
    let test = test_part();
    let rule = Rule::MaxConf;
    let found = explore(&Tested::of(&queries, &test), &judge, &rule, LIMITS, &Sought::default());
    assert_eq!((found.queries.len(), found.models.join("")), (10, "abc".into()));
    for opened in &found.queries {
        let query = opened.query as usize;
        assert_eq!((&opened.text.text, opened.text.left_out), (&queries.texts[query], 0));
        let mut order: Vec<usize> = (0..3).filter(|k| queries.results[*k].solved[query].is_some()).collect();
        order.sort_by(|a, b| p[query * 3 + b].total_cmp(&p[query * 3 + a]));
        for (model, played) in opened.models.iter().enumerate() {
            assert_eq!(played.p, p[query * 3 + model]);
            let place = order.iter().take(2).position(|called| *called == model);
            assert_eq!(played.called, place.map(|place| place as u32 + 1));
            assert_eq!(played.solved, queries.results[model].solved[query]);
            let answer = queries.answer(model, query).map(|place| queries.answers[place as usize].clone());
            assert_eq!(played.answer.as_ref().map(|answer| answer.text.clone()), answer);
            assert_eq!(played.won, played.called.is_some() && played.answer.is_some() && played.answer == opened.vote);
        }
        // It is missed although some model solves it: no winner is right.
        assert!(opened.models.iter().any(|played| played.solved == Some(true)));
        assert!(!opened.models.iter().any(|played| played.won && played.solved == Some(true)));
    }
}

#[test]
fn the_oracle_misses_nothing() {
    let found = view(&Rule::Oracle, &Sought::default(), &test_part());
    assert_eq!((found.passing.missed, found.queries.len()), (0, 0));
    let nothing = view(&Rule::All, &Sought::default(), &[]);
    assert_eq!((nothing.passing, nothing.queries.len(), nothing.groups.len()), (Count::default(), 0, 0));
}

#[test]
fn long_texts_and_many_categories_are_bounded() {
    let count = 200;
    let results = |right: bool| ModelAnswers {
        solved: vec![Some(right); count],
        answer: vec![u32::from(right); count],
        ..ModelAnswers::default()
    };
    let huge = "<img src=x onerror=alert(1)>".repeat(40_000);
    let queries = Queries {
        models: vec!["a".into(), "b".into()],
        texts: (0..count).map(|query| format!("{}{huge}", "x".repeat(150 + query % 2))).collect(),
        results: vec![results(false), results(true)],
        category: Some(Labels {
            names: (0..count).map(|n| format!("{n} {}", "é".repeat(5_000))).collect(),
            of: (0..count as u32).collect(),
        }),
        answers: vec![huge.clone(), "right".into()],
        ..Queries::default()
    };
    let (p, test) = (vec![0.5; 2 * count], (0..40).collect::<Vec<usize>>());
    let pool = Pool::new(&queries, &test, &test);
    let judge = Judge { queries: &queries, p: &p, pool: &pool, answers: true };
    let found = explore(&Tested::of(&queries, &test), &judge, &Rule::Fixed(vec![0]), LIMITS, &Sought::default());
    assert_eq!((found.passing.of, found.passing.missed, found.more_categories), (40, 40, 10));
    let opened = &found.queries[0];
    assert_eq!(opened.text.text.chars().count(), 1_000);
    assert_eq!(opened.text.left_out as usize, queries.texts[0].chars().count() - 1_000);
    assert!(opened.vote.as_ref().is_some_and(|vote| vote.left_out > 1_000_000));
    let bytes = crate::protocol::encode(&found).unwrap().len();
    assert!(bytes < 60_000, "{bytes}");
}
