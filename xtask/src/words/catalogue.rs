//! Fluent files as messages with named places.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use fluent_syntax::ast::{self, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::parser;

/// A language's messages by their names.
pub struct Catalogue {
    /// The messages.
    pub entries: BTreeMap<String, Entry>,
}

/// A message.
pub struct Entry {
    /// File that it is in.
    pub file: String,
    /// The text, its places as `{name}`; the form for many where it has two.
    pub text: String,
    /// The form for one.
    pub one: Option<String>,
}

impl Catalogue {
    /// Reads all files of a language.
    pub fn read(root: &Path, language: &str) -> Result<Catalogue> {
        let folder = root.join("www/words").join(language);
        let mut entries = BTreeMap::new();
        for file in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = file?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if !name.ends_with(".ftl") {
                continue;
            }
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            for (id, entry) in parse(&name, &text).with_context(|| format!("www/words/{language}/{name}"))? {
                ensure!(!entries.contains_key(&id), "www/words/{language}/{name}: {id} is there twice");
                entries.insert(id, entry);
            }
        }
        Ok(Catalogue { entries })
    }
}

/// The messages of one file.
fn parse(file: &str, text: &str) -> Result<Vec<(String, Entry)>> {
    let resource = match parser::parse(text) {
        Ok(resource) => resource,
        Err((_, errors)) => {
            let error = errors.first().map(|error| (error.pos.start, error.to_string()));
            let (at, why) = error.unwrap_or_default();
            bail!("line {}: {why}", text.get(..at).unwrap_or_default().lines().count() + 1);
        }
    };
    let mut messages = Vec::new();
    for entry in resource.body {
        match entry {
            ast::Entry::Message(message) => {
                let id = message.id.name.to_owned();
                let value = message.value.with_context(|| format!("{id} has no text"))?;
                let (text, one) = forms(&value).with_context(|| id.clone())?;
                ensure!(!text.contains(['\t', '\n']), "{id}: a message is one line, without tabs");
                messages.push((id, Entry { file: file.to_owned(), text, one }));
            }
            ast::Entry::Comment(_) | ast::Entry::GroupComment(_) | ast::Entry::ResourceComment(_) => {}
            _ => bail!("only messages and comments are understood"),
        }
    }
    Ok(messages)
}

/// The text for many, and the text for one where there are two.
fn forms(pattern: &Pattern<&str>) -> Result<(String, Option<String>)> {
    if let [PatternElement::Placeable { expression: Expression::Select { variants, .. } }] = pattern.elements.as_slice()
    {
        let form = |wanted: &str| {
            let of = |key: &VariantKey<&str>| matches!(key, VariantKey::Identifier { name } if *name == wanted);
            variants.iter().find(|variant| of(&variant.key)).map(|variant| plain(&variant.value))
        };
        ensure!(variants.len() == 2, "expected the forms `one` and `other`");
        let (one, other) = (form("one").context("no form `one`")??, form("other").context("no form `other`")??);
        return Ok((other, Some(one)));
    }
    Ok((plain(pattern)?, None))
}

fn plain(pattern: &Pattern<&str>) -> Result<String> {
    let mut text = String::new();
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => {
                text.push_str(&format!("{{{}}}", id.name));
            }
            PatternElement::Placeable { expression: Expression::Inline(InlineExpression::StringLiteral { value }) } => {
                text.push_str(&fluent_syntax::unicode::unescape_unicode_to_string(value));
            }
            _ => bail!("only text, places such as {{ $name }}, and text in quotation marks are understood"),
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_places_and_forms() {
        let text = "run = Run\nround = Round { $t } of { $n }\nkeys = { \"{\" }question}\n\
                    rounds = { $n ->\n    [one] { $n } round\n   *[other] { $n } rounds\n}\n";
        let text = text.replace("question}", "question{ \"}\" }");
        let all = parse("a.ftl", &text).unwrap();
        let texts: Vec<_> =
            all.iter().map(|(id, entry)| (id.as_str(), entry.text.as_str(), entry.one.as_deref())).collect();
        assert_eq!(
            texts,
            [
                ("run", "Run", None),
                ("round", "Round {t} of {n}", None),
                ("keys", "{question}", None),
                ("rounds", "{n} rounds", Some("{n} round")),
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in ["a = { NUMBER($n) }", "a = { -brand }", "-brand = x", "a =", "a = { $n ->\n   *[other] x\n}"] {
            assert!(parse("a.ftl", text).is_err(), "{text}");
        }
    }
}
