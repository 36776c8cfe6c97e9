//! How a run begins: the unfinished one of the scope goes on, or a new one comes.
//!
//! Meanwhile the dataset may have become another: what was asked before is then
//! asked again where the answer may be older than what the dataset has now.

use std::collections::HashMap;

use super::mark::{Mark, Since};
use super::plan::{self, Inputs};
use super::queue::Queue;
use super::runs::{Run, Stage};
use super::watermark::{Since as Known, unknown_since};
use super::{MARGIN, Observer, PLAN_KEEPS, RefreshError, Settings, known};
use crate::dataset::{Dataset, Manifest};
use orcid_api::{Client, time};
use orcid_xml::{Orcid, Timestamp};

/// The unfinished run of the scope, or a new one.
///
/// # Errors
/// [`RefreshError`] where dataset or queue fail, or where it is not known since
/// when to look for changes.
pub fn begin(
    queue: &mut Queue,
    settings: &Settings,
    inputs: &Inputs<'_>,
    client: &dyn Client,
    observer: &dyn Observer,
    now: Timestamp,
) -> Result<Run, RefreshError> {
    let manifest = &inputs.dataset.manifest;
    let mark = Mark::of(manifest);
    forget_what_has_gone(queue, manifest, &mark)?;
    if let Some(mut run) = queue.unfinished(&settings.scope.key(), &client.host().api)? {
        if was_applied(manifest, &run) {
            return Ok(run);
        }
        queue.settle_part(&mut run, manifest)?;
        let answered = queue.counts(run.id, &["record"])?.answered > 0;
        if goes_on(settings, &run, answered, now) {
            if answered {
                observer.resumed(run.begun);
            }
            return resume(queue, run, inputs, &mark);
        }
        queue.drop_run(run.id)?;
    }
    queue.begin(new_run(settings, inputs, client, &mark, observer, now)?)
}

/// True where a run's answers are in the dataset already.
fn was_applied(manifest: &Manifest, run: &Run) -> bool {
    manifest.archive(&run.source).is_some()
}

/// A run goes on where its answers are worth more than a newer plan.
fn goes_on(settings: &Settings, run: &Run, answered: bool, now: Timestamp) -> bool {
    let other_since = settings.since.is_some_and(|since| since != run.since);
    let stale = now - run.begun > PLAN_KEEPS || other_since || run.asked != settings.asked();
    !settings.restart && (answered || run.stage == Stage::Apply || !stale)
}

fn new_run(
    settings: &Settings,
    inputs: &Inputs<'_>,
    client: &dyn Client,
    mark: &Mark,
    observer: &dyn Observer,
    now: Timestamp,
) -> Result<Run, RefreshError> {
    let scope = settings.scope.key();
    let known = match settings.since {
        Some(since) => Some(Known { since, future: None }),
        None => unknown_since(inputs.dataset, &scope, now)?,
    };
    let Known { since, future } = known.ok_or(RefreshError::NoWatermark)?;
    if let Some(future) = future {
        observer.watermark_in_future(future, since);
    }
    Ok(Run {
        id: 0,
        scope,
        source: format!("api-{}", time::iso(now)),
        api: client.host().api.clone(),
        strategy: inputs.choose(now - since)?.name().to_owned(),
        asked: settings.asked(),
        mark: mark.to_text(),
        since,
        until: now - MARGIN,
        begun: now,
        stage: Stage::Begun,
        part: 1,
    })
}

/// Drops what belongs to a dataset that is no more: in one made anew all but the
/// quota, in one with further archives the runs that were planned without them.
fn forget_what_has_gone(queue: &mut Queue, manifest: &Manifest, mark: &Mark) -> Result<(), RefreshError> {
    let since = queue.mark()?.map_or(Since::Same, |then| Mark::since(&then, mark));
    if matches!(since, Since::Grown | Since::Remade) {
        for run in queue.runs()? {
            if run.stage != Stage::Done && !was_applied(manifest, &run) {
                queue.drop_run(run.id)?;
            }
        }
    }
    if since == Since::Remade {
        queue.forget_people()?;
    }
    queue.note_mark(&mark.to_text())
}

/// Goes on with a run; where another has changed the dataset since, records that
/// it has changed are to be read again.
fn resume(queue: &mut Queue, mut run: Run, inputs: &Inputs<'_>, mark: &Mark) -> Result<Run, RefreshError> {
    if Mark::since(&run.mark, mark) == Since::Same {
        return Ok(run);
    }
    let changed = changed_since(queue, &run, inputs.dataset)?;
    queue.ask_again(run.id, &changed)?;
    plan::enlist(queue, &run, inputs.dataset, changed)?;
    queue.forget_known(&run, false)?;
    if run.stage == Stage::Apply && queue.counts(run.id, &["record"])?.waiting > 0 {
        run.stage = Stage::Fetch;
    }
    run.mark = mark.to_text();
    queue.note(&run)?;
    Ok(run)
}

/// The run's records whose row in the dataset is not what it was when planned.
fn changed_since(queue: &Queue, run: &Run, dataset: &Dataset) -> Result<Vec<Orcid>, RefreshError> {
    let mut planned: HashMap<Orcid, Option<Timestamp>> = HashMap::new();
    queue.each_known(run.id, &mut |orcid, known| {
        planned.insert(orcid, known);
    })?;
    let mut changed = Vec::new();
    known::records(dataset, &mut |orcid, modified| {
        if planned.remove(&orcid).is_some_and(|known| known != modified) {
            changed.push(orcid);
        }
    })?;
    // The others have no row: it has gone, or there was none.
    known::tombstones(dataset, &mut |tombstone| {
        if planned.remove(&tombstone.orcid).is_some() {
            changed.push(tombstone.orcid);
        }
    })?;
    changed.extend(planned.into_iter().filter(|(_, known)| known.is_some()).map(|(orcid, _)| orcid));
    changed.sort_unstable();
    Ok(changed)
}
