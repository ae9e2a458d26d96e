//! Text of a project file: what means something to some reader, and variables.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Text that means something to YAML, to Lisp, to a shell, to make or to supervisord.
#[rustfmt::skip]
pub const HOSTILE: &[&str] = &[
    "'", "\"", "''", "'\\''", "\"'", "\\", "\\\\", "\\\n", "\\n", "$", "$$", "$(X)", "$(PORT)", "${HOME}",
    "$PORT", "${q0a}", "\"${q0a}\"", "`id`", "%", "%%", "%(here)s", "%%(here)s", "%(ENV_PATH)s",
    "%(program_name)s", "%s", "%(", "#", " #", "#'", "# ", ";", " ;", "; ", "\t;", "\u{a0}#",
    "\u{1c};", "\u{b}#", "\n#", "\n;", "\n[program:x]\n", "\n\n", "\n ", " \n", "\n\t", "\n", "\t",
    " ", "  ", "\u{c}", "\u{1}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{81}", "\u{a0}", "\u{2028}", "\u{feff}",
    "\u{fffe}", "é", "e\u{301}", "λ", "🙂", "(", ")", "))", "(progn", "#\\(", "#\\;", "#|", "|#", "|", "||",
    "#p\"", "~%", "~$", "&", "&&", "<", ">", "*", "?", "[", "]", "{", "{}", "{a,b}", "{{ x }}", "{% x %}",
    "!", "!!str", "^", "~", "~root", "-", "- ", "--eval", "--end-toplevel-options", "@", "+", "=", ":=", "K=v",
    ": ", ":", ",", ".", "..", "/", "if", "then", "time", "null", "true", "AUTO", "off", "a", "b c", "8080",
    "0x1F", "1e3", "2001-01-01", "x y z",
];

/// A variable of the project files.
#[derive(Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    pub default: &'static str,
    /// What it is set to, when it is.
    pub other: &'static str,
}

/// Variables that stay variables in a Makefile.
pub const INTEGERS: &[Variable] = &[
    Variable {
        name: "PORT",
        default: "8080",
        other: "9001",
    },
    Variable {
        name: "N",
        default: "-1",
        other: "42",
    },
    Variable {
        name: "lisp_port",
        default: "0",
        other: "007",
    },
    Variable {
        name: "_B",
        default: "123456789012345678901234567890",
        other: "-0",
    },
];

/// Variables that are one token of Lisp.
pub const TOKENS: &[Variable] = &[
    Variable {
        name: "TOKEN",
        default: ":production",
        other: "\"a \\\"b\\\" ;c #|\"",
    },
    Variable {
        name: "CHARACTER",
        default: "#\\;",
        other: "|sym bol|",
    },
];

/// Variables that hold any text.
pub const TEXTS: &[Variable] = &[
    Variable {
        name: "TEXT",
        default: "it's \"100%\" $(PORT) #1 ;x",
        other: "\\\"'; %(here)s\n ;$$x `id`",
    },
    Variable {
        name: "PLAIN",
        default: "plain",
        other: "",
    },
];

/// The values that variables have been given; the others have their defaults.
pub type Settings = BTreeMap<&'static str, String>;

impl Variable {
    /// What it stands for; an empty value is as good as none.
    pub fn value(&self, settings: &Settings) -> String {
        match settings.get(self.name) {
            Some(value) if !value.is_empty() => value.clone(),
            _ => self.default.to_owned(),
        }
    }

    fn written(&self) -> String {
        format!("${{{}:-{}}}", self.name, self.default.replace('$', "$$"))
    }
}

