//! `eval` under random and hostile lines: always an answer, never a panic.

use burn_losses::LossConfig;
use burn_losses::catalogue::{Family, Signature};
use loss_lab::commands::answer;
use proptest::prelude::*;
use serde_json::{Value, json};

/// One object with a value and a gradient of the right lengths, or with an error.
fn assert_answers(line: &[u8]) -> Value {
    let answer = answer(line);
    let object = answer.as_object().expect("an object");
    if let Some(error) = object.get("error") {
        assert_eq!(object.len(), 1);
        assert!(error.as_str().is_some_and(|text| !text.is_empty() && !text.contains('\n')), "{answer}");
    } else {
        let full = |array: &Value| {
            let shape = array["shape"].as_array().expect("a shape").iter().map(|axis| axis.as_u64().expect("an axis"));
            assert_eq!(shape.product::<u64>(), array["data"].as_array().expect("data").len() as u64);
        };
        full(&object["value"]);
        let gradients = object["gradients"].as_object().expect("gradients by name");
        assert!(!gradients.is_empty());
        gradients.values().for_each(full);
    }
    answer
}

fn names() -> impl Strategy<Value = String> {
    let names: Vec<_> = burn_losses::catalogue::all().iter().map(|entry| entry.name.to_owned()).collect();
    prop_oneof![8 => prop::sample::select(names), 1 => ".{0,12}"]
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (-20.0..20.0_f64).prop_map(Value::from),
        2 => prop::num::f64::ANY.prop_map(|x| serde_json::Number::from_f64(x).map_or(json!("NaN"), Value::Number)),
        1 => prop::sample::select(vec![json!("inf"), json!("-inf"), json!("NaN"), json!(1e4), json!(-1e4)]),
    ]
}

fn signature(name: &str) -> Signature {
    LossConfig::by_name(name).expect("in the catalogue").signature()
}

/// The inputs that a loss has gradients by, in the order of the alphabet.
fn gradients(name: &str) -> Vec<&'static str> {
    match signature(name) {
        Signature::Class | Signature::Any => vec!["logits"],
        Signature::Binary | Signature::Multilabel => vec!["scores"],
        Signature::Pointwise | Signature::Whole => vec!["prediction", "target"],
        Signature::Distribution => vec!["location", "scale", "target"],
    }
}

/// What a loss takes, made of these numbers.
fn inputs(name: &str, [rows, classes, inner]: [usize; 3], numbers: &[f64]) -> Value {
    let config = LossConfig::by_name(name).expect("in the catalogue");
    let views = config.init().map_or(1, |loss| loss.views());
    let count = views * rows * classes * inner;
    let array = |of: fn(f64) -> f64, from: usize| {
        let data: Vec<f64> = numbers.iter().cycle().skip(from).take(count).map(|x| of(*x)).collect();
        json!({ "shape": [views * rows, classes, inner], "data": data })
    };
    let family = config.entry().family;
    match signature(name) {
        Signature::Class | Signature::Any => {
            let targets: Vec<_> = (0..rows * inner).map(|i| i % classes).collect();
            json!({ "logits": array(|x| x, 0), "targets": { "shape": [rows, inner], "data": targets } })
        }
        Signature::Binary => json!({ "scores": array(|x| x, 0), "targets": array(|x| (x + 30.0) / 60.0, 7) }),
        Signature::Multilabel => {
            json!({ "scores": array(|x| x, 0), "targets": array(|x| f64::from(u8::from(x > 0.0)), 7) })
        }
        Signature::Whole => json!({ "prediction": array(|x| x, 0), "target": array(|x| x, 7) }),
        Signature::Pointwise => {
            let target = match family {
                Family::Margin => array(f64::signum, 7),
                Family::Likelihood => array(f64::abs, 7),
                _ => array(|x| x, 7),
            };
            json!({ "prediction": array(|x| x, 0), "target": target })
        }
        Signature::Distribution => {
            json!({ "location": array(|x| x, 0), "scale": array(|x| x.abs() + 0.1, 3), "target": array(|x| x, 7) })
        }
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,10}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_answered(line in prop::collection::vec(any::<u8>(), 0..200)) {
        assert_answers(&line);
    }

    #[test]
    fn valid_requests_get_a_value(
        name in prop::sample::select(burn_losses::catalogue::all().iter().map(|entry| entry.name).collect::<Vec<_>>()),
        rows in 0_usize..5, classes in 1_usize..6, inner in 1_usize..4,
        seed in prop::collection::vec(-30.0..30.0_f64, 60),
        dtype in prop::sample::select(vec!["f64", "f32", "f16", "bf16"]),
        reduction in prop::sample::select(vec!["mean", "sum"]),
    ) {
        let inputs = inputs(name, [rows, classes, inner], &seed);
        let line = json!({ "loss": { "name": name }, "dtype": dtype, "reduction": reduction, "inputs": inputs });
        let answer = assert_answers(line.to_string().as_bytes());
        prop_assert!(answer.get("error").is_none(), "{answer} for {line}");
        let names: Vec<_> = answer["gradients"].as_object().expect("gradients").keys().cloned().collect();
        prop_assert_eq!(names, gradients(name));
        let value = &answer["value"]["data"][0];
        // One class is certain; and a divergence that is infinite where a target is 0.
        let infinite = rows > 0 && (name == "negative_learning" && classes == 1 || name == "jeffreys" && classes > 1);
        // Exponentials and divisors of 10⁻⁷ leave the range of 16 bits.
        let beyond = signature(name) != Signature::Class && dtype.ends_with("16");
        prop_assert!(if infinite { value == "inf" } else { beyond || value.is_number() }, "{answer} for {line}");
    }

    #[test]
    fn odd_requests_are_answered(
        name in names(), field in "[a-z]{1,5}", parameter in anything(), weights in anything(), ignore in anything(),
        reduction in anything(), shape in prop::collection::vec(0_usize..4, 0..5), data in prop::collection::vec(number(), 0..30),
        targets in prop::collection::vec(-2_i64..5, 0..8), extra in any::<bool>(),
        odd in any::<bool>(),
    ) {
        let mut loss = json!({ "name": name });
        loss[&field] = parameter;
        let numbers = json!({ "shape": shape, "data": data });
        let mut line = json!({ "loss": loss, "inputs": { "logits": numbers,
            "targets": { "shape": [targets.len()], "data": targets } } });
        if odd {
            line["inputs"] = json!({ "prediction": numbers, "target": numbers, "scale": numbers });
        }
        if extra {
            line["class_weights"] = weights;
            line["ignore_index"] = ignore;
            line["reduction"] = reduction;
        }
        assert_answers(line.to_string().as_bytes());
    }

    #[test]
    fn any_json_is_answered(line in anything()) {
        assert_answers(line.to_string().as_bytes());
    }
}

