//! Faults that were found from outside, each as its whole kind: what the files of `golden/faults` say, and laws over the
//! whole catalogue.
//!
//! Everything here goes through the lab's `eval`, one line of JSON in, one out, so that it outlives what is inside.

use burn::tensor::DType;
use burn_losses::LossConfig;
use burn_losses::catalogue::{self, Entry, Family, Parameter, Range, Signature};
use burn_losses_tests::{Faults, Number, Tolerance, json_of, names, views};
use loss_lab::commands::answer;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What NdArray computes with.
const NDARRAY: [&str; 2] = ["f64", "f32"];

// ---- Requests and answers ----

/// A loss, as it stands in a request.
#[derive(Clone, Debug)]
struct Loss {
    json: Value,
    config: LossConfig,
}

impl Loss {
    /// `None` where it cannot be: a value outside its range, a wrapper around what it does not wrap.
    fn of(json: Value) -> Option<Self> {
        let config: LossConfig = serde_json::from_value(json.clone()).ok()?;
        let is_loss = match config.signature() {
            Signature::Class | Signature::Any => config.init().is_ok(),
            Signature::Binary => config.init_binary().is_ok(),
            Signature::Pointwise => config.init_pointwise().is_ok(),
            Signature::Distribution => config.init_distribution().is_ok(),
            Signature::Multilabel | Signature::Whole => config.init_tensor().is_ok(),
        };
        is_loss.then_some(Self { json, config })
    }

    fn named(name: &str) -> Self {
        Self::of(json!(name)).unwrap_or_else(|| panic!("{name} is a loss"))
    }

    fn is_of_classes(&self) -> bool {
        self.config.signature() == Signature::Class
    }

    /// The names of the loss and of what is inside.
    fn has(&self, name: &str) -> bool {
        let text = self.json.to_string();
        names(&self.config).contains(&name) || text.contains(&format!("\"{name}\""))
    }

    /// One value per target: not of what is defined on the reduced value.
    fn has_single_values(&self) -> bool {
        !self.has("flooding") && !self.has("uncertainty_weighting")
    }

    /// This loss inside of a wrapper; `None` where it does not go around it.
    fn inside(&self, wrapper: &Entry, parameters: &[(&str, Value)]) -> Option<Self> {
        let inner = &self.json;
        let mut outer = match wrapper.name {
            "weighted_sum" => json!({"terms": [{"weight": 0.5, "loss": inner}, {"weight": 0.5, "loss": inner}]}),
            "active_passive" => json!({"active": inner, "passive": inner}),
            "uncertainty_weighting" => json!({"losses": [inner]}),
            _ => json!({"loss": inner}),
        };
        outer["name"] = json!(wrapper.name);
        for (name, value) in parameters {
            outer[*name] = value.clone();
        }
        Self::of(outer)
    }
}

fn wrappers() -> impl Iterator<Item = &'static Entry> {
    catalogue::all().iter().filter(|entry| entry.family == Family::Wrapper)
}

/// Every loss that is not a wrapper, as it is by default, and settings that are other formulas.
fn losses() -> Vec<Loss> {
    let entries = catalogue::all().iter().filter(|entry| entry.family != Family::Wrapper);
    let mut losses: Vec<Loss> = entries.map(|entry| Loss::named(entry.name)).collect();
    let settings = [
        json!({"name": "poisson_nll", "log_input": false}),
        json!({"name": "poisson_nll", "full": true}),
        json!({"name": "cross_entropy", "label_smoothing": 0.25}),
        json!({"name": "general_robust", "alpha": 0}),
        json!({"name": "general_robust", "alpha": 2}),
        json!({"name": "general_robust", "alpha": -2}),
        json!({"name": "alpha_divergence", "alpha": 0}),
        json!({"name": "alpha_divergence", "alpha": 1}),
        json!({"name": "renyi", "alpha": 2}),
        json!({"name": "multi_margin", "p": 2}),
        json!({"name": "smooth_l1", "beta": 0}),
        json!({"name": "lp", "p": 0.5}),
        json!({"name": "lp", "p": 1}),
        json!({"name": "asymmetric", "margin": 0}),
        json!({"name": "binary_focal", "gamma": 0}),
        json!({"name": "focal", "gamma": 0}),
    ];
    losses.extend(settings.map(|json| Loss::of(json).expect("a loss")));
    losses
}

/// Every wrapper around a loss of each signature that it goes around.
fn wrapped() -> Vec<Loss> {
    let inner =
        ["cross_entropy", "brier", "multi_margin", "l1", "binary_cross_entropy", "gaussian_nll", "zlpr", "rmse"];
    let inner = inner.map(Loss::named);
    wrappers().flat_map(|wrapper| inner.iter().filter_map(|inner| inner.inside(wrapper, &[]))).collect()
}

/// What a loss is given.
#[derive(Clone, Debug)]
struct Inputs {
    shape: Vec<usize>,
    floats: Vec<(&'static str, Vec<f64>)>,
    /// Of a class loss: their shape and the classes.
    classes: Option<(Vec<usize>, Vec<i64>)>,
}

impl Inputs {
    fn json(&self) -> Value {
        let array = |data: &Vec<f64>| {
            let data: Vec<Value> = data.iter().copied().map(number).collect();
            json!({"shape": self.shape, "data": data})
        };
        let mut inputs: Map<String, Value> =
            self.floats.iter().map(|(name, data)| ((*name).to_owned(), array(data))).collect();
        if let Some((shape, data)) = &self.classes {
            inputs.insert("targets".to_owned(), json!({"shape": shape, "data": data}));
        }
        Value::Object(inputs)
    }

    /// With one number of one input replaced.
    fn moved(&self, input: usize, at: usize, value: f64) -> Self {
        let mut moved = self.clone();
        moved.floats[input].1[at] = value;
        moved
    }

