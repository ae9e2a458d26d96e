//! Whether saved images are what their sources would make now.

use super::finding::Finding;
use super::scene::Scene;
use crate::plan::core::Stale;
use crate::saved_core::Freshness;

pub(super) fn look(scene: &Scene<'_>) -> Vec<Finding> {
    let judged = scene.cores.iter();
    judged
        .map(|(service, stale, judged)| match judged {
            Ok(Freshness::Fresh) => {
                Finding::ok(format!("the saved image of `{service}` is up to date"))
            }
            Ok(Freshness::Stale(why)) => {
                let message = format!("the saved image of `{service}` is stale: {why}");
                let finding = match stale {
                    Stale::Source => Finding::warning(message + "; a start loads the sources"),
                    Stale::Use if why.is_startable() => {
                        Finding::warning(message + "; it is started anyway")
                    }
                    Stale::Use | Stale::Refuse => Finding::error(message + "; it is not started"),
                };
                finding.cure("`lisplaunch build` rebuilds it")
            }
            Err(problem) => Finding::from(problem),
        })
        .collect()
}
