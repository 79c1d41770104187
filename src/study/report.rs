//! What a study says: tables with intervals, and plain sentences.

use crate::error::{Error, ErrorKind, Result};
use crate::export::csv_cell;
use crate::number::short;
use crate::summary::{Figure, RunResult};

/// What came out of a study.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The figures.
    pub tables: Vec<Table>,
    /// What they show, in plain sentences.
    pub findings: Vec<String>,
    /// What to know before trusting them: where the numbers come from, what is ours, where it differs from what was
    /// published.
    pub notes: Vec<String>,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its heading.
    pub title: String,
    /// Column names, with units.
    pub head: Vec<String>,
    /// Rows, as long as the head; the first cell names the row.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words; empty where there is nothing to say.
    Text(String),
    /// A number, in the unit of its column.
    Number {
        /// The number.
        value: f64,
        /// Its 95 % interval.
        interval: Option<(f64, f64)>,
    },
    /// A ratio whose denominator is 0.
    Infinite,
}

impl Cell {
    /// Words.
    pub(super) fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// A number without an interval.
    pub(super) fn number(value: f64) -> Cell {
        Cell::Number { value, interval: None }
    }

    /// A number with its interval.
    pub(super) fn between(value: f64, interval: Option<(f64, f64)>) -> Cell {
        Cell::Number { value, interval }
    }

    /// A figure with its half-width, cut off at `floor`.
    pub(super) fn figure(figure: Figure, floor: Option<f64>) -> Cell {
        let Some(value) = figure.mean else { return Cell::text("not defined") };
        let low = |half: f64| floor.map_or(value - half, |floor| (value - half).max(floor));
        Cell::Number { value, interval: figure.ci95.map(|half| (low(half), value + half)) }
    }
}

/// A number with its interval, in a sentence.
pub(super) fn spoken(value: f64, interval: Option<(f64, f64)>) -> String {
    match interval {
        Some((low, high)) => format!("{} ({} to {})", short(value), short(low), short(high)),
        None => short(value),
    }
}

/// Names as a sentence has them: `a, b and c`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The result of the part at `place`.
pub(super) fn result(results: &[RunResult], place: usize) -> Result<&RunResult> {
    results.get(place).ok_or_else(|| Error::new(ErrorKind::Missing, "the result of every part of the study"))
}

impl Table {
    /// Comma-separated values at full precision: a column with intervals becomes three.
    #[must_use]
    pub fn csv(&self) -> String {
        let width = self.head.len();
        let wide: Vec<bool> = (0..width)
            .map(|column| {
                let has = |row: &Vec<Cell>| matches!(row.get(column), Some(Cell::Number { interval: Some(_), .. }));
                self.rows.iter().any(has)
            })
            .collect();
        let mut text = String::new();
        let mut line = |cells: Vec<String>| {
            text.push_str(&cells.join(","));
            text.push('\n');
        };
        let mut head = Vec::new();
        for (name, wide) in self.head.iter().zip(&wide) {
            head.push(csv_cell(name));
            if *wide {
                head.extend([csv_cell(&format!("{name} from")), csv_cell(&format!("{name} to"))]);
            }
        }
        line(head);
        for row in &self.rows {
            let mut cells = Vec::new();
            for (cell, wide) in row.iter().zip(&wide) {
                let (value, interval) = match cell {
                    Cell::Text(text) => (csv_cell(text), None),
                    Cell::Number { value, interval } => (value.to_string(), *interval),
                    Cell::Infinite => ("inf".into(), None),
                };
                cells.push(value);
                if *wide {
                    let end = |end: Option<f64>| end.map_or(String::new(), |end| end.to_string());
                    cells.extend([end(interval.map(|(low, _)| low)), end(interval.map(|(_, high)| high))]);
                }
            }
            line(cells);
        }
        text
    }
}

impl Report {
    /// All tables as comma-separated values, each under its heading.
    #[must_use]
    pub fn csv(&self) -> String {
        let tables = self.tables.iter().map(|table| format!("{}\n{}", csv_cell(&table.title), table.csv()));
        tables.collect::<Vec<_>>().join("\n")
    }
}