    /// Every place of a number.
    fn places(&self) -> Vec<(usize, usize)> {
        let inputs = self.floats.iter().enumerate();
        inputs.flat_map(|(input, (_, data))| (0..data.len()).map(move |at| (input, at))).collect()
    }
}

fn number(x: f64) -> Value {
    match x {
        x if x.is_nan() => json!("NaN"),
        f64::INFINITY => json!("inf"),
        f64::NEG_INFINITY => json!("-inf"),
        x => json!(x),
    }
}

const A: [f64; 8] = [0.25, -1.5, 2.0, 0.75, -0.5, 1.0, -2.5, 0.125];
const B: [f64; 8] = [1.0, -0.5, -3.0, 0.5, 0.25, -1.25, 1.5, 2.0];
const SIZES: [f64; 8] = [1.0, 0.5, 2.0, 0.25, 0.5, 4.0, 1.0, 2.0];
const SIGNS: [f64; 8] = [1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0];
const CLASSES: usize = 4;

/// Numbers at which the loss is smooth, exact in every dtype: `[2, 4]`, of a class loss `[3 views, 4]`.
fn ordinary(loss: &Loss) -> Inputs {
    let cycled = |of: [f64; 8], len: usize| of.iter().copied().cycle().take(len).collect::<Vec<f64>>();
    let sizes = |of: [f64; 8]| of.map(f64::abs);
    let labels = SIGNS.map(|sign| f64::from(u8::from(sign > 0.0)));
    let pair = |a: [f64; 8], b: [f64; 8]| Inputs {
        shape: vec![2, 4],
        floats: vec![("prediction", a.to_vec()), ("target", b.to_vec())],
        classes: None,
    };
    let labelled = |labels: [f64; 8]| Inputs {
        shape: vec![2, 4],
        floats: vec![("scores", A.to_vec()), ("targets", labels.to_vec())],
        classes: None,
    };
    let innermost = loss.config.innermost();
    match (innermost.name(), innermost.entry().family) {
        ("negative_log_likelihood", _) => of_classes(cycled(sizes(A).map(|x| -x), 12), 1),
        (_, family) if family.signature() == Signature::Class => {
            let views = views(&loss.config);
            of_classes(cycled(A, 12 * views), views)
        }
        ("msle" | "rmsle" | "scale_invariant_log", _) => pair(sizes(A), sizes(B)),
        ("poisson_nll", _) if is_rate(loss) => pair(sizes(A), sizes(B)),
        ("adaptive_wing", _) => pair(A, sizes(B).map(|x| x / 4.0)),
        (_, Family::Likelihood) => pair(A, sizes(B)),
        (_, Family::Margin) => pair(A, SIGNS),
        (_, Family::Binary) => labelled([&labels[..7], &[0.25]].concat().try_into().expect("eight")),
        (_, Family::Multilabel) => labelled(labels),
        (_, Family::Distribution) => Inputs {
            shape: vec![2, 4],
            floats: vec![("location", A.to_vec()), ("scale", SIZES.to_vec()), ("target", B.to_vec())],
            classes: None,
        },
        _ => pair(A, B),
    }
}

fn of_classes(logits: Vec<f64>, views: usize) -> Inputs {
    Inputs {
        shape: vec![3 * views, CLASSES],
        floats: vec![("logits", logits)],
        classes: Some((vec![3], vec![2, 0, 3])),
    }
}

/// What `eval` says.
#[derive(Clone, Debug)]
enum Answer {
    Numbers(Numbers),
    Sentence(String),
}

#[derive(Clone, Debug)]
struct Numbers {
    value: Vec<f64>,
    gradients: Vec<(String, Vec<f64>)>,
}

impl Numbers {
    /// The value, and each gradient, with their names.
    fn lists(&self) -> Vec<(&str, &Vec<f64>)> {
        let gradients = self.gradients.iter().map(|(name, gradient)| (name.as_str(), gradient));
        [("value", &self.value)].into_iter().chain(gradients).collect()
    }

    fn has_nan(&self) -> bool {
        self.lists().iter().any(|(_, list)| list.iter().any(|x| x.is_nan()))
    }
}

impl From<Value> for Answer {
    fn from(answer: Value) -> Self {
        if let Some(sentence) = answer.get("error") {
            return Self::Sentence(sentence.as_str().unwrap_or_default().to_owned());
        }
        let list = |array: &Value| -> Vec<f64> {
            let numbers: Vec<Number> = serde_json::from_value(array["data"].clone()).expect("numbers");
            numbers.into_iter().map(|number| number.0).collect()
        };
        let gradients = answer["gradients"].as_object().expect("gradients by name");
        let gradients = gradients.iter().map(|(name, gradient)| (name.clone(), list(gradient))).collect();
        Self::Numbers(Numbers { value: list(&answer["value"]), gradients })
    }
}

impl Answer {
    fn numbers(&self) -> Option<&Numbers> {
        match self {
            Self::Numbers(numbers) => Some(numbers),
            Self::Sentence(_) => None,
        }
    }

    /// Whether it is numbers, or a sentence of ours: not of Burn, nor of Rust.
    fn is_proper(&self) -> bool {
        const FOREIGN: [&str; 10] = [
            "\n",
            "reshape",
            "panicked",
            "unwrap",
            "out of bounds",
            "out of range for slice",
            "overflow",
            "the evaluation failed",
            "Tensor operation",
            "capacity",
        ];
        match self {
            Self::Numbers(_) => true,
            Self::Sentence(sentence) => {
                !sentence.is_empty() && !FOREIGN.iter().any(|foreign| sentence.contains(foreign))
            }
        }
    }
}

/// A line for `eval`.
#[derive(Clone, Debug)]
struct Request(Value);

impl Request {
    fn of(loss: &Loss, inputs: &Inputs) -> Self {
        Self(json!({"loss": loss.json, "inputs": inputs.json()}))
    }

    fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0[key] = value.into();
        self
    }

    fn answer(&self) -> Answer {
        answer(self.0.to_string().as_bytes()).into()
    }

    /// One value per target, or the mean where the loss has none.
    fn single(self, loss: &Loss) -> Self {
        self.with("reduction", if loss.has_single_values() { "none" } else { "mean" })
    }
}

/// Short enough for a message.
fn shown(answer: &Answer) -> String {
    let text = match answer {
        Answer::Numbers(numbers) => {
            let lists = numbers.lists().into_iter().map(|(name, list)| format!("{name} {list:?}"));
            lists.collect::<Vec<_>>().join(", ")
        }
        Answer::Sentence(sentence) => format!("the sentence {sentence:?}"),
    };
    text.chars().take(600).collect()
}

fn dtype(name: &str) -> DType {
    match name {
        "f64" => DType::F64,
        "f32" => DType::F32,
        "f16" => DType::F16,
        _ => DType::BF16,
    }
}