/// A stretch of a value.
#[derive(Clone, Debug)]
pub enum Bit {
    Raw(String),
    /// A variable, in place of text.
    Variable(&'static Variable),
    /// A variable inside a Lisp string.
    InString(&'static Variable),
}

/// A value of the file.
#[derive(Clone, Debug, Default)]
pub struct Text(pub Vec<Bit>);

impl Text {
    pub fn raw(text: impl Into<String>) -> Self {
        Text(vec![Bit::Raw(text.into())])
    }

    pub fn push(&mut self, text: &str) {
        self.0.push(Bit::Raw(text.to_owned()));
    }

    pub fn extend(&mut self, text: &Text) {
        self.0.extend(text.0.iter().cloned());
    }

    /// As a person writes it into the file.
    pub fn written(&self) -> String {
        self.0
            .iter()
            .map(|bit| match bit {
                Bit::Raw(text) => text.replace('$', "$$"),
                Bit::Variable(variable) | Bit::InString(variable) => variable.written(),
            })
            .collect()
    }

    /// What it stands for.
    pub fn resolved(&self, settings: &Settings) -> String {
        self.0
            .iter()
            .map(|bit| match bit {
                Bit::Raw(text) => text.clone(),
                Bit::Variable(variable) => variable.value(settings),
                Bit::InString(variable) => in_string(&variable.value(settings)),
            })
            .collect()
    }

    /// The variables in it that stay variables in a Makefile.
    pub fn integers(&self) -> impl Iterator<Item = &'static Variable> + Clone {
        self.0.iter().filter_map(|bit| match bit {
            Bit::Variable(variable) | Bit::InString(variable) => {
                INTEGERS.contains(variable).then_some(*variable)
            }
            Bit::Raw(_) => None,
        })
    }
}

/// Text as it is in a Lisp string.
pub fn in_string(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Text that a regular expression, which is read once, matches.
pub fn matching(pattern: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(pattern).unwrap()
}

pub fn hostile() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        40 => select(HOSTILE).prop_map(str::to_owned),
        8 => matching("[a-zA-Z0-9_./:=-]{1,8}"),
        6 => matching("\\PC{1,3}"),
        4 => any::<char>().prop_map(|any| if any == '\0' { 'x' } else { any }.to_string()),
        1 => Just("\r".to_owned()),
    ];
    prop_oneof![
        120 => vec(fragment, 0..6).prop_map(|fragments| fragments.concat()),
        1 => (select(&["x", "'", "$", "%", "\n", " #", "a b", "é", "\\", "\""][..]), 300..4000_usize)
            .prop_map(|(unit, count)| unit.repeat(count)),
    ]
}

/// Any text, with variables.
pub fn text() -> impl Strategy<Value = Text> {
    let bit = prop_oneof![
        8 => hostile().prop_map(Bit::Raw),
        2 => integer_or_text().prop_map(Bit::Variable),
    ];
    vec(bit, 0..4).prop_map(Text)
}

/// The name of a file, without a variable that could bring a slash into it.
pub fn file_name() -> impl Strategy<Value = Text> {
    let name = hostile().prop_map(|name| {
        let name: String = name.chars().take(30).collect();
        Bit::Raw(name.replace('/', "_"))
    });
    prop_oneof![
        4 => name.prop_map(|name| vec![name]),
        1 => (select(HOSTILE), any_of(INTEGERS)).prop_map(|(front, variable)| {
            vec![Bit::Raw(front.replace('/', "_")), Bit::Variable(variable)]
        }),
    ]
    .prop_map(Text)
}

/// The integer variable of this name.
pub fn integer(name: &str) -> &'static Variable {
    INTEGERS
        .iter()
        .find(|variable| variable.name == name)
        .unwrap()
}

/// One of these variables.
pub fn any_of(variables: &'static [Variable]) -> impl Strategy<Value = &'static Variable> {
    (0..variables.len()).prop_map(|index| &variables[index])
}

fn integer_or_text() -> impl Strategy<Value = &'static Variable> {
    prop_oneof![2 => any_of(INTEGERS), 1 => any_of(TEXTS)]
}

/// A variable for the inside of a Lisp string.
pub fn in_string_bit() -> impl Strategy<Value = Bit> {
    integer_or_text().prop_map(Bit::InString)
}
