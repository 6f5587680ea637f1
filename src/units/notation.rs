//! What all written numbers have in common: a notation in text, a sentence that says what is
//! allowed, and errors that repeat it.

use serde::de::{Error, Unexpected, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A value with a notation. Text is the usual form; some may also be plain numbers.
pub trait Notation: Sized {
    /// What is allowed, with an example: "a length of time, such as \"5m\"".
    fn allowed() -> String;

    /// The value that `text` stands for.
    fn from_text(text: &str) -> Option<Self>;

    /// The value that a whole number without unit stands for.
    fn from_whole(_number: i64) -> Option<Self> {
        None
    }

    /// The value that a number with a decimal point and without unit stands for.
    fn from_decimal(_number: f64) -> Option<Self> {
        None
    }

    /// The value that `text` stands for, or what was given and what is allowed.
    fn parse(text: &str) -> Result<Self, NotationError> {
        Self::from_text(text)
            .ok_or_else(|| NotationError { given: text.to_owned(), allowed: Self::allowed() })
    }
}

/// A text that stands for no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not allowed: give {allowed}")]
pub struct NotationError {
    /// What was given.
    pub given: String,
    /// What is allowed, with an example.
    pub allowed: String,
}

/// Reads any [`Notation`] for serde.
pub(crate) struct NotationVisitor<T>(pub(crate) PhantomData<T>);

impl<T: Notation> Visitor<'_> for NotationVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&T::allowed())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::from_whole(number).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        let known = i64::try_from(number).ok().and_then(T::from_whole);
        known.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        T::from_decimal(number).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

/// Gives a [`Notation`] its `FromStr` and `Deserialize`.
macro_rules! read_by_notation {
    ($type:ty) => {
        impl std::str::FromStr for $type {
            type Err = $crate::units::NotationError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <$type as $crate::units::Notation>::parse(text)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any($crate::units::NotationVisitor(std::marker::PhantomData))
            }
        }
    };
}

/// Gives a type that displays in its notation the `Serialize` that writes this text.
macro_rules! write_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
    };
}

pub(crate) use {read_by_notation, write_as_text};
