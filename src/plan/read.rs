//! From the keys of the file to a [`Service`]: every value parsed, every default filled in.

use std::path::Path;
use std::sync::Arc;

use super::context::Context;
use super::env_file::{self, EnvFiles};
use super::loader::Loader;
use super::name::Name;
use super::names::ServiceNames;
use super::need::{Need, NeedKind};
use super::outputs::{self, Output};
use super::path::{self, Base};
use super::placement::Placement;
use super::quantity::{self, Seconds, Umask};
use super::service::{Identity, Replica, RestartPolicy, Service};
use super::{
    Planning, after, commands, container, core, environment, http, limits, log, options, reach,
    ready, runtime, secrecy, stopping, swank, upstream,
};
use crate::host::Host;
use crate::problem::{Problem, Problems, shown};
use crate::project::field::{Field, FieldReader, Fields};
use crate::project::keys::Level;
use crate::project::variables::{REPLICA, Variables, integer_names};
use crate::project::yaml::Node;
use crate::project::{Project, ServiceNode};
use crate::word::Word;

/// What belongs to the project and not to one of its services.
pub(super) struct ProjectHead {
    pub(super) name: Name,
    pub(super) templates: Option<String>,
    pub(super) outputs: Vec<Output>,
}

impl Planning<'_> {
    /// Reads the project's own keys; the keys of services are read with each service.
    pub(super) fn head(&self, root: &Node, problems: &mut Problems) -> Option<ProjectHead> {
        let reader = FieldReader::new(self.variables(root));
        let fields = Fields::of_service(root, Level::Project, &reader);
        let name = project_name(&fields, self.project, &reader);
        let templates = fields
            .get("templates")
            .filter(|field| !field.is_unset())
            .and_then(|field| path::read(&field, self.base_here(self.host)))
            .map(|path| path.resolved());
        let outputs = outputs::read(&fields, self.base_here(self.host));
        problems.extend(reader.into_problems());
        Some(ProjectHead {
            name: name?,
            templates,
            outputs,
        })
    }

    /// Reads one service; nothing where there is something wrong with it.
    pub(super) fn service(
        &self,
        project_name: &Name,
        service: &ServiceNode,
        services: &ServiceNames,
        problems: &mut Problems,
    ) -> Option<Service> {
        let level = match service.key {
            Some(_) => Level::Service,
            None => Level::Project,
        };
        let (project, choices) = (self.project, self.choices);
        // Env files hold variables for everything that is read after them.
        let variables = || self.variables_of(service);
        let early = FieldReader::new(variables());
        let fields = Fields::of_service(&service.node, level, &early);
        let user = fields.get("user").filter(|field| !field.is_unset());
        let user = user.and_then(|field| field.parse(user_name));
        let here = match &user {
            Some(user) if choices.is_as(user) => self.host.of_user(user),
            _ => self.host.clone(),
        };
        let owners = choices.owners.as_ref();
        let owners = owners.map(|owners| owners.of_service(user.as_deref()));
        if let Some(Err(problem)) = owners.as_ref().map(|owners| project.check_owner(owners)) {
            problems.push(problem);
            return None;
        }
        let files = env_file::read(&fields, self.base_here(&here), owners.as_ref(), &early);
        self.in_files
            .borrow_mut()
            .extend(files.written.keys().cloned());
        let reader = FieldReader::new(Variables {
            files: files.values(),
            ..variables()
        });
        let name = service_name(service, project_name, &reader);
        let placement = choices.placement.as_ref();
        let host = match placement {
            Some(placement) => here.elsewhere(&placement.home),
            None => here,
        };
        let base = placement.map_or_else(|| self.base_here(&host), Placement::base);
        let context = Context {
            project: project_name,
            fields: fields.with_reader(&reader),
            reader: &reader,
            services,
            base,
            host: &host,
            self_contained: placement.is_some_and(|placement| placement.self_contained),
            network: choices.network,
        };
        let read = name.map(|name| {
            let identity = Identity {
                project: project_name.clone(),
                service: service.is_one_of_several().then(|| name.clone()),
                profiles: choices.profiles.clone(),
                file: project.file.as_ref().map(|file| match placement {
                    Some(placement) => placement.file(file),
                    None => file.clone(),
                }),
                folder: base.folder.to_owned(),
            };
            let replica = service.number().and_then(|number| {
                let of = Name::parse(service.group(project_name.as_str())).ok()?;
                Some(Replica { of, number })
            });
            Service {
                replica,
                copies: service.copies(),
                ..context.service(name, identity, user, files, service)
            }
        });
        let right = early.is_right() && reader.is_right();
        problems.extend(early.into_problems());
        problems.extend(reader.into_problems());
        read.filter(|_| right)
    }

    /// What paths are relative to where the project lies now.
    fn base_here<'b>(&'b self, host: &'b Host) -> Base<'b> {
        Base {
            folder: &self.project.folder,
            home: host.home.as_deref(),
        }
    }

    /// The variables in the values of a service.
    fn variables_of(&self, service: &ServiceNode) -> Variables {
        let mut variables = self.variables(&service.node);
        if let Some(replica) = service.replica {
            // It is not a variable of a file that is written for all replicas.
            variables.integers.remove(REPLICA);
            if service.copies() > 1 {
                variables.alike = true;
            } else {
                let number = replica.number.to_string();
                variables.own.insert(REPLICA.to_owned(), number);
            }
        }
        variables
    }

    pub(super) fn variables(&self, node: &Node) -> Variables {
        Variables {
            set: self.choices.set.clone(),
            environment: Arc::clone(&self.host.environment),
            integers: integer_names(node),
            allowance: self.allowance.clone(),
            usage: self.usage.clone(),
            unset: self.unset.clone(),
            usual: self.choices.network.variables(),
            ..Variables::default()
        }
    }
}