/// What is wrong with numbers, given those of f64; sums that cancel are as right as what is beside them.
fn differs(loss: &Loss, dtype: DType, got: &Numbers, exact: &Numbers) -> Option<String> {
    let tolerance = Tolerance::beside(&loss.config, dtype).times(2.0);
    let lists = got.lists().into_iter().zip(exact.lists());
    lists
        .into_iter()
        .find_map(|((name, got), (_, exact))| unlike(tolerance, got, exact).map(|what| format!("{name} {what}")))
}

fn unlike(tolerance: Tolerance, got: &[f64], exact: &[f64]) -> Option<String> {
    if got.len() != exact.len() {
        return Some(format!("has {} numbers instead of {}", got.len(), exact.len()));
    }
    let within = exact.iter().map(|x| x.abs()).filter(|&x| x <= tolerance.largest);
    let scale = within.fold(tolerance.least, f64::max);
    let wrong = |(got, exact): (&f64, &f64)| {
        let allowed = tolerance.relative * exact.abs() + tolerance.floor * scale + tolerance.absolute;
        match exact {
            x if x.is_nan() || got.is_nan() => x.is_nan() != got.is_nan(),
            // Beyond the dtype: infinite, or its largest number or so.
            x if x.abs() > tolerance.largest * 0.98 => {
                got.abs() < tolerance.largest * 0.96 || got.signum() != x.signum()
            }
            _ => (got - exact).abs() > allowed || got.is_infinite(),
        }
    };
    let at = got.iter().zip(exact).position(wrong)?;
    Some(format!("at {at} is {:e} instead of {:e}", got[at], exact[at]))
}

/// Where and in which dtypes laws are tested.
fn everywhere() -> Vec<(&'static str, &'static str)> {
    let flex = ["f64", "f32", "f16", "bf16"].map(|dtype| ("flex", dtype));
    flex.into_iter().chain(NDARRAY.map(|dtype| ("ndarray", dtype))).collect()
}

/// Each dtype and each device once: for the laws that have many requests.
const SOME: [(&str, &str); 4] = [("flex", "f64"), ("flex", "f16"), ("flex", "bf16"), ("ndarray", "f32")];

// ---- What the files say ----

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/faults")
}

/// The cases of every file, by its name.
fn files() -> Vec<(String, Vec<Value>)> {
    let files = std::fs::read_dir(folder()).expect("the folder is there").map(|entry| entry.expect("readable").path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let cases = file["cases"].as_array().unwrap_or_else(|| panic!("{}: no cases", path.display())).clone();
        (file["kind"].as_str().expect("a kind").to_owned(), cases)
    };
    files.into_iter().map(read).collect()
}

/// What is wrong with the answer to a case.
///
/// It says what is right by `answer`, or by `error`, the words that the sentence must have. With `any` every proper answer
/// is right; with `or_error` a sentence is, too: of a parameter whose range may end before. `beside` holds a value to the
/// largest one beside it, `relative` to less than its dtype: where rounding the inputs costs that much.
fn wrong(case: &Value, dtype_name: &str, got: &Answer) -> Option<String> {
    let is = |key: &str| case.get(key).and_then(Value::as_bool).unwrap_or_default();
    if is("any") || (is("or_error") && got.numbers().is_none()) {
        return (!got.is_proper()).then(|| "that is no sentence of ours".to_owned());
    }
    if let Some(words) = case.get("error") {
        let words: Vec<String> = serde_json::from_value(words.clone()).expect("a list of fragments");
        return match got {
            Answer::Numbers(_) => Some(format!("a sentence was expected with {words:?}")),
            Answer::Sentence(_) if !got.is_proper() => Some("that is no sentence of ours".to_owned()),
            Answer::Sentence(sentence) => {
                let missing: Vec<&String> = words.iter().filter(|word| !sentence.contains(word.as_str())).collect();
                (!missing.is_empty()).then(|| format!("{missing:?} must be in it"))
            }
        };
    }
    let Answer::Numbers(expected) = Answer::from(case["answer"].clone()) else { panic!("{case}: no numbers") };
    let Some(numbers) = got.numbers() else { return Some(format!("expected {}", shown(&Answer::Numbers(expected)))) };
    let config: LossConfig = serde_json::from_value(case["request"]["loss"].clone()).expect("a loss");
    // Relative: no floor for values, so that what is left of terms that cancel has to be right. The entries of a gradient
    // are held to the largest of them.
    let strict = Tolerance { floor: 0.0, least: 0.0, ..Tolerance::of(&config, dtype(dtype_name)) };
    let beside = Tolerance { floor: Tolerance::beside(&config, dtype(dtype_name)).floor, ..strict };
    // At the end of a range a slope may be what is left of terms of 1.
    let of_gradient = Tolerance { least: if is("beside") { 1.0 } else { 0.0 }, ..beside };
    let of_value = match case.get("relative").and_then(|relative| relative[dtype_name].as_f64()) {
        Some(relative) => Tolerance { relative, ..strict },
        None if is("beside") => beside,
        None => strict,
    };
    let wrong = unlike(of_value, &numbers.value, &expected.value).map(|what| format!("value {what}")).or_else(|| {
        expected.gradients.iter().find_map(|(name, gradient)| {
            let got = numbers.gradients.iter().find(|(got, _)| got == name);
            let Some((_, got)) = got else { return Some(format!("there is no gradient of {name}")) };
            unlike(of_gradient, got, gradient).map(|what| format!("gradient of {name} {what}"))
        })
    });
    wrong.map(|what| format!("{what}; expected {}", shown(&Answer::Numbers(expected))))
}

