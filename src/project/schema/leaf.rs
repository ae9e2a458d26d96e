//! What a single value may be: JSON types, with bounds and patterns that hold for one of them.

use serde_json::{Value, json};

use crate::project::keys::Holds;

/// A value that is not a map, and the ways to write it.
///
/// All of it is one schema: keywords say something of the one type that they are for, so that an
/// editor's messages name the key that is wrong and not the alternatives that were tried.
pub(super) struct Leaf(Value);

/// A part of an IPv4 address.
const OCTET: &str = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

/// Text that YAML may take for a number or for true or false.
const TEXT: [&str; 3] = ["string", "number", "boolean"];

impl Leaf {
    /// This, as it is.
    pub(super) fn whole(schema: Value) -> Self {
        Leaf(schema)
    }

    /// What a key holds.
    pub(super) fn of(holds: Holds) -> Self {
        match holds {
            Holds::Forms => Leaf::of(Holds::Form).or_list(),
            Holds::Files => Leaf::of(Holds::File).or_list(),
            Holds::Folders => Leaf::of(Holds::Folder).or_list(),
            Holds::Words => Leaf::of(Holds::Text).or_list(),
            Holds::Systems => Leaf::of(Holds::Package).or_list(),
            Holds::Hosts => text(HOST).or_list(),
            Holds::Names => text(r"\S+").or_list(),
            Holds::Short(holds, _) => Leaf::of(*holds),
            Holds::Env | Holds::Commands | Holds::Services | Holds::Profiles | Holds::Outputs => {
                Leaf(json!({ "type": "object" }))
            }
            Holds::Text => Leaf(json!({ "type": TEXT })),
            Holds::Form => typed("boolean", r"[\s\S]*\S[\s\S]*"),
            Holds::Name => unsigned(text(NAME)),
            Holds::User => unsigned(text("[A-Za-z0-9_][A-Za-z0-9._$-]*")),
            Holds::Package => text(SYSTEM),
            Holds::File | Holds::FileOrFiles | Holds::Folder => text(PATH),
            Holds::Program => unsigned(text(r"(?!-|~[^/]+/)[\s\S]+")),
            Holds::Image => unsigned(text("[A-Za-z0-9][A-Za-z0-9._/:@-]*")),
            Holds::Packages => unsigned(text("[a-z0-9][a-z0-9+.=:~-]*")).or_list(),
            Holds::Day => string("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
            Holds::Address => text("[A-Za-z0-9.-]+"),
            Holds::Ipv4 => string(&format!(r"({OCTET}\.){{3}}{OCTET}")),
            Holds::UrlPath => string(&format!("/{URL_CHARACTER}*")),
            Holds::Url => string(&format!("http://{SERVER}(/{URL_CHARACTER}*)?")),
            Holds::Secret => one_of(&["auto", "none"], &named_file().0),
            Holds::Choice(names) => one_of(names, &variable()),
            Holds::Flag => typed("boolean", "true|false"),
            Holds::Init => text(PATH),
            Holds::Port => number(1, 65535, "[0-9]{1,8}"),
            Holds::Number(least, most) => number(least, most, "[+-]?[0-9]+"),
            Holds::Duration => number(1, 24 * 60 * 60, DURATION),
            Holds::Octal => number(0, 777, "0?[0-7]{3}"),
            Holds::Decimal => {
                let pattern = r"[0-9]+(\.[0-9]{1,3})?";
                let mut leaf = typed("number", pattern);
                leaf.0["exclusiveMinimum"] = json!(0);
                leaf.0["maximum"] = json!(4096);
                leaf
            }
            Holds::Size => unsigned(typed("number", SIZE)),
            Holds::Heap => {
                let pattern = format!("{SIZE}|(100|[1-9][0-9]?)%");
                unsigned(typed("number", &pattern))
            }
        }
    }

    /// Or a list of such.
    pub(super) fn or_list(self) -> Self {
        let Leaf(mut schema) = self;
        let items = schema.clone();
        schema["items"] = items;
        Leaf(schema).or("array")
    }

    /// Or a list of such, a map in which must have this key.
    pub(super) fn or_list_with(self, required: &str) -> Self {
        let Leaf(mut schema) = self.or_list();
        schema["items"]["required"] = json!([required]);
        Leaf(schema)
    }

    /// Or this map.
    pub(super) fn or_map(self, map: Value) -> Self {
        let Leaf(mut schema) = self;
        if let Value::Object(keywords) = map {
            for (keyword, value) in keywords {
                if keyword != "type" {
                    schema[keyword] = value;
                }
            }
        }
        Leaf(schema).or("object")
    }

    /// Or `false`, and `true` only where that is what it `holds`.
    pub(super) fn or_false(self, holds: Holds) -> Self {
        let Leaf(mut schema) = self;
        if !matches!(holds, Holds::Flag) {
            schema["not"] = json!({ "const": true });
        }
        if let Some(pattern) = schema["pattern"].as_str() {
            schema["pattern"] = json!(format!("^false$|{pattern}"));
        }
        Leaf(schema).or("boolean")
    }

    /// Or nothing.
    pub(super) fn or_null(self) -> Value {
        self.or("null").0
    }

    /// It must be there.
    pub(super) fn required(self) -> Value {
        self.0
    }

    /// Or a value of this type.
    fn or(self, name: &str) -> Self {
        let Leaf(mut schema) = self;
        // The first alternative is a list of names.
        let open = match schema.get("anyOf") {
            Some(_) => &mut schema["anyOf"][1],
            None => &mut schema,
        };
        let mut types = match open["type"].take() {
            Value::Array(types) => types,
            one => vec![one],
        };
        if !types.contains(&json!(name)) {
            types.push(json!(name));
        }
        open["type"] = json!(types);
        Leaf(schema)
    }
}

/// The name of a project or a service.
pub(super) const NAME: &str = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

/// No colon in front, and nothing that the Lisp reader takes for something else.
const SYSTEM: &str = r#"(?!#?:)[^\s()"'`;|\\]+"#;

/// Labels with dots between them; the first may stand for any.
const HOST: &str = r"(\*\.)?(?!-)[A-Za-z0-9_-]+(\.(?!-)[A-Za-z0-9_-]+)*";

/// A tilde stands for the own home folder alone.
const PATH: &str = r"(?!~[^/])[\s\S]+";

/// What a URL may hold as it is.
const URL_CHARACTER: &str = r#"(?![#"<>\\^`{|}])[!-~]"#;

const SERVER: &str = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?";

/// Numbers with their units, in a row.
const DURATION: &str = r"[0-9]+|\s*([0-9][0-9.]*\s*(nanos|nsec|ns|usec|us|µs|millis|msec|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|M|years?|yrs?|y)\s*)+";

const SIZE: &str = r"[ _]*([0-9][0-9 _]*(\.[0-9 _]*)?|\.[0-9][0-9 _]*)([eE]\+?[0-9]+)?\s*[kKmMgGtTpPeE]?[iI]?[bB]?";

/// A variable, with its default or a message.
const VARIABLE: &str = r"\$\{[A-Za-z_][A-Za-z0-9_]*(:[-?][\s\S]*)?\}";

/// A string that this pattern covers, or in which there is a variable.
fn pattern(whole: &str) -> Value {
    json!(format!("^({whole})$|{VARIABLE}"))
}

fn variable() -> Value {
    json!({ "type": "string", "pattern": VARIABLE })
}

fn string(whole: &str) -> Leaf {
    Leaf(json!({ "type": ["string"], "pattern": pattern(whole) }))
}

/// Text of this pattern, which YAML may take for something else.
fn text(whole: &str) -> Leaf {
    Leaf(json!({ "type": TEXT, "pattern": pattern(whole) }))
}

/// A value of this type, or a string of this pattern.
fn typed(name: &str, whole: &str) -> Leaf {
    Leaf(json!({ "type": [name, "string"], "pattern": pattern(whole) }))
}

fn number(least: i64, most: i64, whole: &str) -> Leaf {
    let Leaf(mut schema) = typed("integer", whole);
    schema["minimum"] = json!(least);
    schema["maximum"] = json!(most);
    Leaf(schema)
}

/// A path that YAML takes for nothing else.
fn named_file() -> Leaf {
    let Leaf(mut schema) = text(&format!("(?!(true|false)$){PATH}"));
    schema["type"] = json!(["string", "number"]);
    Leaf(schema)
}

fn unsigned(leaf: Leaf) -> Leaf {
    let Leaf(mut schema) = leaf;
    schema["minimum"] = json!(0);
    Leaf(schema)
}

/// One of these, or what `other` allows.
fn one_of(names: &[&str], other: &Value) -> Leaf {
    Leaf(json!({ "anyOf": [{ "enum": names }, other] }))
}

/// A value of the table of keys as YAML reads it.
pub(super) fn written(text: &str) -> Value {
    match text {
        "true" => json!(true),
        "false" => json!(false),
        _ => text
            .parse::<i64>()
            .map_or(json!(text), |number| json!(number)),
    }
}
