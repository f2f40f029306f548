//! Configurations in files: what is read back is what was written, and what is wrong is said.

use burn_losses::catalogue::{self, Entry, Family, Parameter, Range, Signature};
use burn_losses::prelude::*;
use burn_losses_tests::{
    all_configurations, config, configurations, inner, json_of, names, same_json, tensor_class_configurations,
    whole_configurations,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn read(value: &Value) -> Result<LossConfig, String> {
    let from_value = serde_json::from_value::<LossConfig>(value.clone()).map_err(|error| error.to_string());
    // A file and a value in memory are read alike.
    let text = value.to_string();
    let from_text = serde_json::from_str::<LossConfig>(&text).map_err(|error| error.to_string());
    let sentence = |result: &Result<LossConfig, String>| match result {
        Ok(_) => String::new(),
        Err(error) => error.split(" at line ").next().unwrap_or_default().to_owned(),
    };
    assert_eq!(sentence(&from_value), sentence(&from_text), "{text}");
    assert_eq!(from_value.is_ok(), from_text.is_ok(), "{text}");
    from_value
}

#[track_caller]
fn error_of(value: Value) -> String {
    match read(&value) {
        Ok(config) => panic!("{value} was read as {config:?}"),
        Err(error) => error,
    }
}

#[track_caller]
fn says(value: Value, parts: &[&str]) {
    let error = error_of(value.clone());
    for part in parts {
        assert!(error.contains(part), "{value} gives \"{error}\", which does not say \"{part}\"");
    }
}

// ---- What is right ----

/// Every loss but the sums, which have their losses in fields of their own.
fn entries() -> impl Iterator<Item = &'static Entry> {
    let sums = ["weighted_sum", "active_passive", "uncertainty_weighting"];
    catalogue::all().iter().filter(move |entry| !sums.contains(&entry.name))
}

/// Whether a loss can be made, or says why not: some wrappers go around class losses only, some around some of them.
fn is_made(config: &LossConfig) -> bool {
    let error = match config.signature() {
        Signature::Class | Signature::Any => config.init().err(),
        Signature::Binary => config.init_binary().err(),
        Signature::Pointwise => config.init_pointwise().err(),
        Signature::Distribution => config.init_distribution().err(),
        Signature::Multilabel | Signature::Whole => config.init_tensor().err(),
    };
    let says_why = |error: String| error.contains("the loss must be") || error.contains("be above 0 for a class");
    error.is_none_or(|error| says_why(error.to_string()))
}

fn any_value(range: Range) -> BoxedStrategy<f64> {
    if range.whole {
        return (range.low as i64..=range.high as i64).prop_map(|x| x as f64).boxed();
    }
    let low = if range.low.is_finite() { range.low } else { range.high.min(1e6) - 1e6 };
    let high = if range.high.is_finite() { range.high } else { low + 1e6 };
    let wide = low..=high;
    let near = low..=(low + 2.0).min(high);
    prop_oneof![wide, near, Just(low), Just(high), Just(0.1), Just(1.0)]
        .prop_filter("in range", move |x| range.contains(*x))
        .boxed()
}

/// A square matrix whose rows sum to 1 exactly: of each row a part stays, and the rest goes to one other place.
fn any_matrix() -> BoxedStrategy<Value> {
    let row = (0_u32..=16, 0_usize..5);
    let matrix = proptest::collection::vec(row, 1..5).prop_map(|rows| {
        let size = rows.len();
        let of_row = |(at, &(sixteenths, other)): (usize, &(u32, usize))| {
            let mut row = vec![0.0; size];
            let share = f64::from(sixteenths) / 16.0;
            row[at] += share;
            row[other % size] += 1.0 - share;
            row
        };
        rows.iter().enumerate().map(of_row).collect::<Vec<Vec<f64>>>()
    });
    matrix.prop_map(|rows| json!(rows)).boxed()
}

fn any_parameter(parameter: &Parameter) -> BoxedStrategy<Value> {
    if parameter.flag {
        return any::<bool>().prop_map(Value::from).boxed();
    }
    let (one, parameter) = (any_value(parameter.range), *parameter);
    let alone = one.clone().prop_map(move |value| json_of(&parameter, value));
    match parameter {
        Parameter { per_class: true, .. } => {
            prop_oneof![alone, proptest::collection::vec(one, 1..6).prop_map(Value::from)].boxed()
        }
        Parameter { matrix: true, .. } => prop_oneof![alone, any_matrix()].boxed(),
        _ => alone.boxed(),
    }
}

