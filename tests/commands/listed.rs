//! `lisplaunch list`, and `lisplaunch pid` of what does not run.

use insta::assert_snapshot;

use crate::support::Project;

const SHOP: &str = "\
name: shop
loader: none
start: (f ${UNSET})
services: {worker: {replicas: 2}, web: {}, mail: {}}
";

#[test]
fn the_services_are_listed_in_the_order_of_the_file() {
    let project = Project::new(SHOP);
    // A variable without a value is no matter here.
    assert_snapshot!(project.run(&["list"]).success(), @"
    worker-1
    worker-2
    web
    mail
    ");
    assert_snapshot!(project.run(&["list", "--json"]).success(), @r#"["worker-1","worker-2","web","mail"]"#);
    let alone = Project::new("name: one\nstart: (f)");
    assert_eq!(alone.run(&["list"]).success(), "one\n");
}

#[test]
fn what_does_not_run_has_no_number() {
    let project = Project::new("name: one\nloader: none\nstart: (f)");
    assert_snapshot!(project.run(&["pid"]).failure(3), @"
    error: the service `one` does not run
     |
     = help: `lisplaunch status` shows how it ended
    ");
}
