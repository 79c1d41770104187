//! Names of files: what stays of their folders, which files a list of names means, which files of a folder are read.

use std::collections::HashSet;

/// A path's parts, the innermost first.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != ".")
}

/// A file's name without its folders.
fn base(path: &str) -> &str {
    parts(path).next().unwrap_or(path)
}

/// The name of the folder that a file stands in, if it is known.
pub(super) fn folder(path: &str) -> Option<&str> {
    parts(path).nth(1)
}

/// The last `count` parts of a path; all, if it has no more.
fn last(path: &str, count: usize) -> String {
    let mut kept: Vec<&str> = parts(path).take(count).collect();
    kept.reverse();
    kept.join("/")
}

/// The files' names without folders; files of the same name keep as many of the inner folders as tell them apart.
pub fn names(paths: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = paths.iter().map(|path| base(path).to_owned()).collect();
    for count in 2..=MOST_FOLDERS {
        let mut sorted: Vec<&String> = names.iter().collect();
        sorted.sort_unstable();
        let twice =
            |name: &String| sorted.partition_point(|it| *it <= name) - sorted.partition_point(|it| *it < name) > 1;
        let again: Vec<bool> = names.iter().map(twice).collect();
        if !again.contains(&true) {
            break;
        }
        for ((name, path), again) in names.iter_mut().zip(paths).zip(again) {
            if again {
                *name = last(path, count);
            }
        }
    }
    names
}

/// Folders that are looked at to tell files apart.
const MOST_FOLDERS: usize = 32;

