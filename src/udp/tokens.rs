//! Write tokens (BEP 5): who has not received one at its address a short while ago stores nothing.

use crate::krpc::Id;
use crate::time::{Duration, Instant};
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// How long a secret makes tokens. They are accepted for as long again.
pub const ROTATION: Duration = Duration::from_secs(5 * 60);
/// Bytes of a token that is given out.
const TOKEN_BYTES: usize = 8;

/// The tokens that a node gives out: a hash of the asker's address and a secret, so that none need
/// be kept.
#[derive(Debug)]
pub struct GivenTokens {
    secrets: [[u8; 20]; 2],
    /// Which rotation the first secret belongs to.
    rotation: u64,
}

impl GivenTokens {
    /// Tokens that hang on `secret`, which nobody else may know.
    pub fn new(secret: [u8; 20], now: Instant) -> Self {
        let older = Sha1::digest(secret).into();
        GivenTokens { secrets: [secret, older], rotation: Self::rotation(now) }
    }

    fn rotation(now: Instant) -> u64 {
        now.as_nanos() / ROTATION.as_nanos()
    }

    /// Each secret follows from the one before it, and both are forgotten within two rotations.
    fn rotate(&mut self, now: Instant) {
        let passed = Self::rotation(now) - self.rotation;
        for _ in 0..passed.min(2) {
            let next: [u8; 20] =
                Sha1::new().chain_update(b"next").chain_update(self.secrets[0]).finalize().into();
            self.secrets = [next, self.secrets[0]];
        }
        self.rotation += passed;
    }

    fn token(secret: &[u8; 20], address: IpAddr) -> [u8; TOKEN_BYTES] {
        let hash = Sha1::new().chain_update(secret);
        let hash: [u8; 20] = match address {
            IpAddr::V4(ip) => hash.chain_update(ip.octets()).finalize().into(),
            IpAddr::V6(ip) => hash.chain_update(ip.octets()).finalize().into(),
        };
        *hash.first_chunk().expect("a hash is longer than a token")
    }

    /// The token for who asks from this address now.
    pub fn give(&mut self, address: IpAddr, now: Instant) -> [u8; TOKEN_BYTES] {
        self.rotate(now);
        Self::token(&self.secrets[0], address)
    }

    /// Whether this token was given to this address, at most two rotations ago.
    pub fn accepts(&mut self, token: &[u8], address: IpAddr, now: Instant) -> bool {
        self.rotate(now);
        self.secrets.iter().any(|secret| Self::token(secret, address) == *token)
    }
}

/// Tokens received that are kept at most.
const MOST_RECEIVED: usize = 1_024;
/// Bytes of the longest token that is kept; most have 4 to 20.
const LONGEST: usize = 256;

/// The tokens that a node has received, by who gave them and what it was asked for: some bind them
/// to that.
#[derive(Debug, Default)]
pub struct ReceivedTokens(BTreeMap<(SocketAddr, Id), (Vec<u8>, Instant)>);

impl ReceivedTokens {
    /// Keeps a token for as long as its giver may accept it. One that is longer than 256 bytes is
    /// not kept.
    pub fn keep(&mut self, from: SocketAddr, asked_for: Id, token: Vec<u8>, now: Instant) {
        if token.len() > LONGEST {
            return;
        }
        if self.0.len() >= MOST_RECEIVED {
            self.0.retain(|_, (_, received)| now.saturating_since(*received) < ROTATION);
        }
        if self.0.len() >= MOST_RECEIVED {
            let oldest = self.0.iter().min_by_key(|(_, (_, received))| *received);
            let oldest = oldest.map(|(&key, _)| key);
            oldest.map(|key| self.0.remove(&key));
        }
        self.0.insert((from, asked_for), (token, now));
    }

    /// The token to store something with.
    pub fn get(&self, at: SocketAddr, key: Id) -> Option<&[u8]> {
        self.0.get(&(at, key)).map(|(token, _)| &token[..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kademlia::key::WideKey;

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    #[test]
    fn a_token_is_good_for_one_address_and_for_five_to_ten_minutes() {
        let mut tokens = GivenTokens::new([7; 20], at(0));
        let here: IpAddr = "10.0.0.1".parse().expect("an address");
        let there: IpAddr = "10.0.0.2".parse().expect("an address");
        let token = tokens.give(here, at(299));
        assert!(tokens.accepts(&token, here, at(299)));
        assert!(!tokens.accepts(&token, there, at(299)));
        assert!(!tokens.accepts(b"", here, at(299)) && !tokens.accepts(&token[1..], here, at(299)));
        assert!(tokens.accepts(&token, here, at(599)));
        assert!(!tokens.accepts(&token, here, at(600)));
        let token = tokens.give(here, at(600));
        assert!(
            tokens.accepts(&token, here, at(1_199)) && !tokens.accepts(&token, here, at(1_200))
        );
        assert!(!tokens.accepts(&token, here, at(100_000)));
    }

    #[test]
    fn received_tokens_are_bounded() {
        let mut tokens = ReceivedTokens::default();
        let from = |port| SocketAddr::from(([10, 0, 0, 1], port));
        let key = WideKey([1; 20]);
        for port in 0..5_000 {
            tokens.keep(from(port), key, vec![1; 8], at(u64::from(port) / 100));
        }
        assert_eq!(tokens.0.len(), MOST_RECEIVED);
        assert!(tokens.get(from(4_999), key).is_some() && tokens.get(from(0), key).is_none());
        assert!(tokens.get(from(4_999), WideKey([2; 20])).is_none());
        tokens.keep(from(1), key, vec![0; 257], at(60));
        assert!(tokens.get(from(1), key).is_none());
    }
}
