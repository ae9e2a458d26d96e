//! The programs that run a Procfile, and their own parsers.
//!
//! `tests/run` installs those two that Debian has no package of.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::REPOSITORY;

/// A program that runs a Procfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// honcho, in Python.
    Honcho,
    /// foreman, in JavaScript.
    Node,
    /// foreman, in Ruby.
    Ruby,
}

/// honcho's parser.
const HONCHO: &str = "
import json, sys
from honcho.environ import parse_procfile
json.dump(parse_procfile(open(sys.argv[1]).read()).processes, sys.stdout)
";

/// The parser of node's foreman.
const NODE: &str = "
const [parser, file] = process.argv.slice(1);
console.log(JSON.stringify(require(parser).procs(require('fs').readFileSync(file))));
";

/// The parser of Ruby's foreman, and what it makes of a command with these variables in `.env`.
const RUBY: &str = r#"
require "json"; require "foreman/procfile"; require "foreman/process"
names = %w[PORT PS HOME PATH X A K T x q0a TEXT N]
env = names.to_h { |name| [name, "replaced"] }
all = {}
Foreman::Procfile.new(ARGV[0]).entries { |name, command|
  all[name] = Foreman::Process.new(command, env: env).expanded_command
}
puts JSON.generate(all)
"#;

impl Runner {
    pub(crate) const ALL: [Runner; 3] = [Runner::Honcho, Runner::Node, Runner::Ruby];

    /// The commands of a Procfile by the names of their processes.
    pub(crate) fn parse(self, file: &Path) -> BTreeMap<String, String> {
        let mut command = match self {
            Runner::Honcho => python(&["-c", HONCHO]),
            Runner::Node => {
                let mut node = Command::new("node");
                let parser = node_modules().join("foreman/lib/procfile.js");
                node.args(["-e", NODE, "--"]).arg(parser);
                node
            }
            Runner::Ruby => {
                let mut ruby = Command::new("ruby");
                ruby.args(["-e", RUBY]);
                ruby
            }
        };
        let output = command.arg(file).env("LC_ALL", "C.UTF-8").output();
        let output = output.unwrap_or_else(|error| panic!("{self:?}: {error}; see tests/run"));
        let said = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{self:?}: {said:.2000}"))
    }

    /// What starts one process of a Procfile.
    pub(crate) fn start(self, file: &Path, process: &str) -> Command {
        let mut command = match self {
            Runner::Honcho => python(&["-m", "honcho"]),
            Runner::Node => {
                let mut node = Command::new("node");
                node.arg(node_modules().join("foreman/nf.js"));
                node
            }
            Runner::Ruby => Command::new("foreman"),
        };
        let option = if self == Runner::Node { "-j" } else { "-f" };
        command.args(["start", option]).arg(file).arg(process);
        command
    }
}

fn runners() -> PathBuf {
    Path::new(REPOSITORY).join("target/runners")
}

fn node_modules() -> PathBuf {
    runners().join("node/node_modules")
}

fn python(arguments: &[&str]) -> Command {
    let mut python = Command::new("python3");
    let honcho = runners().join("honcho");
    python.args(arguments).env("PYTHONPATH", honcho);
    python
}
