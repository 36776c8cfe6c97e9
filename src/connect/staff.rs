//! A list of staff: who is to be invited.

use std::collections::BTreeSet;
use std::path::Path;

use super::error::ConnectError;
use super::languages::Language;
use super::store::NewPerson;
use orcid_xml::Orcid;
use ror_match::Table;

/// What columns are mostly called, by what is in them.
const COLUMNS: [(&str, &[&str]); 7] = [
    (
        "id",
        &[
            "local_id",
            "local id",
            "id",
            "staff_id",
            "staff id",
            "personnel_number",
            "employee_id",
            "uid",
            "kennung",
        ],
    ),
    ("name", &["name", "full name", "display name"]),
    (
        "given",
        &[
            "given",
            "given names",
            "given name",
            "given_names",
            "first name",
            "firstname",
            "vorname",
            "nombre",
        ],
    ),
    (
        "family",
        &[
            "family",
            "family name",
            "family_name",
            "family_names",
            "last name",
            "lastname",
            "surname",
            "nachname",
            "apellidos",
        ],
    ),
    ("email", &["email", "e-mail", "mail", "email address"]),
    ("language", &["language", "lang", "sprache", "idioma"]),
    ("orcid", &["orcid", "orcid id", "orcid_id"]),
];

/// Reads a list of staff: a table with a column for the institution's own id, or for the e-mail
/// address, which is then the id.
///
/// # Errors
/// [`ConnectError`] where the table cannot be read, a row has no id, or two rows have the same.
pub fn read_staff(path: &Path) -> Result<Vec<NewPerson>, ConnectError> {
    let unreadable =
        |error: ror_match::RorError| ConnectError::io("read", path)(std::io::Error::other(error));
    let mut table = Table::open(path).map_err(unreadable)?;
    let mut places = [None; COLUMNS.len()];
    for (place, (_, names)) in places.iter_mut().zip(COLUMNS) {
        for name in names {
            if place.is_none() {
                *place = table.column(name).map_err(unreadable)?;
            }
        }
    }
    if places[0].is_none() && places[4].is_none() {
        return Err(ConnectError::NoColumn { path: path.to_owned(), column: "local_id" });
    }
    let (mut staff, mut seen) = (Vec::new(), BTreeSet::new());
    while let Some(row) = table.row().map_err(unreadable)? {
        let fault = |what: String| ConnectError::Row { path: path.to_owned(), line: row.line, what };
        let cell = |place: Option<usize>| {
            place.and_then(|place| row.cells.get(place)).map_or("", |cell| cell.trim()).to_owned()
        };
        let [id, name, given, family, email, language, orcid] = places.map(cell);
        let local_id = if id.is_empty() { email.clone() } else { id };
        if local_id.is_empty() {
            return Err(fault("there is neither an id nor an e-mail address".to_owned()));
        }
        if !seen.insert(local_id.clone()) {
            return Err(fault(format!("{local_id} stands here for the second time")));
        }
        let whole = [given.as_str(), family.as_str()].join(" ").trim().to_owned();
        let name = if name.is_empty() { whole } else { name };
        let language = Language::find(&language).map_or(String::new(), |language| language.code.to_owned());
        let listed_orcid = Orcid::read(&orcid).ok().map(|orcid| orcid.as_str().to_owned());
        staff.push(NewPerson {
            local_id,
            name,
            given_names: given,
            family_names: family,
            email,
            language,
            listed_orcid,
        });
    }
    Ok(staff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("staff.csv");
        let text = "Staff ID;First name;Last name;E-Mail;Sprache;ORCID\n7;Sofía;García;s@example.org;de-AT;https://orcid.org/0000-0002-1825-0097\n8;;;t@example.org;fr;none\n";
        std::fs::write(&path, text).unwrap();

        let staff = read_staff(&path).unwrap();

        assert_eq!((staff[0].local_id.as_str(), staff[0].name.as_str()), ("7", "Sofía García"));
        assert_eq!(
            (staff[0].language.as_str(), staff[0].listed_orcid.as_deref()),
            ("de", Some("0000-0002-1825-0097"))
        );
        assert_eq!(
            (staff[1].name.as_str(), staff[1].language.as_str(), &staff[1].listed_orcid),
            ("", "", &None)
        );
    }

    #[test]
    fn a_person_without_an_id_or_twice_is_told_by_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("staff.csv");
        for (text, expected) in [
            ("name\nSofía\n", "local_id"),
            ("id,email\n1,a@b.c\n,\n", "line 3"),
            ("id,email\n1,a@b.c\n1,d@e.f\n", "second time"),
        ] {
            std::fs::write(&path, text).unwrap();

            let error = read_staff(&path).unwrap_err().to_string();

            assert!(error.contains(expected), "{error}");
        }
    }
}
