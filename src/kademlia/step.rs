//! The steps of an operation, told to whoever observes a node: [`Report::Step`].
//!
//! A node whose transport is not [observed](crate::protocol::Transport::is_observed) tells none, and
//! works out nothing for them.
//!
//! [`Report::Step`]: super::operation::Report::Step

use super::operation::OperationKind;

/// A step of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<P, K> {
    /// It begins, with a lookup from the own table.
    Began {
        /// What it is for.
        kind: OperationKind,
        /// The key in question.
        target: K,
    },
    /// A request leaves for the first time.
    Asked {
        /// Who is asked.
        peer: P,
        /// The request's number.
        request: u32,
        /// Which link of the longest chain of requests it is ([`Lookup::rounds`]).
        ///
        /// [`Lookup::rounds`]: super::lookup::Lookup::rounds
        round: u32,
        /// Leading bits that the key of who is asked and the target have in common.
        shared_bits: u32,
        /// What it is for.
        aim: Aim,
    },
    /// A request has been answered in time.
    Answered {
        /// Who has answered.
        peer: P,
        /// The request's number.
        request: u32,
        /// What came back.
        answer: Answer,
    },
    /// A request has not been answered in time.
    Overdue {
        /// Who was asked.
        peer: P,
        /// The request's number.
        request: u32,
        /// What is done about it.
        then: Then,
    },
    /// The lookup has ended; copies may be stored on the nodes found.
    Searched(Stopped),
    /// The operation has ended: what came of it is reported next.
    Ended,
}

/// What a request of an operation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A step of the lookup.
    Lookup,
    /// To have a copy, or who provides an item, remembered.
    Store,
}

/// What came back for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The value, providers, or neither.
    pub found: Found,
    /// How many nodes were named.
    pub nodes: u32,
    /// Leading bits that the closest node named and the target have in common.
    pub shared_bits: Option<u32>,
}

/// What was found by a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing but nodes.
    Nodes,
    /// The record.
    Value,
    /// So many providers.
    Providers(u32),
    /// A copy is kept, or a provider remembered.
    Stored,
    /// Nothing: the request was refused.
    Refused,
    /// Another node than the one that was asked is at its address.
    AnotherNode,
}

/// What is done about a request that is overdue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The short time-out has passed: another is asked, the request stays open.
    Passed,
    /// It is sent again.
    Again,
    /// It counts as failed.
    Failed,
}

/// Why a lookup has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The rule for stopping ([`Stop`](super::params::Stop)) is met.
    Rule,
    /// Nobody is left to ask.
    Exhausted,
    /// What was looked for has been found.
    Found,
    /// The node holds it itself.
    Held,
}
