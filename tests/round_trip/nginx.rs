//! The sites in front of services, served by a real nginx.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_yaml::{Mapping, Value};
use tempfile::TempDir;

use super::text::{hostile, matching};
use super::{config, runner};
use crate::consumer::{Nginx, backend};
use crate::support::Project;
use crate::support::ports::free_port;

/// What is drawn for a service that answers HTTP.
#[derive(Clone, Debug)]
struct Drawn {
    description: Option<String>,
    /// The path of the health check as in a URL.
    path: Option<String>,
    /// The folder of static files.
    folder: Option<String>,
    /// The names of the certificate and its key.
    tls: Option<(String, String)>,
    max_body: Option<&'static str>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let file = || {
        hostile().prop_map(|name| {
            let name: String = name.chars().take(30).collect();
            format!("f{}", name.replace('/', "_"))
        })
    };
    let part = prop_oneof![
        3 => matching("[A-Za-z0-9_~-]{1,8}"),
        1 => select(&["'", ";", "$", "$host", "(", "[x]", "*", ":", "@", "&", "=", ",", "!", "+", "%20", "%22", "%5C",
            "%C3%A9", "%7B", "%7D", "%25", "%0A", "%09", "%3B"][..]).prop_map(str::to_owned),
    ];
    let segment = vec(part, 1..4).prop_map(|parts| format!("/{}", parts.concat()));
    let path = vec(segment, 1..3).prop_map(|segments| segments.concat());
    (
        weighted(0.3, hostile()),
        weighted(0.5, path),
        weighted(0.5, file()),
        weighted(0.4, (file(), file())),
        weighted(0.3, select(&["0", "1000", "64KB", "1.5GB", "8TB"][..])),
    )
        .prop_map(|(description, path, folder, tls, max_body)| Drawn {
            description,
            path,
            folder,
            tls,
            max_body,
        })
}

impl Drawn {
    /// Whether nginx takes nothing in it for a variable.
    fn is_held(&self) -> bool {
        let tls = self.tls.iter().flat_map(|(first, second)| [first, second]);
        self.folder
            .iter()
            .chain(tls)
            .all(|name| !name.contains('$'))
    }

    fn tree(&self, index: usize, port: u16) -> Value {
        let text = |text: &str| Value::from(text.replace('$', "$$"));
        let mut http = Mapping::from_iter([
            ("port".into(), port.into()),
            ("hosts".into(), vec![host(index)].into()),
        ]);
        let entries = self.files(index).map(|(key, file)| (key, Some(file)));
        let path = self.path.clone();
        for (key, value) in entries.chain([("path", path)]) {
            http.extend(value.map(|value| (key.into(), text(&value))));
        }
        http.extend(self.max_body.map(|size| ("max-body".into(), size.into())));
        let mut service =
            Mapping::from_iter([("start".into(), "(f)".into()), ("http".into(), http.into())]);
        let description = self.description.as_deref().map(text);
        service.extend(description.map(|text| ("description".into(), text)));
        service.into()
    }

    /// The files and folders by the keys that name them.
    fn files(&self, index: usize) -> impl Iterator<Item = (&'static str, String)> {
        let tls = self.tls.as_ref();
        let names = [
            ("static", self.folder.as_ref()),
            ("certificate", tls.map(|(certificate, _)| certificate)),
            ("key", tls.map(|(_, key)| key)),
        ];
        let names = names.into_iter();
        names.filter_map(move |(key, name)| Some((key, format!("{index}-{key}/{}", name?))))
    }

    /// Writes the files that nginx reads.
    fn write_files(&self, folder: &Path, index: usize) {
        for (key, file) in self.files(index) {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            if key == "static" {
                fs::create_dir(&file).unwrap();
                fs::write(file.join(format!("{index}.txt")), "static").unwrap();
                fs::write(file.join(".hidden"), "hidden").unwrap();
            } else {
                fs::copy(certificate_and_key().join(key), file).unwrap();
            }
        }
    }
}

fn name(index: usize) -> String {
    format!("s{index}")
}

fn host(index: usize) -> String {
    format!("s{index}.example")
}

fn certificate_and_key() -> &'static Path {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let status = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ])
            .args([
                "-subj",
                "/CN=shop.example",
                "-keyout",
                "key",
                "-out",
                "certificate",
            ])
            .current_dir(folder.path())
            .stderr(std::process::Stdio::null())
            .status()
            .expect("`openssl` must be installed for this test");
        assert!(status.success());
        folder
    });
    made.path()
}