/// The answer to a line, which must have a value.
fn value(line: &Value) -> Value {
    let answer = assert_answers(line.to_string().as_bytes());
    assert!(answer.get("error").is_none(), "{answer} for {line}");
    answer
}

#[test]
fn every_signature_has_its_own_names() {
    let array = |data: &[f64]| json!({ "shape": [data.len()], "data": data });
    let mse = value(&json!({ "loss": "mse", "dtype": "f64", "inputs": {
        "prediction": array(&[3.0, 0.0]), "target": array(&[1.0, 0.0]) } }));
    assert_eq!(mse["value"], json!({ "shape": [1], "data": [2.0] }));
    assert_eq!(mse["gradients"], json!({ "prediction": array(&[2.0, 0.0]), "target": array(&[-2.0, 0.0]) }));

    let hinge = value(&json!({ "loss": "hinge", "reduction": "none", "inputs": {
        "prediction": { "shape": [1, 2, 1, 1], "data": [0.5, 3.0] },
        "target": { "shape": [1, 2, 1, 1], "data": [-1.0, 1.0] } } }));
    assert_eq!(hinge["value"], json!({ "shape": [1, 2, 1, 1], "data": [1.5, 0.0] }));
    assert_eq!(hinge["gradients"]["prediction"]["data"], json!([1.0, 0.0]));

    let binary = value(&json!({ "loss": "binary_cross_entropy", "dtype": "f64", "reduction": "sum", "inputs": {
        "scores": { "shape": [], "data": [0.0] }, "targets": { "shape": [], "data": [1.0] } } }));
    assert_eq!(binary["gradients"], json!({ "scores": { "shape": [], "data": [-0.5] } }));

    let laplace = value(&json!({ "loss": "laplace_nll", "dtype": "f64", "inputs": {
        "location": array(&[3.0]), "scale": array(&[0.5]), "target": array(&[2.0]) } }));
    assert_eq!(laplace["value"]["data"], json!([2.0]));
    let gradients = json!({ "location": array(&[2.0]), "scale": array(&[-2.0]), "target": array(&[-2.0]) });
    assert_eq!(laplace["gradients"], gradients);
}

