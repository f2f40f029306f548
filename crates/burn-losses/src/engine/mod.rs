//! The engines: each does the O(batch × classes) work once for a whole family of losses, and knows no loss by name.

pub(crate) mod class_rows;
