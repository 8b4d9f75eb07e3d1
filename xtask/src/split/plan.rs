//! Which file every function and every byte of data goes into.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use anyhow::bail;
use walrus::{
    ExportItem, FunctionId, FunctionKind, Module,
    ir::{Visitor, dfs_in_order},
};

use super::linked::{Address, Linked};

/// What the functions begin with that bring a chunk; `app/src/chunks.rs` exports them.
pub(super) const CHUNK: &str = "chunk_";

/// A file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// What the first screen needs: there before anything else.
    Main,
    /// What several chunks need: there before each of them.
    Shared,
    /// What only one chunk needs, by its place in [`Plan::chunks`].
    Chunk(usize),
}

impl Owner {
    /// The file that both can rely on.
    fn both(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Main, _) | (_, Self::Main) => Self::Main,
            _ => Self::Shared,
        }
    }
}

/// What goes where.
#[derive(Debug)]
pub(super) struct Plan {
    /// The names of the chunks.
    pub(super) chunks: Vec<String>,
    /// The file of each function, by its place in the module.
    pub(super) functions: Vec<Owner>,
    /// The file of each byte of the segments of data.
    pub(super) bytes: Vec<Vec<Owner>>,
    /// The functions of the first file that others call.
    pub(super) lent_by_main: BTreeSet<usize>,
    /// The functions that several chunks share and that they call.
    pub(super) lent_by_shared: BTreeSet<usize>,
}

/// What leads where. Its nodes are the functions of the module, then the data of [`Linked::data`].
struct Graph {
    leads_to: Vec<Vec<usize>>,
    functions: usize,
}

/// The files that are needed for something, one bit each.
type Needed = u64;
/// The first file.
const MAIN: Needed = 1;

impl Plan {
    /// Looks where everything is needed.
    pub(super) fn new(linked: &Linked, bound: &Module) -> anyhow::Result<Self> {
        let places: HashMap<FunctionId, usize> =
            bound.funcs.iter().enumerate().map(|(place, one)| (one.id(), place)).collect();
        let mut roots: Vec<usize> = bound.start.iter().map(|start| places[start]).collect();
        let mut entries = Vec::new();
        for export in bound.exports.iter() {
            let ExportItem::Function(function) = export.item else { continue };
            match export.name.strip_prefix(CHUNK) {
                Some(name) => entries.push((name.to_owned(), places[&function])),
                None => roots.push(places[&function]),
            }
        }
        entries.sort();
        if entries.len() > 60 {
            bail!("there are {} chunks, more than there are bits", entries.len());
        }
        let (graph, loose) = Graph::new(linked, bound, &places);
        roots.extend(loose);
        // What the page's scripts give is there from the start.
        let imported = bound.funcs.iter().filter(|one| matches!(one.kind, FunctionKind::Import(_)));
        roots.extend(imported.map(|one| places[&one.id()]));
        let mut needed = vec![0; graph.leads_to.len()];
        graph.mark(roots, MAIN, &mut needed);
        for (at, (_, entry)) in entries.iter().enumerate() {
            graph.mark(vec![*entry], MAIN << (at + 1), &mut needed);
        }
        let owners: Vec<Owner> = needed.iter().map(|needed| owner(*needed)).collect();
        let (functions, data) = owners.split_at(graph.functions);
        let mut plan = Self {
            chunks: entries.into_iter().map(|(name, _)| name).collect(),
            functions: functions.to_vec(),
            bytes: bytes(linked, data, bound),
            lent_by_main: BTreeSet::new(),
            lent_by_shared: BTreeSet::new(),
        };
        plan.lend(bound, &places, &needed)?;
        Ok(plan)
    }

    /// Looks which functions are called from another file than their own.
    fn lend(&mut self, bound: &Module, places: &HashMap<FunctionId, usize>, needed: &[Needed]) -> anyhow::Result<()> {
        for function in bound.funcs.iter().filter(|one| needed[places[&one.id()]] != 0) {
            let from = self.functions[places[&function.id()]];
            for called in calls(bound, function.id()) {
                let called = places[&called];
                match (from, self.functions[called]) {
                    (from, into) if from == into => {}
                    (_, Owner::Main) => drop(self.lent_by_main.insert(called)),
                    (Owner::Chunk(_), Owner::Shared) => drop(self.lent_by_shared.insert(called)),
                    (from, into) => bail!("{:?} in {from:?} would call into {into:?}", function.name),
                }
            }
        }
        Ok(())
    }
}

fn owner(needed: Needed) -> Owner {
    // What nobody needs goes when the first file is tidied up.
    if needed == 0 || needed & MAIN != 0 {
        Owner::Main
    } else if needed.is_power_of_two() {
        Owner::Chunk(needed.trailing_zeros() as usize - 1)
    } else {
        Owner::Shared
    }
}

