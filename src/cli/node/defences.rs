//! How a hosted node defends itself against who has many names, as its command line says.

use crate::kademlia::params::Params;
use crate::udp;
use crate::udp::groups::Grouping;

/// Limits of address groups, and siblings; none without these arguments.
#[derive(Clone, Debug, clap::Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("limits").multiple(true))]
pub struct Defences {
    /// Take at most this many contacts of one network (IPv4 /24, IPv6 /64) into a bucket
    #[arg(long, value_name = "N", group = "limits", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub bucket_group_limit: Option<u16>,
    /// Take at most this many contacts of one network into the whole table
    #[arg(long, value_name = "N", group = "limits", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub table_group_limit: Option<u16>,
    /// Hold at most this many items, and as many peers of torrents, for one network
    #[arg(long, value_name = "N", group = "limits", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub store_group_limit: Option<u16>,
    /// Limit addresses of this host and of private networks as well
    #[arg(long, requires = "limits")]
    pub limit_local: bool,
    /// Keep this many nodes closest to the own key beside the buckets (S/Kademlia)
    #[arg(long, value_name = "N", default_value = "0", value_parser = clap::value_parser!(u16).range(0..=1_000))]
    pub siblings: u16,
}

impl Defences {
    /// The parameters of the nodes.
    pub fn params(&self) -> Params {
        Params {
            bucket_group_limit: self.bucket_group_limit.map(usize::from),
            table_group_limit: self.table_group_limit.map(usize::from),
            store_group_limit: self.store_group_limit.map(usize::from),
            siblings: usize::from(self.siblings),
            ..udp::params()
        }
    }

    /// Which addresses are limited.
    pub fn grouping(&self) -> Grouping {
        if self.limit_local { Grouping::All } else { Grouping::Public }
    }
}
