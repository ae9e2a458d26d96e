//! The pages on running services, read from top to bottom beside one.

use std::fs;

use crate::docs::page::Page;
use crate::docs::shell::run;
use crate::docs::site::Site;
use crate::docs::transcript::{compare, play};

#[test]
fn the_page_on_a_running_service_is_right() {
    let page = "docs/running.md";
    let site = Site::new(
        "start: (my-app:start :port HTTP)\nstop: (my-app:stop)\nswank: SWANK\nstop-timeout: 2s\n",
    )
    .started();
    let mut fixed = site.fixed();
    for heading in ["Is it ready?", "Look something up, or fix it"] {
        play(page, heading, &site.project, &mut fixed);
    }
    site.edit("handlers.lisp", "\"Hello\"", "\"Hello!\"");
    play(page, "Load changed code", &site.project, &mut fixed);
    site.edit("handlers.lisp", "\"Hello!\"", "(greet \"you\")");
    let said = site.project.run(&["reload"]).failure(1) + "\n";
    let mut blocks = Page::read(page).blocks().into_iter();
    let warning = blocks.rposition(|block| block.language == "text").unwrap();
    compare(page, warning, &fixed.text(&said));
    site.edit("handlers.lisp", "(greet \"you\")", "\"Hello!\"");
    for heading in ["SLIME and a prompt", "Stop and restart", "In tmux"] {
        play(page, heading, &site.project, &mut fixed);
    }
}

#[test]
fn the_page_on_every_day_is_right() {
    let page = Page::read("docs/everyday.md");
    let site = Site::new(
        "start: my-app:main\nlog: my-app.log\n\
         commands: {count: (my-app:count-users), add: (my-app:add-user)}\n",
    );
    let site = site.started();
    let project = &site.project;
    fs::write(project.folder().join("seed.lisp"), "(my-app:count-users)").unwrap();
    assert!(site.log().exists());
    let commands = page.commands();
    for command in &commands {
        run(project, command);
    }
    assert!(commands.len() >= 6, "{commands:?}");
}
