//! What the code says: the texts in `say!`, `plural!` and `mix!`, and those of errors.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};

/// A text of the code.
pub struct Said {
    /// File and line.
    pub place: String,
    /// The text; the form for many where there are two.
    pub text: String,
    /// The form for one.
    pub one: Option<String>,
    /// Names of the values it is given.
    pub values: Vec<String>,
}

/// Every message of the files under a folder.
pub fn messages(folder: &Path) -> Result<Vec<Said>> {
    let mut all = Vec::new();
    each_file(folder, &mut |name, tokens| {
        each_call(&tokens, &mut |before, arguments| {
            let [.., TokenTree::Ident(name_of), TokenTree::Punct(mark)] = before else { return };
            let plural = *name_of == "plural";
            if mark.as_char() != '!' || !(plural || *name_of == "say" || *name_of == "mix") {
                return;
            }
            let place = format!("{name}:{}", name_of.span().start().line);
            let arguments = split(arguments);
            let texts = |at: usize| arguments.get(at).map(|argument| literals(argument)).unwrap_or_default();
            let named = arguments.iter().skip(if plural { 3 } else { 1 });
            let values: Vec<String> =
                named.filter_map(|argument| argument.first()).map(|name| name.to_string()).collect();
            let (one, many) = if plural { (texts(1), texts(2)) } else { (Vec::new(), texts(0)) };
            for (i, text) in many.into_iter().enumerate() {
                let one = one.get(i).cloned();
                all.push(Said { place: place.clone(), text, one, values: values.clone() });
            }
        });
    })?;
    Ok(all)
}

/// The texts that errors are made with, without the names of their places: the second argument of `Error::new` where that
/// is a text, or made of one by `format!`. Not those of the command line.
pub fn errors(folder: &Path) -> Result<Vec<Said>> {
    let mut all = Vec::new();
    each_file(folder, &mut |name, tokens| {
        if name.contains("bin/cli") || name.ends_with("tests.rs") {
            return;
        }
        each_call(&tokens, &mut |before, arguments| {
            let [.., TokenTree::Ident(error), TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(new)] = before
            else {
                return;
            };
            if *error != "Error" || *new != "new" {
                return;
            }
            let place = format!("{name}:{}", new.span().start().line);
            let arguments = split(arguments);
            let text = match arguments.get(1).map(Vec::as_slice) {
                Some([TokenTree::Literal(text)]) => value(text),
                Some([TokenTree::Ident(format), TokenTree::Punct(_), TokenTree::Group(group)])
                    if *format == "format" =>
                {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    match inner.first() {
                        Some(TokenTree::Literal(text)) => value(text),
                        _ => None,
                    }
                }
                _ => None,
            };
            all.extend(text.map(|text| Said { place, text: bare(&text), one: None, values: Vec::new() }));
        });
    })?;
    Ok(all)
}

/// What of the engine's texts stands between places and is three words or more: of sentences that are put together, the
/// parts. Not of the files that say nothing to a person.
pub fn sentences(folder: &Path, silent: &[&str]) -> Result<Vec<Said>> {
    let mut all = Vec::new();
    each_file(folder, &mut |name, tokens| {
        if name.contains("bin/") || name.ends_with("tests.rs") || silent.iter().any(|file| name.ends_with(file)) {
            return;
        }
        each_literal(&tokens, &mut |literal, text| {
            for part in bare(text).split("{}") {
                let text = part.trim_matches([' ', '.', ',', ';', ':']);
                let is_word = |word: &&str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_lowercase());
                if text.split_whitespace().filter(is_word).count() > 2 {
                    let place = format!("{name}:{}", literal.span().start().line);
                    all.push(Said { place, text: text.to_owned(), one: None, values: Vec::new() });
                }
            }
        });
    })?;
    Ok(all)
}

/// All texts in quotation marks of the files under a folder, without the names of their places.
pub fn texts(folder: &Path) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    each_file(folder, &mut |_, tokens| each_literal(&tokens, &mut |_, text| _ = all.insert(bare(text))))?;
    Ok(all)
}

/// A text with its places nameless, `{}`.
pub fn bare(text: &str) -> String {
    let mut parts = text.split('{');
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        bare.push_str("{}");
        bare.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    bare
}