/// Every case of every file, in each of its dtypes, on every device that has it.
#[test]
fn the_answers_are_those_of_the_files() {
    if child() {
        return;
    }
    let mut faults = Faults::default();
    let (mut cases, mut lines) = (Vec::new(), Vec::new());
    for (kind, of_kind) in files() {
        for case in of_kind {
            let name = format!("{kind}/{}", case["name"].as_str().expect("a name"));
            // A request that is a string is the line itself.
            if let Some(line) = case["request"].as_str() {
                lines.push(line.to_owned());
                cases.push((name.clone(), "f32".to_owned(), case.clone()));
                continue;
            }
            let dtypes: Vec<String> = match case.get("dtypes") {
                Some(dtypes) => serde_json::from_value(dtypes.clone()).expect("names"),
                None => vec!["f32".to_owned()],
            };
            for (dtype, device) in dtypes.iter().flat_map(|dtype| ["flex", "ndarray"].map(|device| (dtype, device))) {
                if device == "ndarray" && !NDARRAY.contains(&dtype.as_str()) {
                    continue;
                }
                let mut request = case["request"].clone();
                request["device"] = json!(device);
                request["dtype"] = json!(dtype);
                lines.push(request.to_string());
                cases.push((format!("{name} on {device} in {dtype}"), dtype.clone(), case.clone()));
            }
        }
    }
    let answers = answered_apart("the_answers_are_those_of_the_files", &lines);
    for (((what, dtype, case), line), got) in cases.iter().zip(&lines).zip(answers) {
        let wrong = wrong(case, dtype, &got);
        faults.expect(wrong.is_none(), || {
            let line: String = line.chars().take(300).collect();
            format!("{what}: {}; got {}; {line}", wrong.unwrap_or_default(), shown(&got))
        });
    }
    faults.report(5000);
}

/// The variable that makes a test of this file, in a process of its own, answer the lines of its standard input.
const CHILD: &str = "LOSS_FAULTS_CHILD";

/// Whether this is such a process; then it has answered them.
fn child() -> bool {
    if std::env::var_os(CHILD).is_none() {
        return false;
    }
    for line in std::io::stdin().lines() {
        let line = line.expect("UTF-8");
        let line: String = serde_json::from_str(&line).expect("a line as a JSON string");
        let mut out = std::io::stdout();
        // After a marker: the test harness prints, too.
        writeln!(out, "\n{MARK}{}", answer(line.as_bytes())).and_then(|()| out.flush()).expect("a pipe");
    }
    true
}

const MARK: &str = "answer: ";

/// The answers to lines, by a process of its own: one that a line ends is said to have no answer to it, and another goes
/// on behind.
fn answered_apart(test: &str, lines: &[String]) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    while answers.len() < lines.len() {
        let program = std::env::current_exe().expect("a path");
        // What a line asks for is not to fill the machine's memory.
        let mut child = match cfg!(unix) {
            true => {
                let mut shell = Command::new("sh");
                shell.args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""]).arg(program);
                shell
            }
            false => Command::new(program),
        };
        let mut child = child
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(CHILD, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the test runs");
        let mut input = child.stdin.take().expect("a pipe");
        let left: Vec<String> = lines[answers.len()..].iter().map(|line| json!(line).to_string()).collect();
        // A process that is gone does not read.
        let writer = std::thread::spawn(move || left.iter().try_for_each(|line| writeln!(input, "{line}")));
        let output = child.wait_with_output().expect("it ends");
        let _ = writer.join();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = text.lines().filter_map(|line| line.strip_prefix(MARK));
        answers.extend(said.map(|line| Answer::from(serde_json::from_str::<Value>(line).expect("JSON"))));
        if answers.len() < lines.len() {
            answers.push(Answer::Sentence(format!("\nthe process ended with {}", output.status)));
        }
    }
    answers
}

// ---- Hyper-parameters at the ends of their ranges ----

/// The ends of a range: the bounds where they belong to it, else what is next to them, and numbers that leave f32 and
/// all but leave f64.
fn ends(range: Range) -> Vec<f64> {
    let low = if range.above_low { range.low.next_up() } else { range.low };
    let high = if range.below_high { range.high.next_down() } else { range.high };
    let far = [1e-300, 1e-60, 1e-30, 1e30, 1e60, 1e300];
    let bounds = [(range.low, low), (range.high, high)];
    let bounds = bounds.into_iter().filter(|(bound, _)| bound.is_finite()).map(|(_, end)| end);
    let all = bounds.chain(far).chain(far.map(|x| -x));
    all.filter(|&x| range.contains(x)).collect()
}

/// The losses whose parameters are walked: every loss, and wrappers around a class loss and a pointwise one.
fn at_the_end(entry: &Entry, parameter: &Parameter, value: f64) -> Vec<Loss> {
    let with = |inner: &str| {
        let value = json_of(parameter, value);
        match entry.family {
            Family::Wrapper => Loss::named(inner).inside(entry, &[(parameter.name, value)]),
            _ => Loss::of(json!({"name": entry.name, parameter.name: value})),
        }
    };
    match entry.family {
        Family::Wrapper => ["cross_entropy", "l1"].into_iter().filter_map(with).collect(),
        _ => with("").into_iter().collect(),
    }
}

/// Either a sentence says that the range ends before, or the answer has no NaN, and is that of f64 as far as the dtype
/// holds it.
#[test]
fn every_parameter_is_right_at_the_ends_of_its_range() {
    let mut faults = Faults::default();
    for entry in catalogue::all() {
        for parameter in entry.parameters {
            for value in ends(parameter.range) {
                for loss in at_the_end(entry, parameter, value) {
                    let request = Request::of(&loss, &ordinary(&loss)).single(&loss);
                    let exact = request.clone().with("dtype", "f64").answer();
                    for (device, dtype) in everywhere() {
                        let got = request.clone().with("dtype", dtype).with("device", device).answer();
                        let what = || format!("{} on {device} in {dtype}: got {}", loss.json, shown(&got));
                        faults.expect(got.is_proper(), || format!("no sentence, {}", what()));
                        let Some(numbers) = got.numbers() else { continue };
                        faults.expect(!numbers.has_nan(), || format!("NaN, {}", what()));
                        let Some(exact) = exact.numbers() else {
                            faults.expect(false, || format!("f64 refuses it, {}", what()));
                            continue;
                        };
                        let differs = differs(&loss, self::dtype(dtype), numbers, exact);
                        if !numbers.has_nan() && !exact.has_nan() {
                            faults.expect(differs.is_none(), || format!("{}, {}", differs.unwrap_or_default(), what()));
                        }
                    }
                }
            }
        }
    }
    faults.report(5000);
}

// ---- Infinities ----

