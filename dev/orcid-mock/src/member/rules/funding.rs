//! Fundings.

use super::super::node::Node;
use super::super::refusal::Refusal;
use super::super::words;
use super::known::Known;
use super::parts;

pub fn check(funding: &Node, known: &Known<'_>) -> Result<(), Refusal> {
    parts::title(funding, "title")?;
    if funding.text_at(&["type"]).is_none() {
        return Err(Refusal::new(9037, "a funding has a type"));
    }
    amount(funding)?;
    parts::contributors(funding, |role| words::FUNDING_ROLES.contains(&role))?;
    parts::external_ids(funding.child("external-ids"))?;
    parts::period(funding, true)?;
    let organization = funding.child("organization").ok_or_else(|| Refusal::new(9046, ""))?;
    parts::must_be_known(organization, known)
}

/// A number with a currency: both or none.
fn amount(funding: &Node) -> Result<(), Refusal> {
    let Some(amount) = funding.child("amount") else { return Ok(()) };
    let currency = amount.attribute("currency-code").unwrap_or_default();
    let text = amount.text.trim();
    let is_currency = currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase());
    if text.is_empty() || !is_currency {
        return Err(Refusal::new(9020, "an amount has a number and a currency"));
    }
    match text.replace(',', "").parse::<f64>() {
        Ok(_) => Ok(()),
        Err(_) => Err(Refusal::new(9054, text)),
    }
}
