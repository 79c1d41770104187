//! What a provider said, made fit to be shown and kept: short, on one line, and without anything that may be a key.

use serde_json::Value;

/// Most characters of it.
const LONGEST: usize = 300;
/// Characters that are looked at: a cut there is never shown.
const LOOKED_AT: usize = 4_000;
/// What stands where a key may have been.
const HIDDEN: &str = "•••";
/// How keys begin.
const PREFIXES: [&str; 6] = ["sk-", "sk_", "AIza", "gsk_", "xai-", "eyJ"];

/// The message in the body of an error; `json` is the body where it is JSON.
pub(super) fn message(body: &str, json: Option<&Value>) -> String {
    match json {
        Some(json) => clean(words(json).unwrap_or_default()),
        // A gateway's page says what it is in its title.
        None if body.trim_start().starts_with('<') => clean(title(body).unwrap_or_default()),
        None => clean(body),
    }
}

/// The first text at `error`, `message`, `detail` or `msg`, as deep as it stands.
fn words(json: &Value) -> Option<&str> {
    match json {
        Value::String(text) => Some(text),
        Value::Array(items) => items.first().and_then(words),
        Value::Object(_) => {
            ["error", "message", "detail", "msg"].iter().find_map(|name| json.get(name).and_then(words))
        }
        _ => None,
    }
}

fn title(page: &str) -> Option<&str> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower.get(start..)?.find("</title>")?;
    page.get(start..end)
}

/// One line of at most 300 characters, without control characters, and with `•••` where a key may have been.
pub(super) fn clean(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .take(LOOKED_AT)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let text = hide_keys(&text).split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some(_) => text.chars().take(LONGEST - 1).chain(['…']).collect(),
    }
}

/// Characters that have no width or turn the direction of the text: they could also stand within a key.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn hide_keys(text: &str) -> String {
    // `*` because some providers repeat a key with its middle starred out.
    let in_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*');
    let is_gap = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\'');
    let (mut shown, mut rest, mut after_bearer) = (String::with_capacity(text.len()), text, false);
    while let Some(first) = rest.chars().next() {
        // After `Bearer` a key may be made of anything but space.
        let credential = after_bearer && !is_gap(first);
        let ends = |c: char| match (after_bearer, credential) {
            (true, true) => c.is_whitespace(),
            (true, false) => !is_gap(c),
            (false, _) => in_run(c) != in_run(first),
        };
        let (run, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        let hidden = may_be_key(run) || (credential && !is_word(run));
        shown.push_str(if hidden { HIDDEN } else { run });
        after_bearer = run.eq_ignore_ascii_case("bearer") || (after_bearer && !credential);
        rest = after;
    }
    shown
}

/// As in `bearer authentication` and `bearer token`.
fn is_word(run: &str) -> bool {
    let word = run.trim_end_matches(['.', ',', ';', ')']);
    word.len() < 16 && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn may_be_key(run: &str) -> bool {
    let long = run.len() >= 24 && run.bytes().any(|byte| byte.is_ascii_digit());
    // Within a word a prefix is chance (`task-1`), unless much follows.
    let begins = |prefix: &str| run.find(prefix).is_some_and(|at| at == 0 || run.len() - at >= 16);
    long || PREFIXES.into_iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hidden_and_words_are_not() {
        for (said, shown) in [
            ("Incorrect API key provided: sk-abcd****wxyz.", "Incorrect API key provided: •••."),
            ("Authorization: Bearer a+b/c==, go", "Authorization: Bearer ••• go"),
            ("bearer   x.y", "bearer •••"),
            ("key=AIzaSyA-1 is bad", "key=••• is bad"),
            ("the bearer", "the bearer"),
            ("Missing bearer authentication, or Bearer token.", "Missing bearer authentication, or Bearer token."),
            ("{\"bearer\": \"Tok.en\"} x", "{\"bearer\": \"••• x"),
            ("org-0123456789abcdefghij has no access", "••• has no access"),
            ("prefixsk-abcdefghijklmnop", "•••"),
            ("task-1 and risk-free gpt-4o-mini of 128000", "task-1 and risk-free gpt-4o-mini of 128000"),
            ("a\u{0}b\nc\td\u{202e}e\u{200b}f", "a b c def"),
            ("sk-\u{200b}secret", "•••"),
            ("internationalisation-of-everything", "internationalisation-of-everything"),
        ] {
            assert_eq!(clean(said), shown, "{said:?}");
        }
    }

    #[test]
    fn it_is_short() {
        let long = clean(&"wörter ".repeat(1_000));
        assert_eq!(long.chars().count(), 300);
        assert!(long.ends_with('…'));
        // A key across the end of what is shown is hidden as a whole.
        let across = format!("{} sk-{}", "w".repeat(290), "abcdefghij1".repeat(5));
        assert!(!clean(&across).contains("sk-"));
        assert_eq!(clean(&"x".repeat(300)).chars().count(), 300);
    }

    #[test]
    fn messages_are_found_where_providers_put_them() {
        for (body, said) in [
            (r#"{"error":{"message":"no","type":"x"}}"#, "no"),
            (r#"[{"error":{"code":400,"message":"no"}}]"#, "no"),
            (r#"{"error":"no"}"#, "no"),
            (r#"{"object":"error","message":"no"}"#, "no"),
            (r#"{"detail":[{"loc":["body"],"msg":"no"}]}"#, "no"),
            (r#"{"message":{"detail":[{"msg":"no"}]}}"#, "no"),
            (r#"{"other":"no"}"#, ""),
            ("<html><TITLE>502 Bad Gateway</title><script>x</script>", "502 Bad Gateway"),
            ("<html>x", ""),
            ("plain words", "plain words"),
        ] {
            assert_eq!(message(body, serde_json::from_str(body).ok().as_ref()), said, "{body}");
        }
    }
}
