//! How losses print inside a model: `Focal {gamma: 2.0, alpha: 1.0, ignore_index: -100}`.

use crate::engine::class_rows::ClassCall;
use burn::module::{Content, DisplaySettings};
use serde::Serialize;
use serde_json::Value;

/// On one line.
pub(crate) fn settings() -> DisplaySettings {
    DisplaySettings::new().with_new_line_after_attribute(false)
}

/// The type's name and every parameter.
pub(crate) fn parameters(name: &str, parameters: &impl Serialize, content: Content) -> Content {
    let mut content = content.set_top_level_type(name);
    if let Ok(Value::Object(fields)) = serde_json::to_value(parameters) {
        for (name, value) in fields {
            content = content.add_debug_attribute(&name, &Plain(value));
        }
    }
    content
}

/// The formula's parameters, the class weights and the ignore index, as far as there are any.
pub(crate) fn call(call: &ClassCall, content: Content) -> Content {
    let mut content = parameters(call.formula.name(), &call.formula.parameters(), content);
    if let Some(weights) = &call.class_weights {
        content = content.add_debug_attribute("class_weights", &weights);
    }
    if let Some(index) = call.ignore_index {
        content = content.add_debug_attribute("ignore_index", &index);
    }
    content
}

/// A JSON value as JSON writes it.
struct Plain(Value);

impl core::fmt::Debug for Plain {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        core::fmt::Display::fmt(&self.0, f)
    }
}
