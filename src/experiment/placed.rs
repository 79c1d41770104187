//! A JSON value that is read with its path at hand, so that an error says where it is.
//!
//! serde_path_to_error does the same for any format by wrapping whatever reads a part. That doubles the code of every
//! struct that is read; the page has to load it, and JSON is all that experiments are written in.

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};
use std::fmt::Display;

/// A value and the path to it: `environment.models[0].reward`.
pub(super) struct Placed {
    value: Value,
    path: String,
}

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct PlacedError {
    error: serde_json::Error,
    path: Option<String>,
}

impl Placed {
    /// A value at this path.
    pub(super) fn new(value: Value, path: &str) -> Placed {
        Placed { value, path: path.to_owned() }
    }

    /// Reads the value; an error gets its path, where it has none from further in.
    pub(super) fn read<'de, T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, PlacedError> {
        let path = self.path.clone();
        seed.deserialize(self).map_err(|error| error.at(path))
    }

    fn invalid_type(&self, expected: &dyn Expected) -> PlacedError {
        let found = match &self.value {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Unexpected::Unsigned(number),
                (None, Some(number)) => Unexpected::Signed(number),
                (None, None) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        PlacedError::invalid_type(found, expected)
    }
}

impl PlacedError {
    /// What serde says.
    pub(super) fn message(&self) -> String {
        self.error.to_string()
    }

    /// Path to what is wrong.
    pub(super) fn path(&self) -> &str {
        self.path.as_deref().unwrap_or_default()
    }

    fn at(self, path: String) -> PlacedError {
        PlacedError { path: self.path.or(Some(path)), ..self }
    }
}

impl Display for PlacedError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for PlacedError {}

impl serde::de::Error for PlacedError {
    fn custom<T: Display>(message: T) -> PlacedError {
        PlacedError { error: serde_json::Error::custom(message), path: None }
    }
    fn invalid_type(found: Unexpected, expected: &dyn Expected) -> PlacedError {
        PlacedError { error: serde_json::Error::invalid_type(found, expected), path: None }
    }
    fn invalid_value(found: Unexpected, expected: &dyn Expected) -> PlacedError {
        PlacedError { error: serde_json::Error::invalid_value(found, expected), path: None }
    }
}

impl Placed {
    /// The names and values of an object.
    fn fields(self, expected: &dyn Expected) -> Result<Fields, PlacedError> {
        match self.value {
            Value::Object(rest) => Ok(Fields { rest, path: self.path, next: None }),
            _ => Err(self.invalid_type(expected)),
        }
    }

    /// The items of a list.
    fn list(self, expected: &dyn Expected) -> Result<List, PlacedError> {
        match self.value {
            Value::Array(items) => Ok(List { length: items.len(), items: items.into_iter(), path: self.path }),
            _ => Err(self.invalid_type(expected)),
        }
    }

    /// A text.
    fn text(self, expected: &dyn Expected) -> Result<String, PlacedError> {
        match self.value {
            Value::String(text) => Ok(text),
            _ => Err(self.invalid_type(expected)),
        }
    }
}

impl<'de> Deserializer<'de> for Placed {
    type Error = PlacedError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(_) => self.deserialize_bool(visitor),
            Value::Number(_) => self.deserialize_f64(visitor),
            Value::String(_) => self.deserialize_string(visitor),
            Value::Array(_) => self.deserialize_seq(visitor),
            Value::Object(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        match self.value {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(self.invalid_type(&visitor)),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        let Value::Number(number) = &self.value else { return Err(self.invalid_type(&visitor)) };
        match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => visitor.visit_u64(number),
            (None, Some(number)) => visitor.visit_i64(number),
            (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        let text = self.text(&visitor)?;
        visitor.visit_string(text)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        self.deserialize_string(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        let list = self.list(&visitor)?;
        visitor.visit_seq(list)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        let fields = self.fields(&visitor)?;
        visitor.visit_map(fields)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PlacedError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, PlacedError> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, PlacedError> {
        match &self.value {
            // A variant with content, such as `{"regex": "…"}`.
            Value::Object(fields) if fields.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(self.fields(&"a text")?))
            }
            _ => visitor.visit_enum(Name(self.text(&"a text")?)),
        }
    }

    // What experiments are not made of.
    forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 f32 char str bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct ignored_any
    }
}

struct List {
    items: std::vec::IntoIter<Value>,
    length: usize,
    path: String,
}

impl List {
    fn advance(&mut self) -> Option<Placed> {
        let index = self.length - self.items.len();
        Some(Placed { value: self.items.next()?, path: format!("{}[{index}]", self.path) })
    }
}

impl<'de> SeqAccess<'de> for List {
    type Error = PlacedError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, PlacedError> {
        self.advance().map(|item| item.read(seed)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields {
    rest: Map<String, Value>,
    path: String,
    next: Option<Placed>,
}

impl Fields {
    /// The next name, with the path of its value, which waits.
    fn advance(&mut self) -> Option<Placed> {
        let name = self.rest.keys().next().cloned()?;
        let path = if self.path.is_empty() { name.clone() } else { format!("{}.{name}", self.path) };
        let value = self.rest.remove(&name)?;
        self.next = Some(Placed { value, path: path.clone() });
        Some(Placed { value: Value::String(name), path })
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = PlacedError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, PlacedError> {
        self.advance().map(|name| name.read(seed)).transpose()
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, PlacedError> {
        match self.next.take() {
            Some(value) => value.read(seed),
            None => Err(PlacedError::custom("a value without a name")),
        }
    }
}

/// The name of a variant without content.
struct Name(String);

impl<'de> EnumAccess<'de> for Name {
    type Error = PlacedError;
    type Variant = NoContent;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, NoContent), PlacedError> {
        let name: StringDeserializer<PlacedError> = self.0.into_deserializer();
        seed.deserialize(name).map(|variant| (variant, NoContent))
    }
}

struct NoContent;

impl<'de> VariantAccess<'de> for NoContent {
    type Error = PlacedError;

    fn unit_variant(self) -> Result<(), PlacedError> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _seed: T) -> Result<T::Value, PlacedError> {
        Err(PlacedError::custom("found a name, expected more"))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, _visitor: V) -> Result<V::Value, PlacedError> {
        Err(PlacedError::custom("found a name, expected more"))
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, PlacedError> {
        Err(PlacedError::custom("found a name, expected more"))
    }
}
