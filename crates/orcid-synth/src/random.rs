//! Numbers that look random and are always the same.
//!
//! Every thing made here (a record, a publication, an organisation) has a
//! stream of its own, fixed by the seed, the kind of thing and its number. So
//! nothing depends on the order of work or on the number of threads. Only exact
//! arithmetic is used: the same seed gives the same dump on every machine.

/// What a stream of numbers is for: things with the same number differ.
#[derive(Clone, Copy)]
pub enum Stream {
    Words = 1,
    Organizations,
    Clients,
    Journals,
    Fate,
    Names,
    Strangers,
    Records,
    Publications,
    Details,
}

/// A generator of pseudo-random numbers (splitmix64).
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream of the `number`-th thing of a kind.
    pub fn new(seed: u64, stream: Stream, number: u64) -> Random {
        let kind = mix(seed ^ (stream as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        Random { state: mix(kind.wrapping_add(number.wrapping_mul(0xA076_1D64_78BD_642F))) }
    }

    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.state)
    }

    /// A number from 0 to `limit` − 1; 0 if the limit is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.below((last - first + 1).max(1) as u64) as i64
    }

    /// A number from 0 up to, not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True in the given share of cases.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len() as u64) as usize]
    }

    /// Picks by weight.
    pub fn weighted<T: Copy>(&mut self, things: &[(T, u32)]) -> T {
        let total: u32 = things.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(u64::from(total)) as u32;
        for (thing, weight) in things {
            if left < *weight {
                return *thing;
            }
            left -= weight;
        }
        things[0].0
    }

    /// An index below `length`; the first ones come far more often, as words
    /// and institutions do.
    pub fn early(&mut self, length: usize) -> usize {
        let unit = self.unit();
        (length as f64 * unit * unit * unit) as usize
    }

    /// A number spread as the quantiles `(share, value)` say, which begin with
    /// the share 0 and end with the share 1.
    pub fn quantile(&mut self, quantiles: &[(f64, f64)]) -> f64 {
        let unit = self.unit();
        for pair in quantiles.windows(2) {
            let ((low, from), (high, to)) = (pair[0], pair[1]);
            if unit < high {
                return from + (to - from) * (unit - low) / (high - low);
            }
        }
        quantiles[quantiles.len() - 1].1
    }

    /// Some digits and letters of an alphabet.
    pub fn code(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(*self.pick(alphabet))).collect()
    }
}

fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_never_change() {
        let mut random = Random::new(7, Stream::Records, 3);

        let numbers = [random.below(1000), random.below(1000), random.below(1000)];

        assert_eq!(numbers, [327, 131, 502]);
    }

    #[test]
    fn a_quantile_stays_between_its_bounds() {
        let mut random = Random::new(1, Stream::Records, 0);

        for _ in 0..1000 {
            let value = random.quantile(&[(0.0, 1.0), (0.5, 9.0), (1.0, 90.0)]);
            assert!((1.0..=90.0).contains(&value));
        }
    }
}
