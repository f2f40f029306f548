//! `eval` under random and hostile lines: always an answer, never a panic.

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
        full(&object["gradients"]["logits"]);
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
        let logits: Vec<_> = seed.iter().cycle().take(rows * classes * inner).collect();
        let targets: Vec<_> = (0..rows * inner).map(|i| i % classes).collect();
        let line = json!({ "loss": { "name": name }, "dtype": dtype, "reduction": reduction, "inputs": {
            "logits": { "shape": [rows, classes, inner], "data": logits },
            "targets": { "shape": [rows, inner], "data": targets } } });
        let answer = assert_answers(line.to_string().as_bytes());
        prop_assert!(answer.get("error").is_none(), "{answer} for {line}");
        let value = &answer["value"]["data"][0];
        let infinite = name == "negative_learning" && classes == 1 && rows > 0;
        prop_assert!(if infinite { value == "inf" } else { value.is_number() }, "{answer} for {line}");
    }

    #[test]
    fn odd_requests_are_answered(
        name in names(), field in "[a-z]{1,5}", parameter in anything(), weights in anything(), ignore in anything(),
        reduction in anything(), shape in prop::collection::vec(0_usize..4, 0..5), data in prop::collection::vec(number(), 0..30),
        targets in prop::collection::vec(-2_i64..5, 0..8), extra in any::<bool>(),
    ) {
        let mut loss = json!({ "name": name });
        loss[&field] = parameter;
        let mut line = json!({ "loss": loss, "inputs": { "logits": { "shape": shape, "data": data },
            "targets": { "shape": [targets.len()], "data": targets } } });
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
