//! Begins a run: continues the scope's unfinished run, or starts a new one.
//!
//! The dataset may have changed meanwhile: then requests are repeated if their answers may be older
//! than the dataset's rows.

use std::collections::HashMap;

use super::dataset_rows;
use super::error::RefreshError;
use super::inputs::{Changes, Inputs};
use super::mark::{DatasetChange, Mark};
use super::observer::Observer;
use super::plan;
use super::queue::{Kind, Queue, Run, Stage};
use super::settings::Settings;
use super::watermark::{MARGIN, Since, unknown_since};
use crate::dataset::{Dataset, Manifest};
use orcid_api::time::{self, DAY};
use orcid_api::{Client, parse_stub};
use orcid_xml::{Orcid, Timestamp};

/// A plan that was not started is made again after this time.
const PLAN_KEEPS: Timestamp = DAY;

/// The unfinished run of the scope, or a new one.
///
/// # Errors
/// [`RefreshError`] if dataset or queue fail, or if the start of the search for changes is unknown.
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
        resolve_commit(queue, &mut run, manifest)?;
        let answered = queue.counts(run.id, &[Kind::Record])?.answered > 0;
        if goes_on(settings, &run, answered, now) {
            if answered {
                observer.resumed(run.begun);
            }
            return resume(queue, run, inputs, &mark);
        }
        queue.drop_run(run.id)?;
    }
    Ok(queue.begin(new_run(settings, inputs, client, &mark, observer, now)?)?)
}

/// True if a run's answers are in the dataset already.
fn was_applied(manifest: &Manifest, run: &Run) -> bool {
    manifest.archive(&run.source).is_some()
}

/// True if a run continues, because its answers are worth more than a newer plan.
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
        Some(since) => Some(Since { since, future: None }),
        // Each connected person is read once at least, so that no time has to be known.
        None if inputs.connected.is_some() => Some(
            unknown_since(inputs.dataset, &scope, now)?
                .unwrap_or(Since { since: plan::first_day(), future: None }),
        ),
        None => unknown_since(inputs.dataset, &scope, now)?,
    };
    let Since { since, future } = known.ok_or(RefreshError::NoWatermark)?;
    if let Some(future) = future {
        observer.watermark_in_future(future, since);
    }
    let from = if matches!(inputs.changes, Some(Changes::Bucket(_))) { "bucket" } else { "api" };
    Ok(Run {
        id: 0,
        scope,
        source: format!("{from}-{}", time::iso(now)),
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

/// Drops state of an earlier dataset: everything except the quota if the dataset was replaced; if
/// archives were added, the runs that were planned without them.
fn forget_what_has_gone(queue: &mut Queue, manifest: &Manifest, mark: &Mark) -> Result<(), RefreshError> {
    let since = queue.mark()?.map_or(DatasetChange::Same, |then| Mark::change_since(&then, mark));
    if matches!(since, DatasetChange::Grown | DatasetChange::Remade) {
        for run in queue.runs()? {
            if run.stage != Stage::Done && !was_applied(manifest, &run) {
                queue.drop_run(run.id)?;
            }
        }
    }
    if since == DatasetChange::Remade {
        queue.forget_people()?;
    }
    Ok(queue.note_mark(&mark.to_text())?)
}

/// Finds out whether a commit that a crash may have interrupted was completed.
fn resolve_commit(queue: &mut Queue, run: &mut Run, manifest: &Manifest) -> Result<(), RefreshError> {
    if manifest.archive(&run.part_source()).is_none() {
        return Ok(queue.undo_commit(run)?);
    }
    let mark = run.mark.clone();
    queue.end_commit(run, Mark::of(manifest).to_text())?;
    // Other processes may have changed the dataset too, so its earlier state is compared with the
    // current one.
    run.mark = mark;
    Ok(queue.note(run)?)
}

/// Notes the primary records of deprecated records, if an earlier version of the queue has kept
/// only their answers.
fn note_successors(queue: &Queue, run: &Run) -> Result<(), RefreshError> {
    for (orcid, packed) in queue.without_successor(run.id)? {
        let Ok(body) = packed.unpack() else { continue };
        if let Some(primary) = parse_stub(&body).and_then(|stub| stub.primary_orcid(orcid.as_str())) {
            queue.note_successor(run.id, orcid, primary)?;
        }
    }
    Ok(())
}

/// Continues a run; if another run has changed the dataset since, the changed records are read
/// again.
fn resume(queue: &mut Queue, mut run: Run, inputs: &Inputs<'_>, mark: &Mark) -> Result<Run, RefreshError> {
    note_successors(queue, &run)?;
    if Mark::change_since(&run.mark, mark) == DatasetChange::Same {
        return Ok(run);
    }
    let changed = changed_since(queue, &run, inputs.dataset)?;
    queue.forget_answers(run.id, &changed)?;
    plan::request_records(queue, &run, inputs.dataset, changed)?;
    queue.count_as_changed(run.id, &run.scope, false)?;
    if run.stage == Stage::Apply && queue.counts(run.id, &[Kind::Record])?.waiting > 0 {
        run.stage = Stage::Fetch;
    }
    run.mark = mark.to_text();
    queue.note(&run)?;
    Ok(run)
}

/// The run's records whose row in the dataset has changed since the plan.
fn changed_since(queue: &Queue, run: &Run, dataset: &Dataset) -> Result<Vec<Orcid>, RefreshError> {
    let mut planned: HashMap<Orcid, Option<Timestamp>> = HashMap::new();
    queue.each_uncommitted_record(run.id, &mut |orcid, known| {
        planned.insert(orcid, known);
    })?;
    let mut changed = Vec::new();
    dataset_rows::records(dataset, &mut |orcid, modified| {
        if planned.remove(&orcid).is_some_and(|known| known != modified) {
            changed.push(orcid);
        }
    })?;
    // The other records have no row now: it was removed, or there was none.
    dataset_rows::tombstones(dataset, &mut |tombstone| {
        if planned.remove(&tombstone.orcid).is_some() {
            changed.push(tombstone.orcid);
        }
    })?;
    changed.extend(planned.into_iter().filter(|(_, known)| known.is_some()).map(|(orcid, _)| orcid));
    changed.sort_unstable();
    Ok(changed)
}
