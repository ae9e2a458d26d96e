//! `lisplaunch pid`.

use rustix::process::Signal;

use super::service::{SMALL, Service};

#[track_caller]
fn assert_is_its_number(service: &Service) {
    let pid = service.run(&["pid"]).success();
    assert_eq!(pid, format!("{}\n", service.pid()));
}

#[test]
fn the_number_is_known_before_the_server_listens_and_while_it_does_not_answer() {
    let wait = "before-load: (loop :until (probe-file \"load\") :do (sleep 1/20))\n";
    let mut service = Service::with(&(SMALL.replace("STOP", "(f)") + wait), "small");
    service.start();
    service.wait_for_state("loading");
    assert_is_its_number(&service);
    std::fs::write(service.project.folder().join("load"), "").unwrap();
    service.wait_for_state("ready");
    assert_is_its_number(&service);
    service.signal(Signal::STOP);
    assert_is_its_number(&service);
    service.signal(Signal::CONT);
}

#[test]
fn another_service_in_its_place_has_another_number() {
    let service = Service::shared();
    let other = service
        .project
        .run(&["pid", "worker", "--port", &service.swank.to_string()]);
    let said = other.failure(3);
    assert!(said.contains("the service `web` of `shop`"), "{said}");
}