/// Any loss with any of its parameters given, wrappers up to this many deep.
fn any_config(depth: u32) -> BoxedStrategy<Value> {
    let entries = entries().filter(move |entry| depth > 0 || entry.family != Family::Wrapper);
    let one = |entry: &'static Entry| {
        let fields: Vec<BoxedStrategy<Option<Value>>> =
            entry.parameters.iter().map(|parameter| proptest::option::of(any_parameter(parameter)).boxed()).collect();
        let inside = if entry.family == Family::Wrapper {
            proptest::option::of(any_config(depth - 1)).boxed()
        } else {
            Just(None).boxed()
        };
        (fields, inside).prop_map(move |(fields, inside)| {
            let mut object = Map::from_iter([("name".to_owned(), json!(entry.name))]);
            for (parameter, value) in entry.parameters.iter().zip(fields) {
                object.extend(value.map(|value| (parameter.name.to_owned(), value)));
            }
            object.extend(inside.map(|inside| ("loss".to_owned(), inside)));
            Value::Object(object)
        })
    };
    proptest::strategy::Union::new(entries.map(one).map(BoxedStrategy::from_strategy)).boxed()
}

/// `prop_map` results as boxed strategies, for a union.
trait FromStrategy {
    fn from_strategy(strategy: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value>;
}

impl FromStrategy for BoxedStrategy<Value> {
    fn from_strategy(strategy: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
        strategy.boxed()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_configurations_survive_the_round_trip(value in any_config(3)) {
        let config = read(&value).map_err(TestCaseError::fail)?;
        // Every parameter that was given is what was given.
        let written = serde_json::to_value(&config).expect("a configuration is JSON");
        let mut given = (&value, &written);
        loop {
            for (field, expected) in given.0.as_object().into_iter().flatten().filter(|(field, _)| *field != "loss") {
                prop_assert!(same_json(&given.1[field], expected), "{} of {} in {}", field, expected, written);
            }
            match given.0.get("loss") {
                Some(inside) => given = (inside, &given.1["loss"]),
                None => break,
            }
        }
        let again = read(&written).map_err(TestCaseError::fail)?;
        prop_assert_eq!(&again, &config);
        let text = serde_json::to_string_pretty(&config).expect("a configuration is JSON");
        let again: LossConfig = serde_json::from_str(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&again, &config);
        prop_assert!(is_made(&config));
        prop_assert_eq!(config.entry().name, config.name());
    }

    /// Whatever JSON is read, it is a loss or an error, never a panic; and a loss can be made.
    #[test]
    fn hostile_json_is_an_error_and_no_panic(value in any_json()) {
        if let Ok(config) = read(&value) {
            prop_assert!(is_made(&config), "{} was read and cannot be made", value);
        }
    }

    #[test]
    fn hostile_text_is_an_error_and_no_panic(text in "\\PC{0,60}") {
        let _ = serde_json::from_str::<LossConfig>(&text);
        if let Err(error) = LossConfig::by_name(&text) {
            prop_assert!(error.to_string().contains("nearest"), "{}", error);
        } else {
            prop_assert!(catalogue::find(&text).is_some());
        }
    }
}

/// JSON out of the words that configurations are made of, and others.
fn any_json() -> BoxedStrategy<Value> {
    let mut words: Vec<&str> = vec!["name", "loss", "Focal", "cross entropy", "", "null", "🦀", "label_smoothing\u{0}"];
    words.extend(catalogue::all().iter().map(|entry| entry.name));
    words.extend(catalogue::all().iter().flat_map(|entry| entry.parameters.iter().map(|parameter| parameter.name)));
    let word = proptest::sample::select(words);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-2.0..2.0).prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    let any = leaf.prop_recursive(4, 24, 5, move |inside| {
        let fields = proptest::collection::vec((word.clone(), inside.clone()), 0..5);
        let named = (word.clone(), fields.clone()).prop_map(|(name, fields)| {
            let fields = fields.into_iter().map(|(field, value)| (field.to_owned(), value));
            Value::Object(Map::from_iter(fields.chain([("name".to_owned(), json!(name))])))
        });
        prop_oneof![
            proptest::collection::vec(inside, 0..5).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
            named.clone(),
            named,
        ]
    });
    any.boxed()
}

#[test]
fn every_configuration_of_the_catalogue_survives_the_round_trip() {
    let configs = [all_configurations(4), tensor_class_configurations(4), whole_configurations(4)].concat();
    assert!(configs.len() > 150, "only {}", configs.len());
    for config in configs {
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<LossConfig>(&text).unwrap(), config, "{text}");
        assert!(text.starts_with(&format!("{{\"name\":\"{}\"", config.name())), "{text}");
        let made = match config.signature() {
            Signature::Multilabel | Signature::Whole => config.init_tensor().map(|_| ()),
            _ => config.init().map(|_| ()),
        };
        assert!(made.is_ok(), "{text}: {made:?}");
    }
}

