//! Reads a range of an archive's stream by its index, checking every piece of it
//! against its digest.

use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::sync::Arc;

use super::IndexError;
use super::checks::{Checks, piece_end};
use super::points::Kind;
use super::read::{Index, Point};
use crate::gzip::{GzipMember, TRAILER_BYTES};
use crate::gzip_header::invalid;
use crate::inflate::{Inflate, Pause};
use crate::input::{Marked, Meter, marked};

/// Bytes read from the disk at a time; a span takes some 120 kB.
const READ_BYTES: usize = 128 << 10;
/// Bytes that are inflated at a time where nobody wants them.
const SKIPPED_BYTES: usize = 64 << 10;

/// A range of a stream.
pub struct SpanReader {
    index: Arc<Index>,
    input: CountedInput,
    decoder: Decoder,
    /// The span that is being read, and those after it in its page.
    spans: std::vec::IntoIter<Point>,
    next_number: usize,
    span: Range<u64>,
    /// What the pieces of the span must be, and what they are so far.
    expected: Vec<u64>,
    found: Checks,
    /// Where in the stream it stands.
    position: u64,
    range: Range<u64>,
    skipped: Vec<u8>,
}

enum Decoder {
    Plain,
    /// The header of a gzip member comes next.
    Header,
    /// A gzip member from its header on.
    Member(Box<GzipMember>),
    /// The rest of a gzip member, whose CRC cannot be checked.
    Rest(Box<Inflate>),
}

/// The input, and its place in the file.
struct CountedInput {
    input: BufReader<Marked<Box<dyn Read + Send>>>,
    position: u64,
    meter: Meter,
}

impl SpanReader {
    /// Prepares to read `range` of the stream of the archive.
    ///
    /// # Errors
    /// An I/O error where the archive cannot be read; it holds an [`IndexError`]
    /// where the index is at fault.
    pub fn new(index: Arc<Index>, range: Range<u64>, meter: Meter) -> io::Result<Self> {
        let number = index.point_before(range.start).map_err(io::Error::other)?;
        let spans = index.points_from(number).map_err(io::Error::other)?;
        let point = *spans.first().ok_or_else(|| io::Error::other(index.damaged("a point")))?;
        let end = index.file_end(range.end).map_err(io::Error::other)?;
        let rest = index.archive().read_range(point.bit / 8..end).map_err(marked)?;
        let input = BufReader::with_capacity(READ_BYTES, Marked(rest));
        let mut input = CountedInput { input, position: point.bit / 8, meter };
        let decoder = begin(&index, &point, &mut input)?;
        let mut reader = Self {
            index,
            input,
            decoder,
            spans: spans.into_iter(),
            next_number: number,
            span: point.offset..point.offset,
            expected: Vec::new(),
            found: Checks::default(),
            position: point.offset,
            range,
            skipped: vec![0; SKIPPED_BYTES],
        };
        reader.next_span()?;
        Ok(reader)
    }

    /// Bytes of the file before the place that it stands at.
    pub fn file_position(&self) -> u64 {
        self.input.position
    }

    /// Enters the next span that has bytes.
    fn next_span(&mut self) -> io::Result<()> {
        let whole = self.index.contents.stream_bytes;
        while self.position == self.span.end && self.position < whole {
            let point = self.next_point()?.ok_or_else(|| io::Error::other(self.index.damaged("a point")))?;
            self.fill_spans()?;
            let end = self.spans.as_slice().first().map_or(whole, |next| next.offset);
            if point.offset != self.position || end < self.position {
                return Err(io::Error::other(self.index.damaged("the place of a point")));
            }
            self.expected = self.index.checks(&point).map_err(io::Error::other)?;
            self.found = Checks::default();
            self.span = self.position..end;
        }
        Ok(())
    }

    fn next_point(&mut self) -> io::Result<Option<Point>> {
        self.fill_spans()?;
        let point = self.spans.next();
        self.next_number += usize::from(point.is_some());
        Ok(point)
    }

    fn fill_spans(&mut self) -> io::Result<()> {
        if self.spans.as_slice().is_empty() {
            self.spans = self.index.points_from(self.next_number).map_err(io::Error::other)?.into_iter();
        }
        Ok(())
    }

