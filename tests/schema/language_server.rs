//! What an editor makes of the schema, through the real yaml-language-server.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::REPOSITORY;

/// The line that names the schema beside the project file.
const MODELINE: &str = "# yaml-language-server: $schema=.lisplaunch/schema.json\n";

/// The server, and an editor with one file open in it.
struct Editor {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    uri: String,
    requests: u32,
    _folder: TempDir,
}

impl Editor {
    /// Opens a project file that has this text after the line that names the schema.
    fn open(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".lisplaunch")).unwrap();
        fs::write(folder.path().join(".lisplaunch/schema.json"), super::text()).unwrap();
        let uri = format!("file://{}/lisplaunch.yaml", folder.path().display());
        let program = "target/runners/yaml/node_modules/yaml-language-server/bin";
        let mut server = Command::new("node")
            .arg(format!("{REPOSITORY}/{program}/yaml-language-server"))
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut editor = Editor {
            input: server.stdin.take().unwrap(),
            output: BufReader::new(server.stdout.take().unwrap()),
            server,
            uri,
            requests: 0,
            _folder: folder,
        };
        let root = editor.uri.trim_end_matches("/lisplaunch.yaml").to_owned();
        editor.request(
            "initialize",
            &json!({
                "processId": null,
                "rootUri": root,
                "capabilities": { "textDocument": { "hover": {
                    "contentFormat": ["markdown", "plaintext"]
                } } },
            }),
        );
        editor.notify("initialized", &json!({}));
        // No schema from elsewhere is asked for.
        let settings = json!({ "yaml": {
            "schemaStore": { "enable": false }, "validate": true, "hover": true, "completion": true,
        } });
        editor.notify(
            "workspace/didChangeConfiguration",
            &json!({ "settings": settings }),
        );
        let document = json!({
            "uri": editor.uri,
            "languageId": "yaml",
            "version": 1,
            "text": format!("{MODELINE}{text}"),
        });
        editor.notify("textDocument/didOpen", &json!({ "textDocument": document }));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The result of a request. What the server asks meanwhile gets no answer but nothing.
    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.message();
            if message.get("method").is_none() && message["id"] == id {
                return message["result"].clone();
            }
        }
    }

    fn message(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(
                self.output.read_line(&mut line).unwrap() > 0,
                "the server ended"
            );
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).unwrap();
        let message: Value = serde_json::from_slice(&text).unwrap();
        if let (Some(id), Some(method)) = (message.get("id"), message.get("method")) {
            let result = match method.as_str() {
                Some("workspace/configuration") => json!([{}, {}, {}, {}, {}, {}]),
                _ => Value::Null,
            };
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
        }
        message
    }

    /// What is marked in the file: the line, counted without the first, and what is said of it.
    fn marks(&mut self) -> Vec<(u64, String)> {
        loop {
            let message = self.message();
            if message["method"] == "textDocument/publishDiagnostics" {
                let marks = message["params"]["diagnostics"].as_array().unwrap();
                let mark = |mark: &Value| {
                    let line = mark["range"]["start"]["line"].as_u64().unwrap();
                    (line, mark["message"].as_str().unwrap().to_owned())
                };
                return marks.iter().map(mark).collect();
            }
        }
    }

    /// A request about a place; the first line of the text is 1.
    fn at(&mut self, method: &str, line: u32, character: u32) -> Value {
        let params = json!({
            "textDocument": { "uri": self.uri },
            "position": { "line": line, "character": character },
        });
        self.request(method, &params)
    }

    /// The names that are offered at a place.
    fn offered(&mut self, line: u32, character: u32) -> Vec<String> {
        let offered = self.at("textDocument/completion", line, character);
        let items = offered["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect()
    }

    fn hover(&mut self, line: u32, character: u32) -> String {
        let hover = self.at("textDocument/hover", line, character);
        let text = hover["contents"]["value"].as_str().unwrap();
        // Behind that is where the schema lies.
        text.split("\n\nSource:").next().unwrap().to_owned()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn what_is_wrong_is_marked_where_it_is() {
    let mut editor = Editor::open(
        "name: app\nsystem: [app]\nstart: app:main\nswank: {port: '${P:-4005}', secrets: auto}\n\
         restart: sometimes\nstop-timeout: soon\nx-mine: {a: 1}\n",
    );
    let marks = editor.marks().into_iter();
    let marks = marks.map(|(line, said)| format!("{line}: {said}\n"));
    insta::assert_snapshot!(marks.collect::<String>(), @r#"
    5: Value is not accepted. Valid values: "always", "on-failure", "never".
    6: Expected a duration
    4: Property secrets is not allowed.
    2: Property system is not allowed.
    "#);
}

#[test]
fn a_right_file_is_not_marked() {
    for example in ["hello", "hunchentoot", "lucerne", "shop"] {
        let file = format!("{REPOSITORY}/examples/{example}/lisplaunch.yaml");
        let mut editor = Editor::open(&fs::read_to_string(file).unwrap());
        assert_eq!(editor.marks(), [], "{example}");
    }
}

#[test]
fn keys_and_choices_are_offered() {
    let offered = |text: &str| {
        let mut editor = Editor::open(text);
        let line = text.lines().count() - 1;
        let column = text.lines().last().unwrap().len();
        editor.offered(
            u32::try_from(line + 1).unwrap(),
            u32::try_from(column).unwrap(),
        )
    };
    let has = |offered: &[String], name: &str| offered.iter().any(|known| known == name);
    let top = offered("name: app\nst");
    assert!(
        has(&top, "start") && has(&top, "services") && !has(&top, "name"),
        "{top:?}"
    );
    let below = offered("name: app\nswank:\n  po");
    assert!(has(&below, "port") && !has(&below, "start"), "{below:?}");
    let service = offered("services:\n  web:\n    sta");
    assert!(
        has(&service, "start") && !has(&service, "services"),
        "{service:?}"
    );
    let format = offered("emit:\n  sys");
    assert!(has(&format, "systemd"), "{format:?}");
    let choices = offered("name: app\nrestart: ");
    assert_eq!(choices[..3], ["always", "on-failure", "never"]);
}

#[test]
fn hovering_over_a_key_says_what_it_is_for() {
    let mut editor = Editor::open("name: app\nstop-timeout: 20s\nswank:\n  port: 4005\n");
    insta::assert_snapshot!(
        [editor.hover(2, 3), editor.hover(3, 1), editor.hover(4, 4)].join("\n\n"), @"
    #### lisplaunch project file

    How long it may take to stop, the `stop` forms included

    Default: `10s`

    #### lisplaunch project file

    The server that SLIME connects to

    #### lisplaunch project file

    1 to 65535

    Default: `4005`
    ");
}