#[test]
fn name_alone_is_the_loss_at_its_defaults() {
    for entry in catalogue::all() {
        let by_text = config(json!(entry.name));
        assert_eq!(by_text, config(json!({"name": entry.name})));
        assert_eq!(by_text, LossConfig::by_name(entry.name).unwrap());
        assert_eq!((by_text.name(), by_text.entry()), (entry.name, entry));
    }
}

#[test]
fn wrapper_defaults_to_cross_entropy() {
    for entry in entries().filter(|entry| entry.family == Family::Wrapper) {
        let bare = config(json!(entry.name));
        assert_eq!(inner(&bare), Some(config(json!("cross_entropy"))), "{}", entry.name);
        assert_eq!(bare, config(json!({"name": entry.name, "loss": "cross_entropy"})));
        assert_eq!(bare, config(json!({"name": entry.name, "loss": {"name": "cross_entropy"}})));
    }
}

#[test]
fn wrappers_nest_three_deep() {
    let nested = json!({
        "name": "flooding", "level": 0.25, "loss": {
            "name": "logit_clip", "tau": 4, "loss": {
                "name": "logit_norm", "loss": {"name": "focal", "gamma": [1, 2, 3]}}}});
    let read = config(nested);
    assert_eq!(names(&read), ["flooding", "logit_clip", "logit_norm", "focal"]);
    let written = serde_json::to_value(&read).unwrap();
    assert_eq!(written["loss"]["loss"]["loss"]["gamma"], json!([1.0, 2.0, 3.0]));
    assert_eq!(written["loss"]["loss"]["temperature"], json!(0.04));
    assert_eq!(config(written), read);
    assert!(read.init().is_ok());
}

#[test]
fn formula_is_its_own_configuration() {
    assert_eq!(LossConfig::from(Focal::default().with_gamma(0.5)), config(json!({"name": "focal", "gamma": 0.5})));
    let alone: Focal = serde_json::from_value(json!({"alpha": [0.5, 2.0]})).unwrap();
    assert_eq!(alone, Focal::default().with_alpha([0.5, 2.0]));
    let error = serde_json::from_value::<Focal>(json!({"gama": 2})).unwrap_err().to_string();
    assert!(error.contains("gama") && error.contains("gamma"), "{error}");
}

// ---- What is wrong ----

#[test]
fn unknown_name_suggests_the_nearest_three() {
    for (wrong, right) in [
        ("focall", "focal"),
        ("crossentropy", "cross_entropy"),
        ("logit_nrom", "logit_norm"),
        ("generalised_cross_entropy", "generalized_cross_entropy"),
        ("FOCAL", ""),
        ("", ""),
        ("mae", "class_mae"),
    ] {
        let error = error_of(json!({"name": wrong}));
        let (_, nearest) = error.split_once("(the nearest: ").unwrap_or_else(|| panic!("{error}"));
        let nearest: Vec<&str> = nearest.split(')').next().unwrap_or_default().split(", ").collect();
        assert_eq!(nearest.len(), 3, "{error}");
        assert!(nearest.iter().all(|name| catalogue::find(name).is_some()), "{error}");
        assert!(right.is_empty() || nearest.contains(&right), "{error} does not suggest {right}");
        assert!(error.contains(&format!("\"{wrong}\"")), "{error}");
        assert_eq!(LossConfig::by_name(wrong).unwrap_err().to_string(), error);
    }
}

#[test]
fn unknown_fields_are_named_with_the_known_ones() {
    says(json!({"name": "focal", "gama": 2}), &["Focal", "gama", "gamma", "alpha"]);
    says(json!({"name": "cross_entropy", "gamma": 2}), &["CrossEntropy", "gamma", "label_smoothing"]);
    says(json!({"name": "class_mae", "q": 0.5}), &["ClassMae", "\"q\"", "none"]);
    says(json!({"name": "flooding", "lvl": 0.5}), &["Flooding", "lvl", "level", "loss"]);
    for entry in entries() {
        says(json!({"name": entry.name, "surely_not": 1}), &[entry.type_name, "surely_not"]);
        if entry.family != Family::Wrapper {
            says(json!({"name": entry.name, "loss": "focal"}), &[entry.type_name, "loss"]);
        }
    }
    // In the inner loss as well.
    says(json!({"name": "flooding", "loss": {"name": "focal", "x": 1}}), &["Focal", "\"x\"", "gamma"]);
}

