//! A sequence of datagrams, and of an application's commands, at a node.

fn main() {
    afl::fuzz!(|bytes: &[u8]| kadsim_fuzz::trials::node(bytes));
}