/// Inputs at infinity where there is no limit, or which the documentation excludes: the loss, the input, which infinity,
/// and why.
const NO_LIMIT: &[(&str, &str, &[f64], &str)] = &[
    ("logit_clip", "logits", BOTH, "logits must be finite: their length is measured"),
    ("logit_norm", "logits", BOTH, "logits must be finite: their length is measured"),
    ("adaptive_wing", "target", BOTH, "targets are in 0 … 1"),
    ("jeffreys", "logits", BOTH, "infinite of every class that is a target: its slopes have no limit"),
    ("alpha_divergence", "logits", BOTH, "infinite of every class that is a target at α = 0: likewise"),
    ("poisson_nll", "target", &[f64::NEG_INFINITY], "counts are ≥ 0"),
    ("tweedie_nll", "target", &[f64::NEG_INFINITY], "amounts are ≥ 0"),
    ("gamma_nll", "target", &[f64::NEG_INFINITY], "amounts are ≥ 0"),
];
const BOTH: &[f64] = &[f64::INFINITY, f64::NEG_INFINITY];

fn has_no_limit(loss: &Loss, input: &str, x: f64) -> bool {
    if is_rate(loss) && input == "prediction" && x < 0.0 {
        return true; // A negative rate has no logarithm.
    }
    NO_LIMIT.iter().any(|(name, of, infinities, _)| loss.has(name) && *of == input && infinities.contains(&x))
}

fn is_rate(loss: &Loss) -> bool {
    loss.config.innermost().formula::<burn_losses::PoissonNll>().is_some_and(|formula| !formula.log_input)
}

/// Values and slopes at ±∞ of one input are limits: no NaN, and the same in every dtype.
#[test]
fn every_loss_is_its_limit_at_infinity() {
    let mut faults = Faults::default();
    for loss in losses().into_iter().chain(wrapped()) {
        let inputs = ordinary(&loss);
        for (input, at) in inputs.places() {
            for &x in BOTH {
                let name = inputs.floats[input].0;
                let request = Request::of(&loss, &inputs.moved(input, at, x)).single(&loss);
                let exact = request.clone().with("dtype", "f64").answer();
                let what = || format!("{}, {name} {at} at {x}", loss.json);
                faults.expect(exact.is_proper(), || format!("no sentence, {}: {}", what(), shown(&exact)));
                let Some(exact) = exact.numbers() else { continue };
                if has_no_limit(&loss, name, x) {
                    continue;
                }
                faults.expect(!exact.has_nan(), || {
                    format!("NaN, {}: got {}", what(), shown(&Answer::Numbers(exact.clone())))
                });
                if exact.has_nan() {
                    continue;
                }
                // What half precision rounds to the same is ranked otherwise.
                let ranks = ["top_k", "small_loss"].contains(&loss.config.name());
                for (device, dtype) in SOME.iter().filter(|(_, dtype)| !(ranks && dtype.ends_with("f16"))) {
                    let got = request.clone().with("dtype", *dtype).with("device", *device).answer();
                    let differs = match got.numbers() {
                        Some(numbers) => differs(&loss, self::dtype(dtype), numbers, exact),
                        None => Some("is refused".to_owned()),
                    };
                    faults.expect(differs.is_none(), || {
                        let differs = differs.unwrap_or_default();
                        format!("{differs}, {} on {device} in {dtype}: got {}", what(), shown(&got))
                    });
                }
            }
        }
    }
    faults.report(15_000);
}

// ---- NaN ----

/// Inputs that do not count, by themselves or where they stand.
const NOT_COUNTED: &[(&str, &str, &str)] = &[("negative_log_likelihood", "logits", "only the target's counts")];

/// The class of each row of [`ordinary`].
fn is_target(inputs: &Inputs, at: usize) -> bool {
    let Some((shape, classes)) = &inputs.classes else { return false };
    classes[at / CLASSES % shape[0]] == (at % CLASSES) as i64
}

/// A NaN that counts makes the value NaN, by every reduction.
#[test]
fn a_nan_that_counts_gives_nan() {
    let mut faults = Faults::default();
    for loss in losses().into_iter().chain(wrapped()) {
        let inputs = ordinary(&loss);
        // With a ratio of 1 no item is left out.
        let whole = |wrapper: &str| loss.has(wrapper);
        let loss = match ["top_k", "small_loss"].into_iter().find(|wrapper| whole(wrapper)) {
            Some(wrapper) => {
                let mut json = loss.json.clone();
                json["name"] = json!(wrapper);
                json["ratio"] = json!(1.0);
                Loss::of(json).expect("a loss")
            }
            None => loss,
        };
        for (input, at) in inputs.places() {
            let name = inputs.floats[input].0;
            let uncounted = NOT_COUNTED.iter().any(|(loss_name, of, _)| loss.has(loss_name) && *of == name);
            if uncounted && !is_target(&inputs, at) {
                continue;
            }
            let request = Request::of(&loss, &inputs.moved(input, at, f64::NAN));
            for (device, dtype) in SOME {
                for by in ["mean", "none"] {
                    if by == "none" && !loss.has_single_values() {
                        continue;
                    }
                    let request = request.clone().with("dtype", dtype).with("device", device).with("reduction", by);
                    let got = request.answer();
                    let is_nan = got.numbers().is_some_and(|numbers| numbers.value.iter().any(|x| x.is_nan()));
                    faults.expect(is_nan, || {
                        format!("{}, {name} {at} is NaN, {by} on {device} in {dtype}: got {}", loss.json, shown(&got))
                    });
                }
            }
        }
    }
    faults.report(10_000);
}

// ---- What is left out ----

/// Replaces the logits of a row in all views.
fn with_row(inputs: &Inputs, row: usize, x: f64) -> Inputs {
    let mut moved = inputs.clone();
    let rows = inputs.classes.as_ref().expect("classes").0[0];
    for (at, logit) in moved.floats[0].1.iter_mut().enumerate() {
        if at / CLASSES % rows == row {
            *logit = x;
        }
    }
    moved
}

fn of_row(inputs: &Inputs, list: &[f64], row: usize) -> Vec<f64> {
    let rows = inputs.classes.as_ref().expect("classes").0[0];
    list.iter().enumerate().filter(|(at, _)| at / CLASSES % rows == row).map(|(_, x)| *x).collect()
}

