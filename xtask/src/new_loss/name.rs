//! The names of a loss: in files, of its type, and in words.

use crate::workspace::Result;

/// The names of a loss, and their places in a template.
#[derive(Debug)]
pub(super) struct Names {
    /// `my_loss`, `{{snake}}` in a template.
    pub(super) snake: String,
    /// `MyLoss`, `{{Type}}` in a template.
    type_name: String,
    /// `My loss`, `{{Title}}` in a template.
    title: String,
}

impl Names {
    /// The names, if they are such.
    pub(super) fn new(snake: &str, type_name: Option<&str>) -> Result<Self> {
        let is_snake =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !snake.split('_').all(is_snake) || snake.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(format!("new-loss: the name must be in snake case, as `my_loss`, got `{snake}`").into());
        }
        let camel: String = snake.split('_').map(capitalised).collect();
        let type_name = type_name.map_or(camel, str::to_owned);
        let is_type = type_name.starts_with(|first: char| first.is_ascii_uppercase());
        if !is_type || !type_name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(format!("new-loss: the type must be in camel case, as `MyLoss`, got `{type_name}`").into());
        }
        Ok(Self { snake: snake.to_owned(), type_name, title: capitalised(&snake.replace('_', " ")) })
    }

    /// A template with the names in their places.
    pub(super) fn fill(&self, template: &str) -> String {
        template
            .replace("{{snake}}", &self.snake)
            .replace("{{Type}}", &self.type_name)
            .replace("{{Title}}", &self.title)
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_follow_from_one_another() {
        let names = Names::new("poly1_cross_entropy", None).expect("valid");
        assert_eq!(
            names.fill("{{snake}} {{Type}} {{Title}}"),
            "poly1_cross_entropy Poly1CrossEntropy Poly1 cross entropy"
        );
        let names = Names::new("phuber", Some("PHuber")).expect("valid");
        assert_eq!(names.fill("{{Type}}"), "PHuber");
    }

    #[test]
    fn names_that_are_none_are_refused() {
        for name in ["MyLoss", "my-loss", "my__loss", "_loss", "1loss", ""] {
            assert!(Names::new(name, None).is_err(), "{name}");
        }
        for type_name in ["myLoss", "My_Loss", ""] {
            assert!(Names::new("my_loss", Some(type_name)).is_err(), "{type_name}");
        }
    }
}