/// A file's name without folder and ending: the model's name where no column gives it.
pub fn stem(name: &str) -> &str {
    let base = base(name);
    let ending = |ending: &&str| {
        let at = base.len().checked_sub(ending.len())?;
        base.get(at..).filter(|tail| tail.eq_ignore_ascii_case(ending)).and(base.get(..at)).filter(|s| !s.is_empty())
    };
    [".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".json"].iter().find_map(ending).unwrap_or(base).trim()
}

/// The models of files without a column of models: their names without folder and ending; files of which these are the
/// same keep as many of the inner folders as tell them apart.
pub fn model_names(paths: &[&str]) -> Vec<String> {
    let bare = |path: &&str| {
        let path = path.strip_suffix(".gz").unwrap_or(path);
        format!("{}{}", path.strip_suffix(base(path)).unwrap_or_default(), stem(path))
    };
    let bare: Vec<String> = paths.iter().map(bare).collect();
    names(&bare.iter().map(String::as_str).collect::<Vec<_>>())
}

/// For each of the names ([`names`]) the file that it means: the first whose path ends in it and that no other name
/// means. `None` where there is no file for one of them.
pub fn find_files(names: &[&str], paths: &[&str]) -> Option<Vec<usize>> {
    let mut taken = vec![false; paths.len()];
    let mut find = |name: &&str| {
        let count = parts(name).count();
        let found =
            paths.iter().zip(&taken).position(|(path, taken)| !taken && last(path, count) == last(name, count))?;
        taken.get_mut(found).map(|taken| {
            *taken = true;
            found
        })
    };
    names.iter().map(&mut find).collect()
}

/// Endings of files that are read.
const ENDINGS: [&str; 7] = [".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".ndjson"];
/// Endings of files that such files are in.
const CONTAINERS: [&str; 3] = [".zip", ".eval", ".gz"];
/// What HELM writes beside the results of each query.
const BESIDE_HELM: [&str; 8] = [
    "display_predictions.json",
    "display_requests.json",
    "instances.json",
    "per_instance_stats_slim.json",
    "run_spec.json",
    "scenario.json",
    "scenario_state.json",
    "stats.json",
];

/// Which files of a folder, or of an archive, are read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sorted {
    /// Places of those that are.
    pub read: Vec<usize>,
    /// Names of those that are not, and why. What systems leave in folders, and what is hidden, is not among them.
    pub left_out: Vec<(String, &'static str)>,
}

/// Sorts the files of a folder that a person gives as a whole. With `containers`, files that hold files are read too.
pub fn sort_folder(paths: &[&str], containers: bool) -> Sorted {
    let mut sorted = Sorted::default();
    let inside = |path: &&str| path.strip_suffix(base(path)).unwrap_or_default().to_owned();
    let named = |test: fn(&str) -> bool| paths.iter().filter(|it| test(base(it))).map(inside).collect::<HashSet<_>>();
    let helm = named(|name| name == "per_instance_stats.json");
    let lm_eval = named(|name| name.starts_with("samples_") && name.ends_with(".jsonl"));
    for (place, path) in paths.iter().enumerate().filter(|(_, path)| !is_hidden(path)) {
        let name = base(path);
        let ends = |ending: &&str| name.len() > ending.len() && name.to_ascii_lowercase().ends_with(ending);
        if !(ENDINGS.iter().any(&ends) || containers && CONTAINERS.iter().any(ends)) {
            sorted.left_out.push(((*path).to_owned(), "neither a table nor JSON: left out"));
        } else if BESIDE_HELM.contains(&name) && helm.contains(&inside(path))
            || name.starts_with("results_") && lm_eval.contains(&inside(path))
        {
            sorted.left_out.push(((*path).to_owned(), "stands beside the results and holds none by query: left out"));
        } else {
            sorted.read.push(place);
        }
    }
    sorted
}

/// Whether a file is hidden, or a system's own.
pub fn is_hidden(path: &str) -> bool {
    let own = |part: &str| part.starts_with('.') || matches!(part, "__MACOSX" | "Thumbs.db" | "desktop.ini");
    parts(path).any(own)
}

/// The name for text that was pasted: of a table or of JSON; `None` where the text is neither.
pub fn pasted_name(text: &str) -> Option<&'static str> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') && text.ends_with('}') || text.starts_with('[') && text.ends_with(']') {
        return Some("pasted.json");
    }
    let (header, rest) = text.split_once('\n')?;
    (!rest.is_empty() && header.contains([',', '\t', ';'])).then_some("pasted.csv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_same_name_keep_the_folders_that_tell_them_apart() {
        let paths = ["runs/a/x/s.json", "runs/b/x/s.json", "y/s.json", "c\\other.csv", "./plain.csv"];
        assert_eq!(names(&paths), ["a/x/s.json", "b/x/s.json", "y/s.json", "other.csv", "plain.csv"]);
        // Nothing tells these apart.
        assert_eq!(names(&["s.csv", "s.csv", "a/s.csv"]), ["s.csv", "s.csv", "a/s.csv"]);
        assert_eq!(names(&["", "/"]), ["", "/"]);
    }

    #[test]
    fn models_go_by_their_folders_where_their_files_are_called_the_same() {
        assert_eq!(
            model_names(&["runs/gpt/r.csv", "runs/claude/r.jsonl", "x/other.csv", "y/z.csv.gz"]),
            ["gpt/r", "claude/r", "other", "z"]
        );
        assert_eq!(model_names(&["a.csv", "a.json", "b.csv "]), ["a", "a", "b.csv"]);
    }

    #[test]
    fn names_find_their_files_wherever_these_stand_now() {
        let paths = ["download/new/a/x/s.json", "download/new/b/x/s.json", "download/new/other.csv", "s.json"];
        assert_eq!(find_files(&["other.csv", "b/x/s.json", "a/x/s.json"], &paths), Some(vec![2, 1, 0]));
        assert_eq!(find_files(&["s.json", "s.json"], &paths), Some(vec![0, 1]));
        assert_eq!(find_files(&["away.csv"], &paths), None);
        assert_eq!(find_files(&["ther.csv"], &paths), None);
    }

    #[test]
    fn of_a_folder_only_results_are_read() {
        let paths = [
            "runs/model=a/per_instance_stats.json",
            "runs/model=a/stats.json",
            "runs/model=b/per_instance_stats.json",
            "runs/other/stats.json",
            "runs/.git/config.json",
            "runs/__MACOSX/model=a/per_instance_stats.json",
            "runs/.DS_Store",
            "runs/README.md",
            "runs/RESULTS.CSV",
            "runs/log.eval",
            "runs/.csv",
            "lm/model/samples_mmlu.jsonl",
            "lm/model/results_2026.json",
            "lm/results_2026.json",
        ];
        let sorted = sort_folder(&paths, true);
        assert_eq!(sorted.read, [0, 2, 3, 8, 9, 11, 13]);
        let left_out: Vec<&str> = sorted.left_out.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(left_out, ["runs/model=a/stats.json", "runs/README.md", "lm/model/results_2026.json"]);
        assert_eq!(sort_folder(&paths, false).read, [0, 2, 3, 8, 11, 13]);
    }

    #[test]
    fn pasted_text_is_a_table_or_json_or_nothing() {
        assert_eq!(pasted_name("query_id\tmodel\tscore\n1\ta\t1\n"), Some("pasted.csv"));
        assert_eq!(pasted_name("id;score\r\n1;1"), Some("pasted.csv"));
        assert_eq!(pasted_name(" {\"id\": 1}\n{\"id\": 2}\n"), Some("pasted.json"));
        assert_eq!(pasted_name("[]"), Some("pasted.json"));
        for text in ["", "a,b", "a,b\n", "just\ntwo lines", "[see below", "https://example.org/a,b"] {
            assert_eq!(pasted_name(text), None, "{text}");
        }
    }
}