/// A project of these services, each on one of these ports, and all its files.
fn project(services: &[Drawn], ports: &[u16]) -> Project {
    let map = services.iter().zip(ports).enumerate();
    let map: Mapping = map
        .map(|(index, (drawn, port))| (name(index).into(), drawn.tree(index, *port)))
        .collect();
    let tree = Mapping::from_iter([
        ("loader".into(), Value::from("none")),
        ("services".into(), map.into()),
    ]);
    let project = Project::new(&serde_yaml::to_string(&tree).unwrap());
    for (index, drawn) in services.iter().enumerate() {
        drawn.write_files(&project.folder(), index);
    }
    project
}

/// The answer to a request.
fn ask(port: u16, host: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let (line, fields) = request.split_once('\n').unwrap_or((request, ""));
    let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{fields}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The text of a page over TLS.
fn page(port: u16, host: &str, path: &str) -> String {
    let options = ["--silent", "--insecure", "--globoff", "--path-as-is"];
    let output = Command::new("curl")
        .args(options)
        .arg("--resolve")
        .arg(format!("{host}:{port}:127.0.0.1"))
        .arg(format!("https://{host}:{port}{path}"))
        .output()
        .expect("`curl` must be installed for this test");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
pub fn nginx_serves_what_the_project_says() {
    runner(config(4))
        .run(&vec(drawn(), 12), |services| {
            assert_served(&services);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error:.9000}"));
}

fn assert_served(services: &[Drawn]) {
    let ports: Vec<u16> = services.iter().map(|_| free_port()).collect();
    let project = project(services, &ports);
    let emit = |indices: &[usize]| {
        let names: Vec<String> = indices.iter().map(|index| name(*index)).collect();
        let names = names.iter().map(String::as_str);
        let arguments = ["emit", "nginx", "-o", "site.conf"].into_iter();
        project.run(&arguments.chain(names).collect::<Vec<_>>())
    };
    let (held, refused): (Vec<usize>, Vec<usize>) =
        (0..services.len()).partition(|index| services[*index].is_held());
    for index in refused {
        let message = emit(&[index]).failure(1);
        assert!(message.contains("a `$` begins a variable"), "{message}");
    }
    if held.is_empty() {
        return;
    }
    emit(&held).success();
    let site = fs::read_to_string(project.folder().join("site.conf")).unwrap();
    let nginx = Nginx::start(&[&site]);
    for index in &held {
        backend::serve(ports[*index]);
        assert_answers(&nginx, &services[*index], *index);
    }
    let log = nginx.log("access.log");
    for path in held
        .iter()
        .filter_map(|index| services[*index].path.as_ref())
    {
        assert!(
            !log.contains(&format!("\"GET {path} HTTP")),
            "{path}\n{log}"
        );
    }
    assert!(log.contains("\"GET /a?b=c HTTP"), "{log}");
}

fn assert_answers(nginx: &Nginx, drawn: &Drawn, index: usize) {
    let host = host(index);
    let get = |path: &str| match drawn.tls {
        Some(_) => page(nginx.https, &host, path),
        None => ask(nginx.http, &host, &format!("GET {path}")),
    };
    let context = |answer: &str| format!("{answer:.3000}\n{drawn:?}\n{}", nginx.log("error.log"));
    let scheme = if drawn.tls.is_some() { "https" } else { "http" };
    let answer = get("/a?b=c");
    let fields = [
        "GET /a?b=c HTTP/1.1",
        &format!("Host: {host}"),
        "X-Real-IP: 127.0.0.1",
        "X-Forwarded-For: 127.0.0.1",
        &format!("X-Forwarded-Proto: {scheme}"),
    ];
    for field in fields {
        assert!(
            answer.contains(&format!("{field}\n")),
            "{}",
            context(&answer)
        );
    }
    if drawn.tls.is_some() {
        let answer = ask(nginx.http, &host, "GET /a?b=c");
        let redirect = format!("Location: https://{host}/a?b=c\r\n");
        let right = answer.starts_with("HTTP/1.1 301 ") && answer.contains(&redirect);
        assert!(right, "{}", context(&answer));
    }
    if drawn.folder.is_some() {
        let answer = get(&format!("/{index}.txt"));
        assert!(answer.ends_with("static"), "{}", context(&answer));
        let answer = get("/.hidden");
        assert!(
            answer.contains("GET /.hidden HTTP/1.1"),
            "{}",
            context(&answer)
        );
    }
    if let Some(path) = &drawn.path {
        let answer = get(path);
        assert!(
            answer.contains(&format!("GET {path} HTTP/1.1")),
            "{}",
            context(&answer)
        );
    }
    if drawn.max_body == Some("1000") && drawn.tls.is_none() {
        let body = "x".repeat(1001);
        let answer = ask(
            nginx.http,
            &host,
            &format!("POST /a\nContent-Length: 1001\r\n\r\n{body}"),
        );
        assert!(answer.starts_with("HTTP/1.1 413 "), "{}", context(&answer));
    }
}
