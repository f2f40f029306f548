//! How losses print inside a model: `Focal {gamma: 2.0, alpha: 1.0, ignore_index: -100}`.

use crate::base::entry::{Described, Parameter};
use burn::module::{Content, DisplaySettings};
use serde::Serialize;
use serde_json::Value;

/// A type's own name, without its path and parameters.
pub(crate) fn type_name<T: ?Sized>() -> &'static str {
    let path = core::any::type_name::<T>();
    let path = path.split('<').next().unwrap_or(path);
    path.rsplit("::").next().unwrap_or(path)
}

/// On one line.
pub(crate) fn settings() -> DisplaySettings {
    DisplaySettings::new().with_new_line_after_attribute(false)
}

/// What `config` serialises to, first the parameters of the table in its order.
pub(crate) fn ordered(table: &[Parameter], config: &impl Serialize) -> Vec<(String, Value)> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(config) else { return Vec::new() };
    let known: Vec<_> = table.iter().filter_map(|parameter| fields.remove_entry(parameter.name)).collect();
    known.into_iter().chain(fields).collect()
}

/// A wrapper's name and parameters.
pub(crate) fn wrapper<W: Described + Serialize>(wrapper: &W, content: Content) -> Content {
    formula(W::ENTRY.type_name, ordered(W::ENTRY.parameters, wrapper), content)
}

/// The class weights and the ignore index, as far as there are any.
pub(crate) fn targets(class_weights: Option<&[f64]>, ignore_index: Option<i64>, mut content: Content) -> Content {
    if let Some(weights) = class_weights {
        content = content.add_debug_attribute("class_weights", &weights);
    }
    if let Some(index) = ignore_index {
        content = content.add_debug_attribute("ignore_index", &index);
    }
    content
}

/// A formula's name and parameters.
pub(crate) fn formula(name: &str, parameters: Vec<(String, Value)>, content: Content) -> Content {
    let content = content.set_top_level_type(name);
    parameters.into_iter().fold(content, |content, (name, value)| content.add_debug_attribute(&name, &Plain(&value)))
}

/// A JSON value as Rust writes numbers and lists.
struct Plain<'a>(&'a Value);

impl core::fmt::Debug for Plain<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Value::Array(values) => f.debug_list().entries(values.iter().map(Plain)).finish(),
            value => core::fmt::Display::fmt(value, f),
        }
    }
}
