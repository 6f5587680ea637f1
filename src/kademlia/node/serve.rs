//! What others ask of the node.

use super::Node;
use crate::kademlia::key::Key;
use crate::kademlia::message::{Body, Message, Providers, Record};
use crate::kademlia::operation::Report;
use crate::kademlia::records::Precedence;
use crate::kademlia::rules::{Refusal, Rules};
use crate::protocol::{Peer, Transport};
use crate::time::Duration;

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// Answers a request.
    #[inline]
    pub(super) fn serve(
        &mut self,
        from: P,
        message: Message<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        let now = transport.now();
        let body = match message.body {
            Body::Ping => Body::Pong,
            Body::FindNode { target } => self.nodes_near(target, transport),
            Body::Store { key, record } => match self.keep(key, record, Some(from), transport) {
                Ok(()) => Body::Stored,
                Err(refusal) => Body::Refused(refusal),
            },
            Body::FindValue { key } => match self.records.get(key, now, &self.params) {
                Some(record) => {
                    let closer = self.params.precautions.measures().closer_with_value.then(|| {
                        Box::new(self.closest(key, self.params.k, |peer| transport.key_of(peer)))
                    });
                    Body::Value { record, closer }
                }
                None => self.nodes_near(key, transport),
            },
            Body::AddProvider { key, provider, time_to_live: Some(Duration::ZERO) } => {
                if self.records.forget_provider(key, provider.unwrap_or(from)) {
                    transport.report(Report::Dropped(key));
                }
                Body::ProviderAdded
            }
            Body::AddProvider { key, provider, time_to_live } => {
                let provider = provider.unwrap_or(from);
                let longest = self.params.provider_expiry;
                let kept = time_to_live.map_or(longest, |wanted| wanted.min(longest));
                let (expires, params) = (now + kept, &self.params);
                let group_of = |peer| transport.group_of(peer);
                match self.records.add_provider(key, provider, expires, params, group_of) {
                    Ok(first) => {
                        if first {
                            transport.report(Report::Holds(key));
                        }
                        self.upkeep_due = self.upkeep_due.min(now + kept);
                        Body::ProviderAdded
                    }
                    Err(refusal) => Body::Refused(refusal),
                }
            }
            Body::GetProviders { key } => {
                let providers = self.records.providers(key, now);
                if providers.is_empty() {
                    self.nodes_near(key, transport)
                } else {
                    let closer = self.closest(key, self.params.k, |peer| transport.key_of(peer));
                    Body::Providers(Box::new(Providers { providers, closer }))
                }
            }
            Body::TalkRequest { protocol, request } => {
                let number = message.number;
                return transport.report(Report::Asked { from, protocol, number, request });
            }
            Body::Pong
            | Body::Nodes { .. }
            | Body::Stored
            | Body::Value { .. }
            | Body::Refused(_)
            | Body::ProviderAdded
            | Body::Providers(_)
            | Body::TalkResponse { .. } => unreachable!("responses are told apart before"),
        };
        transport.send(from, Message { number: message.number, body });
    }

    #[inline]
    fn nodes_near(&self, target: K, transport: &impl Transport<Self>) -> Body<P, K> {
        let peers = self.closest(target, self.params.k, |peer| transport.key_of(peer));
        Body::Nodes { peers }
    }

    /// Keeps a record that the node at `from` stores, or (`None`) the own application.
    ///
    /// # Errors
    /// Why it is not kept.
    pub(super) fn keep(
        &mut self,
        key: K,
        record: Record,
        from: Option<P>,
        transport: &mut impl Transport<Self>,
    ) -> Result<(), Refusal> {
        let now = transport.now();
        let limit = self.params.store_group_limit;
        let limited = limit.and_then(|most| Some((transport.group_of(from?)?, most)));
        if let Some((group, most)) = limited {
            self.records.has_room_for(group, key, most)?;
        }
        let conflicts = self.params.conflicts;
        let held = || self.records.value(key, now);
        let value = R::accept(key, held, record.value, conflicts)?;
        let precedence = match R::supersedes(&value, held, conflicts) {
            true => Precedence::OfVersion,
            false => Precedence::OfDate,
        };
        let record = Record { value, ..record };
        if let Some(farthest) = self.records.full(self.key, key, &self.params)? {
            self.records.forget(farthest);
            transport.report(Report::Dropped(farthest));
        }
        if self.records.store(key, record, precedence, now, &self.params) {
            transport.report(Report::Holds(key));
            if let Some((group, _)) = limited {
                self.records.note_group(key, group);
            }
        }
        self.upkeep_due = self.upkeep_due.min(self.records.deadline());
        Ok(())
    }
}
