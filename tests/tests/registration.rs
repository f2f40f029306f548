//! Losses of one's own, by name: read from files, run by `eval`, found, refused.

use burn_losses::catalogue::{self, Described, Entry, Family, Parameter, Range, Registration};
use burn_losses::prelude::*;
use burn_losses::{ErrorKind, PerClass};
use loss_lab::commands::answer;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// wₜ·(1 − p)^β·(−ln p)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Own {
    beta: f64,
    scale: PerClass,
}

impl Default for Own {
    fn default() -> Self {
        Self { beta: 0.5, scale: PerClass::Same(1.0) }
    }
}

impl ClassFormula for Own {
    const PARAMETERS: &'static [Parameter] = Self::ENTRY.parameters;

    fn per_class(&self) -> Vec<(&'static str, &PerClass)> {
        vec![("scale", &self.scale)]
    }

    fn loss<R: Real>(&self, row: &Row<R>) -> R {
        row.of_class(&self.scale) * row.miss_pow(self.beta) * -row.log_p()
    }
}

impl Described for Own {
    const ENTRY: Entry = Entry {
        name: "own_of_the_tests",
        type_name: "Own",
        family: Family::Classification,
        formula: "−wₜ·(1 − p)^β·ln p",
        source: "These tests",
        purpose: "A loss of one's own",
        parameters: &[
            Parameter::new("beta", 0.5, Range::at_least(0.0)),
            Parameter::per_class("scale", 1.0, Range::at_least(0.0)),
        ],
    };
}

/// Of numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OwnError {}

impl PointwiseFormula for OwnError {
    fn loss<R: Real>(&self, at: &Point<R>) -> R {
        at.residual().abs().sqrt()
    }
}

impl Described for OwnError {
    const ENTRY: Entry = Entry {
        name: "own_error_of_the_tests",
        type_name: "OwnError",
        family: Family::Regression,
        parameters: &[],
        ..Own::ENTRY
    };
}

fn register() {
    catalogue::register(Registration::of::<_, Own>()).expect("a new name, or the same loss again");
    catalogue::register(Registration::of::<_, OwnError>()).expect("a new name, or the same loss again");
}

fn read(value: Value) -> LossConfig {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

#[test]
fn a_registered_loss_is_read_as_one_of_the_catalogue() {
    register();
    let config = read(json!({"name": "own_of_the_tests", "beta": 2, "scale": [1.0, 3.0]}));
    let own = Own { beta: 2.0, scale: vec![1.0, 3.0].into() };
    assert_eq!(config.formula::<Own>(), Some(&own));
    assert_eq!(config, LossConfig::new(own));
    assert_eq!(read(serde_json::to_value(&config).expect("JSON")), config);
    assert_eq!(config.to_string().parse::<LossConfig>().expect("as it prints"), config);
    let inside = read(json!({"name": "flooding", "level": 0.25, "loss": "own_of_the_tests"}));
    assert_eq!(inside.innermost().formula::<Own>(), Some(&Own::default()));
    let sum = read(
        json!({"name": "weighted_sum", "terms": [{"loss": "own_of_the_tests"}, {"weight": 0.5, "loss": "focal"}]}),
    );
    assert!(sum.init().is_ok());
}

#[test]
fn what_is_wrong_with_a_registered_loss_is_said_in_its_name() {
    register();
    for (text, kind, sentence) in [
        (r#"{"name": "own_of_the_tests", "beta": -1}"#, ErrorKind::Parameter, "Own: beta must be ≥ 0, got -1"),
        (
            r#"{"name": "own_of_the_tests", "gamma": 1}"#,
            ErrorKind::UnknownField,
            "Own: fields must be its parameters (beta, scale), got \"gamma\"",
        ),
        (
            r#"{"name": "own_of_the_tests", "beta": [1, 2]}"#,
            ErrorKind::Parameter,
            "Own: beta must be one number, got [1,2]",
        ),
    ] {
        let error = text.parse::<LossConfig>().expect_err(text);
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, sentence));
    }
    let error = "own_of_the_test".parse::<LossConfig>().expect_err("a misspelt name");
    assert!(error.to_string().contains("the nearest: own_of_the_tests"), "{error}");
    let error = read(json!("own_error_of_the_tests")).init().expect_err("it is of numbers");
    assert_eq!(error.kind(), ErrorKind::OtherKind, "{error}");
}

#[test]
fn eval_runs_a_registered_loss_and_its_wrappers() {
    register();
    let inputs = json!({
        "logits": {"shape": [2, 2], "data": [0.0, 1.0, 0.5, -0.5]},
        "targets": {"shape": [2], "data": [0, 1]},
    });
    let request = json!({"loss": {"name": "own_of_the_tests", "beta": 2}, "inputs": inputs, "dtype": "f64"});
    let as_focal = json!({"loss": {"name": "focal", "gamma": 2}, "inputs": inputs, "dtype": "f64"});
    let [own, focal] = [request, as_focal].map(|request| answer(request.to_string().as_bytes()));
    assert!(own.get("error").is_none() && own.get("value").is_some(), "{own}");
    assert_eq!(own, focal);
}

#[test]
fn names_are_given_once() {
    register();
    assert!(catalogue::registered().contains(&&Own::ENTRY));
    assert_eq!(catalogue::find("own_of_the_tests"), Some(&Own::ENTRY));
    assert!(catalogue::all().iter().all(|entry| entry.name != Own::ENTRY.name), "the catalogue is of this crate");
    assert_eq!(catalogue::search("own_of_the_tests").first(), Some(&&Own::ENTRY));

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Impostor {}
    impl PointwiseFormula for Impostor {
        fn loss<R: Real>(&self, at: &Point<R>) -> R {
            at.residual()
        }
    }
    impl Described for Impostor {
        const ENTRY: Entry = Entry { name: "focal", type_name: "Impostor", parameters: &[], ..Own::ENTRY };
    }
    let error = catalogue::register(Registration::of::<_, Impostor>()).expect_err("the name is taken");
    assert_eq!(error.to_string(), "Impostor: name must be one that no other loss has, as Focal has, got \"focal\"");
    assert_eq!("focal".parse::<LossConfig>().expect("a name"), Focal::default().into());
}
