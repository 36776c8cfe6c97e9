//! Inflating from the middle of a deflate stream.
//!
//! A block may begin at any bit of a byte. zlib has a call that puts loose bits
//! before the input; the safe interface of zlib-rs has not. So the input begins with
//! empty blocks instead, which together are as many bits longer than whole bytes as
//! the block begins after the start of its byte: the stream then goes on in place.

use std::io;

use zlib_rs::{Inflate, InflateFlush, Status};

use crate::gzip::WINDOW_BITS;
use crate::gzip_header::invalid;

/// The window of deflate, and so the history that a block may refer to.
pub const WINDOW_BYTES: usize = 32 << 10;
/// Bits of an empty block with fixed codes: its header and its end.
const FIXED_BLOCK_BITS: u32 = 10;

/// A decoder that stands at a block: `bits` of the byte `first` belong to what comes
/// before it. The input goes on with the byte after `first`, or with that byte
/// itself where `bits` is 0.
///
/// # Errors
/// An I/O error where the decoder refuses window or bits.
pub fn resume(window: &[u8], first: u8, bits: u32) -> io::Result<Inflate> {
    let mut inflate = Inflate::new(false, WINDOW_BITS);
    if !window.is_empty() {
        inflate.set_dictionary(window).map_err(|error| invalid(error.as_str()))?;
    }
    if bits > 0 {
        let lead_in = lead_in(first, bits);
        let status = inflate.decompress(&lead_in, &mut [0; 1], InflateFlush::NoFlush);
        let status = status.map_err(|error| invalid(error.as_str()))?;
        if status != Status::Ok || inflate.total_in() != lead_in.len() as u64 || inflate.total_out() > 0 {
            return Err(invalid("no block begins there"));
        }
    }
    Ok(inflate)
}

/// Empty blocks of `bits` more than whole bytes, then the rest of the byte `first`.
fn lead_in(first: u8, bits: u32) -> Vec<u8> {
    let mut blocks = Bits::default();
    if bits % 2 == 1 {
        blocks.push_odd_block();
    }
    while blocks.length % 8 != bits % 8 {
        // Not the last, fixed codes; the end of the block is seven zeros.
        blocks.push(0b010, FIXED_BLOCK_BITS);
    }
    blocks.push(u128::from(first) >> bits, 8 - bits % 8);
    blocks.value.to_le_bytes()[..blocks.length as usize / 8].to_vec()
}

/// Bits in the order of deflate, the lowest first.
#[derive(Default)]
struct Bits {
    value: u128,
    length: u32,
}

impl Bits {
    fn push(&mut self, value: u128, length: u32) {
        self.value |= value << self.length;
        self.length += length;
    }

    /// An empty block of 93 bits, with codes of its own: blocks with fixed codes all
    /// have even lengths.
    fn push_odd_block(&mut self) {
        // Not the last, dynamic codes; 257 literals, 1 distance, 18 lengths of codes.
        self.push(0b100, 3);
        self.push(0, 5);
        self.push(0, 5);
        self.push(14, 4);
        // The codes of lengths, in deflate's order: for "many zeros" 2 bits, for "0" 2
        // bits, for "1" 1 bit.
        for length in [0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] {
            self.push(length, 3);
        }
        // 138 and 118 zeros: no literals. The end of a block has a code of 1 bit.
        for zeros in [138, 118] {
            self.push(0b11, 2);
            self.push(zeros - 11, 7);
        }
        self.push(0b0, 1);
        // No distances, and the end of the block.
        self.push(0b01, 2);
        self.push(0b0, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_goes_on_at_any_bit() {
        // A last block with fixed codes: "a" (0x61 is code 0x91, eight bits), the end.
        let block: u128 = 0b011 | (u128::from(0x91u8.reverse_bits()) << 3);
        for bits in 0..8 {
            let shifted = (block << bits).to_le_bytes();
            let mut inflate = resume(b"history", shifted[0] | ((1u8 << bits) - 1), bits).unwrap();
            let rest = if bits == 0 { &shifted[..4] } else { &shifted[1..4] };
            let mut out = [0; 4];

            let status = inflate.decompress(rest, &mut out, InflateFlush::NoFlush).unwrap();

            assert_eq!((status, inflate.total_out(), out[0]), (Status::StreamEnd, 1, b'a'), "{bits} bits");
        }
    }
}
