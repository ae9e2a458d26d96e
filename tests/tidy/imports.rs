//! Which modules a source file names, read as the compiler reads it.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

/// The path of a module from the root of the crate; the root itself is empty.
pub type Module = Vec<String>;

/// The modules of a crate, and which other ones each of them names.
pub struct Imports(BTreeMap<Module, BTreeSet<Module>>);

impl Imports {
    /// Reads the files of a crate; each comes with its path below `src`.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let names: BTreeMap<Module, Names> = files
            .into_iter()
            .filter_map(|(file, text)| {
                let module = module(file)?;
                Some((module.clone(), Names::of(module, text)))
            })
            .collect();
        let known = |name: &Module| {
            let module = (0..=name.len()).rev().map(|end| name[..end].to_vec());
            module.into_iter().find(|module| names.contains_key(module))
        };
        let imports = names.iter().map(|(module, names)| {
            let named = names.found.iter().filter_map(known);
            (
                module.clone(),
                named.filter(|named| named != module).collect(),
            )
        });
        Imports(imports.collect())
    }

    /// Each module with each that it names.
    pub fn pairs(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.0
            .iter()
            .flat_map(|(module, named)| named.iter().map(move |named| (module, named)))
    }

    /// Modules side by side that name each other, the first one again at the end.
    pub fn circle(&self) -> Option<Vec<Module>> {
        let mut above: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (module, named) in self.pairs() {
            let pairs = module.iter().zip(named);
            let common = pairs.take_while(|(one, other)| one == other).count();
            if common < module.len().min(named.len()) {
                let side = |module: &Module| module[..=common].to_vec();
                above.entry(side(module)).or_default().insert(side(named));
            }
        }
        above.keys().find_map(|start| way(&above, start, start))
    }
}

/// A way from one module to another, both ends included.
fn way(
    above: &BTreeMap<Module, BTreeSet<Module>>,
    from: &Module,
    to: &Module,
) -> Option<Vec<Module>> {
    let mut ways = vec![vec![from.clone()]];
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop() {
        for next in above.get(way.last()?).into_iter().flatten() {
            let longer = [way.as_slice(), std::slice::from_ref(next)].concat();
            if next == to {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}

/// The module that a file holds; nothing for what is no Rust.
fn module(file: &str) -> Option<Module> {
    let path = file.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    Some(path.split('/').map(str::to_owned).collect())
}

/// The absolute paths in a file.
struct Names {
    /// Where the reading is: the file's module, or one within it.
    module: Module,
    found: Vec<Module>,
}

impl Names {
    fn of(module: Module, text: &str) -> Self {
        let mut names = Names {
            module,
            found: Vec::new(),
        };
        names.visit_file(&syn::parse_file(text).unwrap());
        names
    }

    /// Adds a path that says where it begins; others lead to the module's own or to other crates.
    fn add(&mut self, path: &[String]) {
        let mut path = path.iter();
        let mut absolute = self.module.clone();
        match path.next().map(String::as_str) {
            Some("crate") => absolute.clear(),
            Some("super") => {
                absolute.pop();
            }
            Some("self") => {}
            _ => return,
        }
        for name in path {
            match name.as_str() {
                "super" => {
                    absolute.pop();
                }
                "self" => {}
                _ => absolute.push(name.clone()),
            }
        }
        self.found.push(absolute);
    }

    fn add_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let after = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&after(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.add(&after(&name.ident)),
            syn::UseTree::Rename(name) => self.add(&after(&name.ident)),
            syn::UseTree::Glob(_) => self.add(before),
            syn::UseTree::Group(group) => {
                group
                    .items
                    .iter()
                    .for_each(|tree| self.add_tree(before, tree));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|name| name.ident.to_string());
        self.add(&names.collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    /// The compiler knows what is in a macro only once it is expanded; here it is a row of words.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let text = item.tokens.to_string().replace(" :: ", "::");
        for word in text.split(|c: char| !c.is_alphanumeric() && !"_:".contains(c)) {
            let names = word.split("::").map(str::to_owned);
            self.add(&names.collect::<Vec<_>>());
        }
        visit::visit_macro(self, item);
    }
}

#[test]
fn every_way_to_name_a_module_is_seen() {
    for text in [
        "use crate::low;",
        "use crate::{\n    other::{self, deep},\n    low::{Thing, inner::*},\n};",
        "use super::super::low as high;",
        "mod inner { use super::super::super::low::Thing; }",
        "mod inner { mod more { fn f() { super::super::super::super::low::g(); } } }",
        "fn f(thing: &crate::low::Thing) {}",
        "fn f() { println!(\"{}\", crate::low::g(1)); }",
    ] {
        let files = [("high/mid.rs", text), ("high/mod.rs", ""), ("low.rs", "")];
        let imports = Imports::of(files);
        let named = imports.pairs().map(|(_, named)| named.join("::"));
        assert_eq!(named.collect::<Vec<_>>(), ["low"], "{text}");
    }
}

#[test]
fn a_circle_is_seen() {
    let files = |last| {
        [
            ("a/one.rs", "use super::two::Two;"),
            ("a/two/deep.rs", last),
            ("a/two/mod.rs", "use super::super::b;"),
            ("b.rs", ""),
        ]
    };
    assert_eq!(Imports::of(files("use crate::b::B;")).circle(), None);
    let circle = Imports::of(files("use crate::{a::one, b};")).circle();
    let names = circle
        .unwrap()
        .iter()
        .map(|module| module.join("::"))
        .collect::<Vec<_>>();
    assert_eq!(names, ["a::one", "a::two", "a::one"]);
}
