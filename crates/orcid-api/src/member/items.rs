//! Items as lists of the Member API give them: with put code and source, so that one's own are
//! told from others'; and the entries of a bulk.

use super::section::Section;
use super::stub::MemberError;
use super::tree::{Tree, TreeError};

/// An item of a list, or an item that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedItem {
    /// Its put code.
    pub put_code: i64,
    /// The client that added it; `None` if a person did.
    pub client_id: Option<String>,
    /// Its element: a summary, or the whole item.
    pub element: Tree,
}

/// What became of one work of a bulk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkEntry {
    /// It is added, under this put code.
    Added(i64, Tree),
    /// It is not.
    Error(MemberError),
}

impl ListedItem {
    /// True where this client added it.
    pub fn is_of(&self, client_id: &str) -> bool {
        self.client_id.as_deref() == Some(client_id)
    }

    fn of(element: &Tree) -> Option<Self> {
        let put_code = element.attribute("put-code")?.parse().ok()?;
        let source = element.child("source");
        let client = source.and_then(|source| source.child("source-client-id"));
        let client_id = client.and_then(|client| {
            let uri = || client.text_at(&["uri"])?.rsplit('/').next();
            client.text_at(&["path"]).or_else(uri).map(str::to_owned)
        });
        Some(Self { put_code, client_id, element: element.clone() })
    }
}

/// The items of a list of `section`. Those without a put code are left out.
///
/// # Errors
/// [`TreeError`] if the body is not XML, or no list.
pub fn listed(section: Section, body: &[u8]) -> Result<Vec<ListedItem>, TreeError> {
    let tree = parse(body)?;
    let list = if section == Section::Address { "addresses" } else { section.list() };
    if tree.name != list {
        return Err(unexpected(&tree, list));
    }
    Ok(tree.all(&section.listed_as()).into_iter().filter_map(ListedItem::of).collect())
}

/// An item of `section` that was read.
///
/// # Errors
/// [`TreeError`] if the body is not XML, or no such item.
pub fn item(section: Section, body: &[u8]) -> Result<ListedItem, TreeError> {
    let tree = parse(body)?;
    let found = Some(&tree).filter(|tree| tree.name == section.element()).and_then(ListedItem::of);
    found.ok_or_else(|| unexpected(&tree, section.element()))
}

/// The entries of the answer to a bulk, in their order.
///
/// # Errors
/// [`TreeError`] if the body is not XML, or no bulk.
pub fn bulk_entries(body: &[u8]) -> Result<Vec<BulkEntry>, TreeError> {
    let tree = parse(body)?;
    if tree.name != "bulk" {
        return Err(unexpected(&tree, "bulk"));
    }
    let entry = |element: &Tree| {
        if let Some(error) = MemberError::of_tree(MemberError::own_status(element).unwrap_or(400), element) {
            return Ok(BulkEntry::Error(error));
        }
        let put_code = element.attribute("put-code").and_then(|put_code| put_code.parse().ok());
        let put_code = put_code.filter(|_| element.name == Section::Work.element());
        put_code
            .map(|put_code| BulkEntry::Added(put_code, element.clone()))
            .ok_or_else(|| unexpected(element, "work"))
    };
    tree.children.iter().map(entry).collect()
}

fn parse(body: &[u8]) -> Result<Tree, TreeError> {
    let not_utf8 = |_| TreeError { line: 1, column: 1, what: "the answer is not UTF-8".to_owned() };
    Tree::parse(std::str::from_utf8(body).map_err(not_utf8)?)
}

fn unexpected(found: &Tree, expected: &str) -> TreeError {
    let what = format!("the answer has the element {} in the place of {expected}", found.name);
    TreeError { line: found.line, column: found.column, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"<activities:employments xmlns:activities="a" xmlns:common="c" xmlns:employment="e">
        <activities:affiliation-group><employment:employment-summary put-code="1"><common:source>
        <common:source-client-id><common:uri>https://orcid.org/client/APP-A</common:uri><common:path>APP-A</common:path>
        </common:source-client-id></common:source></employment:employment-summary>
        <employment:employment-summary put-code="2"><common:source><common:source-orcid>
        <common:path>0000-0002-1825-0097</common:path></common:source-orcid></common:source></employment:employment-summary>
        </activities:affiliation-group></activities:employments>"#;

    #[test]
    fn own_items_are_told_by_their_source() {
        let items = listed(Section::Employment, LIST.as_bytes()).unwrap();

        let own: Vec<i64> =
            items.iter().filter(|item| item.is_of("APP-A")).map(|item| item.put_code).collect();
        assert_eq!((items.len(), own), (2, vec![1]));
        assert!(listed(Section::Education, LIST.as_bytes()).is_err());
    }

    #[test]
    fn entries_of_a_bulk_are_works_and_errors() {
        let body = r#"<bulk:bulk xmlns:bulk="b" xmlns:work="w" xmlns:error="e"><work:work put-code="9"/>
            <error:error><error:response-code>409</error:response-code><error:error-code>9021</error:error-code></error:error>
            </bulk:bulk>"#;

        let entries = bulk_entries(body.as_bytes()).unwrap();

        assert!(matches!(
            &entries[..],
            [BulkEntry::Added(9, _), BulkEntry::Error(MemberError { status: 409, code: Some(9021), .. })]
        ));
        assert!(bulk_entries(b"<bulk><work/></bulk>").is_err());
    }
}
