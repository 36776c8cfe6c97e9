//! What the Member API says where it refuses: ORCID's status, number and words.
//!
//! Some words are wrong at ORCID (9038 speaks of 409 and comes with 403, 9058 speaks of
//! 404 and comes with 400); they are wrong here too, so that nobody reads them.

use orcid_xml::Orcid;
use serde_json::{Value, json};

use super::media::Media;
use super::node::Node;
use super::schema::Flaw;
use crate::answer::Answer;
use crate::api::words;
use crate::world::Standing;

const MORE_INFO: &str = "https://members.orcid.org/api/resources/troubleshooting";

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub code: u32,
    pub developer: String,
    pub user: String,
    /// Where the primary record stands.
    pub location: Option<String>,
}

impl Refusal {
    /// A refusal by its number; `detail` says what is wrong with this request.
    pub fn new(code: u32, detail: &str) -> Refusal {
        let (status, developer, user) = text(code);
        let developer = match detail {
            "" => developer.to_owned(),
            _ if developer.contains("{}") => developer.replace("{}", detail),
            _ => format!("{developer} Full validation error: {detail}"),
        };
        let user = user.replace("{}", detail);
        Refusal { status, code, developer, user, location: None }
    }

    /// The same with another status, where ORCID gives one number with several.
    pub fn status(mut self, status: u16) -> Refusal {
        self.status = status;
        self
    }

    /// A record that cannot be read or written as it stands; `None` if it can. ORCID
    /// says that a record is deprecated with 301 to those who read and with 409 to others.
    pub fn of_standing(
        orcid: Orcid,
        standing: Standing,
        reads: bool,
        base: &str,
        rest: &str,
    ) -> Option<Refusal> {
        // What is not public is not shown by the public API only.
        if matches!(standing, Standing::Active | Standing::NotPublic) {
            return None;
        }
        let (status, code, developer, user) = words(orcid, standing);
        let mut refusal = Refusal { status, code, developer, user, location: None };
        if let Standing::Deprecated(primary) = standing {
            match reads {
                true => refusal.location = Some(format!("{base}/v3.0/{primary}{rest}")),
                false => {
                    refusal.status = 409;
                    refusal.developer = refusal.developer.replace("301 Moved Permanently", "409 Conflict");
                }
            }
        }
        Some(refusal)
    }

    pub fn of_flaw(flaw: Flaw) -> Refusal {
        match flaw {
            Flaw::Schema(why) => Refusal::new(9001, &why),
            Flaw::Word(why) => Refusal::new(9051, &why),
        }
    }

    pub fn answer(&self, media: Media) -> Answer {
        let body = match media.is_json() {
            true => self.json().to_string(),
            false => self.node().document(),
        };
        let answer = Answer::new(self.status, media.content_type(), body);
        match &self.location {
            Some(location) => answer.with("location", location.clone()),
            None => answer,
        }
    }

    pub fn node(&self) -> Node {
        Node::new("error:error").with_all([
            Node::leaf("error:response-code", self.status.to_string()),
            Node::leaf("error:developer-message", self.developer.clone()),
            Node::leaf("error:user-message", self.user.clone()),
            Node::leaf("error:error-code", self.code.to_string()),
            Node::leaf("error:more-info", MORE_INFO),
        ])
    }

    pub fn json(&self) -> Value {
        json!({
            "response-code": self.status,
            "developer-message": self.developer,
            "user-message": self.user,
            "error-code": self.code,
            "more-info": MORE_INFO,
        })
    }
}

/// No token, or one that does not permit this at all: JSON, whatever was asked for.
pub fn forbidden() -> Answer {
    let why = "Forbidden: The server understood the request but refuses to authorize it.";
    Answer::json(403, &json!({ "error": "forbidden", "error_description": why }))
}

const TRY_AGAIN: &str = "There was an error when adding or updating the activity. Please try again.";
const FORBIDDEN: &str = "The client application is forbidden to perform the action.";
const NOT_FOUND: &str = "The resource was not found.";
const VALIDATION: &str = "There was an error when validating the request.";