impl Graph {
    /// The graph, and what is needed from the start because it cannot be told who needs it.
    fn new(linked: &Linked, bound: &Module, places: &HashMap<FunctionId, usize>) -> (Self, Vec<usize>) {
        let functions = places.len();
        let mut leads_to = vec![Vec::new(); functions + linked.data.len()];
        for function in bound.funcs.iter() {
            leads_to[places[&function.id()]] =
                calls(bound, function.id()).into_iter().map(|callee| places[&callee]).collect();
        }
        // The one thing that a function has in both modules is its name.
        let mut named: HashMap<&str, Option<usize>> = HashMap::new();
        for function in bound.funcs.iter() {
            if let Some(name) = function.name.as_deref() {
                let place = places[&function.id()];
                named.entry(name).and_modify(|only| *only = None).or_insert(Some(place));
            }
        }
        let mut times: HashMap<&str, u32> = HashMap::new();
        for name in linked.names.values() {
            *times.entry(name).or_default() += 1;
        }
        let exported: HashMap<&str, usize> = bound
            .exports
            .iter()
            .filter_map(|one| match one.item {
                ExportItem::Function(function) => Some((one.name.as_str(), places[&function])),
                _ => None,
            })
            .collect();
        let place_of = |index: u32| {
            let name = linked.names.get(&index)?.as_str();
            let same = (times[name] == 1).then(|| named.get(name).copied().flatten()).flatten();
            same.or_else(|| exported.get(without_hash(name)?).copied())
        };
        let node = |address: &Address| match address {
            Address::Function(index) => place_of(*index),
            Address::Data(place) => Some(functions + place),
        };
        let mut loose: Vec<usize> = linked.held_by_none.iter().filter_map(node).collect();
        for (index, taken) in &linked.taken_by_functions {
            let taken = taken.iter().filter_map(node);
            match place_of(*index) {
                Some(place) => leads_to[place].extend(taken),
                // `wasm-bindgen` has made something else of it, or two have its name.
                None => loose.extend(taken),
            }
        }
        for (place, held) in &linked.held_by_data {
            leads_to[functions + place].extend(held.iter().filter_map(node));
        }
        (Self { leads_to, functions }, loose)
    }

    /// Marks all that can be reached.
    fn mark(&self, mut open: Vec<usize>, bit: Needed, needed: &mut [Needed]) {
        while let Some(node) = open.pop() {
            if needed[node] & bit == 0 {
                needed[node] |= bit;
                open.extend(&self.leads_to[node]);
            }
        }
    }
}

/// What `wasm-bindgen` calls a function that it exports: `chunk_send_0cd1cead3f0174fd` becomes `chunk_send`.
fn without_hash(name: &str) -> Option<&str> {
    let (name, hash) = name.rsplit_once('_')?;
    (hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(name)
}

/// The functions that a function names: those it calls, and those it takes a reference of.
fn calls(module: &Module, function: FunctionId) -> Vec<FunctionId> {
    struct Named(Vec<FunctionId>);
    impl Visitor<'_> for Named {
        fn visit_function_id(&mut self, function: &FunctionId) {
            self.0.push(*function);
        }
    }
    let mut named = Named(Vec::new());
    if let FunctionKind::Local(body) = &module.funcs.get(function).kind {
        dfs_in_order(&mut named, body, body.entry_block());
    }
    named.0
}

/// The file of every byte. A byte belongs to all symbols it is in.
fn bytes(linked: &Linked, owners: &[Owner], bound: &Module) -> Vec<Vec<Owner>> {
    let values: Vec<&[u8]> = bound.data.iter().map(|segment| segment.value.as_slice()).collect();
    let mut of_bytes: Vec<Vec<Option<Owner>>> = values.iter().map(|value| vec![None; value.len()]).collect();
    for (symbol, owner) in linked.data.iter().zip(owners) {
        let Some(segment) = of_bytes.get_mut(symbol.segment) else { continue };
        let Range { start, end } = symbol.bytes;
        for byte in &mut segment[start..end] {
            *byte = Some(byte.map_or(*owner, |other| other.both(*owner)));
        }
    }
    let filled = |(known, value): (Vec<Option<Owner>>, &[u8])| {
        let mut before = Owner::Main;
        let fill = |(known, value): (Option<Owner>, &u8)| {
            // Memory begins as zeros: those between two symbols only keep the runs long.
            before = known.unwrap_or(if *value == 0 { before } else { Owner::Main });
            before
        };
        known.into_iter().zip(value).map(fill).collect()
    };
    of_bytes.into_iter().zip(values).map(filled).collect()
}
