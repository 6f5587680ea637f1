//! What the node carries for its application: requests to applications at other nodes, and answers.

use super::Node;
use crate::kademlia::key::Key;
use crate::kademlia::message::{Body, Message};
use crate::kademlia::operation::Report;
use crate::kademlia::requests::{Purpose, Timeouts};
use crate::kademlia::rules::Rules;
use crate::protocol::{Peer, Transport};
use crate::time::Duration;

impl<P: Peer, K: Key, R: Rules<K>> Node<P, K, R> {
    /// Sends a request of the application.
    pub(super) fn talk(
        &mut self,
        application_number: u32,
        peer: P,
        body: Body<P, K>,
        timeout: Option<Duration>,
        transport: &mut impl Transport<Self>,
    ) {
        let now = transport.now();
        let way = self.way_to(peer, now);
        let timeouts = match timeout {
            Some(full) => Timeouts { full, dial: None, ..self.timeouts() },
            None => self.timeouts(),
        };
        let purpose = Purpose::Talk(application_number);
        let number = self.requests.open(peer, purpose, None, way, now, timeouts);
        transport.send(peer, Message { number, body });
    }

    /// Tells the application what was answered; an error or an answer to something else is none.
    #[cold]
    pub(super) fn on_talk_answer(
        &mut self,
        number: u32,
        body: Body<P, K>,
        transport: &mut impl Transport<Self>,
    ) {
        let response = match body {
            Body::TalkResponse { response } => Some(response),
            _ => None,
        };
        transport.report(Report::Answered { number, response });
    }
}
