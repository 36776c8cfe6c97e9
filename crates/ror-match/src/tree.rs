//! The parents and children of organisations.
//!
//! Built from the children's own `parent` relationships, as parents do not list all their
//! inactive children. An organisation may have several parents.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::release::Release;

/// Levels that are climbed; ROR has six, and a circle would have no end.
const MAX_DEPTH: u8 = 32;

/// The parents and children of all organisations of a release, by number.
pub struct Tree {
    parents: Vec<Vec<u32>>,
    children: FxHashMap<u32, Vec<u32>>,
}

impl Tree {
    /// Builds the tree from [`Organization::parents`](crate::Organization::parents). Parents that
    /// are not in the release are left out.
    pub fn new(release: &Release) -> Self {
        let parents: Vec<Vec<u32>> = release
            .organizations
            .iter()
            .map(|child| child.parents.iter().filter_map(|id| release.number(*id)).collect())
            .collect();
        let mut children: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (child, parents) in (0..).zip(&parents) {
            parents.iter().for_each(|parent| children.entry(*parent).or_default().push(child));
        }
        Self { parents, children }
    }

    /// All organisations above `number`, each with its least distance in levels (1 for a parent),
    /// the nearest first.
    pub fn ancestors(&self, number: u32) -> Vec<(u32, u8)> {
        walk(number, MAX_DEPTH, |number| &self.parents[number as usize])
    }

    /// All organisations below `number` down to `depth` levels, each with its least distance (1
    /// for a child), the nearest first.
    pub fn descendants(&self, number: u32, depth: u8) -> Vec<(u32, u8)> {
        walk(number, depth.min(MAX_DEPTH), |number| self.children.get(&number).map_or(&[], Vec::as_slice))
    }

    /// The number of organisations right below `number`.
    pub fn children(&self, number: u32) -> usize {
        self.children.get(&number).map_or(0, Vec::len)
    }

    /// True if `above` is among the ancestors of `below`.
    pub fn is_above(&self, above: u32, below: u32) -> bool {
        !self.parents[below as usize].is_empty()
            && self.ancestors(below).iter().any(|(ancestor, _)| *ancestor == above)
    }
}

/// Breadth first from `start`, which is not part of the answer.
fn walk<'a>(start: u32, depth: u8, next: impl Fn(u32) -> &'a [u32]) -> Vec<(u32, u8)> {
    let mut found: Vec<(u32, u8)> = Vec::new();
    let mut pending = VecDeque::from([(start, 0)]);
    while let Some((number, level)) = pending.pop_front() {
        if level == depth {
            continue;
        }
        for other in next(number) {
            if *other != start && !found.iter().any(|(known, _)| known == other) {
                found.push((*other, level + 1));
                pending.push_back((*other, level + 1));
            }
        }
    }
    found
}
