//! The results table as text for a spreadsheet, a page, a paper. Names are the person's and are made harmless.

/// A table of text.
pub struct Table {
    /// Column names.
    pub head: Vec<String>,
    /// Rows of cells; the first cell of each is a name.
    pub rows: Vec<Vec<String>>,
}

/// A name for a spreadsheet: quoted, and never a formula.
fn csv_name(name: &str) -> String {
    let formula = name.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let name = if formula { format!("'{name}") } else { name.to_owned() };
    if name.contains([',', '"', '\n', '\r']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name }
}

/// A name in Markdown.
fn markdown_name(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        match letter {
            '\n' | '\r' => text.push(' '),
            '<' => text.push_str("&lt;"),
            '&' => text.push_str("&amp;"),
            _ => {
                if r"\`*_{}[]()#|~!".contains(letter) {
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
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str(r"\textbackslash{}"),
            '~' => out.push_str(r"\textasciitilde{}"),
            '^' => out.push_str(r"\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', letter]),
            '±' => out.push_str(r"$\pm$"),
            '−' => out.push_str("$-$"),
            '∞' => out.push_str(r"$\infty$"),
            'α' => out.push_str(r"$\alpha$"),
            'μ' => out.push_str(r"$\mu$"),
            'ε' => out.push_str(r"$\varepsilon$"),
            'δ' => out.push_str(r"$\delta$"),
            'ρ' => out.push_str(r"$\rho$"),
            '\n' | '\r' => out.push(' '),
            '\u{a0}' | '\u{202f}' => out.push_str(r"\,"),
            _ => out.push(letter),
        }
    }
    out
}

impl Table {
    /// Comma-separated values.
    pub fn csv(&self) -> String {
        let line = |cells: &[String]| {
            cells
                .iter()
                .enumerate()
                .map(|(i, cell)| if i == 0 { csv_name(cell) } else { cell.clone() })
                .collect::<Vec<_>>()
                .join(",")
                + "\n"
        };
        std::iter::once(&self.head).chain(&self.rows).map(|row| line(row)).collect()
    }

    /// A Markdown table.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            format!("| {} |\n", cells.iter().map(|cell| markdown_name(cell)).collect::<Vec<_>>().join(" | "))
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
