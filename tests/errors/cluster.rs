//! What cannot run in a cluster.

use insta::assert_snapshot;

use super::brief;
use crate::support::Project;

/// What is wrong with a project of these keys, as a format sees it.
fn refused(format: &str, yaml: &str) -> String {
    let project = Project::new(&format!("loader: none\n{yaml}"));
    let outcome = project.run(&["emit", format, "-o", "out/"]);
    let code = outcome.code.unwrap_or_default();
    brief(outcome, code)
}

#[test]
fn a_container_has_an_image() {
    assert_snapshot!(refused("kubernetes", "start: (f)"), @"
    error: the service `app` has no image, and Kubernetes starts containers alone
     = help: name it as the registry does: `container: {image: registry.example/shop:1}`
    ");
}

const IMAGE: &str = "container: {image: shop}\nstart: (f)\n";

#[test]
fn services_have_names_in_dns() {
    let services = |names: &str| {
        refused(
            "kubernetes",
            &format!("{IMAGE}name: shop\nservices:\n{names}"),
        )
    };
    assert_snapshot!(services("  a-:"), @"
    error: the service `a-`: `shop-a-` is not a valid name in DNS
     = help: a letter first, a letter or digit last, at most 63 in all: rename the project or the service
    ");
    assert_snapshot!(services("  a.b:\n  A_b:"), @"
    error: the services `a.b` and `A_b` would both be `shop-a-b` in DNS
     = help: rename one of them: capital letters are small ones there, `.` and `_` are `-`
    ");
    let long = "n".repeat(59);
    assert!(services(&format!("  {long}:")).contains("` is not a valid name in DNS"));
}

#[test]
fn folders_have_names_in_a_cluster() {
    let writable = |folders: &str| {
        refused(
            "kubernetes",
            &format!("{IMAGE}name: shop\nwritable: {folders}"),
        )
    };
    assert_snapshot!(writable("[a/b, a-b]"), @"
    error: the folders `/app/a/b` and `/app/a-b` would both be `shop-a-b` in the cluster
     = help: choose another name for one of them in `writable`
    ");
    assert_snapshot!(writable("[/a:b]"), @"
    error: the service `shop`: Kubernetes cannot mount `/a:b`: there is a `:` in it
     = help: choose another folder
    ");
    let long = "n".repeat(59);
    assert!(
        writable(&format!("[{long}]"))
            .contains("` in the cluster, where a name has at most 63 characters")
    );
}

#[test]
fn an_ingress_has_hosts_of_dns() {
    let hosts = |hosts: &str| {
        refused(
            "kubernetes",
            &format!("{IMAGE}http: {{port: 80, hosts: {hosts}}}"),
        )
    };
    assert_snapshot!(hosts("[my_shop.example]"), @"
    error: the service `app`: an Ingress cannot have the host `my_shop.example`
     = help: letters, digits and `-`, which is not the last of a part: choose another name in `http.hosts`
    ");
}

#[test]
fn replicas_are_equal_in_a_cluster() {
    let yaml = "container: {image: shop}\nreplicas: 2\nhttp: 808${REPLICA:-1}\nstart: (f)\n";
    assert_snapshot!(refused("kubernetes", yaml), @"
    error: `${REPLICA}` is another number in each replica, and here all replicas are equal
     --> lisplaunch.yaml:4:10
    4 | http: 808${REPLICA:-1}
      |          ^^^^^^^^^^^^^
      = help: each has an address of its own here, so one port does for all of them
      = help: write the value that all have into a profile, and lay it over the file: `-p NAME`
    ");
}

#[test]
fn nomad_would_change_some_texts() {
    assert_snapshot!(refused("nomad", "start: (f)\nenv: {A: 'x $${HOME}'}"), @"
    error: the service `app`: Nomad would look for a variable in `${HOME}`, and nothing escapes it
     = help: put the value into an env file: what those set goes another way
    ");
    let said = refused("nomad", "start: (f)\nenv: {A: \"e\\u0301\"}");
    assert!(said.contains("a job file cannot hold `"), "{said}");
    assert!(
        said.contains("`: HCL composes letters and their accents"),
        "{said}"
    );
}
