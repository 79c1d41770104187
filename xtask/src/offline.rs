//! The service worker's list of files and its version.

use anyhow::{Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

/// Its file, in `www/` and in the site. The name carries no hash: browsers look under it for a new version.
pub const SERVICE_WORKER: &str = "sw.js";

/// The service worker for files (content and name): its source with the two constants filled in.
///
/// The version is a hash of source and list, so that any change of the site is a new version, and nothing else is.
///
/// # Errors
/// When the source does not have each constant, empty, exactly once.
pub fn service_worker(source: &str, files: &[(Vec<u8>, String)]) -> Result<String> {
    let entries: Vec<String> = files
        .iter()
        .map(|(bytes, name)| {
            // The page's address is its folder: some hosts redirect from the file to that, and a redirection opens no page.
            let name = if name == "index.html" { "" } else { name };
            format!("  \"{name}\": \"sha256-{}\",\n", BASE64_STANDARD.encode(Sha256::digest(bytes)))
        })
        .collect();
    let listed = filled(source, "const FILES = {};", &format!("const FILES = {{\n{}}};", entries.concat()))?;
    let version = &BASE64_STANDARD.encode(Sha256::digest(&listed))[..16];
    filled(&listed, "const VERSION = \"\";", &format!("const VERSION = \"{version}\";"))
}

fn filled(source: &str, empty: &str, full: &str) -> Result<String> {
    ensure!(source.matches(empty).count() == 1, "{SERVICE_WORKER} must contain `{empty}` exactly once");
    Ok(source.replace(empty, full))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "const VERSION = \"\";\nconst FILES = {};\n";

    fn files(page: &str) -> Vec<(Vec<u8>, String)> {
        vec![(page.into(), "index.html".into()), (b"abc".to_vec(), "a.js".into())]
    }

    #[test]
    fn lists_files_with_their_hashes() {
        let worker = service_worker(SOURCE, &files("abc")).unwrap();
        // The hash of "abc" that FIPS 180-4 gives as its example.
        let abc = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
        assert!(
            worker.ends_with(&format!("const FILES = {{\n  \"\": \"{abc}\",\n  \"a.js\": \"{abc}\",\n}};\n")),
            "{worker}"
        );
    }

    #[test]
    fn any_change_is_a_new_version() {
        let version = |source: &str, page: &str| {
            let worker = service_worker(source, &files(page)).unwrap();
            worker.lines().find(|line| line.starts_with("const VERSION")).unwrap().to_owned()
        };
        assert_eq!(version(SOURCE, "a"), version(SOURCE, "a"));
        assert_ne!(version(SOURCE, "a"), version(SOURCE, "b"));
        assert_ne!(version(SOURCE, "a"), version(&format!("{SOURCE}// more"), "a"));
    }

    #[test]
    fn a_source_without_the_constants_is_refused() {
        assert!(service_worker("const FILES = {};", &[]).is_err());
        assert!(service_worker("const VERSION = \"\";", &[]).is_err());
    }
}
