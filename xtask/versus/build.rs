//! Tells the table of cases which types this version of the library has: `#[cfg(has = "Focal")]`.

use std::path::Path;

fn main() {
    println!("cargo::rustc-check-cfg=cfg(has, values(any()))");
    println!("cargo::rerun-if-changed=Cargo.toml");
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("set by cargo");
    let manifest = std::fs::read_to_string(Path::new(&here).join("Cargo.toml")).expect("a manifest");
    let dependency = manifest.lines().find(|line| line.starts_with("burn-losses = ")).expect("the library");
    let path = dependency.split('"').nth(1).expect("its path");
    let root = Path::new(&here).join(path).join("src/lib.rs");
    println!("cargo::rerun-if-changed={}", root.display());
    let text = std::fs::read_to_string(&root).expect("the root of the library");
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let words = code.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    for word in words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase())) {
        println!("cargo::rustc-cfg=has=\"{word}\"");
    }
}