/// Losses of classes, alone and in each wrapper.
fn class_losses() -> Vec<Loss> {
    let alone: Vec<Loss> = losses().into_iter().filter(Loss::is_of_classes).collect();
    let inside = wrappers().flat_map(|wrapper| alone.iter().filter_map(|inner| inner.inside(wrapper, &[])));
    let inside: Vec<Loss> = inside.collect();
    alone.into_iter().chain(inside).collect()
}

/// Losses of classes, alone, and one of each engine in each wrapper.
fn some_class_losses() -> Vec<Loss> {
    let alone = losses().into_iter().filter(Loss::is_of_classes);
    alone.chain(wrapped().into_iter().filter(Loss::is_of_classes)).collect()
}

/// A row that does not count has value 0 and slope 0, whatever stands in it, and changes nothing beside it.
fn expect_left_out(faults: &mut Faults, loss: &Loss, request: impl Fn(&Inputs) -> Request, inputs: &Inputs) {
    const ROW: usize = 1;
    let reductions: &[&str] = if loss.has_single_values() { &["none", "mean"] } else { &["mean", "sum"] };
    for by in reductions {
        for dtype in ["f32", "f64"] {
            let ask = |inputs: &Inputs| request(inputs).with("reduction", *by).with("dtype", dtype).answer();
            let clean = ask(inputs);
            for poison in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let got = ask(&with_row(inputs, ROW, poison));
                let what =
                    || format!("{}, a row of {poison} left out, {by} in {dtype}: got {}", loss.json, shown(&got));
                let (Some(numbers), Some(clean)) = (got.numbers(), clean.numbers()) else {
                    faults.expect(false, || format!("refused, {}", what()));
                    continue;
                };
                let slopes = of_row(inputs, &numbers.gradients[0].1, ROW);
                faults.expect(slopes.iter().all(|&g| g == 0.0), || format!("slopes {slopes:?}, {}", what()));
                if *by == "none" {
                    faults.expect(numbers.value[ROW] == 0.0, || format!("a value, {}", what()));
                }
                let differs = differs(loss, self::dtype(dtype), numbers, clean);
                faults.expect(differs.is_none(), || format!("{}, {}", differs.unwrap_or_default(), what()));
            }
        }
    }
}

#[test]
fn an_ignored_row_is_nothing_whatever_stands_in_it() {
    let mut faults = Faults::default();
    for loss in class_losses() {
        let mut inputs = ordinary(&loss);
        inputs.classes = Some((vec![3], vec![2, -100, 3]));
        expect_left_out(&mut faults, &loss, |inputs| Request::of(&loss, inputs).with("ignore_index", -100), &inputs);
    }
    faults.report(10_000);
}

/// A class of weight 0. With label smoothing the other classes of the row count, with theirs.
#[test]
fn a_row_of_weight_0_is_nothing_whatever_stands_in_it() {
    let mut faults = Faults::default();
    for loss in class_losses() {
        let text = loss.json.to_string();
        if text.contains("label_smoothing") {
            continue;
        }
        let inputs = ordinary(&loss);
        let weights = json!([0.0, 1.0, 2.0, 0.5]);
        let request = |inputs: &Inputs| Request::of(&loss, inputs).with("class_weights", weights.clone());
        expect_left_out(&mut faults, &loss, request, &inputs);
    }
    faults.report(10_000);
}

/// A loss that is not selected has slope 0, be it infinite, or its slope NaN behind a mask.
#[test]
fn what_is_not_selected_is_nothing() {
    let mut faults = Faults::default();
    let all = losses().into_iter().filter(|loss| {
        // Two losses that differ: those of the batch are one.
        !["rmse", "rmsle"].contains(&loss.config.name())
    });
    for loss in all {
        let ordinary = ordinary(&loss);
        for (input, at) in ordinary.places() {
            let huge = if loss.is_of_classes() { 1e4 } else { 200.0 };
            for x in [f64::INFINITY, f64::NEG_INFINITY, huge, -huge] {
                if has_no_limit(&loss, ordinary.floats[input].0, x) {
                    continue;
                }
                let inputs = ordinary.moved(input, at, x);
                let request = |loss: &Loss| Request::of(loss, &inputs).with("reduction", "none");
                for (wrapper, largest) in [("top_k", true), ("small_loss", false)] {
                    let bare = request(&loss).answer();
                    let Some(bare) = bare.numbers() else { continue };
                    if bare.value.iter().any(|x| x.is_nan()) {
                        continue; // Says the test of infinities.
                    }
                    let ratio = 1.0 / bare.value.len() as f64;
                    let entry = catalogue::find(wrapper).expect("a wrapper");
                    let outer = loss.inside(entry, &[("ratio", json!(ratio))]).expect("it goes around all");
                    let better = |a: f64, b: f64| if largest { a > b } else { a < b };
                    let mut best = 0;
                    for (index, &value) in bare.value.iter().enumerate() {
                        if better(value, bare.value[best]) {
                            best = index;
                        }
                    }
                    let ties = bare.value.iter().filter(|&&value| value == bare.value[best]).count();
                    if ties > 1 {
                        continue;
                    }
                    let got = request(&outer).answer();
                    let what = || format!("{}, input {input} at {at} is {x}: got {}", outer.json, shown(&got));
                    let Some(numbers) = got.numbers() else {
                        faults.expect(false, || format!("refused, {}", what()));
                        continue;
                    };
                    let others = numbers.value.iter().enumerate().filter(|(index, _)| *index != best);
                    faults
                        .expect(others.into_iter().all(|(_, &value)| value == 0.0), || format!("a value, {}", what()));
                    faults.expect(numbers.value[best] == bare.value[best], || format!("not the best, {}", what()));
                    // Items with a number of each input as the losses are arranged.
                    let items = bare.value.len();
                    for ((name, gradient), (_, alone)) in numbers.gradients.iter().zip(&bare.gradients) {
                        let rows = gradient.len() / items;
                        for (index, &slope) in gradient.iter().enumerate() {
                            let item = match views(&loss.config) {
                                1 => index / rows,
                                _ => index / CLASSES % items,
                            };
                            let right = if item == best {
                                slope == alone[index] || (slope.is_nan() && alone[index].is_nan())
                            } else {
                                slope == 0.0
                            };
                            faults.expect(right, || format!("gradient of {name} at {index}, {}", what()));
                        }
                    }
                }
            }
        }
    }
    faults.report(10_000);
}