/// Where several elements make one loss, there are fewer of these, and where a loss compares views, fewer targets.
#[test]
fn losses_have_a_shape_of_their_own() {
    let cases = [
        ("zlpr", json!(["scores", "targets"]), json!([2, 3, 2]), json!([2, 3, 2]), json!([2, 1, 2])),
        ("zlpr", json!(["scores", "targets"]), json!([4]), json!([4]), json!([1])),
        (
            "image_balanced_binary_cross_entropy",
            json!(["scores", "targets"]),
            json!([2, 3, 1, 2]),
            json!([2, 3, 1, 2]),
            json!([2, 1, 1, 1]),
        ),
        ("cosine_distance", json!(["prediction", "target"]), json!([2, 3]), json!([2, 3]), json!([2, 1])),
        ("rmse", json!(["prediction", "target"]), json!([2, 3, 2]), json!([2, 3, 2]), json!([1, 1, 1])),
        ("jsd_cross_entropy", json!(["logits", "targets"]), json!([6, 2]), json!([2]), json!([2])),
        ("generalized_jensen_shannon", json!(["logits", "targets"]), json!([4, 2, 3]), json!([2, 3]), json!([2, 3])),
    ];
    for (loss, names, shape, targets, expected) in cases {
        let ones = |shape: &Value| {
            let axes = shape.as_array().expect("a shape").iter().map(|axis| axis.as_u64().expect("an axis") as usize);
            json!({ "shape": shape, "data": vec![1; axes.product()] })
        };
        let [input, target] = [0_usize, 1].map(|at| names[at].as_str().expect("a name"));
        let mut inputs = json!({});
        inputs[input] = ones(&shape);
        inputs[target] = ones(&targets);
        let answer = value(&json!({ "loss": loss, "reduction": "none", "inputs": inputs }));
        assert_eq!(answer["value"]["shape"], expected, "{loss}");
        assert_eq!(answer["gradients"][input]["shape"], shape, "{loss}");
        assert_eq!(answer["gradients"].get(target).is_some(), target == "target", "{loss}");
    }
    let rmse = value(&json!({ "loss": "rmse", "dtype": "f64", "inputs": {
        "prediction": { "shape": [2, 2], "data": [4.0, 0.0, 0.0, 0.0] },
        "target": { "shape": [2, 2], "data": [0.0, 0.0, 0.0, 0.0] } } }));
    assert_eq!(rmse["value"], json!({ "shape": [1], "data": [2.0] }));
    assert_eq!(rmse["gradients"]["prediction"]["data"][0], json!(0.5));
}

#[test]
fn wrong_inputs_are_named() {
    let array = |data: &[f64]| json!({ "shape": [data.len()], "data": data });
    let (one, two) = (array(&[1.0]), array(&[1.0, 2.0]));
    let rows = |rows: usize| json!({ "shape": [rows, 2], "data": vec![0.0; 2 * rows] });
    let class = json!({ "shape": [1], "data": [0] });
    let cases = [
        (json!({ "loss": "rmse", "inputs": { "scores": one, "targets": one } }), "scores"),
        (json!({ "loss": "zlpr", "inputs": { "scores": one, "targets": two } }), "targets"),
        (json!({ "loss": "jsd_cross_entropy", "inputs": { "logits": rows(4), "targets": class } }), "3 views"),
        (json!({ "loss": "jsd_cross_entropy", "inputs": { "logits": rows(6), "targets": class } }), "targets"),
        (json!({ "loss": "mse", "inputs": { "logits": one, "targets": one } }), "logits"),
        (json!({ "loss": "mse", "inputs": { "prediction": one } }), "target"),
        (json!({ "loss": "mse", "inputs": { "prediction": one, "target": two } }), "target"),
        (
            json!({ "loss": "mse", "class_weights": [1.0], "inputs": { "prediction": one, "target": one } }),
            "class_weights",
        ),
        (json!({ "loss": "gaussian_nll", "inputs": { "location": one, "scale": two, "target": one } }), "scale"),
        (
            json!({ "loss": "quantile", "inputs": { "prediction": one, "target": { "shape": [1], "data": [] } } }),
            "target",
        ),
        (
            json!({ "loss": { "name": "quantile", "tau": [0.1, 0.5, 0.9] }, "inputs": { "prediction": two, "target": two } }),
            "tau",
        ),
        (
            json!({ "loss": { "name": "flooding", "loss": "mse" }, "reduction": "none",
            "inputs": { "prediction": one, "target": one } }),
            "reduction",
        ),
    ];
    for (line, part) in cases {
        let answer = assert_answers(line.to_string().as_bytes());
        assert!(answer["error"].as_str().is_some_and(|error| error.contains(part)), "{answer} for {line}");
    }
}
