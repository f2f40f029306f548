//! The command line, end to end: what a user types, what comes out, and the exit code.

use loss_lab::data::SplitMix64;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Runs the lab in a folder of its own.
fn lab(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loss-lab"));
    command.args(arguments).current_dir(folder.path()).output().expect("the lab starts")
}

/// Losses that do not learn alone, or not so soon.
const SLOW: [&str; 7] = [
    // It gives up on what the model finds unlikely, as at first everything.
    "truncated_generalized_cross_entropy",
    // It takes targets for what an example is not.
    "negative_learning",
    // Of relative errors: they had rather be low everywhere than high anywhere.
    "mape",
    "smape",
    "scale_invariant_log",
    // It ranks labels: where the threshold lies, is left open.
    "multilabel_margin",
    // It pulls to 0 whatever the target.
    "gaussian_kl",
];

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

/// The command failed with this exit code and one sentence on standard error that holds all of these.
fn assert_fails(output: &Output, code: i32, parts: &[&str]) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(!error.contains("panicked"), "{error}");
    let sentence =
        error.lines().find(|line| line.starts_with("error:")).unwrap_or_else(|| panic!("no error line: {error}"));
    for part in parts {
        assert!(sentence.contains(part), "{part:?} is not in {sentence:?}");
    }
}

fn last_line(output: &Output) -> Value {
    let text = stdout(output);
    let line = text.lines().last().expect("a line");
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn fraction(value: &Value, key: &str) -> f64 {
    let x = value[key].as_f64().unwrap_or_else(|| panic!("{key} is not a number in {value}"));
    assert!((0.0..=1.0).contains(&x), "{key} = {x}");
    x
}

#[test]
fn no_command_trains_on_the_digits() {
    let folder = folder();
    let output = lab(&folder, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout(&output).contains("test accuracy"));
    let run = folder.path().join("runs/0001-train-cross_entropy");
    let summary: Value =
        serde_json::from_str(&fs::read_to_string(run.join("run.json")).expect("run.json")).expect("JSON");
    assert_eq!(summary["status"], "done");
    assert!(fraction(&summary, "test_accuracy") >= 0.97, "{summary}");
    let epochs = fs::read_to_string(run.join("history.csv")).expect("history.csv").lines().count() - 1;
    assert_eq!(Some(epochs as u64), summary["epochs_done"].as_u64());
    for file in ["history.png", "history.svg", "model.bpk"] {
        assert!(fs::metadata(run.join(file)).expect(file).len() > 0, "{file} is empty");
    }
}

#[test]
fn train_json_ends_with_the_result_and_repeats_itself() {
    let folder = folder();
    let arguments = [
        "train",
        "--loss",
        "generalized_cross_entropy",
        "--noise-rate",
        "0.3",
        "--epochs",
        "3",
        "--seed",
        "5",
        "--json",
    ];
    let [a, b] = [lab(&folder, &arguments), lab(&folder, &arguments)].map(|output| last_line(&output));
    assert_eq!(a["loss"], "generalized_cross_entropy");
    assert!(a["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    for key in ["train_accuracy", "train_accuracy_clean", "test_accuracy"] {
        assert_eq!(fraction(&a, key), fraction(&b, key), "{key}");
    }
    // 30 % wrong labels: the labels trained on cannot be met as well as the true ones.
    assert!(fraction(&a, "train_accuracy") < fraction(&a, "train_accuracy_clean"));
    assert_ne!(a["directory"], b["directory"], "a second run must not write over the first");
    let other = lab(&folder, &["train", "--epochs", "3", "--seed", "6", "--noise-rate", "0.3", "--json"]);
    assert_ne!(fraction(&last_line(&other), "train_accuracy"), fraction(&a, "train_accuracy"));
}

#[test]
fn train_augments_the_views_that_a_loss_compares() {
    let folder = folder();
    let train = || lab(&folder, &["train", "--loss", "jsd_cross_entropy", "--epochs", "2", "--seed", "5", "--json"]);
    let outputs = [train(), train()];
    let headline = String::from_utf8_lossy(&outputs[0].stderr);
    assert!(headline.contains("3 views") && headline.contains("augmented"), "{headline}");
    let results = outputs.each_ref().map(last_line);
    assert_eq!(results[0]["views"], 3);
    assert_eq!(results[0]["test_accuracy"], results[1]["test_accuracy"]);
    let plain = last_line(&lab(&folder, &["train", "--epochs", "1", "--json"]));
    assert!(plain.get("views").is_none(), "{plain}");
}

/// What two epochs must reach, if the loss is one that learns: far more than a guess.
fn assert_learns(name: &str, result: &Value) {
    let (key, least) = match result["task"].as_str() {
        Some("classification") => ("test_accuracy", 0.5),
        Some("multilabel") => ("test_label_accuracy", 0.78),
        Some("regression" | "distribution") => ("test_r2", 0.05),
        other => panic!("{other:?} is no task: {result}"),
    };
    let score = result[key].as_f64().unwrap_or_else(|| panic!("{key} of {name} is no number in {result}"));
    assert!(score <= 1.0 && (score > least || SLOW.contains(&name)), "{name}: {result}");
}

#[test]
fn train_takes_every_loss_of_the_catalogue() {
    let folder = folder();
    let entries = std::sync::Mutex::new(burn_losses::catalogue::all().iter());
    let work = || {
        while let Some(entry) = { entries.lock().expect("no panic elsewhere").next() } {
            let arguments = ["train", "--loss", entry.name, "--epochs", "2", "--learning-rate", "0.01", "--json"];
            let output = lab(&folder, &arguments);
            assert!(output.status.success(), "{}: {}", entry.name, String::from_utf8_lossy(&output.stderr));
            let result = last_line(&output);
            assert_eq!(result["loss"], entry.name);
            assert_learns(entry.name, &result);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, |count| count.get().min(8)) {
            scope.spawn(work);
        }
    });
}

#[test]
fn train_learns_labels_and_halves_of_images() {
    let folder = folder();
    let train =
        |arguments: &[&str]| last_line(&lab(&folder, &[&["train", "--epochs", "20", "--json"], arguments].concat()));
    let labels = train(&["--loss", "binary_cross_entropy", "--noise-rate", "0.1"]);
    assert_eq!(labels["task"], "multilabel");
    assert!(fraction(&labels, "test_label_accuracy") > 0.93, "{labels}");
    assert!(fraction(&labels, "test_exact_match") > 0.7, "{labels}");
    // 10 % wrong labels: those trained on cannot be met as well as the true ones.
    let [noisy, clean] = ["train_label_accuracy", "train_label_accuracy_clean"].map(|key| fraction(&labels, key));
    assert!(noisy < clean && (0.85..0.95).contains(&noisy), "{labels}");

    let halves = train(&["--loss", "huber"]);
    assert_eq!(halves["task"], "regression");
    assert!(fraction(&halves, "test_r2") > 0.35, "{halves}");
    assert!(fraction(&halves, "test_mae") < fraction(&halves, "test_rmse"), "{halves}");

    let spread = train(&["--loss", "gaussian_nll"]);
    assert_eq!(spread["task"], "distribution");
    assert!(fraction(&spread, "test_r2") > 0.35, "{spread}");
    // A constant scale, were it the best one, would give about 0.1.
    assert!(spread["test_nll"].as_f64().is_some_and(|nll| nll < -0.3), "{spread}");

    let run = folder.path().join("runs/0003-train-gaussian_nll");
    let history = fs::read_to_string(run.join("history.csv")).expect("history.csv");
    assert_eq!(history.lines().next(), Some("epoch,loss,train_rmse,test_nll,test_mae,test_rmse,test_r2"));
    assert_eq!(history.lines().count(), 1 + 20);
    for file in ["history.png", "history.svg", "model.bpk"] {
        assert!(fs::metadata(run.join(file)).expect(file).len() > 0, "{file} is empty");
    }
}

#[test]
fn train_reads_counts_as_rates_if_told_so() {
    let folder = folder();
    let config = r#"{"name": "flooding", "level": 0.0, "loss": {"name": "poisson_nll", "log_input": false}}"#;
    fs::write(folder.path().join("loss.json"), config).expect("written");
    let result = last_line(&lab(&folder, &["train", "--config", "loss.json", "--epochs", "5", "--json"]));
    assert_eq!((&result["task"], &result["status"]), (&Value::from("regression"), &Value::from("done")));
    assert!(result["test_r2"].is_number(), "{result}");
}

#[test]
fn train_takes_a_config_file_and_other_devices_and_noise() {
    let folder = folder();
    let config = r#"{"name": "flooding", "level": 0.05, "loss": {"name": "focal", "gamma": 1.5}}"#;
    fs::write(folder.path().join("loss.json"), config).expect("written");
    let arguments =
        ["train", "--config", "loss.json", "--device", "ndarray", "--noise", "asymmetric", "--noise-rate", "0.2"];
    let result = last_line(&lab(&folder, &[&arguments[..], &["--epochs", "2", "--json"]].concat()));
    assert_eq!(result["config"]["loss"]["gamma"], 1.5);
    assert_eq!((&result["device"], &result["noise"]), (&Value::from("ndarray"), &Value::from("asymmetric")));
}

#[test]
fn bad_arguments_exit_2_with_one_sentence() {
    let folder = folder();
    fs::write(folder.path().join("bad.json"), r#"{"name": "focal", "gama": 1}"#).expect("written");
    fs::write(folder.path().join("broken.json"), r#"{"name": "#).expect("written");
    fs::create_dir(folder.path().join("empty")).expect("made");
    fs::create_dir(folder.path().join("set")).expect("made");
    idx_set(&folder.path().join("set"));
    fs::write(folder.path().join("list.json"), r#"{"name": "quantile", "tau": [0.1, 0.9]}"#).expect("written");
    let cases: [(&[&str], &[&str]); 26] = [
        (&["train", "--loss", "focall"], &["focall", "focal"]),
        (&["train", "--config", "bad.json"], &["bad.json", "Focal", "gama"]),
        (&["train", "--config", "broken.json"], &["broken.json"]),
        (&["train", "--config", "missing.json"], &["missing.json"]),
        (&["train", "--config", "list.json"], &["Quantile", "tau", "32"]),
        (&["train", "--device", "rocm"], &["rocm", "built in"]),
        (&["train", "--device", "abacus"], &["abacus", "flex"]),
        (&["train", "--data", "empty"], &["empty"]),
        (&["train", "--data", "set", "--loss", "hinge"], &["digits", "hinge", "set"]),
        (&["train", "--data", "set", "--loss", "mse"], &["digits", "mse", "set"]),
        (&["train", "--data", "set", "--model", "cnn"], &["model", "cnn", "4×4", "2×2"]),
        (&["compare", "--data", "set", "--model", "cnn"], &["model", "cnn", "4×4", "2×2"]),
        (&["train", "--loss", "mse", "--noise-rate", "0.1"], &["noise", "regression", "0.1"]),
        (&["train", "--loss", "gaussian_nll", "--noise-rate", "0.1"], &["noise", "distribution", "0.1"]),
        (&["compare", "--losses", "cross_entropy,mse"], &["mse", "class losses"]),
        (&["compare", "--losses", "focal,focal"], &["differ", "\"focal\" twice"]),
        (&["privacy", "--losses", "huber"], &["huber", "class losses"]),
        (&["privacy", "--images", "450"], &["images", "≤ 449", "450"]),
        (&["privacy", "--data", "set", "--images", "23"], &["images", "≤ 22", "got 23"]),
        (&["privacy", "--data", "set", "--model", "cnn"], &["model", "cnn", "4×4", "2×2"]),
        (&["noise", "--data", "set", "--model", "cnn"], &["model", "cnn", "4×4", "2×2"]),
        (&["noise", "--at", "0.3"], &["at", "noise rates", "0.3"]),
        (&["noise", "--noise-rate", "0,0.4,0.4"], &["noise-rate", "differ", "0.4 twice"]),
        (&["noise", "--noise-rate", "0,0.5", "--noise", "asymmetric"], &["BackwardCorrection", "transition"]),
        (&["plot", "no_such_loss"], &["no_such_loss"]),
        (&["plot", r#"{"name": "quantile", "tau": [0.1, 0.9]}"#], &["Quantile", "tau", "2"]),
    ];
    for (arguments, parts) in cases {
        assert_fails(&lab(&folder, arguments), 2, parts);
    }
    for arguments in [&["train", "--noise-rate", "1.5"][..], &["train", "--epochs", "0"], &["compare", "--seeds", "0"]]
    {
        assert_eq!(lab(&folder, arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert!(!folder.path().join("runs").exists(), "nothing was run, so nothing is kept");
}

#[test]
fn run_time_failures_exit_1() {
    let folder = folder();
    fs::write(folder.path().join("taken"), "a file, not a folder").expect("written");
    assert_fails(&lab(&folder, &["train", "--epochs", "1", "--out", "taken"]), 1, &["taken"]);
    let wild = ["train", "--epochs", "50", "--learning-rate", "1e30", "--loss", "cross_entropy"];
    assert_fails(&lab(&folder, &wild), 1, &["loss must stay finite"]);
    let kept = fs::read_to_string(folder.path().join("runs/0001-train-cross_entropy/run.json")).expect("run.json");
    assert!(kept.contains("\"failed\""), "{kept}");
}

/// An IDX file: magic, the axes, the bytes.
fn idx(path: &Path, axes: &[u32], bytes: &[u8]) {
    let mut file = vec![0, 0, 8, axes.len() as u8];
    axes.iter().for_each(|axis| file.extend(axis.to_be_bytes()));
    file.extend(bytes);
    fs::write(path, file).expect("written");
}

/// Images of 2×2 in three classes.
fn idx_set(set: &Path) {
    for (name, count) in [("train", 60_u32), ("t10k", 30)] {
        let labels: Vec<u8> = (0..count).map(|i| (i % 3) as u8).collect();
        let images: Vec<u8> = labels
            .iter()
            .flat_map(|&label| [label == 0, label == 1, label == 2, true])
            .map(|on| 255 * u8::from(on))
            .collect();
        idx(&set.join(format!("{name}-images-idx3-ubyte")), &[count, 2, 2], &images);
        idx(&set.join(format!("{name}-labels-idx1-ubyte")), &[count], &labels);
    }
}

#[test]
fn train_reads_a_folder_of_idx_files() {
    let folder = folder();
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("made");
    idx_set(&set);
    let result = last_line(&lab(&folder, &["train", "--data", "set", "--epochs", "40", "--json"]));
    assert_eq!(fraction(&result, "test_accuracy"), 1.0, "{result}");
    let mut truncated = fs::read(set.join("train-images-idx3-ubyte")).expect("read");
    truncated.pop();
    fs::write(set.join("train-images-idx3-ubyte"), truncated).expect("written");
    assert_fails(&lab(&folder, &["train", "--data", "set"]), 2, &["train-images-idx3-ubyte"]);
}

#[test]
fn train_convolves_digits_and_their_halves() {
    let folder = folder();
    let train = |loss: &str, epochs: &str| {
        lab(&folder, &["train", "--model", "cnn", "--loss", loss, "--epochs", epochs, "--json"])
    };
    let digits = last_line(&train("cross_entropy", "3"));
    assert_eq!(digits["model"], "cnn");
    assert!(fraction(&digits, "test_accuracy") > 0.6, "{digits}");
    let kept = fs::read_to_string(folder.path().join("runs/0001-train-cross_entropy/run.json")).expect("run.json");
    assert!(kept.contains("\"model\": \"cnn\""), "{kept}");
    let halves = last_line(&train("huber", "1"));
    assert_eq!((&halves["model"], &halves["task"]), (&Value::from("cnn"), &Value::from("regression")));
    assert!(halves["test_r2"].is_number(), "{halves}");
    // Three views at once.
    assert_eq!(last_line(&train("jsd_cross_entropy", "1"))["views"], 3);
    let plain = last_line(&lab(&folder, &["train", "--epochs", "1", "--json"]));
    assert_eq!(plain["model"], "mlp");
}

#[test]
fn train_convolves_a_folder_of_cifar_files() {
    let folder = folder();
    let set = folder.path().join("set");
    fs::create_dir(&set).expect("made");
    let mut random = SplitMix64::new(0);
    // Records of a label and 3·32·32 pixels, four a file.
    for name in ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"] {
        let byte = |at: usize| random.below(if at.is_multiple_of(3073) { 10 } else { 256 }) as u8;
        let records: Vec<u8> = (0..4 * 3073).map(byte).collect();
        fs::write(set.join(format!("{name}.bin")), records).expect("written");
    }
    let output = lab(&folder, &["train", "--data", "set", "--model", "cnn", "--epochs", "1", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let result = last_line(&output);
    assert_eq!((&result["model"], &result["data"]), (&Value::from("cnn"), &Value::from("CIFAR-10")));
    assert_eq!((&result["train_images"], &result["test_images"]), (&Value::from(20), &Value::from(4)));
    fraction(&result, "test_accuracy");
}

#[test]
fn compare_prints_a_table_and_keeps_everything() {
    let folder = folder();
    let arguments =
        ["compare", "--losses", "cross_entropy,class_mae", "--noise-rate", "0,0.4", "--seeds", "2", "--epochs", "3"];
    let output = lab(&folder, &[&arguments[..], &["--json"]].concat());
    let text = stdout(&output);
    assert!(text.contains("cross_entropy") && text.contains("class_mae") && text.contains('±'), "{text}");
    let rows = last_line(&output);
    assert_eq!(rows.as_array().map(Vec::len), Some(4));
    assert_eq!(rows[0]["seeds"], 2);
    let kept = folder.path().join("runs/0001-compare");
    let runs = fs::read_to_string(kept.join("runs.csv")).expect("runs.csv");
    assert_eq!(runs.lines().count(), 1 + 8);
    let results: Value =
        serde_json::from_str(&fs::read_to_string(kept.join("results.json")).expect("read")).expect("JSON");
    assert_eq!(results["rows"], rows);
    assert_eq!(results["model"], "mlp");
    for file in ["results.csv", "comparison.png", "comparison.svg", "report.json"] {
        assert!(fs::metadata(kept.join(file)).expect(file).len() > 0, "{file} is empty");
    }
}

#[test]
fn report_makes_a_page_of_a_results_folder() {
    let folder = folder();
    let trained = stdout(&lab(&folder, &["train", "--epochs", "2"]));
    let accuracy = trained.lines().find_map(|line| line.strip_prefix("test accuracy")).expect("a line").trim();
    let output = lab(&folder, &["report", "runs/0001-train-cross_entropy"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(stdout(&output).trim_end(), "runs/0001-train-cross_entropy/report.html");
    let page = fs::read_to_string(folder.path().join(stdout(&output).trim_end())).expect("report.html");
    let words = ["loss-lab", "train", "--epochs", "2"].map(|word| format!("<span>{word}</span>"));
    let command = words.join(" ");
    for part in ["<h1>cross_entropy on digits</h1>", accuracy, "data:image/svg+xml;base64,", command.as_str()] {
        assert!(page.contains(part), "{part:?} is not in {page}");
    }
    assert_fails(&lab(&folder, &["report", "nowhere"]), 2, &["nowhere", "report.json"]);
}

const PRIVACY: [&str; 12] = [
    "privacy",
    "--losses",
    "cross_entropy,class_mae,logit_clip",
    "--seeds",
    "2",
    "--shadows",
    "1",
    "--images",
    "100",
    "--epochs",
    "20",
    "--json",
];

#[test]
fn privacy_prints_the_table_and_keeps_everything() {
    let folder = folder();
    let output = lab(&folder, &PRIVACY);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = last_line(&output);
    let rows = rows.as_array().expect("rows");
    let names: Vec<_> = rows.iter().map(|row| (row["loss"].as_str(), row["attack"].as_str())).collect();
    let attacks = ["shadow", "confidence", "loss"];
    let losses = ["cross_entropy", "class_mae", "logit_clip"];
    let expected: Vec<_> = losses.iter().flat_map(|&loss| attacks.map(|attack| (Some(loss), Some(attack)))).collect();
    assert_eq!(names, expected);
    for row in rows {
        let shares = ["train_accuracy", "test_accuracy", "accuracy", "precision", "recall", "f1", "auc"];
        for key in shares.into_iter().chain(["control_accuracy", "control_auc"]) {
            fraction(&row[key], "mean");
            fraction(&row[key], "sd");
        }
        assert_eq!(row["auc_above_cross_entropy"].is_null(), row["loss"] == "cross_entropy", "{row}");
        // Five standard deviations of the mean of two AUCs of guessing, of 100 members and 100 others each.
        assert!((fraction(&row["control_auc"], "mean") - 0.5).abs() < 0.145, "{row}");
    }
    // Images learnt by heart give themselves away.
    assert!(fraction(&rows[2]["auc"], "mean") > 0.6, "{}", rows[2]);
    let run = folder.path().join("runs/0001-privacy");
    for file in ["privacy_utility.png", "privacy_utility.svg", "roc.png", "roc.svg", "units.jsonl", "report.json"] {
        assert!(fs::metadata(run.join(file)).expect(file).len() > 0, "{file} is empty");
    }
    assert_eq!(fs::read_to_string(run.join("results.csv")).expect("results.csv").lines().count(), 1 + 9);
    let results: Value =
        serde_json::from_str(&fs::read_to_string(run.join("results.json")).expect("results.json")).expect("JSON");
    assert_eq!(results["configuration"]["seeds"], 2);
    assert_eq!(results["configuration"]["learning_rate"], 0.001);
    assert!(results["command"].as_str().is_some_and(|command| command.starts_with("loss-lab privacy --losses")));
    assert_eq!(results["runs"].as_array().map(Vec::len), Some(6));
    assert!(lab(&folder, &["report", "runs/0001-privacy"]).status.success());
}

/// Killed in the middle, the same command goes on where it was and ends with the numbers of one that was not.
#[test]
fn experiments_go_on_where_they_were_killed() {
    let noise =
        ["noise", "--losses", "cross_entropy,focal,class_mae", "--noise-rate", "0,0.4", "--epochs", "8", "--json"];
    for (command, units) in [(&PRIVACY[..], 6), (&noise, 27)] {
        // One at a time: so it is not done at once, however many cores there are.
        let command = &[command, &["--jobs", "1"]].concat();
        let (whole, killed) = (folder(), folder());
        let expected = last_line(&lab(&whole, command));
        let mut child = Command::new(env!("CARGO_BIN_EXE_loss-lab"))
            .args(command)
            .current_dir(killed.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the lab starts");
        let path = killed.path().join(format!("runs/0001-{}/units.jsonl", command[0]));
        let done = || fs::read_to_string(&path).map_or(0, |text| text.lines().count());
        let start = std::time::Instant::now();
        while done() == 0 && child.try_wait().expect("a child").is_none() && start.elapsed().as_secs() < 300 {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        child.kill().expect("killed, or done already");
        child.wait().expect("ended");
        assert!((1..units).contains(&done()), "it was not killed in the middle, but with {} units done", done());
        // A line that was being written.
        fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(b"{\"unit\":\"cut o"))
            .expect("appended");
        let resumed = lab(&killed, command);
        assert!(String::from_utf8_lossy(&resumed.stderr).contains("going on with"), "{resumed:?}");
        assert_eq!(last_line(&resumed), expected, "{command:?}");
        assert_eq!(done(), units);
        assert!(!killed.path().join(format!("runs/0002-{}", command[0])).exists(), "it went on in its own folder");
        // Done is done: the same command begins anew.
        let again = lab(&killed, command);
        assert_eq!(last_line(&again), expected, "{command:?}");
        assert!(killed.path().join(format!("runs/0002-{}", command[0])).exists());
    }
}

#[test]
fn noise_tells_what_is_learnt_by_heart() {
    let folder = folder();
    let output = lab(
        &folder,
        &[
            "noise",
            "--losses",
            "cross_entropy,class_mae,forward_correction",
            "--noise-rate",
            "0,0.4",
            "--seeds",
            "1",
            "--json",
        ],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows = last_line(&output);
    let row = |loss: &str, noise: &str, rate: f64| {
        let of = |row: &&Value| row["loss"] == loss && row["noise"] == noise && row["noise_rate"] == rate;
        rows.as_array().expect("rows").iter().find(of).unwrap_or_else(|| panic!("no {loss} {noise} {rate}")).clone()
    };
    let [heart, robust] = ["cross_entropy", "class_mae"].map(|loss| row(loss, "symmetric", 0.4));
    assert!(fraction(&heart["wrong_labels_learnt"], "mean") > 0.9, "{heart}");
    assert!(fraction(&robust["wrong_labels_learnt"], "mean") < 0.1, "{robust}");
    assert!(heart["learns_noise_from_epoch"].as_f64().is_some_and(|epoch| epoch > 1.0), "{heart}");
    assert!(robust["learns_noise_from_epoch"].is_null(), "{robust}");
    assert!(fraction(&heart["best_test_accuracy"], "mean") > fraction(&heart["test_accuracy"], "mean") + 0.1);
    assert!(fraction(&robust["test_accuracy"], "mean") > 0.9, "{robust}");
    assert!(row("cross_entropy", "symmetric", 0.0)["wrong_labels_learnt"].is_null());
    // Told how labels go wrong, correction is better than cross-entropy.
    let [plain, told] = ["cross_entropy", "forward_correction"]
        .map(|loss| fraction(&row(loss, "asymmetric", 0.4)["test_accuracy"], "mean"));
    assert!(told > plain, "{told} {plain}");
    let run = folder.path().join("runs/0001-noise");
    for noise in ["symmetric", "asymmetric"] {
        for plot in ["accuracy", "memory", "epochs"] {
            for extension in ["png", "svg"] {
                let file = format!("{plot}_{noise}.{extension}");
                assert!(fs::metadata(run.join(&file)).expect(&file).len() > 0, "{file} is empty");
            }
        }
    }
    assert_eq!(fs::read_to_string(run.join("results.csv")).expect("results.csv").lines().count(), 1 + 12);
}

#[test]
fn list_is_the_catalogue() {
    let folder = folder();
    let entries = last_line(&lab(&folder, &["list", "--json"]));
    let names: Vec<_> = entries.as_array().expect("an array").iter().map(|entry| entry["name"].as_str()).collect();
    let expected: Vec<_> = burn_losses::catalogue::all().iter().map(|entry| Some(entry.name)).collect();
    assert_eq!(names, expected);
    for entry in entries.as_array().expect("an array") {
        for key in ["family", "signature", "formula", "source"] {
            assert!(entry[key].as_str().is_some_and(|text| !text.is_empty()), "{key} of {entry}");
        }
        assert_eq!(entry["config"]["name"], entry["name"]);
        for parameter in entry["parameters"].as_array().expect("an array") {
            let default = &parameter["default"];
            assert!(parameter["name"].is_string() && parameter["range"].is_string(), "{entry}");
            assert!(default.is_number() || default.is_boolean() && parameter["range"] == "true or false", "{entry}");
            let name = parameter["name"].as_str().expect("a name");
            // 3 and 3.0 are one number.
            let config = &entry["config"][name];
            assert!(config == default || config.as_f64() == default.as_f64(), "{name} of {entry}");
        }
    }
    let list = stdout(&lab(&folder, &["list"]));
    assert!(list.contains("symmetric_cross_entropy") && list.contains("log_input = true, true or false"), "{list}");
    // What is called so elsewhere comes first in JSON, and alone where nothing else says it.
    let found = |text: &str| {
        let entries = last_line(&lab(&folder, &["list", "--json", "--search", text]));
        let names = entries.as_array().expect("an array").iter().map(|entry| entry["name"].as_str().map(str::to_owned));
        names.map(|name| name.expect("a name")).collect::<Vec<String>>()
    };
    assert_eq!(found("BCE")[0], "binary_cross_entropy");
    assert_eq!(found("ohem"), ["top_k"]);
    assert!(found("cross_entropy").len() > 10 && found("Kullback").contains(&"kl_divergence".to_owned()));
    assert!(found("no such loss").is_empty());
    let list = stdout(&lab(&folder, &["list", "--search", "pinball"]));
    assert!(list.starts_with("regression\n\n  quantile\n") && list.contains("also pinball"), "{list}");
    assert!(stdout(&lab(&folder, &["list", "--search", "focall"])).contains("the nearest names: focal"), "{list}");
    let list = stdout(&lab(&folder, &["list"]));
    // Each family has one heading, and its losses below it.
    for family in burn_losses::catalogue::all().iter().map(|entry| entry.family.name()) {
        assert_eq!(list.lines().filter(|line| *line == family).count(), 1, "{family}");
    }
}

#[test]
fn plot_draws_every_loss_of_the_catalogue() {
    let folder = folder();
    let names: Vec<_> = burn_losses::catalogue::all().iter().map(|entry| entry.name).collect();
    let output = lab(&folder, &[&["plot"][..], &names].concat());
    let mut svgs = String::new();
    for path in stdout(&output).lines().map(|path| folder.path().join(path)) {
        assert!(fs::metadata(&path).expect("a picture").len() > 10_000, "{} is small", path.display());
        if path.extension().is_some_and(|extension| extension == "svg") {
            svgs += &fs::read_to_string(&path).expect("an SVG");
        }
    }
    // A picture for each of nine axes, twice.
    assert_eq!(stdout(&output).lines().count(), 18);
    assert!(!svgs.contains("(no data)"));
    for name in names {
        let drawn = [format!("\n{name}\n"), format!("\n{name}, targets smoothed by 0.1\n")];
        assert!(drawn.iter().any(|text| svgs.contains(text)), "{name} is missing");
    }
    let one_axis = lab(&folder, &["plot", "mse", "l1", r#"{"name": "top_k", "loss": "mape"}"#]);
    let paths: Vec<_> = stdout(&one_axis).lines().map(str::to_owned).collect();
    assert_eq!(paths, ["runs/0002-plot/curves.png", "runs/0002-plot/curves.svg"]);
    let of_settings = lab(&folder, &["plot", "--settings", "focal", "soft_margin", "gaussian_nll"]);
    let printed = stdout(&of_settings);
    let svgs = printed.lines().filter(|path| path.ends_with(".svg")).map(|path| folder.path().join(path));
    let svgs: String = svgs.map(|path| fs::read_to_string(path).expect("an SVG")).collect();
    for name in ["focal, γ = 0", "focal, γ = 0.5", "focal, γ = 2", "focal, γ = 5", "soft_margin", "∂L/∂variance"]
    {
        assert!(svgs.contains(&format!("\n{name}\n")), "{name} is missing");
    }
}

#[test]
fn eval_answers_line_by_line() {
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_loss-lab"))
        .arg("eval")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the lab starts");
    let good = r#"{"loss": {"name": "cross_entropy"}, "dtype": "f64", "inputs": {"logits": {"shape": [1, 2], "data": [0, 0]}, "targets": {"shape": [1], "data": [0]}}}"#;
    let lines = format!("{good}\n\n   \n{{\"loss\"\n\u{0}\u{1}\n{good}");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(lines.as_bytes()).and_then(|()| input.write_all(b"\n\xff\xfe\n")).expect("written");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    let answers: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(answers.len(), 5);
    let value = answers[0]["value"]["data"][0].as_f64().expect("a number");
    assert!((value - 2.0_f64.ln()).abs() < 3e-16, "{value}");
    assert_eq!(answers[0]["gradients"]["logits"]["data"], serde_json::json!([-0.5, 0.5]));
    assert_eq!(answers[0], answers[3]);
    assert!([1, 2, 4].iter().all(|&at| answers[at]["error"].is_string()), "{answers:?}");
}

#[cfg(unix)]
#[test]
fn interrupting_keeps_what_was_computed() {
    let folder = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_loss-lab"))
        .args(["train", "--epochs", "1000000"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the lab starts");
    let run = folder.path().join("runs/0001-train-cross_entropy");
    let epochs = || fs::read_to_string(run.join("history.csv")).map_or(0, |text| text.lines().count());
    let start = std::time::Instant::now();
    while epochs() < 3 {
        assert!(start.elapsed().as_secs() < 120, "no epoch ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let summary: Value = serde_json::from_str(&fs::read_to_string(run.join("run.json")).expect("read")).expect("JSON");
    assert_eq!(summary["status"], "interrupted");
    assert!(fraction(&summary, "test_accuracy") > 0.1);
    assert!(epochs() >= 3 && run.join("model.bpk").exists());
}