/// A term of weight 0 is nothing, be it infinite.
#[test]
fn a_term_of_weight_0_is_nothing() {
    let mut faults = Faults::default();
    for loss in losses() {
        let inputs = ordinary(&loss);
        for (input, at) in inputs.places() {
            for &x in BOTH {
                let inputs = inputs.moved(input, at, x);
                for by in ["mean", "none"] {
                    let ask = |loss: &Loss| Request::of(loss, &inputs).with("reduction", by).answer();
                    let json = json!({"name": "weighted_sum", "terms": [{"weight": 0, "loss": loss.json}]});
                    let sum = Loss::of(json).expect("a loss");
                    let (got, bare) = (ask(&sum), ask(&loss));
                    if bare.numbers().is_none() {
                        continue;
                    }
                    let nothing = got
                        .numbers()
                        .is_some_and(|numbers| numbers.lists().iter().all(|(_, list)| list.iter().all(|&x| x == 0.0)));
                    faults.expect(nothing, || {
                        format!("{}, input {input} at {at} is {x}, {by}: got {}", sum.json, shown(&got))
                    });
                }
            }
        }
    }
    faults.report(1000);
}

// ---- Sums and counts ----

/// In f16 and bf16 the sums over the items are as wide as in f32.
#[test]
fn wrappers_of_single_losses_sum_as_wide_as_f32() {
    let mut faults = Faults::default();
    const N: usize = 5000;
    let settings = [("top_k", "ratio", 1.0), ("small_loss", "ratio", 1.0), ("individual_flooding", "level", 0.0)];
    let elementwise = [Signature::Pointwise, Signature::Binary, Signature::Distribution];
    for loss in losses().into_iter().filter(|loss| elementwise.contains(&loss.config.signature())) {
        let one = ordinary(&loss);
        for (wrapper, parameter, value) in settings {
            let entry = catalogue::find(wrapper).expect("a wrapper");
            let outer = loss.inside(entry, &[(parameter, json!(value))]).expect("it goes around all");
            let mut many = one.clone();
            many.shape = vec![N, 1];
            for (_, data) in &mut many.floats {
                *data = vec![data[2]; N];
            }
            let mut single = many.clone();
            single.shape = vec![1, 1];
            for (_, data) in &mut single.floats {
                data.truncate(1);
            }
            for dtype in ["f16", "bf16"] {
                let ask = |loss: &Loss, inputs: &Inputs| Request::of(loss, inputs).with("dtype", dtype).answer();
                let (got, of_one) = (ask(&outer, &many), ask(&loss, &single));
                let (Some(numbers), Some(of_one)) = (got.numbers(), of_one.numbers()) else {
                    faults.expect(false, || format!("{} in {dtype}: {}", outer.json, shown(&got)));
                    continue;
                };
                let tolerance = Tolerance::beside(&loss.config, self::dtype(dtype)).times(2.0);
                // Flooding at 0 is the absolute value.
                let floods = wrapper == "individual_flooding";
                let expected: Vec<f64> = of_one.value.iter().map(|x| if floods { x.abs() } else { *x }).collect();
                let differs = unlike(tolerance, &numbers.value, &expected);
                faults.expect(differs.is_none(), || {
                    format!("{} of {N} in {dtype}, value {}", outer.json, differs.unwrap_or_default())
                });
            }
        }
    }
    faults.report(200);
}

/// ⌈ratio·n⌉, of the ratio as it is written.
#[test]
fn a_share_of_the_items_is_rounded_up_as_it_is_written() {
    let mut faults = Faults::default();
    for n in [1_usize, 7, 25, 50, 75, 100, 150, 175, 200, 300, 700, 1000, 1100, 2000] {
        for percent in 1..=99_usize {
            let kept = (percent * n).div_ceil(100);
            let wrapper = ["top_k", "small_loss"][percent % 2];
            let ratio: f64 = format!("0.{percent:02}").parse().expect("a number");
            let loss = Loss::of(json!({"name": wrapper, "ratio": ratio, "loss": "l1"})).expect("a loss");
            let inputs = Inputs {
                shape: vec![n],
                floats: vec![("prediction", vec![1.0; n]), ("target", vec![0.0; n])],
                classes: None,
            };
            let dtype = ["f64", "f32"][percent / 2 % 2];
            let got = Request::of(&loss, &inputs).with("dtype", dtype).with("reduction", "sum").answer();
            let right = got.numbers().is_some_and(|numbers| {
                let moved = numbers.gradients[0].1.iter().filter(|&&g| g != 0.0).count();
                numbers.value == [kept as f64] && moved == kept
            });
            let said: String = shown(&got).chars().take(60).collect();
            faults.expect(right, || format!("{} of {n} in {dtype}: {said} instead of {kept}", loss.json));
        }
    }
    faults.report(1000);
}

// ---- Nothing, and far too much ----

/// What a loss is given of a shape; the numbers do not matter where there are none.
fn of_shape(loss: &Loss, shape: &[usize]) -> Inputs {
    let mut inputs = ordinary(loss);
    let count: usize = shape.iter().product();
    inputs.shape = shape.to_vec();
    for (_, data) in &mut inputs.floats {
        let cycled: Vec<f64> = data.iter().copied().cycle().take(count).collect();
        *data = cycled;
    }
    if inputs.classes.is_some() {
        let targets = if shape.is_empty() { vec![] } else { [&shape[..1], &shape[2.min(shape.len())..]].concat() };
        let of_views = views(&loss.config).max(1);
        let targets: Vec<usize> =
            targets.iter().enumerate().map(|(axis, &n)| if axis == 0 { n / of_views } else { n }).collect();
        let count = targets.iter().product::<usize>().min(16);
        inputs.classes = Some((targets, vec![0; count]));
    }
    inputs
}