fn each_file(folder: &Path, each: &mut impl FnMut(&str, Vec<TokenTree>)) -> Result<()> {
    let mut files: Vec<PathBuf> = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    for file in files {
        let name = file.display().to_string().replace('\\', "/");
        let name = name.find("/src/").and_then(|at| name.get(at + 1..)).unwrap_or(&name).to_owned();
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {name}"))?;
        let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{name}: {error}"))?;
        each(&name, code(tokens));
    }
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Without what is for tests only.
fn code(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_test = |at: usize| {
        matches!(tokens.get(at), Some(TokenTree::Punct(mark)) if mark.as_char() == '#')
            && matches!(tokens.get(at + 1), Some(TokenTree::Group(group)) if is_for_tests(&group.to_string().replace(' ', "")))
            && matches!(tokens.get(at + 2), Some(TokenTree::Ident(word)) if *word == "mod")
    };
    let end = (0..tokens.len()).find(|at| is_test(*at)).unwrap_or(tokens.len());
    tokens.into_iter().take(end).collect()
}

fn is_for_tests(attribute: &str) -> bool {
    attribute == "[cfg(test)]" || attribute.starts_with("[cfg(all(test,")
}

/// Calls `each` with what stands before every pair of brackets, and what is in it.
fn each_call(tokens: &[TokenTree], each: &mut impl FnMut(&[TokenTree], Vec<TokenTree>)) {
    for (at, token) in tokens.iter().enumerate() {
        if let TokenTree::Group(group) = token {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            each_call(&inner, each);
            if group.delimiter() == Delimiter::Parenthesis {
                each(tokens.get(..at).unwrap_or_default(), inner);
            }
        }
    }
}

/// Calls `each` with every text in quotation marks that is not part of an attribute, such as a comment.
fn each_literal(tokens: &[TokenTree], each: &mut impl FnMut(&Literal, &str)) {
    let is = |at: Option<usize>, wanted: char| matches!(at.and_then(|at| tokens.get(at)), Some(TokenTree::Punct(mark)) if mark.as_char() == wanted);
    for (at, token) in tokens.iter().enumerate() {
        // `#[…]` and `#![…]`.
        let of_attribute = is(at.checked_sub(1), '#') || (is(at.checked_sub(1), '!') && is(at.checked_sub(2), '#'));
        match token {
            TokenTree::Group(_) if of_attribute => {}
            TokenTree::Group(group) => each_literal(&group.stream().into_iter().collect::<Vec<_>>(), each),
            TokenTree::Literal(literal) => value(literal).iter().for_each(|text| each(literal, text)),
            _ => {}
        }
    }
}

/// Arguments at their commas.
fn split(tokens: Vec<TokenTree>) -> Vec<Vec<TokenTree>> {
    let mut arguments = vec![Vec::new()];
    for token in tokens {
        match (&token, arguments.last_mut()) {
            (TokenTree::Punct(mark), _) if mark.as_char() == ',' => arguments.push(Vec::new()),
            (_, Some(last)) => last.push(token),
            (_, None) => {}
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    arguments
}

/// The texts of an expression, but for those that it is compared with.
fn literals(tokens: &[TokenTree]) -> Vec<String> {
    let mut all = Vec::new();
    let is = |token: Option<&TokenTree>, marks: &[char]| matches!(token, Some(TokenTree::Punct(mark)) if marks.contains(&mark.as_char()));
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => all.extend(literals(&group.stream().into_iter().collect::<Vec<_>>())),
            TokenTree::Literal(literal) => {
                // `"a" | "b" => "text"`, and `x == "a"`.
                let before = at.checked_sub(1).and_then(|at| tokens.get(at));
                if !is(tokens.get(at + 1), &['=', '|']) && !is(before, &['|', '=']) {
                    all.extend(value(literal));
                }
            }
            _ => {}
        }
    }
    all
}

/// The text of a literal, where it is one.
fn value(literal: &Literal) -> Option<String> {
    syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|text| text.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<TokenTree> {
        text.parse::<TokenStream>().unwrap().into_iter().collect()
    }

    #[test]
    fn texts_of_an_expression() {
        assert_eq!(literals(&tokens("\"Run\"")), ["Run"]);
        assert_eq!(literals(&tokens("if a == \"b\" { \"One\" } else { \"Two\" }")), ["One", "Two"]);
        assert_eq!(literals(&tokens("match a { \"x\" | \"y\" => \"One\", _ => \"Two\" }")), ["One", "Two"]);
    }

    #[test]
    fn names_of_places_do_not_matter() {
        assert_eq!(bare("a {b} c {} {d:.2}"), "a {} c {} {}");
        assert_eq!(bare("none"), "none");
    }
}
