//! The source of an item.

use super::Text;

/// The source of an item, `common:source`: the person or the member's client that added it, and
/// on whose behalf. All fields are `None` if the element is absent or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Source<'a> {
    /// `common:source-orcid`: the iD of the person who added the item by hand, such as
    /// `0000-0002-1825-0097`; `None` if absent.
    pub orcid: Text<'a>,
    /// `common:source-client-id`: the client that added it, such as `APP-5E1VKQXON4GXABCD`, or in
    /// old records an iD-like number; `None` if absent.
    pub client_id: Text<'a>,
    /// `common:source-name`: the name of the person or client; `None` if absent or not public.
    pub name: Text<'a>,
    /// `common:assertion-origin-orcid`: the person on whose behalf the client acted; `None` if absent.
    pub assertion_origin_orcid: Text<'a>,
    /// `common:assertion-origin-client-id`: the client on whose behalf the client acted; `None` if absent.
    pub assertion_origin_client_id: Text<'a>,
    /// `common:assertion-origin-name`: the name of the person or client on whose behalf the
    /// client acted; `None` if absent.
    pub assertion_origin_name: Text<'a>,
}