/// Nothing is 0 without a slope, or a sentence.
#[test]
fn empty_tensors_are_0_or_a_sentence() {
    let mut faults = Faults::default();
    for loss in losses().into_iter().chain(wrapped()) {
        for shape in [&[0, 4][..], &[4, 0], &[2, 4, 0], &[0], &[2, 0], &[0, 0], &[2, 0, 3]] {
            let inputs = of_shape(&loss, shape);
            for by in ["mean", "sum", "none"] {
                for (device, dtype) in [("flex", "f32"), ("ndarray", "f64"), ("flex", "f16")] {
                    let request = Request::of(&loss, &inputs).with("reduction", by);
                    let got = request.with("dtype", dtype).with("device", device).answer();
                    let what =
                        || format!("{} of {shape:?}, {by} on {device} in {dtype}: got {}", loss.json, shown(&got));
                    faults.expect(got.is_proper(), || format!("no sentence, {}", what()));
                    let Some(numbers) = got.numbers() else { continue };
                    // |0 − b| + b, by item also where rows of nothing are items; ½·s; 1 − 0.
                    let of_rows = matches!(loss.config.signature(), Signature::Multilabel | Signature::Whole);
                    let is_0 = loss.has("flooding")
                        || (loss.has("individual_flooding") && of_rows)
                        || loss.has("uncertainty_weighting")
                        || loss.has("cosine_distance")
                        || numbers.value.iter().all(|&x| x == 0.0);
                    faults.expect(is_0, || format!("a value, {}", what()));
                    let empty = numbers.gradients.iter().all(|(_, gradient)| gradient.is_empty());
                    faults.expect(empty, || format!("a gradient, {}", what()));
                    faults.expect(!numbers.has_nan(), || format!("NaN, {}", what()));
                }
            }
        }
    }
    faults.report(5000);
}

/// Shapes of more than there can be, with no numbers in them, and what `usize` does not hold: answered, every one.
#[test]
fn shapes_that_cannot_be_are_answered() {
    if child() {
        return;
    }
    let mut faults = Faults::default();
    let huge = 100_000_000_000_usize;
    let shapes = [
        vec![huge, 0],
        vec![0, huge],
        vec![huge, 0, huge],
        vec![huge, 4, 0],
        vec![2, 0, huge],
        vec![2, huge, 0],
        vec![0, huge, huge],
        vec![usize::MAX, 0],
        vec![usize::MAX, 2],
        vec![huge, huge],
    ];
    let mut lines = Vec::new();
    for loss in losses().into_iter().chain(wrapped()) {
        for shape in &shapes {
            for by in ["mean", "none"] {
                let mut inputs = of_shape(&loss, &[0, 4]);
                inputs.shape.clone_from(shape);
                if let Some((targets, _)) = &mut inputs.classes {
                    *targets = [&shape[..1], &shape[2..]].concat();
                }
                lines.push(Request::of(&loss, &inputs).with("reduction", by).0.to_string());
            }
        }
    }
    let answers = answered_apart("shapes_that_cannot_be_are_answered", &lines);
    for (line, got) in lines.iter().zip(answers) {
        faults.expect(got.is_proper(), || format!("{line}: {}", shown(&got)));
        let nan = got.numbers().is_some_and(Numbers::has_nan);
        faults.expect(!nan, || format!("NaN, {line}: {}", shown(&got)));
    }
    faults.report(2000);
}

// ---- Classes ----

/// Targets are compared as whole numbers, whatever their dtype: with more classes than it has, and with an ignore index
/// that it does not have.
#[test]
fn targets_of_every_dtype_are_those_of_i64() {
    let mut faults = Faults::default();
    // More classes than the dtype has, but of u16 and u32, where that would be too many for every loss.
    let settings: [(&str, usize, [i64; 3]); 4] =
        [("u8", 256, [1, 255, 200]), ("i8", 160, [1, 127, 100]), ("u16", 20, [1, 19, 0]), ("u32", 20, [1, 19, 7])];
    for loss in some_class_losses() {
        let views = views(&loss.config);
        for (dtype, classes, targets) in settings {
            let logits = (0..3 * views * classes).map(|at| -((at * 7 % 61) as f64) / 16.0).collect();
            let inputs = Inputs {
                shape: vec![3 * views, classes],
                floats: vec![("logits", logits)],
                classes: Some((vec![3], targets.to_vec())),
            };
            for ignored in [None, Some(-100), Some(257), Some(targets[2]), Some(i64::MIN)] {
                let request = Request::of(&loss, &inputs).single(&loss);
                let request = ignored.iter().fold(request, |request, &index| request.with("ignore_index", index));
                let (got, right) = (request.clone().with("targets_dtype", dtype).answer(), request.answer());
                let same = match (&got, &right) {
                    (Answer::Numbers(got), Answer::Numbers(right)) => {
                        got.lists().iter().zip(right.lists()).all(|((_, got), (_, right))| {
                            got.iter().zip(right).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
                        })
                    }
                    (Answer::Sentence(got), Answer::Sentence(right)) => got == right,
                    _ => false,
                };
                faults.expect(same, || {
                    let (got, right): (String, String) =
                        (shown(&got).chars().take(120).collect(), shown(&right).chars().take(120).collect());
                    format!("{}, {classes} classes, {dtype}, ignored {ignored:?}: got {got}, as i64 {right}", loss.json)
                });
            }
        }
    }
    faults.report(1900);
}

/// A factor that all class weights have cancels in the mean, be it outside the dtype.
#[test]
fn a_factor_of_all_class_weights_changes_no_mean() {
    let mut faults = Faults::default();
    for loss in some_class_losses() {
        let inputs = ordinary(&loss);
        for weights in [[1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 0.5, 4.0]] {
            let right =
                Request::of(&loss, &inputs).with("class_weights", weights.to_vec()).with("dtype", "f64").answer();
            for factor in [2.0, 1e-60, 1e-300, 1e60, 1e300] {
                for (device, dtype) in [("flex", "f64"), ("flex", "f32"), ("flex", "f16"), ("ndarray", "f32")] {
                    let scaled: Vec<f64> = weights.iter().map(|weight| weight * factor).collect();
                    let request = Request::of(&loss, &inputs).with("class_weights", scaled);
                    let got = request.with("dtype", dtype).with("device", device).answer();
                    let differs = match (got.numbers(), right.numbers()) {
                        (Some(got), Some(right)) => differs(&loss, self::dtype(dtype), got, right),
                        _ => Some("is refused".to_owned()),
                    };
                    faults.expect(differs.is_none(), || {
                        let differs = differs.unwrap_or_default();
                        format!(
                            "{differs}, {}, {weights:?} times {factor:e} on {device} in {dtype}: got {}",
                            loss.json,
                            shown(&got)
                        )
                    });
                }
            }
        }
    }
    faults.report(3_900);
}
