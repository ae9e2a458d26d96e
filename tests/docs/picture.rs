//! The picture of README, drawn from what the program prints.

use std::fs;
use std::path::Path;

use anstyle::{Color, RgbColor};
use anstyle_svg::{Term, WIN10_CONSOLE};

use crate::docs::page::{Page, is_update};
use crate::docs::transcript::Fixed;
use crate::end_to_end::running::Running;
use crate::end_to_end::with_quicklisp;
use crate::support::ports::free_port;
use crate::support::{Project, REPOSITORY};

const FILE: &str = "docs/images/check-and-status.svg";

/// As GitHub shows code at night.
const FOREGROUND: Color = Color::Rgb(RgbColor(0xd1, 0xd7, 0xe0));
const BACKGROUND: Color = Color::Rgb(RgbColor(0x15, 0x1b, 0x23));

/// The project file of the first screen of README.
fn yaml() -> String {
    Page::read("README.md").blocks_of("yaml").remove(0)
}

/// A prompt and what is typed at it.
fn typed(command: &str) -> String {
    format!("\u{1b}[1;32m$\u{1b}[0m \u{1b}[1m{command}\u{1b}[0m\n")
}

/// What `check` prints of the file with a mistake in it.
fn check() -> String {
    let yaml = yaml().replace(":-40000})", ":-40000}");
    let project = with_quicklisp(Project::new(&yaml));
    let outcome = project.run(&["check", "--color", "always"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    outcome.stdout + &outcome.stderr
}

/// What `status` prints of the service.
fn status() -> String {
    let [server, swank] = [free_port(), free_port()].map(|port| port.to_string());
    let project = with_quicklisp(Project::new(&yaml()))
        .with_variable("SERVER_PORT", &server)
        .with_variable("SWANK_PORT", &swank);
    let _running = Running::start(project.command(&["run"]));
    let printed = project.run(&["status", "--wait=5m"]).success();
    Fixed::new([(server, "40000"), (swank, "40054")]).text(&printed)
}

#[test]
fn the_picture_shows_what_the_program_prints() {
    let commands = ["lisplaunch check", "lisplaunch status"].map(typed);
    let screen = [
        &commands[0],
        check().as_str(),
        "\n",
        &commands[1],
        &status(),
    ]
    .concat();
    let svg = Term::new()
        .palette(WIN10_CONSOLE)
        .fg_color(FOREGROUND)
        .bg_color(BACKGROUND)
        .render_svg(screen.trim_end());
    let svg = scalable(&svg);
    let file = Path::new(REPOSITORY).join(FILE);
    if is_update() {
        fs::write(file, svg).unwrap();
    } else {
        let drawn = fs::read_to_string(file).unwrap();
        assert_eq!(drawn, svg, "INSTA_UPDATE=always draws it");
    }
}

/// The same picture for any width: a page makes it as wide as its text.
fn scalable(svg: &str) -> String {
    let (head, rest) = svg.split_once(" xmlns=").unwrap();
    let sizes: Vec<&str> = head.split('"').skip(1).step_by(2).collect();
    let [width, height] = [0, 1].map(|index| sizes[index].trim_end_matches("px"));
    format!("{head} viewBox=\"0 0 {width} {height}\" xmlns={rest}")
}
