//! How losses print inside a model: `Focal {gamma: 2.0, alpha: 1.0, ignore_index: -100}`.

use crate::catalogue::{Described, Parameter};
use crate::criteria::TensorClassCall;
use crate::engine::class_rows::ClassCall;
use crate::engine::pointwise::Input;
use crate::engine::soft_rows::SoftCall;
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

/// The formula's name and parameters, the class weights and the ignore index, as far as there are any.
pub(crate) fn call(call: &ClassCall, content: Content) -> Content {
    let content = formula(call.formula.name(), call.formula.parameters(), content);
    targets(call.class_weights.as_deref(), call.ignore_index, content)
}

/// The same, and what scores are where they are not logits.
pub(crate) fn soft(call: &SoftCall, content: Content) -> Content {
    let mut parameters = call.formula.parameters();
    if call.input != Input::Logits {
        parameters.push(("input".to_owned(), serde_json::to_value(call.input).unwrap_or_default()));
    }
    if let Some(smoothing) = &call.label_smoothing {
        parameters.push(("label_smoothing".to_owned(), serde_json::to_value(smoothing).unwrap_or_default()));
    }
    let content = formula(call.formula.name(), parameters, content);
    targets(call.class_weights.as_deref(), call.ignore_index, content)
}

/// The same of a loss in tensor operations.
pub(crate) fn tensor_class(call: &TensorClassCall, content: Content) -> Content {
    let content = formula(call.formula.name(), call.formula.parameters(), content);
    targets(call.class_weights.as_deref(), call.ignore_index, content)
}

fn targets(class_weights: Option<&[f64]>, ignore_index: Option<i64>, mut content: Content) -> Content {
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
