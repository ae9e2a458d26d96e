//! The project file as JSON Schema, for editors: made from the table of keys.
//!
//! It accepts whatever lisplaunch reads, a variable in the place of a value too, and refuses what
//! can be seen without the environment, a Lisp reader, and other parts of the file.

mod leaf;

use serde_json::{Map, Value, json};

use super::keys::{self, Absent, Holds, KEYS, Key, Level};
use leaf::Leaf;

/// Where the keys of a whole file are described once, for services and profiles to refer to.
const DEFINITIONS: &str = "definitions";

/// The schema. Formats come with what they are for.
pub fn schema(formats: &[(&str, &str)]) -> Value {
    let names = keys::below("", Level::Project);
    let definitions: Map<String, Value> = names
        .map(|name| {
            let definition = match keys::find(name) {
                Some(key) => definition(key, formats),
                None => group(name, formats),
            };
            (name.to_owned(), definition)
        })
        .collect();
    let mut file = referring(keys::below("", Level::Project));
    file["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    file["title"] = json!("lisplaunch project file");
    file[DEFINITIONS] = definitions.into();
    file
}

/// A map of these keys of a file.
fn referring(keys: impl Iterator<Item = &'static str>) -> Value {
    let reference = |key: &str| json!({ "$ref": format!("#/{DEFINITIONS}/{key}") });
    object(&keys.map(|key| (key.to_owned(), reference(key))).collect())
}

/// A map of these keys, and of such as are left to the person.
fn object(properties: &Map<String, Value>) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": { "^x-": true },
        "additionalProperties": false,
    })
}

/// What a key holds, and what it is for. A key without a value is one that is not there.
fn definition(key: &Key, formats: &[(&str, &str)]) -> Value {
    let mut value = value(key, formats).or_null();
    let absent = match key.absent {
        Absent::Nothing => String::new(),
        Absent::Value(text) => {
            value["default"] = leaf::written(text);
            format!("\n\nDefault: `{text}`")
        }
        Absent::Said(text) => format!("\n\nDefault: {text}"),
    };
    // What an editor says instead of the pattern.
    value["patternErrorMessage"] = json!(format!("Expected {}", key.holds));
    described(value, &format!("{}{absent}", key.sentence()))
}

/// A key of which the table has only what is below it.
fn group(name: &str, formats: &[(&str, &str)]) -> Value {
    let inner = inner(name, formats);
    let names: Vec<String> = keys::below(name, Level::Project)
        .map(|name| format!("`{name}`"))
        .collect();
    let value = Leaf::whole(object(&inner)).or_null();
    described(value, &format!("A map: {}", names.join(", ")))
}

/// The keys below `name`.
fn inner(name: &str, formats: &[(&str, &str)]) -> Map<String, Value> {
    let inner = KEYS.iter().filter_map(|key| {
        let rest = key.path.strip_prefix(name)?.strip_prefix('.')?;
        Some((rest.to_owned(), definition(key, formats)))
    });
    inner.collect()
}

fn value(key: &Key, formats: &[(&str, &str)]) -> Leaf {
    let map = || object(&inner(key.path, formats));
    match key.holds {
        Holds::Env => Leaf::whole(env()),
        Holds::Services => {
            let mut services = named(referring(keys::below("", Level::Service)));
            services["propertyNames"] = json!({ "pattern": format!("^{}$", leaf::NAME) });
            Leaf::whole(services)
        }
        Holds::Profiles => {
            let keys = keys::below("", Level::Project).filter(|key| *key != "profiles");
            Leaf::whole(named(referring(keys)))
        }
        Holds::Outputs => Leaf::whole(outputs(formats)),
        Holds::Commands => Leaf::whole(commands()),
        Holds::FileOrFiles => {
            let file = Leaf::of(key.holds).or_map(map());
            file.or_list_with("file")
        }
        Holds::Short(holds, _) => Leaf::of(*holds).or_false(*holds).or_map(map()),
        holds => Leaf::of(holds),
    }
}

/// Variables of the environment.
fn env() -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
        "additionalProperties": Leaf::of(Holds::Text).required(),
    })
}

/// Forms by name.
fn commands() -> Value {
    let keys = [("form", Holds::Form), ("remote", Holds::Flag)];
    let keys = keys.map(|(name, holds)| (name.to_owned(), Leaf::of(holds).required()));
    let map = object(&keys.into_iter().collect());
    json!({
        "type": "object",
        "patternProperties": { "^x-": true },
        "additionalProperties": Leaf::of(Holds::Form).or_map(map).required(),
    })
}

/// Maps like this one, or nothing, by name.
fn named(mut map: Value) -> Value {
    map["type"] = json!(["object", "null"]);
    json!({
        "type": "object",
        "patternProperties": { "^x-": true },
        "additionalProperties": map,
    })
}

/// Files by the formats that they are written in.
fn outputs(formats: &[(&str, &str)]) -> Value {
    let flag = || Leaf::of(Holds::Flag).required();
    let keys = [
        ("path", Leaf::of(Holds::File).required()),
        ("indirect", flag()),
        ("user", flag()),
    ];
    let keys = keys.map(|(name, value)| (name.to_owned(), value));
    let output = Leaf::of(Holds::File).or_map(object(&keys.into_iter().collect()));
    let mut output = output.required();
    let formats = formats.iter().map(|(name, summary)| {
        output["description"] = json!(summary);
        ((*name).to_owned(), output.clone())
    });
    object(&formats.collect())
}

/// The value with what an editor shows of it.
fn described(mut value: Value, text: &str) -> Value {
    value["description"] = json!(text);
    // What VS Code shows instead.
    value["markdownDescription"] = json!(text);
    value
}
