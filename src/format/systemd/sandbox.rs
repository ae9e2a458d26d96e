//! What a service may do, and where it may write.

use super::unit::Unit;
use crate::dialect::systemd;
use crate::render::TemplateValue;
use crate::word::Word;

/// Ports below it are for those alone who may have them.
const FIRST_FREE_PORT: u16 = 1024;

impl Unit<'_> {
    /// What it may not do; nothing where that is not wanted.
    pub(super) fn hardening(&self) -> TemplateValue {
        TemplateValue::option(self.service.hardening.then(|| {
            TemplateValue::map([
                ("machine", TemplateValue::flag(!self.personal())),
                ("writable", self.writable()),
                ("low_port", TemplateValue::flag(self.has_low_port())),
            ])
        }))
    }

    /// The folders that it writes to. Those that the file does not name may be missing.
    fn writable(&self) -> TemplateValue {
        let mut folders = self.service.writable.clone();
        let mut own: Vec<String> = Vec::new();
        own.extend(self.variable("XDG_CACHE_HOME").map(Word::resolved));
        own.extend(self.state());
        if self.emission.origin.indirect {
            // `run` renews the runtime there.
            let runtime = self.service.runtime.as_ref().map(Word::resolved);
            let folder = runtime.and_then(|file| Some(file.rsplit_once('/')?.0.to_owned()));
            own.extend(folder);
        }
        folders.extend(own.iter().map(|folder| format!("-{folder}").into()));
        TemplateValue::option(
            (!folders.is_empty()).then(|| self.owner.own(systemd::paths, &folders)),
        )
    }

    /// Where its image keeps its state, its secret too.
    fn state(&self) -> Option<String> {
        let state = match (self.variable("XDG_STATE_HOME"), &self.service.user) {
            (Some(folder), _) => folder.resolved(),
            (None, Some(_)) => format!("{}/.local/state", self.service.home.as_ref()?),
            (None, None) => "/root/.local/state".to_owned(),
        };
        Some(format!("{state}/lisplaunch"))
    }

    fn has_low_port(&self) -> bool {
        // A socket that is handed to it was bound by systemd.
        let http = self
            .service
            .http
            .iter()
            .filter(|http| http.socket.is_none());
        let http = http.map(|http| http.port.number());
        let swank = self.service.swank.iter().map(|swank| swank.port.number());
        http.chain(swank).any(|port| port < FIRST_FREE_PORT)
    }
}
