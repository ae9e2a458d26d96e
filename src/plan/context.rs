//! What reading the keys of one service needs at hand.

use super::name::Name;
use super::names::ServiceNames;
use super::need::{Need, NeedKind};
use super::network::Network;
use super::path::{self, Base};
use crate::host::Host;
use crate::lisp::Form;
use crate::project::field::{Field, FieldReader, Fields};
use crate::word::Word;

/// The keys of one service, and what their values depend on.
pub(super) struct Context<'a> {
    pub(super) project: &'a Name,
    /// The names of all services of the file, chosen or not.
    pub(super) services: &'a ServiceNames,
    pub(super) fields: Fields<'a>,
    pub(super) reader: &'a FieldReader,
    pub(super) base: Base<'a>,
    pub(super) host: &'a Host,
    /// Whether the service goes where its sources do not.
    pub(super) self_contained: bool,
    pub(super) network: Network,
}

impl Context<'_> {
    /// The value of a key, as `parse` understands it.
    pub(super) fn parse<T>(
        &self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.fields.get(key)?.parse(parse)
    }

    /// The forms of a key.
    pub(super) fn forms(&self, key: &str) -> Vec<Form> {
        self.items(key).iter().filter_map(Field::form).collect()
    }

    /// The paths of a key, each of which must be there.
    pub(super) fn paths(&self, key: &str, kind: NeedKind, needs: &mut Vec<Need>) -> Vec<Word> {
        self.items(key)
            .iter()
            .filter_map(|field| self.needed(field, kind, needs))
            .collect()
    }

    /// The path in `field`, which must be there.
    pub(super) fn needed(
        &self,
        field: &Field<'_>,
        kind: NeedKind,
        needs: &mut Vec<Need>,
    ) -> Option<Word> {
        let path = path::read(field, self.base)?;
        if field.is_unset() {
            return Some(path);
        }
        needs.push(Need {
            path: path.resolved(),
            key: field.path().to_owned(),
            kind,
            location: Some(field.location()),
            help: String::new(),
        });
        Some(path)
    }

    /// The items of a key.
    pub(super) fn items(&self, key: &str) -> Vec<Field<'_>> {
        items(self.fields.get(key))
    }
}

/// The items of a list, without the empty ones, which are reported.
pub(super) fn items(field: Option<Field<'_>>) -> Vec<Field<'_>> {
    let mut items = field.map(|field| field.items()).unwrap_or_default();
    items.retain(|item| {
        let null = item.is_null();
        if null {
            item.report_null();
        }
        !null
    });
    items
}
