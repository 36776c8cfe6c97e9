//! Which file of a source tree imports which, read from its text, and whether they go round in
//! a circle.
//!
//! A name is followed through `pub use` to the file that defines it, so that a `mod.rs` which
//! only declares and re-exports its files is not the one that is imported. Tests inside files
//! do not count. It reads text, not Rust: a path inside a string counts as an import, and names
//! that come by a macro do not.

use std::collections::{BTreeMap, BTreeSet};

/// The steps from the tree's root to a file: `["refresh", "queue"]` for `refresh/queue/mod.rs`.
type Module = Vec<String>;

/// What is read of a file.
#[derive(Default)]
struct Source {
    /// Each `use`, with braces resolved.
    uses: Vec<Use>,
    /// Each path in the rest of the file.
    paths: Vec<Vec<String>>,
    /// The rest of the file.
    body: String,
}

struct Use {
    path: Vec<String>,
    /// The name that it has here.
    name: String,
    is_public: bool,
}

/// The files of a tree.
struct Tree(BTreeMap<Module, Source>);

/// Names a circle of imports among files, each given by its path below the tree's root and its
/// text; `None` where there is none.
pub fn circle(files: &[(String, String)]) -> Option<Vec<String>> {
    let mut tree = Tree(BTreeMap::new());
    for (path, text) in files.iter().filter(|(path, _)| !path.ends_with("tests.rs")) {
        let module = module_of(path);
        tree.0.entry(module).or_default().read(&without_tests(&without_comments(text)));
    }
    let graph: BTreeMap<&Module, BTreeSet<Module>> =
        tree.0.keys().map(|module| (module, tree.imports(module))).collect();
    let (mut done, mut way) = (BTreeSet::new(), Vec::new());
    let found = graph.keys().find_map(|module| follow(&graph, module, &mut way, &mut done))?;
    Some(
        found
            .iter()
            .map(|module| if module.is_empty() { "(root)".to_owned() } else { module.join("/") })
            .collect(),
    )
}

/// Follows imports from a file on; gives the first circle.
fn follow(
    graph: &BTreeMap<&Module, BTreeSet<Module>>,
    module: &Module,
    way: &mut Vec<Module>,
    done: &mut BTreeSet<Module>,
) -> Option<Vec<Module>> {
    if let Some(place) = way.iter().position(|before| before == module) {
        let mut circle = way[place..].to_vec();
        circle.push(module.clone());
        return Some(circle);
    }
    if done.contains(module) {
        return None;
    }
    way.push(module.clone());
    let found = graph.get(module)?.iter().find_map(|next| follow(graph, next, way, done));
    way.pop();
    done.insert(module.clone());
    found
}

fn module_of(path: &str) -> Module {
    let mut steps: Module = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(steps.last().map(String::as_str), Some("mod" | "lib")) {
        steps.pop();
    }
    steps
}

