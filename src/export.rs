//! Names that people gave, written into files for other programs: as text there, and nothing else; and tables of them.
//!
//! A name may look like a formula, a command or markup, turn the direction of the text around it, or have no end. In
//! CSV files it is kept to the letter, so that it can be read back; where people read it, it is cut and cleaned.

use std::borrow::Cow;

/// Characters of a name that tables for people show.
const LONGEST: usize = 200;

/// What makes a spreadsheet take a cell for a formula, at its beginning.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Whether the text, after any number of apostrophes, begins as a formula does.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

/// A text cell of a CSV file: quoted where needed, and never a formula. What would be one gets an apostrophe in front,
/// as spreadsheets write it, and so does what already has one: [`unguarded`] takes exactly one away again.
pub fn csv_cell(text: &str) -> String {
    let guarded = if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    match guarded.contains([',', ';', '\t', '"', '\n', '\r']) {
        true => format!("\"{}\"", guarded.replace('"', "\"\"")),
        false => guarded.into_owned(),
    }
}

/// The text that [`csv_cell`] wrote, quoting aside: without the apostrophe that keeps it from being a formula.
pub fn unguarded(cell: &[u8]) -> &[u8] {
    match cell {
        [b'\'', text @ ..] => {
            let begins = text.iter().find(|byte| **byte != b'\'');
            if begins.is_some_and(|byte| FORMULA.contains(&char::from(*byte))) { text } else { cell }
        }
        _ => cell,
    }
}

/// Whether a character turns the direction of the text around it.
pub fn turns(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A name for people: on one line, without what turns its direction or shows nothing, and not without end.
pub fn plain(name: &str) -> String {
    let hidden = |letter: &char| turns(*letter) || matches!(letter, '\u{200b}' | '\u{2060}' | '\u{feff}');
    let mut letters = name.chars().filter(|letter| !hidden(letter));
    let one_line = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    let mut plain: String = letters.by_ref().take(LONGEST).map(one_line).collect();
    if letters.next().is_some() {
        plain.push('…');
    }
    plain
}

/// A name in Markdown.
fn markdown(name: &str) -> String {
    let mut text = String::new();
    for letter in plain(name).chars() {
        match letter {
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '&' => text.push_str("&amp;"),
            _ => {
                if r"\`*_{}[]()#|~!$".contains(letter) {
                    text.push('\\');
                }
                text.push(letter);
            }
        }
    }
    text
}

/// A name, or a number with `±`, in LaTeX.
fn latex(text: &str) -> String {
    let mut out = String::new();
    for letter in plain(text).chars() {
        match letter {
            '\\' => out.push_str(r"\textbackslash{}"),
            '~' => out.push_str(r"\textasciitilde{}"),
            '^' => out.push_str(r"\textasciicircum{}"),
            '<' => out.push_str(r"\textless{}"),
            '>' => out.push_str(r"\textgreater{}"),
            '|' => out.push_str(r"\textbar{}"),
            // After the end of a row these would belong to it.
            '[' => out.push_str("{[}"),
            '*' => out.push_str("{*}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', letter]),
            '±' => out.push_str(r"$\pm$"),
            '−' => out.push_str("$-$"),
            '∞' => out.push_str(r"$\infty$"),
            'α' => out.push_str(r"$\alpha$"),
            'μ' => out.push_str(r"$\mu$"),
            'ε' => out.push_str(r"$\varepsilon$"),
            'δ' => out.push_str(r"$\delta$"),
            'γ' => out.push_str(r"$\gamma$"),
            'ρ' => out.push_str(r"$\rho$"),
            '…' => out.push_str(r"\ldots{}"),
            '–' => out.push_str("--"),
            '\u{a0}' | '\u{202f}' => out.push_str(r"\,"),
            _ => out.push(letter),
        }
    }
    out
}

/// A table of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Column names.
    pub head: Vec<String>,
    /// Rows of cells; the first cell of each is a name.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Comma-separated values.
    pub fn csv(&self) -> String {
        let line = |cells: &[String]| {
            let cell = |(i, cell): (usize, &String)| if i == 0 { csv_cell(cell) } else { cell.clone() };
            cells.iter().enumerate().map(cell).collect::<Vec<_>>().join(",") + "\n"
        };
        std::iter::once(&self.head).chain(&self.rows).map(|row| line(row)).collect()
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            format!("| {} |\n", cells.iter().map(|cell| markdown(cell)).collect::<Vec<_>>().join(" | "))
        };
        let rule = format!("| --- |{}\n", " ---: |".repeat(self.head.len().saturating_sub(1)));
        line(&self.head) + &rule + &self.rows.iter().map(|row| line(row)).collect::<String>()
    }

    /// A LaTeX `tabular`.
    pub fn latex(&self) -> String {
        let line = |cells: &[String]| {
            format!("{} \\\\\n", cells.iter().map(|cell| latex(cell)).collect::<Vec<_>>().join(" & "))
        };
        let columns = "r".repeat(self.head.len().saturating_sub(1));
        let rows: String = self.rows.iter().map(|row| line(row)).collect();
        format!(
            "\\begin{{tabular}}{{l{columns}}}\n\\hline\n{}\\hline\n{rows}\\hline\n\\end{{tabular}}\n",
            line(&self.head)
        )
    }
}
