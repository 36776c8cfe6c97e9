//! The types in which the Member API takes and gives documents.

/// One of the types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Media(&'static str);

const TYPES: [&str; 6] = [
    "application/vnd.orcid+xml",
    "application/orcid+xml",
    "application/xml",
    "application/vnd.orcid+json",
    "application/orcid+json",
    "application/json",
];

impl Media {
    /// What errors come in where nothing that is known was asked for.
    pub const XML: Media = Media(TYPES[0]);

    /// The best that an `Accept` asks for: in the order of their weights, then as they
    /// stand. `None` where nothing of it is known.
    pub fn accepted(accept: &str) -> Option<Media> {
        if accept.trim().is_empty() {
            return Some(Media::XML);
        }
        let mut best: Option<(f32, Media)> = None;
        for one in accept.split(',') {
            let mut parts = one.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default().to_ascii_lowercase();
            let weight = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse().ok());
            let weight: f32 = weight.unwrap_or(1.0);
            let media = match name.as_str() {
                "*/*" | "application/*" => Some(Media::XML),
                name => Media::named(name),
            };
            let Some(media) = media.filter(|_| weight > 0.0) else { continue };
            if best.is_none_or(|(before, _)| before < weight) {
                best = Some((weight, media));
            }
        }
        best.map(|(_, media)| media)
    }

    /// The type of a body that came in.
    pub fn sent(content_type: &str) -> Option<Media> {
        Media::named(&content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    fn named(name: &str) -> Option<Media> {
        TYPES.into_iter().find(|own| *own == name).map(Media)
    }

    pub fn is_json(self) -> bool {
        self.0.ends_with("json")
    }

    pub fn content_type(self) -> &'static str {
        match self.0 {
            "application/vnd.orcid+xml" => "application/vnd.orcid+xml;charset=UTF-8",
            "application/orcid+xml" => "application/orcid+xml;charset=UTF-8",
            "application/xml" => "application/xml;charset=UTF-8",
            "application/vnd.orcid+json" => "application/vnd.orcid+json;charset=UTF-8",
            "application/orcid+json" => "application/orcid+json;charset=UTF-8",
            _ => "application/json;charset=UTF-8",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_type_that_is_known_is_given() {
        for (accept, given) in [
            ("", Some("application/vnd.orcid+xml")),
            ("*/*", Some("application/vnd.orcid+xml")),
            ("application/json", Some("application/json")),
            ("text/html, application/orcid+json;q=0.5", Some("application/orcid+json")),
            ("application/xml;q=0.2, application/vnd.orcid+json", Some("application/vnd.orcid+json")),
            ("text/html", None),
            ("application/json;q=0", None),
        ] {
            assert_eq!(Media::accepted(accept).map(|media| media.0), given, "{accept}");
        }
        assert!(Media::sent("application/JSON; charset=utf-8").unwrap().is_json());
        assert_eq!(Media::sent("application/x-www-form-urlencoded"), None);
    }
}
