//! The items of BEP 44: a bencoded value that is named by its hash or signed by a key.

use super::Id;
use super::encode::write_signed;
use super::packet::ErrorCode;
use super::writer::{self, Dict};
use crate::kademlia::key::WideKey;
use bytes::Bytes;
use ed25519_compact::{KeyPair, PublicKey, Seed, Signature};
use sha1::{Digest, Sha1};

/// Most bytes of a value, bencoded.
pub const MOST_VALUE_BYTES: usize = 1_000;
/// Most bytes of a salt.
pub const MOST_SALT_BYTES: usize = 64;

/// An item. Nothing about one that has just been read is known to be right: see [`Item::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// `v`, bencoded; kept byte for byte as it came.
    pub value: Bytes,
    /// What a mutable item has beside its value; `None`: it is immutable.
    pub signed: Option<Box<Signed>>,
}

/// What makes an item mutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// `k`: the ed25519 public key.
    pub key: [u8; 32],
    /// `salt`: tells several items of a key apart; empty for none.
    pub salt: Vec<u8>,
    /// `seq`: the version.
    pub seq: i64,
    /// `sig`: over salt, version and value.
    pub signature: [u8; 64],
}

fn sha1(parts: &[&[u8]]) -> Id {
    let mut hash = Sha1::new();
    parts.iter().for_each(|part| hash.update(part));
    WideKey(hash.finalize().into())
}

/// The target of the mutable items of a key and a salt.
pub fn mutable_target(key: &[u8; 32], salt: &[u8]) -> Id {
    sha1(&[key, salt])
}

/// A byte string, bencoded.
pub fn bencoded_string(text: &[u8]) -> Bytes {
    let mut value = Vec::with_capacity(text.len() + 8);
    writer::bytes(&mut value, text);
    value.into()
}

impl Item {
    /// An immutable item of a value that is bencoded already.
    pub fn immutable(value: Bytes) -> Self {
        Item { value, signed: None }
    }

    /// A mutable item of a value that is bencoded already, signed with the key of `secret`, an
    /// ed25519 seed (RFC 8032's private key).
    ///
    /// # Errors
    /// What is wrong with value or salt.
    pub fn sign(secret: [u8; 32], salt: &[u8], seq: i64, value: Bytes) -> Result<Self, ErrorCode> {
        check_sizes(&value, salt)?;
        let pair = KeyPair::from_seed(Seed::new(secret));
        let signature = *pair.sk.sign(signed_bytes(salt, seq, &value), None);
        let signed = Signed { key: *pair.pk, salt: salt.to_vec(), seq, signature };
        Ok(Item { value, signed: Some(Box::new(signed)) })
    }

    /// What the item is asked for by.
    pub fn target(&self) -> Id {
        match &self.signed {
            Some(signed) => mutable_target(&signed.key, &signed.salt),
            None => sha1(&[&self.value]),
        }
    }

    /// The version of a mutable item.
    pub fn seq(&self) -> Option<i64> {
        self.signed.as_ref().map(|signed| signed.seq)
    }

    /// Whether sizes and signature are right.
    ///
    /// # Errors
    /// The code to answer a `put` of it with.
    pub fn verify(&self) -> Result<(), ErrorCode> {
        let Some(signed) = &self.signed else { return check_sizes(&self.value, &[]) };
        check_sizes(&self.value, &signed.salt)?;
        let message = signed_bytes(&signed.salt, signed.seq, &self.value);
        let key = PublicKey::new(signed.key);
        let valid = key.verify(message, &Signature::new(signed.signature));
        valid.map_err(|_| ErrorCode::BadSignature)
    }

    /// The item as a value of `kademlia`'s records: the arguments of a `put` that belong to it, in a
    /// dictionary.
    pub fn to_record(&self, cas: Option<i64>) -> Bytes {
        let mut out = Vec::with_capacity(self.value.len() + 160);
        Dict::write(&mut out, |dict| {
            if let Some(cas) = cas {
                dict.integer("cas", cas);
            }
            write_signed(dict, self);
            dict.raw("v", &self.value);
        });
        out.into()
    }
}

/// The public key of an ed25519 seed.
pub fn public_key(secret: [u8; 32]) -> [u8; 32] {
    *KeyPair::from_seed(Seed::new(secret)).pk
}

fn check_sizes(value: &[u8], salt: &[u8]) -> Result<(), ErrorCode> {
    if value.len() > MOST_VALUE_BYTES {
        return Err(ErrorCode::TooBig);
    }
    if salt.len() > MOST_SALT_BYTES {
        return Err(ErrorCode::SaltTooBig);
    }
    Ok(())
}

/// What is signed: the entries of a dictionary, without its ends (BEP 44, "Signature
/// Verification").
fn signed_bytes(salt: &[u8], seq: i64, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + salt.len() + 40);
    Dict::write(&mut out, |dict| {
        if !salt.is_empty() {
            dict.bytes("salt", salt);
        }
        dict.integer("seq", seq);
        dict.raw("v", value);
    });
    out.pop();
    out.remove(0);
    out
}
