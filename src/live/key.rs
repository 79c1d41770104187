//! Keys: in memory, bound to an origin, attached at the last moment, and nowhere else.

use super::protocol::Request;
use std::collections::BTreeMap;
use std::fmt;

/// A secret. It cannot be serialised, and prints as `•••`.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(String);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

impl Key {
    /// What a person typed, without space around it; `None` where nothing is left, or where it cannot stand in a header.
    pub fn new(typed: &str) -> Option<Key> {
        let typed = typed.trim();
        let fits = !typed.is_empty() && typed.len() <= 4_096 && typed.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Key(typed.to_owned()))
    }

    /// The secret itself: for the header of a request to its own origin, and for the tab's session storage where the person
    /// asked for it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// The keys of a page, each bound to one origin.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keys {
    by_origin: BTreeMap<String, Key>,
}

impl Keys {
    /// Binds a key to an origin, in place of another one; `None` takes it away.
    pub fn set(&mut self, origin: &str, key: Option<Key>) {
        match key {
            Some(key) => self.by_origin.insert(origin.to_owned(), key),
            None => self.by_origin.remove(origin),
        };
    }

    /// Whether an origin has a key.
    pub fn has(&self, origin: &str) -> bool {
        self.by_origin.contains_key(origin)
    }

    /// Forgets all.
    pub fn forget(&mut self) {
        self.by_origin.clear();
    }

    /// The origins that have a key, with it.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Key)> {
        self.by_origin.iter().map(|(origin, key)| (origin.as_str(), key))
    }

    /// The key that a request carries; `None` where it carries none, or goes elsewhere than to the origin of its key.
    pub fn of(&self, request: &Request) -> Option<&Key> {
        let rest = request.url.strip_prefix(request.origin.as_str())?;
        request.key.as_ref().filter(|_| rest.starts_with('/'))?;
        self.by_origin.get(&request.origin)
    }

    /// Name and value of the header that a request needs; `None` where it needs no key, has none, or goes elsewhere than to
    /// the origin that the key is bound to.
    pub fn header(&self, request: &Request) -> Option<(String, String)> {
        let (header, key) = (request.key.as_ref()?, self.of(request)?);
        Some((header.name.clone(), format!("{}{}", header.prefix, key.reveal())))
    }
}