fn without_comments(text: &str) -> String {
    let code = |line: &str| match line.find("//") {
        Some(place) if !line[..place].ends_with(':') => line[..place].to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// Tests stand at the end of a file.
fn without_tests(text: &str) -> String {
    for (place, mark) in text.match_indices("#[cfg(test)]") {
        let rest = text[place + mark.len()..].trim_start();
        let item =
            if rest.starts_with("#[") { rest.split_once('\n').map_or("", |(_, item)| item) } else { rest };
        let declaration = item.split_once('\n').map_or(item, |(line, _)| line);
        if declaration.starts_with("mod ") && declaration.ends_with('{') {
            return text[..place].to_owned();
        }
    }
    text.to_owned()
}

impl Source {
    fn read(&mut self, text: &str) {
        let mut rest = text;
        while let Some(place) = next_use(rest) {
            let (before, declaration) = rest.split_at(place);
            let end = declaration.find(';').unwrap_or(declaration.len());
            let last_line = before.rsplit('\n').next().unwrap_or_default();
            self.body.push_str(before);
            for path in expanded(&declaration["use ".len()..end]) {
                let (path, renamed) = match path.split_once(" as ") {
                    Some((path, name)) => (path.trim().to_owned(), Some(name.trim().to_owned())),
                    None => (path, None),
                };
                let path: Vec<String> = path.split("::").map(|step| step.trim().to_owned()).collect();
                let name = renamed.unwrap_or_else(|| path.last().cloned().unwrap_or_default());
                self.uses.push(Use { path, name, is_public: last_line.trim_start().starts_with("pub") });
            }
            rest = &declaration[end..];
        }
        self.body.push_str(rest);
        let body = std::mem::take(&mut self.body);
        self.paths = paths(&body);
        self.body = body;
    }

    /// True where a name occurs outside of `use`.
    fn mentions(&self, name: &str) -> bool {
        words(&self.body).any(|(place, word)| word == name && !self.body[..place].ends_with("mod "))
    }
}

/// Where the next `use` begins that is a declaration.
fn next_use(text: &str) -> Option<usize> {
    text.match_indices("use ").map(|(place, _)| place).find(|place| {
        let line = text[..*place].rsplit('\n').next().unwrap_or_default().trim_start();
        line.is_empty() || line.starts_with("pub") && line.ends_with(' ') && !line.contains(['=', ';'])
    })
}

/// `a::{b, c::{d}}` as `a::b` and `a::c::d`.
fn expanded(tree: &str) -> Vec<String> {
    let Some((before, inner)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inner = inner.trim_end().trim_end_matches('}');
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0, 0);
    // What a nested tree has lost of its own brackets at the end is of no meaning.
    for (place, sign) in inner.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[begin..place]);
                begin = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[begin..]);
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.flat_map(expanded).map(|part| format!("{}{part}", before.trim())).collect()
}

/// The words of a text with their places.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let mut place = 0;
    std::iter::from_fn(move || {
        let begin = place + text[place..].find(is_part)?;
        let end = begin + text[begin..].find(|sign| !is_part(sign)).unwrap_or(text.len() - begin);
        place = end;
        Some((begin, &text[begin..end]))
    })
}

/// The paths of a text, each from its first word on.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found: Vec<(usize, Vec<String>)> = Vec::new();
    for (begin, word) in words(text) {
        match found.last_mut() {
            Some((end, path)) if text[*end..begin] == *"::" => {
                path.push(word.to_owned());
                *end = begin + word.len();
            }
            _ => found.push((begin + word.len(), vec![word.to_owned()])),
        }
    }
    found.into_iter().map(|(_, path)| path).filter(|path| path.len() > 1).collect()
}

impl Tree {
    /// The files whose items a file uses.
    fn imports(&self, module: &Module) -> BTreeSet<Module> {
        let source = &self.0[module];
        let mut found = BTreeSet::new();
        for used in &source.uses {
            let Some(target) = self.resolve(module, &used.path, 0) else { continue };
            let is_reexport = used.is_public && target.starts_with(module);
            if !is_reexport || source.mentions(&used.name) {
                found.insert(target);
            }
        }
        found.extend(source.paths.iter().filter_map(|path| self.resolve(module, path, 0)));
        found.remove(module);
        found
    }

    /// The file that defines what a path in `module` leads to; `None` for other crates.
    fn resolve(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let (mut current, mut steps) = (module.clone(), path);
        match path[0].as_str() {
            "crate" => (current, steps) = (Module::new(), &path[1..]),
            "self" => steps = &path[1..],
            "super" => {
                while steps.first().is_some_and(|step| step == "super") {
                    current.pop()?;
                    steps = &steps[1..];
                }
            }
            _ if self.child(&current, &path[0]).is_some() => {}
            _ => return None,
        }
        while let Some(child) = steps.first().and_then(|step| self.child(&current, step)) {
            (current, steps) = (child, &steps[1..]);
        }
        let (Some(name), true) = (steps.first(), depth < 8 && (current != *module || depth > 0)) else {
            return Some(current);
        };
        let source = self.0.get(&current)?;
        let reexport = source.uses.iter().find(|used| used.name == *name);
        Some(reexport.and_then(|used| self.resolve(&current, &used.path, depth + 1)).unwrap_or(current))
    }

    fn child(&self, module: &Module, name: &str) -> Option<Module> {
        let child: Module = module.iter().cloned().chain([name.to_owned()]).collect();
        self.0.contains_key(&child).then_some(child)
    }
}
