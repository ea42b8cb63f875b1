//! What the grammar says of a data type and its components: the site's words over the standard's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::view::{Attribute, Origin, usage_of};
use crate::profile::{ComponentOverlay, Profile, TypeOverlay, Usage};
use crate::standard::{self, DataType, Dictionary};

/// The site's data types by name.
pub(super) type SiteTypes = BTreeMap<Arc<str>, Arc<TypeOverlay>>;

/// A data type as the grammar describes it.
#[derive(Clone, Copy, Debug)]
pub struct TypeView<'g> {
    id: &'g str,
    dictionary: &'static Dictionary,
    site_types: &'g SiteTypes,
    standard: Option<(&'static DataType, &'static Dictionary)>,
    overlay: Option<&'g TypeOverlay>,
}

/// A component as the grammar describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentView<'g> {
    /// Its number in the type, counted from 1.
    pub number: u16,
    /// What it holds; empty when nothing is known of it.
    pub name: &'g str,
    /// What the site knows of it; empty when it says nothing.
    pub description: &'g str,
    /// The id of its data type.
    pub data_type: &'g str,
    /// Whether it must be there when the field is.
    pub usage: Usage,
    /// The longest text in characters, where it is known.
    pub max_length: Option<u32>,
    /// Its code table: a name in the profile or a number of the standard.
    pub table: Option<&'g str>,
    /// How the site writes a date here.
    pub mask: Option<&'g str>,
    origins: [Origin; Attribute::ALL.len()],
}

impl ComponentView<'_> {
    /// Who says an attribute of it.
    pub fn origin_of(&self, attribute: Attribute) -> &Origin {
        &self.origins[attribute as usize]
    }
}

/// What a profile and the standard it builds on say of a data type; `None` when neither knows it.
pub fn describe_type<'g>(profile: &'g Profile, id: &'g str) -> Option<TypeView<'g>> {
    TypeView::find(standard::dictionary(profile.version()), &profile.types, id)
}

impl<'g> TypeView<'g> {
    /// The type of this id as `dictionary` and the site describe it; `None` when neither does.
    pub(super) fn find(
        dictionary: &'static Dictionary,
        site_types: &'g SiteTypes,
        id: &'g str,
    ) -> Option<Self> {
        let overlay = site_types.get(id).map(|overlay| &**overlay);
        let standard = dictionary
            .data_type_or_later(id)
            .map(|(found, version)| (found, crate::standard::dictionary(version)));
        (overlay.is_some() || standard.is_some()).then_some(Self {
            id,
            dictionary,
            site_types,
            standard,
            overlay,
        })
    }

    /// Its id.
    pub fn id(&self) -> &'g str {
        self.id
    }

    /// What a value of it is: the site's words, else the standard's.
    pub fn name(&self) -> &'g str {
        let site = self.overlay.map(|overlay| &*overlay.description);
        site.filter(|text| !text.is_empty())
            .or(self.standard.map(|(found, _)| found.name))
            .unwrap_or_default()
    }

    /// Who describes it; a site that only adds to it leaves it the standard's.
    pub fn origin(&self) -> Origin {
        self.standard.map_or(Origin::Site, |(_, found)| {
            Origin::new(self.dictionary.version(), found.version())
        })
    }

    /// How the site writes dates of this type.
    pub fn mask(&self) -> Option<&'g str> {
        self.overlay.and_then(|overlay| overlay.mask.as_deref())
    }

    /// Whether it has no components.
    pub fn is_primitive(&self) -> bool {
        self.component_count() == 0
    }

    /// The number of its last component; 0 for a primitive type.
    pub fn component_count(&self) -> usize {
        let of_standard = self.standard.map_or(0, |(found, _)| found.components.len());
        let numbers = self.overlay.into_iter().flat_map(TypeOverlay::numbered);
        numbers
            .map(|(number, _)| usize::from(number).min(MOST_COMPONENTS))
            .fold(of_standard, usize::max)
    }

    /// The component numbered `number`, counted from 1.
    pub fn component(&self, number: u16) -> Option<ComponentView<'g>> {
        if number == 0 || usize::from(number) > self.component_count() {
            return None;
        }
        let origin = self.origin();
        let mut view = ComponentView {
            number,
            name: "",
            description: "",
            data_type: "ST",
            usage: Usage::Optional,
            max_length: None,
            table: None,
            mask: None,
            origins: std::array::from_fn(|_| origin.clone()),
        };
        if let Some(found) = self.standard.and_then(|(found, _)| found.component(number)) {
            view.name = found.name;
            view.data_type = found.data_type;
            view.usage = usage_of(found.usage);
            view.max_length = found.max_length;
            view.table = found.table;
        }
        let mut numbered = self.overlay.into_iter().flat_map(TypeOverlay::numbered);
        if let Some((_, overlay)) = numbered.find(|(own, _)| *own == number) {
            view.lay_over(overlay, &Origin::Site);
        }
        Some(view)
    }

    /// The components in order.
    pub fn components(&self) -> impl Iterator<Item = ComponentView<'g>> {
        let this = *self;
        let last = u16::try_from(self.component_count()).unwrap_or(u16::MAX);
        (1..=last).filter_map(move |number| this.component(number))
    }

    /// The dictionary in which its components' code tables are looked up.
    pub(super) fn dictionary(&self) -> &'static Dictionary {
        self.standard.map_or(self.dictionary, |(_, found)| found)
    }

    /// The type of one of its components.
    pub fn inner(&self, component: &ComponentView<'g>) -> Option<TypeView<'g>> {
        let dictionary = match (self.standard, component.origin_of(Attribute::DataType)) {
            (Some((_, found)), origin) if origin.is_standard() => found,
            _ => self.dictionary,
        };
        Self::find(dictionary, self.site_types, component.data_type)
    }
}

impl<'g> ComponentView<'g> {
    fn lay_over(&mut self, part: &'g ComponentOverlay, origin: &Origin) {
        let mut says = |attribute: Attribute| self.origins[attribute as usize] = origin.clone();
        if !part.name.is_empty() {
            self.name = &part.name;
            says(Attribute::Name);
        }
        if !part.description.is_empty() {
            self.description = &part.description;
            says(Attribute::Description);
        }
        if let Some(data_type) = &part.data_type {
            if **data_type != *self.data_type {
                // The length of one type is not that of another.
                self.max_length = None;
                says(Attribute::Length);
            }
            self.data_type = data_type;
            says(Attribute::DataType);
        }
        if let Some(usage) = part.usage {
            self.usage = usage;
            says(Attribute::Usage);
        }
        if let Some(length) = part.length {
            self.max_length = Some(length);
            says(Attribute::Length);
        }
        if let Some(codes) = &part.codes {
            self.table = Some(codes);
            says(Attribute::Table);
        }
        if let Some(mask) = &part.mask {
            self.mask = Some(mask);
            says(Attribute::Mask);
        }
    }
}

/// The last component that a profile can describe.
const MOST_COMPONENTS: usize = 99;
