//! Built-in data sets.
