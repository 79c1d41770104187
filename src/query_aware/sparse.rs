//! A matrix of features that is mostly zeros.

use serde::{Deserialize, Serialize};

/// Queries × features as compressed sparse rows: of each row only the cells that are not 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sparse {
    /// Feature of each cell, below `columns`; no feature comes twice in a row.
    pub indices: Vec<u32>,
    /// Value of each cell; finite.
    pub values: Vec<f32>,
    /// Where each row begins in the two lists, and at the end their length: one more than there are rows.
    pub starts: Vec<u32>,
    /// Number of features.
    pub columns: u32,
}

impl Sparse {
    /// A matrix without rows.
    pub fn new(columns: u32) -> Self {
        Sparse { indices: Vec::new(), values: Vec::new(), starts: vec![0], columns }
    }

    /// A matrix without rows, with room for so many and their cells, as far as there is any: without it, it grows as it
    /// is filled.
    pub(super) fn with_room(columns: u32, rows: usize, cells: usize) -> Self {
        let mut matrix = Sparse::new(columns);
        // What does not fit is no fault yet: of the cells many may turn out to be no features.
        let _ = matrix.starts.try_reserve_exact(rows);
        let _ = matrix.indices.try_reserve_exact(cells);
        let _ = matrix.values.try_reserve_exact(cells);
        matrix
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The cells of a row, as features and values; none where there is no such row.
    #[inline]
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let ends = self.starts.get(row).zip(self.starts.get(row + 1));
        let cells = ends.and_then(|(start, end)| {
            let range = *start as usize..*end as usize;
            self.indices.get(range.clone()).zip(self.values.get(range))
        });
        cells.unwrap_or_default()
    }

    /// Ends a row whose cells were put behind the others.
    pub(super) fn end_row(&mut self) {
        self.starts.push(self.indices.len() as u32);
    }
}
