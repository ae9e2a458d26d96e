//! The unit of a socket that systemd holds for a service, or for the replicas of one.

use super::SOCKET;
use super::unit::Unit;
use crate::format::File;
use crate::problem::Problem;
use crate::render::TemplateValue;

impl Unit<'_> {
    /// The unit of the socket that is handed to it.
    pub(super) fn socket(&self) -> TemplateValue {
        let socket = self.service.socket();
        self.owner.optional(socket.map(|_| self.socket_name()))
    }

    fn socket_name(&self) -> String {
        format!("{}.socket", self.service.group_name())
    }

    /// Whether it has a socket that no earlier service of the plan has.
    pub(super) fn is_first_of_socket(&self) -> bool {
        let group = self.service.group_name();
        let mut services = self.emission.plan.services.iter();
        let first = services.find(|service| service.group_name() == group);
        self.service.socket().is_some()
            && first.is_some_and(|first| first.name == self.service.name)
    }

    /// The file of that unit.
    pub(super) fn socket_file(&self) -> Result<File, Problem> {
        let (owner, http) = (&self.owner, self.service.http.as_ref());
        let context = vec![
            ("name", owner.bare(self.service.group_name())),
            ("part_of", self.part_of()),
            (
                "address",
                owner.optional(self.service.socket().map(|socket| socket.address)),
            ),
            ("port", owner.optional(http.map(|http| http.port.number()))),
            (
                "shared",
                TemplateValue::flag(self.service.replica.is_some()),
            ),
            ("service", owner.bare(&self.name)),
        ];
        let text = self.emission.render(&SOCKET, context)?;
        Ok(File::new(self.socket_name(), text))
    }
}
