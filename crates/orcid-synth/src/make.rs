//! Makes what one record adds to each archive: its summary, or the error in its
//! place, and its activities in full.

use super::archive::Member;
use super::damage::Damage;
use super::dates::Moment;
use super::model::Record;
use super::record::{Tombstone, record, tombstone};
use super::world::World;
use super::writers::Share;
use super::{full, stubs, summary};

/// One record in so many has an error in place of its last activity.
const FAILED_EVERY: u64 = 64;

/// Makes what one record adds to each archive.
pub fn make(world: &World, roots: &[(String, Option<char>)], damage: Damage, number: u64) -> Vec<Share> {
    let id = world.places.id(number);
    let suffix = &id[16..];
    let member = |content: Vec<u8>, modified: Moment| Member {
        folder: format!("{}/{suffix}", roots[0].0),
        name: format!("{id}.xml"),
        content,
        modified: modified.seconds(),
    };
    if let Some(reason) = tombstone(world, number) {
        let mut content = stubs::render(world, number, reason);
        let damaged = u64::from(damage.strike(number, &mut content));
        let member = member(content, world.snapshot);
        return vec![Share { members: vec![member], tombstones: 1, damaged, ..Share::default() }];
    }
    let record = record(world, number);
    let mut content = summary::render(world, &record);
    damage.add_novelty(number, &mut content);
    let damaged = u64::from(damage.strike(number, &mut content));
    let mut shares = vec![Share {
        members: vec![member(content, record.history.modified)],
        records: 1,
        activities: record.activities(),
        damaged,
        ..Share::default()
    }];
    let ending = id.chars().last();
    if let Some(archive) = roots.iter().position(|root| root.1.is_some() && root.1 == ending) {
        shares.push(in_full(world, &record, archive, &roots[archive].0, damage, number));
    }
    shares
}

fn in_full(world: &World, record: &Record, archive: usize, root: &str, damage: Damage, number: u64) -> Share {
    let (id, suffix) = (&record.id, &record.id[16..]);
    let mut activities = full::render(world, record);
    // Now and then the registry's answer for an activity was an error.
    if let Some(last) = activities.last_mut().filter(|_| number % FAILED_EVERY == FAILED_EVERY - 1) {
        last.xml = stubs::render(world, number, Tombstone::Locked);
    }
    if let Some(first) = activities.first_mut() {
        damage.add_novelty(number, &mut first.xml);
    }
    let damaged = activities.first_mut().is_some_and(|first| damage.strike(number, &mut first.xml));
    let members: Vec<Member> = activities
        .into_iter()
        .map(|activity| Member {
            folder: format!("{root}/{suffix}/{id}/{}", activity.section),
            name: format!("{id}_{}_{}.xml", activity.section, activity.put_code),
            content: activity.xml,
            modified: activity.modified.seconds(),
        })
        .collect();
    Share {
        archive,
        activities: members.len() as u64,
        damaged: u64::from(damaged),
        members,
        ..Share::default()
    }
}
