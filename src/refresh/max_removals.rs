//! How many people one run may remove.

/// The number of people who may be removed in any but the smallest scopes: in a small scope a few
/// people are a large share.
const ALWAYS: u64 = 9;
/// In a scope of at least this many people, at most half may be removed, because otherwise one bad
/// answer could remove most of them. In a scope of one or two people, all may be removed.
const SMALL_SCOPE: u64 = 3;
/// The part of a scope that may be removed in one run, however few people that is: one half.
const MOST_DIVISOR: u64 = 2;
/// The share of a scope that may be removed in one run, in percent. In the dumps of 2018 and 2019,
/// 1 to 2 % of all records are of people who have left, over all years.
const USUAL_PERCENT: f64 = 5.0;

/// How many people one run may remove.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum MaxRemovals {
    /// 5 % of the scope, or nine people if that is more; but no more than half of a scope of three
    /// people or more.
    #[default]
    Usual,
    People(u64),
    /// A share of the scope's people who are in the dataset.
    Percent(f64),
}

impl MaxRemovals {
    /// Reads a number of people, or a share such as `5%`.
    ///
    /// # Errors
    /// A text that says what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = || format!("\"{text}\" is neither a number of people nor a share such as 5%");
        match text.trim().strip_suffix('%') {
            Some(percent) => {
                let percent: f64 = percent.trim().parse().map_err(|_| fault())?;
                (0.0..=100.0).contains(&percent).then_some(Self::Percent(percent)).ok_or_else(fault)
            }
            None => text.trim().parse().map(Self::People).map_err(|_| fault()),
        }
    }

    /// How many people may be removed from a scope of this size.
    pub fn allowed(self, scope: u64) -> u64 {
        let share = |percent: f64| (scope as f64 * percent / 100.0).floor() as u64;
        match self {
            Self::Usual => {
                let allowed = share(USUAL_PERCENT).max(ALWAYS);
                if scope < SMALL_SCOPE { allowed } else { allowed.min(scope / MOST_DIVISOR) }
            }
            Self::People(people) => people,
            Self::Percent(percent) => share(percent),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_may_leave_but_not_most_of_a_small_scope_and_of_many_a_share() {
        for (text, scope, allowed) in [
            ("", 1, 9),
            ("", 2, 9),
            ("", 3, 1),
            ("", 4, 2),
            ("", 5, 2),
            ("", 17, 8),
            ("", 18, 9),
            ("", 180, 9),
            ("", 200, 10),
            ("", 1_000_000, 50_000),
            ("0", 1_000, 0),
            ("25", 3, 25),
            ("0%", 1_000, 0),
            ("2.5 %", 1_000, 25),
            ("100%", 7, 7),
        ] {
            let most = if text.is_empty() { MaxRemovals::Usual } else { MaxRemovals::parse(text).unwrap() };

            assert_eq!(most.allowed(scope), allowed, "{text} of {scope}");
        }
        for text in ["", "-1", "5 people", "101%", "%", "1.5", "NaN%"] {
            assert!(MaxRemovals::parse(text).is_err(), "{text}");
        }
    }
}
