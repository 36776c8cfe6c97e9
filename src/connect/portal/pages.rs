//! Pages from templates: texts of one language, values escaped.

use std::collections::BTreeMap;

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, UndefinedBehavior, context};

use crate::connect::error::ConnectError;
use crate::connect::languages::{LANGUAGES, Language, filled};
use crate::connect::settings::Settings;
use orcid_api::oauth::IssuerKind;

const TEMPLATES: [(&str, &str); 10] = [
    ("layout.html", include_str!("templates/layout.html")),
    ("parts.html", include_str!("templates/parts.html")),
    ("home.html", include_str!("templates/home.html")),
    ("message.html", include_str!("templates/message.html")),
    ("fragment.html", include_str!("templates/fragment.html")),
    ("admin_layout.html", include_str!("templates/admin_layout.html")),
    ("admin_sign_in.html", include_str!("templates/admin_sign_in.html")),
    ("admin_overview.html", include_str!("templates/admin_overview.html")),
    ("admin_table.html", include_str!("templates/admin_table.html")),
    ("admin_person.html", include_str!("templates/admin_person.html")),
];

/// The templates, and what all pages show.
#[derive(Debug)]
pub struct Pages {
    environment: Environment<'static>,
    /// The texts of each language, and the list of languages, ready for templates.
    texts: BTreeMap<&'static str, Value>,
    languages: Value,
    institution: String,
    help: Option<String>,
    issuer_kind: &'static str,
}

impl Pages {
    /// The pages of a portal.
    ///
    /// # Errors
    /// [`ConnectError::Page`] where a template is wrong.
    pub fn new(settings: &Settings, issuer_kind: IssuerKind) -> Result<Self, ConnectError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_filter("fill", fill);
        for (name, text) in TEMPLATES {
            environment.add_template(name, text).map_err(fault)?;
        }
        let texts = LANGUAGES.iter().map(|language| (language.code, Value::from(language.texts.clone())));
        let named = |language: &Language| {
            context! { code => language.code, name => language.text("language_name", &[]) }
        };
        Ok(Self {
            environment,
            texts: texts.collect(),
            languages: LANGUAGES.iter().map(named).collect(),
            institution: settings.institution.clone(),
            help: settings.help.clone(),
            issuer_kind: issuer_kind.name(),
        })
    }

    /// A page in a language. Its forms bear `csrf`.
    ///
    /// # Errors
    /// [`ConnectError::Page`] where a template is wrong.
    pub fn render(
        &self,
        template: &str,
        language: &Language,
        csrf: &str,
        values: Value,
    ) -> Result<String, ConnectError> {
        let all = context! {
            lang => language.code,
            t => self.texts.get(language.code).cloned(),
            languages => self.languages.clone(),
            institution => self.institution.as_str(),
            help => self.help.as_deref(),
            issuer_kind => self.issuer_kind,
            csrf,
            ..values
        };
        self.environment.get_template(template).and_then(|template| template.render(all)).map_err(fault)
    }
}

/// Replaces words in braces by the arguments of their names.
fn fill(text: &str, words: Kwargs) -> Result<String, Error> {
    let names: Vec<&str> = words.args().collect();
    let values: Vec<String> = names.iter().map(|name| words.get(name)).collect::<Result<_, _>>()?;
    let pairs: Vec<(&str, &str)> = names.iter().copied().zip(values.iter().map(String::as_str)).collect();
    Ok(filled(text, &pairs))
}

fn fault(error: Error) -> ConnectError {
    ConnectError::Page { source: Box::new(error) }
}
