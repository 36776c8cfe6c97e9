//! Writes the error that stands in place of a record which cannot be shown.

use super::record::{Tombstone, successor};
use super::world::World;
use super::xml::{Escaping, Xml};

/// The whole file of the record with this number.
pub fn render(world: &World, number: u64, reason: Tombstone) -> Vec<u8> {
    let id = world.places.id(number);
    let (status, phrase, code, message, told) = match reason {
        Tombstone::Deprecated => {
            let primary = world.places.id(successor(world, number));
            let message =
                format!("This account is deprecated. Please refer to account: https://orcid.org/{primary}.");
            (301, "Moved Permanently", 9007, message.clone(), message)
        }
        Tombstone::Locked => (
            409,
            "Conflict",
            9018,
            "The ORCID record is locked and cannot be edited.".to_owned(),
            "The ORCID record is locked.".to_owned(),
        ),
        Tombstone::Deactivated => (
            409,
            "Conflict",
            9044,
            "The ORCID record is deactivated and cannot be edited.".to_owned(),
            "The ORCID record is deactivated.".to_owned(),
        ),
    };
    Xml::document("error:error", &[], Escaping::default(), |xml| {
        xml.value("error:response-code", status);
        let message = format!("{status} {phrase}: {message} ORCID https://orcid.org/{id}");
        xml.leaf("error:developer-message", &message);
        xml.leaf("error:user-message", &told);
        xml.value("error:error-code", code);
        xml.leaf("error:more-info", "https://members.orcid.org/api/resources/troubleshooting");
    })
}
