//! What a node spends on staying in the network and on keeping records alive, apart from what its
//! applications ask for.

use super::operation::OperationKind;

/// What maintenance is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maintenance {
    /// Entering the network: lookups of the own key.
    Join,
    /// Refreshing buckets.
    Refresh,
    /// Publishers that store their records, or announce themselves, again: the lookup and the
    /// copies.
    Republish,
    /// Holders that send their records to the closest nodes again, or hand them over when they
    /// leave.
    Replicate,
    /// Pings: whether a contact is still there, and whether a stranger can be reached.
    Probe,
}

impl Maintenance {
    /// All kinds, in the order of results.
    pub const ALL: [Maintenance; 5] = [
        Maintenance::Join,
        Maintenance::Refresh,
        Maintenance::Republish,
        Maintenance::Replicate,
        Maintenance::Probe,
    ];

    /// Name in results.
    pub const fn name(self) -> &'static str {
        match self {
            Maintenance::Join => "join",
            Maintenance::Refresh => "refresh",
            Maintenance::Republish => "republish",
            Maintenance::Replicate => "replicate",
            Maintenance::Probe => "probe",
        }
    }

    /// What an operation of this kind maintains; `None` if an application has asked for it.
    #[inline]
    pub(super) const fn of(kind: OperationKind) -> Option<Self> {
        match kind {
            OperationKind::Join => Some(Maintenance::Join),
            OperationKind::Refresh => Some(Maintenance::Refresh),
            OperationKind::Republish => Some(Maintenance::Republish),
            OperationKind::FindNode
            | OperationKind::Put
            | OperationKind::Get
            | OperationKind::Provide
            | OperationKind::FindProviders => None,
        }
    }
}