    /// Reads some bytes of the span, and checks the pieces that end with them.
    fn read_span(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.span.end - self.position).unwrap_or(usize::MAX);
        let room = left.min(out.len());
        let length = loop {
            let length = self.decode(&mut out[..room])?;
            if length > 0 || room == 0 {
                break length;
            }
        };
        self.found.add(&out[..length]);
        self.position += length as u64;
        let ended = self.position == self.span.end && length > 0;
        if !self.is_as_expected(ended) {
            return Err(invalid("the archive has other bytes than its index was made of"));
        }
        if ended {
            self.next_span()?;
        }
        Ok(length)
    }

    /// True where the pieces so far, or all at the span's end, are what they must be.
    fn is_as_expected(&mut self, ended: bool) -> bool {
        if ended {
            return std::mem::take(&mut self.found).finish() == self.expected;
        }
        self.expected.starts_with(self.found.ended())
    }

    fn decode(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let input = &mut self.input;
        input.meter.check()?;
        let packed = input.fill_buf()?;
        if packed.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (used, made, ended) = match &mut self.decoder {
            Decoder::Plain => {
                let length = packed.len().min(out.len());
                out[..length].copy_from_slice(&packed[..length]);
                (length, length, false)
            }
            Decoder::Header => {
                self.decoder = Decoder::Member(Box::new(GzipMember::begin(input)?));
                return Ok(0);
            }
            Decoder::Member(member) => {
                let step = member.inflate(packed, out, false)?;
                (step.used, step.made, step.is_over())
            }
            Decoder::Rest(inflate) => {
                let step = inflate.inflate(packed, out, false, |_| ());
                if let Pause::Fault(fault) = step.pause {
                    return Err(invalid(fault));
                }
                (step.used, step.made, step.pause == Pause::Ended)
            }
        };
        input.consume(used);
        if ended {
            self.end_member()?;
        }
        Ok(made)
    }

    /// Checks what a member ends with, as far as that can be, and goes to the next one.
    fn end_member(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.decoder, Decoder::Header) {
            Decoder::Member(member) => member.end(&mut self.input)?,
            _ => self.input.read_exact(&mut [0; TRAILER_BYTES])?,
        }
        self.skip_padding()
    }

    /// Passes over zeros between two members.
    fn skip_padding(&mut self) -> io::Result<()> {
        loop {
            self.input.meter.check()?;
            let bytes = self.input.fill_buf()?;
            let (zeros, length) = (bytes.iter().take_while(|&&byte| byte == 0).count(), bytes.len());
            self.input.consume(zeros);
            if zeros == 0 || zeros < length {
                return Ok(());
            }
        }
    }

    /// Reads on without handing out, at most to `end`.
    fn skip_to(&mut self, end: u64) -> io::Result<()> {
        let mut skipped = std::mem::take(&mut self.skipped);
        while self.position < end {
            let room = usize::try_from(end - self.position).unwrap_or(usize::MAX).min(skipped.len());
            self.read_span(&mut skipped[..room])?;
        }
        self.skipped = skipped;
        Ok(())
    }
}

impl Read for SpanReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.skip_to(self.range.start)?;
        let left = usize::try_from(self.range.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let room = left.min(out.len());
        if room > 0 {
            return self.read_span(&mut out[..room]);
        }
        if left == 0 && self.position > self.span.start {
            // The digest is of the whole piece, so the piece is read to its end.
            self.skip_to(piece_end(self.span.start, self.position, self.span.end))?;
        }
        Ok(0)
    }
}

/// A decoder that stands at `point`, whose first byte `input` gives.
fn begin(index: &Index, point: &Point, input: &mut impl Read) -> io::Result<Decoder> {
    match point.kind {
        Kind::Plain => Ok(Decoder::Plain),
        Kind::Header => Ok(Decoder::Header),
        Kind::Block => {
            let window = index.window(point).map_err(io::Error::other)?;
            let bits = (point.bit % 8) as u32;
            let mut first = [0; 1];
            if bits > 0 {
                input.read_exact(&mut first)?;
            }
            Ok(Decoder::Rest(Box::new(Inflate::resume(&window, first[0], bits))))
        }
    }
}

impl Read for CountedInput {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let length = bytes.len().min(out.len());
        out[..length].copy_from_slice(&bytes[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for CountedInput {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, length: usize) {
        self.input.consume(length);
        self.position += length as u64;
        self.meter.add(length as u64);
    }
}

impl From<IndexError> for io::Error {
    fn from(error: IndexError) -> Self {
        Self::other(error)
    }
}
