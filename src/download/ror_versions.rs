//! The versions of ROR's releases, such as `v1.63-2025-04-03-ror-data.zip` has.

/// The version in a text: digits with dots between them, at its beginning or behind a `v`.
pub fn version_of(text: &str) -> Option<String> {
    let rest = text.trim().trim_start_matches(['v', 'V']);
    let length = rest.find(|sign: char| !sign.is_ascii_digit() && sign != '.').unwrap_or(rest.len());
    let version = rest[..length].trim_end_matches('.');
    let is_version = version.contains('.') && version.split('.').all(|number| !number.is_empty());
    is_version.then(|| version.to_owned())
}

/// The numbers of a version, by which `1.9` is before `1.10`.
pub fn version_order(version: &str) -> Vec<u64> {
    version.split('.').map(|number| number.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_numbers_with_dots() {
        for (text, expected) in [
            ("v1.63", Some("1.63")),
            ("2.0", Some("2.0")),
            ("v1.45.1-2024-04-18-ror-data.zip", Some("1.45.1")),
            ("2021-09-23-ror-data.zip", None),
            ("ror-data.zip", None),
            ("", None),
        ] {
            assert_eq!(version_of(text).as_deref(), expected, "{text}");
        }
        assert!(version_order("1.9") < version_order("1.10"));
    }
}
