//! Ids as numbers.

use std::hash::{BuildHasher, RandomState};

/// Texts numbered in the order of their first appearance, in one arena: no allocation a text.
pub(super) struct Interner {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    hashes: Vec<u32>,
    /// Number of a text plus one; 0 is a free slot. The length is a power of two.
    slots: Vec<u32>,
    /// Keyed, so that no file can be made to collide. Order of numbers does not depend on it.
    state: RandomState,
    /// The text that came last.
    last: u32,
}

impl Default for Interner {
    fn default() -> Self {
        Interner {
            bytes: Vec::new(),
            ends: Vec::new(),
            hashes: Vec::new(),
            slots: vec![0; 1024],
            state: RandomState::new(),
            last: 0,
        }
    }
}

impl Interner {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all texts together.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        let index = number as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(index).and_then(|end| self.bytes.get(start..*end)).unwrap_or_default()
    }

    /// The number of a text if it is the last one again or the one after it: rows mostly come query by query, or model
    /// by model with the queries in the same order.
    pub(super) fn expected(&mut self, text: &[u8]) -> Option<u32> {
        let found = [self.last, self.last.wrapping_add(1)]
            .into_iter()
            .find(|number| (*number as usize) < self.len() && self.get(*number) == text)?;
        self.last = found;
        Some(found)
    }

    /// The number of a text, a new one if it is new.
    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        let number = self.expected(text).unwrap_or_else(|| self.look_up(text));
        self.last = number;
        number
    }

    fn look_up(&mut self, text: &[u8]) -> u32 {
        let hash = (self.state.hash_one(text) >> 32) as u32;
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(found) = self.slots.get(slot).copied().filter(|found| *found != 0) {
            let number = found - 1;
            if self.hashes.get(number as usize) == Some(&hash) && self.get(number) == text {
                return number;
            }
            slot = (slot + 1) & mask;
        }
        let number = self.ends.len() as u32;
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        self.hashes.push(hash);
        if let Some(free) = self.slots.get_mut(slot) {
            *free = number + 1;
        }
        if self.ends.len() * 2 > self.slots.len() {
            self.widen();
        }
        number
    }

    fn widen(&mut self) {
        let length = self.slots.len() * 2;
        self.slots = vec![0; length];
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (length - 1);
            while self.slots.get(slot).is_some_and(|found| *found != 0) {
                slot = (slot + 1) & (length - 1);
            }
            if let Some(free) = self.slots.get_mut(slot) {
                *free = number as u32 + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_first_appearance() {
        let mut interner = Interner::default();
        for round in 0..2 {
            for id in 0..5000u32 {
                assert_eq!(interner.number(id.to_string().as_bytes()), id, "round {round}");
                assert_eq!(interner.number(id.to_string().as_bytes()), id, "again");
            }
        }
        for id in (0..5000u32).rev() {
            assert_eq!(interner.number(id.to_string().as_bytes()), id, "backwards");
        }
        assert_eq!(
            (interner.len(), interner.get(4999), interner.get(5000)),
            (5000, b"4999".as_slice(), b"".as_slice())
        );
    }
}
