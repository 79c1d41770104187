//! Names of files: what stays of their folders, and which files a list of names means.

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
    fn names_find_their_files_wherever_these_stand_now() {
        let paths = ["download/new/a/x/s.json", "download/new/b/x/s.json", "download/new/other.csv", "s.json"];
        assert_eq!(find_files(&["other.csv", "b/x/s.json", "a/x/s.json"], &paths), Some(vec![2, 1, 0]));
        assert_eq!(find_files(&["s.json", "s.json"], &paths), Some(vec![0, 1]));
        assert_eq!(find_files(&["away.csv"], &paths), None);
        assert_eq!(find_files(&["ther.csv"], &paths), None);
    }
}
