//! Markdown as markup for the page: no HTML of its own, no style attributes, formulas as MathML.

use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser as Formula, Storage, push_mathml};

/// An event and where it stands in the text.
pub type Placed<'a> = (Event<'a>, Range<usize>);

/// The events of a text, each with its place.
pub fn events(text: &str) -> impl Iterator<Item = Placed<'_>> {
    Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_MATH).into_offset_iter()
}

/// Number of the line that holds this byte.
pub fn line(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

/// Markup of events of `text`; the line of what is refused counts from `first`.
pub fn render(text: &str, first: usize, events: &[Placed]) -> Result<String> {
    let mut safe = Vec::new();
    for (event, place) in events {
        allowed(event.clone(), &mut safe).with_context(|| format!("line {}", first + line(text, place.start) - 1))?;
    }
    let mut markup = String::new();
    html::push_html(&mut markup, safe.into_iter());
    Ok(markup)
}

/// Markup of a text that stands within a line, such as an answer: it has no paragraphs.
pub fn inline(text: &str, line: usize) -> Result<String> {
    let mut inner = Vec::new();
    for (event, place) in events(text) {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            Event::Start(Tag::Emphasis | Tag::Strong) | Event::End(TagEnd::Emphasis | TagEnd::Strong) => {
                inner.push((event, place));
            }
            Event::Start(_) => bail!("line {line}: `{text}` is more than words"),
            event => inner.push((event, place)),
        }
    }
    render(text, line, &inner)
}

/// The event as it may stand on the page.
fn allowed<'a>(event: Event<'a>, safe: &mut Vec<Event<'a>>) -> Result<()> {
    let markup = |text: String| Event::InlineHtml(CowStr::from(text));
    match event {
        Event::Html(found) | Event::InlineHtml(found) => bail!("HTML is not for lessons: `{}`", found.trim()),
        Event::Start(Tag::HtmlBlock) => {}
        Event::Start(Tag::Image { .. }) => bail!("pictures are not for lessons"),
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let fine = dest_url.starts_with('#') || dest_url.starts_with("https://");
            ensure!(fine, "a link goes to https:// or to a place on the page, not to `{dest_url}`");
            safe.push(event);
        }
        Event::InlineMath(formula) => safe.push(markup(mathml(&formula, DisplayMode::Inline)?)),
        Event::DisplayMath(formula) => {
            let formula = mathml(&formula, DisplayMode::Block)?;
            safe.push(markup(format!(
                "<span class=\"display\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\">{formula}</span>"
            )));
        }
        // The renderer would write alignments as styles.
        Event::Start(Tag::Table(columns)) => {
            safe.push(markup("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">".into()));
            let none = vec![pulldown_cmark::Alignment::None; columns.len()];
            safe.push(Event::Start(Tag::Table(none)));
        }
        Event::End(TagEnd::Table) => safe.extend([event, markup("</div>".into())]),
        event => safe.push(event),
    }
    Ok(())
}

/// A formula as MathML.
fn mathml(formula: &str, display_mode: DisplayMode) -> Result<String> {
    let storage = Storage::new();
    let events: Vec<_> = Formula::new(formula, &storage)
        .collect::<Result<_, _>>()
        .map_err(|error| anyhow::anyhow!("the formula `{formula}`: {error}"))?;
    let mut markup = String::new();
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    push_mathml(&mut markup, events.into_iter().map(Ok::<_, std::fmt::Error>), config)?;
    ensure!(!markup.contains("style="), "the formula `{formula}` needs a style, which the page's policy refuses");
    Ok(markup)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> Result<String> {
        render(text, 1, &events(text).collect::<Vec<_>>())
    }

    #[test]
    fn text_becomes_markup() {
        assert_eq!(rendered("A *b* & c").unwrap(), "<p>A <em>b</em> &amp; c</p>\n");
        let formula = rendered("As $\\rho \\le \\frac{1}{2}$ says").unwrap();
        assert!(formula.contains("<math display=\"inline\">") && formula.contains("<mfrac>"), "{formula}");
        assert!(rendered("$$\\sum_{k=1}^K x_k$$").unwrap().contains("<math display=\"block\">"));
        let table = rendered("|a|b|\n|---|--:|\n|1|2|\n").unwrap();
        assert!(table.contains("<td>2</td>") && table.ends_with("</div>"), "{table}");
    }

    #[test]
    fn what_the_page_may_not_hold_is_refused_with_its_line() {
        let refused = |text: &str, expected: &str| {
            let error = format!("{:#}", rendered(text).unwrap_err());
            assert!(error.contains(expected), "{error}");
        };
        refused("Fine.\n\nNot <b>fine</b>.", "line 3: HTML is not for lessons: `<b>`");
        refused("Fine.\n\n<div>\nx\n</div>\n", "line 3: HTML");
        refused("![a](b.png)", "line 1: pictures");
        refused("[a](javascript:alert(1))", "line 1: a link goes to");
        refused("One.\n\nTwo $\\frac{1}$.", "line 3: the formula");
        refused("$\\nosuchthing$", "line 1: the formula `\\nosuchthing`");
        refused("$a \\! b$", "needs a style");
        refused("$\\color{red} b$", "needs a style");
    }

    #[test]
    fn an_answer_is_words_alone() {
        assert_eq!(inline("about *half* of $T$", 1).unwrap().matches("<p>").count(), 0);
        assert!(inline("* a list", 4).unwrap_err().to_string().starts_with("line 4"));
        assert!(inline("# a heading", 4).is_err());
    }
}
