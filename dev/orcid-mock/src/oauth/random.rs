//! Values that nobody can guess, so that two servers never give out the same ones.

use ring::rand::{SecureRandom, SystemRandom};

/// Random bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the machine has random numbers");
    bytes
}

/// A random UUID, which is the form of ORCID's tokens.
pub fn uuid() -> String {
    let mut value = u128::from_be_bytes(bytes());
    // The bits that say "version 4, variant 1".
    value = value & !(0xF000 << 64) | 0x4000 << 64;
    value = value & !(0xC000 << 48) | 0x8000 << 48;
    let hex = format!("{value:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
