//! Forms that start a server for SLIME.

use super::FormImport;
use crate::lisp::tree::{Tree, TreeKind};

impl FormImport<'_> {
    pub(super) fn swank(&mut self, tree: &Tree, text: &str) {
        let port = tree.keyword("PORT").map(|port| port.text(text).to_owned());
        let interface = tree.keyword("INTERFACE").and_then(Tree::string);
        let swank = self.draft.swank.get_or_insert_default();
        swank.port = port.or(swank.port.take()).or(Some("4005".to_owned()));
        if interface.is_some() {
            swank.interface = interface.map(str::to_owned);
        }
        let closes = tree.keyword("DONT-CLOSE").and_then(Tree::symbol) != Some("T");
        if closes {
            self.purpose("swank goes on listening after its first connection");
        }
        if let Some(TreeKind::Keyword(style)) = tree.keyword("STYLE").map(|style| &style.kind)
            && style != "SPAWN"
        {
            self.purpose("swank has a thread for each connection: `:style :spawn`");
        }
    }

    /// A thread that does no more than start swank.
    pub(super) fn thread(&mut self, tree: &Tree, text: &str) {
        let lambda = tree.items().get(1);
        let body = lambda.map(|lambda| match &lambda.kind {
            TreeKind::Function(lambda) => lambda.items(),
            _ => lambda.items(),
        });
        match body {
            Some([_, _, form]) if form.operator().as_deref() == Some("swank:create-server") => {
                self.swank(form, text);
            }
            _ => self.keep(tree, text),
        }
    }
}
