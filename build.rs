//! Links what walks the stack at a panic into the program: one library fewer to load at each start.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Rust's own library names the shared one after this, which then has nothing to add.
    if std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|libc| libc == "gnu") {
        println!("cargo::rustc-link-lib=gcc_eh");
    }
}
