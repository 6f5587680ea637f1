//! Any bytes at the codec.

fn main() {
    afl::fuzz!(|bytes: &[u8]| kadsim_fuzz::trials::codec(bytes));
}