/// Status, words for developers and words for users of a number.
fn text(code: u32) -> (u16, &'static str, &'static str) {
    match code {
        9001 => (
            400,
            "400 Bad Request: There is an issue with your data or the API endpoint.",
            "ORCID could not process the data, because they were invalid.",
        ),
        9006 => (400, "400 Bad Request: {}", "The client application sent a bad request to ORCID."),
        9008 => (
            500,
            "500 Internal Server Error: Something went wrong in ORCID.",
            "Something went wrong in ORCID.",
        ),
        9010 => (
            403,
            "403 Forbidden: You are not the source of the {}, so you are not allowed to update it.",
            "The client application is not the source of the resource it is trying to access.",
        ),
        9011 => (404, "404 Not Found: ORCID {} not found.", NOT_FOUND),
        9012 => (400, "400 Bad Request: {}", "The client application made a bad request to the ORCID API."),
        9013 => (403, "403 Forbidden: The item is private and you are not the source.", FORBIDDEN),
        9014 => (403, "403 Forbidden: {}", FORBIDDEN),
        9016 => (404, "404 Not Found: The resource was not found.", NOT_FOUND),
        9017 => (401, "401 Unauthorized: {}", "The client application is not authorized."),
        9021 => (
            409,
            "409 Conflict: You have already added this activity (matched by external identifiers), please see element with put-code {}. If you are trying to edit the item, please use PUT instead of POST.",
            TRY_AGAIN,
        ),
        9025 => (
            409,
            "409 Conflict: The group-id-record {} already exists.",
            "The given group-id-record already exists.",
        ),
        9026 => (
            400,
            "400 Bad Request: The group-id-record {} does not exist.",
            "The group-id-record does not exist.",
        ),
        9027 => (404, "404 Not Found: There is no client {}.", NOT_FOUND),
        9028 => (404, "404 Not Found: No webhook found for {}.", NOT_FOUND),
        9030 => (409, "409 Conflict: The element {} is duplicated.", "The element {} is duplicated."),
        9038 => (403, "409 Conflict: The access token does not have the required scope.", FORBIDDEN),
        9041 => (404, "404 Not Found: The biography is not there.", NOT_FOUND),
        9040 => (409, "409 Conflict: The group-id-record {} is in use.", "The group-id-record is in use."),
        9048 => (
            409,
            "409 Conflict: The record has reached the limit of {} works.",
            "The record has too many works.",
        ),
        _ => text_of_validation(code),
    }
}

/// Numbers for what is wrong with an item.
fn text_of_validation(code: u32) -> (u16, &'static str, &'static str) {
    let (developer, user) = match code {
        9019 => (
            "400 Bad Request: The put code in the URL does not match the one in the body: {}.",
            "The put code in the URL did not match that in the body of the message.",
        ),
        9020 => ("400 Bad Request: Invalid incoming message.", "Invalid incoming message."),
        9022 => {
            ("400 Bad Request: The activity must have a title.", "Invalid activity: a title is required.")
        }
        9023 => (
            "400 Bad Request: The activity must have at least one external identifier.",
            "Invalid activity: an external identifier is required.",
        ),
        9024 => (
            "400 Bad Request: Put-code is included when not expected. When posting new activities, the put code should be omitted.",
            TRY_AGAIN,
        ),
        9034 => {
            ("400 Bad Request: The put code provided is not valid.", "The put code provided is not valid.")
        }
        9035 => {
            return (
                403,
                "403 Forbidden: The visibility of an item cannot be changed.",
                "You can't change the visibility of an item, please remove the visibility or set it to the current value.",
            );
        }
        9037 => ("400 Bad Request: Invalid or missing value.", "Please specify a type."),
        9042 => ("400 Bad Request: {}", VALIDATION),
        9045 => (
            "400 Bad Request: The disambiguated organization is missing, or is not in ORCID's list.",
            "Invalid disambiguated organization.",
        ),
        9046 => ("400 Bad Request: The organization is missing.", "An organization is required."),
        9047 => ("400 Bad Request: The JSON cannot be read.", "Invalid JSON."),
        9049 => ("400 Bad Request: A date is not valid.", "Invalid date."),
        9050 => ("400 Bad Request: An end date needs a start date.", "A start date is required."),
        9051 => ("400 Bad Request: A value is not one of its list.", "Invalid value."),
        9053 => ("400 Bad Request: The ISSN is not valid.", "Invalid ISSN."),
        9054 => ("400 Bad Request: The amount is not a number.", "Invalid amount."),
        9055 => ("400 Bad Request: The end date is before the start date.", "Invalid dates."),
        9058 => ("404 Not Found: The role of a contributor is not valid.", "Invalid contributor role."),
        9060 => {
            ("400 Bad Request: The address needs a city and a country.", "A city and a country are required.")
        }
        9061 => ("400 Bad Request: A city or region needs a country.", "A country is required."),
        9062 => (
            "400 Bad Request: A disambiguated organization or an external identifier is required.",
            "An organization identifier or an external identifier is required.",
        ),
        _ => panic!("{code} has no words"),
    };
    (400, developer, user)
}