/// Numbers just outside of every parameter's range, alone and in a list.
#[test]
fn numbers_out_of_range_name_the_parameter_and_the_rule() {
    let mut checked = 0;
    for entry in catalogue::all() {
        for parameter in entry.parameters {
            let range = parameter.range;
            let outside = [range.low - 1.0, range.low, range.high, range.high + 1.0, -1e300, 1e300];
            for value in outside.into_iter().filter(|x| !parameter.flag && x.is_finite() && !range.contains(*x)) {
                let rule = range.to_string();
                says(json!({"name": entry.name, parameter.name: value}), &[entry.type_name, parameter.name, &rule]);
                if parameter.per_class {
                    let list = json!([parameter.default, value]);
                    says(json!({"name": entry.name, parameter.name: list}), &[entry.type_name, parameter.name, &rule]);
                }
                says(
                    json!({"name": "flooding", "loss": {"name": "logit_clip", "loss": {"name": entry.name, parameter.name: value}}}),
                    &[entry.type_name, parameter.name, &rule],
                );
                checked += 1;
            }
        }
    }
    assert!(checked >= 20, "only {checked}");
}

#[test]
fn wrong_types_are_errors() {
    for entry in catalogue::all() {
        for parameter in entry.parameters {
            let other = if parameter.flag { json!(1) } else { json!(true) };
            for wrong in [json!("2"), other, json!({}), json!([[1.0]]), json!(["1"]), json!([null]), json!([])] {
                // What a matrix has to be has tests of its own, in tensor_class.rs.
                if !(parameter.matrix && wrong.as_array().is_some_and(|rows| !rows.is_empty())) {
                    says(json!({"name": entry.name, parameter.name: wrong}), &[entry.type_name, parameter.name]);
                }
            }
            // JSON has neither NaN nor infinity: they are written as null.
            says(json!({"name": entry.name, parameter.name: f64::NAN}), &[entry.type_name, parameter.name, "NaN"]);
            if !parameter.per_class && !parameter.matrix {
                let list = json!([parameter.default]);
                says(json!({"name": entry.name, parameter.name: list}), &[parameter.name, "one number"]);
            }
        }
    }
    for text in [r#"{"name": "focal", "gamma": 1e999}"#, r#"{"name": "focal", "gamma": NaN}"#, "", "{", "[]", "nul"] {
        assert!(serde_json::from_str::<LossConfig>(text).is_err(), "{text}");
    }
}

#[test]
fn missing_or_strange_names_are_errors() {
    says(json!({}), &["name", "must be given"]);
    says(json!({"gamma": 2}), &["name", "must be given"]);
    for wrong in [json!(3), json!(null), json!(["focal"]), json!({"name": "focal"}), json!(true)] {
        says(json!({"name": wrong}), &["name must be a string"]);
    }
    for wrong in [json!(3), json!(null), json!(["focal"]), json!(1.5), json!(true)] {
        says(wrong, &["must be an object with a name"]);
    }
    for entry in entries().filter(|entry| entry.family == Family::Wrapper) {
        says(json!({"name": entry.name, "loss": {}}), &["name", "must be given"]);
        says(json!({"name": entry.name, "loss": null}), &["must be an object with a name"]);
        says(json!({"name": entry.name, "loss": "focall"}), &["focal"]);
    }
}

/// A formula made in code with a parameter out of range is caught when the loss is made, with the same sentence.
#[test]
fn parameters_set_in_code_are_checked_by_init() {
    let wrong = LossConfig::from(Focal::default().with_gamma(-1.0));
    assert_eq!(wrong.init().unwrap_err().to_string(), "Focal: gamma must be ≥ 0, got -1.0");
    let wrong = LossConfig::from(GeneralizedCrossEntropy::default().with_q(f64::NAN));
    let error = wrong.init().unwrap_err().to_string();
    assert!(error.starts_with("GeneralizedCrossEntropy: q must be > 0 and ≤ 1, got NaN"), "{error}");
    let wrong = LossConfig::around(Flooding::default().with_level(-0.5), Focal::default());
    assert_eq!(wrong.init().unwrap_err().to_string(), "Flooding: level must be ≥ 0, got -0.5");
    let inside = LossConfig::around(Flooding::default(), Focal::default().with_gamma(-2.0));
    assert_eq!(inside.init().unwrap_err().to_string(), "Focal: gamma must be ≥ 0, got -2.0");
    let empty = LossConfig::from(Focal::default().with_gamma(Vec::<f64>::new()));
    assert_eq!(empty.init().unwrap_err().to_string(), "Focal: gamma must have one value per class, got an empty list");
}

#[test]
fn weights_of_a_configured_loss_are_checked() {
    for config in configurations(catalogue::find("flooding").unwrap(), 3) {
        let loss = config.init().unwrap();
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let error = loss.clone().try_with_class_weights(vec![1.0, bad, 0.0]).unwrap_err().to_string();
            assert!(error.contains("class_weights must be finite and ≥ 0"), "{error}");
        }
        assert!(loss.clone().try_with_class_weights(vec![0.0, 1.0, 2.0]).is_ok());
        assert!(loss.try_with_class_weights(None).is_ok());
    }
}