fn project_name(fields: &Fields<'_>, project: &Project, reader: &FieldReader) -> Option<Name> {
    if let Some(field) = fields.get("name") {
        return field.parse(Name::parse);
    }
    let folder = Path::new(&project.folder)
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    Name::parse(folder)
        .map_err(|expected| {
            reader.report(
                Problem::error(format!(
                    "the folder's name `{}` cannot be the project's",
                    shown(folder)
                ))
                .help(format!(
                    "add `name:` to `{}`: {expected}",
                    project.source.name
                )),
            );
        })
        .ok()
}

fn service_name(service: &ServiceNode, project_name: &Name, reader: &FieldReader) -> Option<Name> {
    let name = service.name(project_name.as_str());
    Name::parse(&name)
        .map_err(|expected| {
            let problem = Problem::error(format!("`{}` cannot be a service's name", shown(&name)))
                .help(format!("expected {expected}"));
            reader.report(match &service.key {
                Some(key) => problem.at(key.location.clone()),
                None => problem,
            });
        })
        .ok()
}

impl Context<'_> {
    fn service(
        &self,
        name: Name,
        identity: Identity,
        user: Option<String>,
        files: EnvFiles,
        node: &ServiceNode,
    ) -> Service {
        let fields = &self.fields;
        let environment = environment::read(fields, &self.reader.variables.files, self.reader);
        let commands = commands::read(self);
        // What follows is what its command lines and the files about it are made of.
        self.reader.variables.used.take();
        let replicas = node.replica.map_or(1, |replica| replica.count);
        let http = http::read(self, replicas);
        let upstream = http.as_ref().and_then(|http| http.upstream.as_ref());
        let mut needs = Vec::new();
        let runtime = runtime::read(self);
        let loader = fields.choice("loader", &Loader::ALL);
        let limits = limits::read(&fields.map("limits"));
        let service = Service {
            replica: None,
            copies: 1,
            swank: swank::read(self, &name),
            spare: upstream::spare(fields, upstream, replicas),
            http,
            after: after::read(self, &name),
            after_location: fields.get("after").map(|field| field.location()),
            log: log::read(self, &name),
            core: core::read(self, &identity.profiles, &name),
            identity,
            stop_timeout: self.stop_timeout(runtime.is_some()),
            runtime,
            verbose: fields.flag("verbose"),
            name,
            description: self.parse("description", |text| Ok(text.to_owned())),
            directory: self.directory(&mut needs),
            loader,
            setup: loader.setup(self, &mut needs),
            registry: self.paths("registry", NeedKind::Folder, &mut needs),
            before_load: self.forms("before-load"),
            systems: self.systems(),
            load: self.paths("load", NeedKind::File, &mut needs),
            after_reload: self.forms("after-reload"),
            commands,
            package: self.parse("package", package_name),
            start: self.forms("start"),
            arguments: self.arguments(),
            ready: ready::read(self),
            stop: self.forms("stop"),
            sbcl: options::read(&fields.map("sbcl"), &limits, self),
            env: environment.variables,
            env_secrets: environment.secrets,
            env_file: files.paths,
            env_file_variables: files.written,
            limits,
            user,
            user_location: fields.get("user").map(|field| field.location()),
            home: self.base.home.and_then(Path::to_str).map(str::to_owned),
            restart: fields.choice("restart", &RestartPolicy::ALL),
            start_timeout: fields.read("start-timeout", Seconds::parse),
            writable: self.writable(),
            container: container::read(self),
            hardening: fields.flag("hardening"),
            watchdog: self.parse("watchdog", Seconds::parse),
            umask: self.parse("umask", Umask::parse),
            priority: fields
                .get("priority")
                .and_then(|field| quantity::number_of(&field)),
            needs,
            variables: self.reader.variables.kept.take().into_iter().collect(),
            secrets: secrecy::of(&self.reader.variables.used.take()),
        };
        self.check_loader(&service);
        if service.http.is_some() {
            reach::check(self);
        }
        if service.start.is_empty() && service.systems.is_empty() && service.load.is_empty() {
            self.report_nothing_to_run(&service.name, &node.node);
        }
        service
    }

    fn arguments(&self) -> Vec<Word> {
        if let Some(field) = self
            .fields
            .get("arguments")
            .filter(|field| !field.is_list())
            && let Some(text) = field.value().map(|value| value.text())
            && text.contains(char::is_whitespace)
        {
            field.report(
                Problem::error(format!(
                    "`arguments` is one word with blanks: `{}`",
                    shown(&text)
                ))
                .help("each word is an item of a list: `[--port, 8080]`")
                .help("if it is one word, so is it: `['two words']`"),
            );
        }
        let items = self.items("arguments");
        let words = items.iter().filter_map(Field::value);
        words.map(|value| value.word()).collect()
    }

    fn writable(&self) -> Vec<Word> {
        let items = self.items("writable");
        let folders = items.iter().filter(|field| !field.is_unset());
        folders
            .filter_map(|field| path::read(field, self.base))
            .collect()
    }

    fn stop_timeout(&self, runtime: bool) -> Seconds {
        match self.fields.get("stop-timeout") {
            None => stopping::default_timeout(runtime),
            Some(_) => self.fields.read("stop-timeout", Seconds::parse),
        }
    }

    fn report_nothing_to_run(&self, name: &Name, node: &Node) {
        // A form that could not be read has been reported already.
        let tried = ["start", "systems", "load"];
        if tried.iter().all(|key| self.fields.get(key).is_none()) {
            self.reader.report(
                Problem::error(format!("`{name}` has nothing to run"))
                    .at(node.location.clone())
                    .help("add `systems: [my-app]` and `start: my-app:main`"),
            );
        }
    }

    fn check_loader(&self, service: &Service) {
        for key in ["systems", "registry"] {
            let field = self.fields.get(key);
            if let (Loader::None, Some(field)) = (service.loader, field) {
                field.report(
                    Problem::error(format!("`{key}` needs a loader, and `loader` is `none`"))
                        .help("use `loader: asdf`, which every SBCL has"),
                );
            }
        }
    }

    fn directory(&self, needs: &mut Vec<Need>) -> Word {
        let Some(field) = self.fields.get("directory") else {
            return self.base.folder.into();
        };
        self.needed(&field, NeedKind::Folder, needs)
            .unwrap_or_default()
    }

    fn systems(&self) -> Vec<String> {
        self.items("systems")
            .iter()
            .filter_map(|field| field.parse(system_name))
            .collect()
    }
}

/// The name of a system, or what it should be.
pub fn system_name(text: &str) -> Result<String, String> {
    let bare = text.trim_start_matches("#:").trim_start_matches(':');
    if bare.len() < text.len() {
        return Err(format!("the name without a colon: `{bare}`"));
    }
    if text.contains(char::is_whitespace) {
        return Err("one name; write a list for several: `[one, two]`".to_owned());
    }
    if text.is_empty() || text.contains(|c: char| c.is_control() || "()\"'`;|\\".contains(c)) {
        return Err("the name of a system".to_owned());
    }
    Ok(text.to_owned())
}

fn package_name(text: &str) -> Result<String, String> {
    system_name(text).map_err(|_| "the name of a package, without a colon".to_owned())
}

fn user_name(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "._-$".contains(c);
    if text.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric()) && text.chars().all(legal)
    {
        Ok(text.to_owned())
    } else {
        Err("the name of a user".to_owned())
    }
}
