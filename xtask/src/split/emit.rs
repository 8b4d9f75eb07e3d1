//! Writes one of the files.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use anyhow::{Context as _, bail};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, FunctionId, FunctionKind, GlobalKind, ImportedFunction, Module,
    ModuleConfig, TableId, ir::Value,
};

use super::plan::{CHUNK, Owner, Plan};

/// The name of the first file for those that import from it; `chunks.js` gives it to them.
const MAIN: &str = "m";
/// The name of what several chunks share, likewise.
const SHARED: &str = "s";

/// Gaps that are shorter are written too: they are, and stay, what they are in the first file's memory.
const GAP: usize = 8;

/// The module, without anything that only a developer reads.
pub(super) fn parse(wasm: &[u8]) -> anyhow::Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    config.parse(wasm)
}

/// What others need of the first file beside its functions: tables, memory and globals, by the names they import them
/// by.
pub(super) type Wanted = Vec<String>;

/// Writes the first file: everything but what the others have.
pub(super) fn main(wasm: &[u8], plan: &Plan, wanted: &Wanted) -> anyhow::Result<Vec<u8>> {
    let mut module = parse(wasm)?;
    let functions = functions(&module);
    for chunk in &plan.chunks {
        module.exports.remove(format!("{CHUNK}{chunk}"))?;
    }
    for lent in &plan.lent_by_main {
        module.exports.add(&lent.to_string(), functions[*lent]);
    }
    export_rest(&mut module, wanted);
    place_functions(&mut module, &functions, plan, Owner::Main)?;
    place_data(&mut module, plan, Owner::Main)?;
    finish(module, &functions, plan, Owner::Main)
}

/// Writes one of the other files; answers also what it wants of the first.
pub(super) fn other(wasm: &[u8], plan: &Plan, owner: Owner) -> anyhow::Result<(Vec<u8>, Wanted)> {
    let mut module = parse(wasm)?;
    let functions = functions(&module);
    let entry = match owner {
        Owner::Chunk(chunk) => Some(format!("{CHUNK}{}", plan.chunks[chunk])),
        Owner::Main | Owner::Shared => None,
    };
    module.start = None;
    clear(&mut module, entry.as_deref());
    if owner == Owner::Shared {
        for lent in &plan.lent_by_shared {
            module.exports.add(&lent.to_string(), functions[*lent]);
        }
    }
    for (place, function) in functions.iter().enumerate() {
        let from = match (plan.functions[place], owner) {
            (its, owner) if its == owner => continue,
            (Owner::Main, _) if plan.lent_by_main.contains(&place) => MAIN,
            (Owner::Shared, Owner::Chunk(_)) if plan.lent_by_shared.contains(&place) => SHARED,
            _ => continue,
        };
        let import = module.imports.add(from, &place.to_string(), *function);
        let ty = module.funcs.get(*function).ty();
        module.funcs.get_mut(*function).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    import_rest(&mut module);
    place_functions(&mut module, &functions, plan, owner)?;
    place_data(&mut module, plan, owner)?;
    let mut wanted = Wanted::new();
    let written = finish_with(module, &functions, plan, owner, |module| {
        let rest = module.imports.iter().filter(|import| !import.name.starts_with(|c: char| c.is_ascii_digit()));
        wanted = rest.map(|import| import.name.clone()).collect();
    })?;
    Ok((written, wanted))
}

/// The functions by their places, which are the same in every reading of the module.
fn functions(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter().map(walrus::Function::id).collect()
}

/// Takes away what only the first file has: exports but this one, imports.
fn clear(module: &mut Module, entry: Option<&str>) {
    let exports: Vec<_> =
        module.exports.iter().filter(|one| Some(one.name.as_str()) != entry).map(walrus::Export::id).collect();
    for export in exports {
        module.exports.delete(export);
    }
    let imports: Vec<_> = module.imports.iter().map(walrus::Import::id).collect();
    for import in imports {
        module.imports.delete(import);
    }
}

/// Tables, memory and globals come from the first file, by these names.
fn import_rest(module: &mut Module) {
    for (at, table) in module.tables.iter_mut().enumerate() {
        table.import = Some(module.imports.add(MAIN, &format!("t{at}"), table.id()));
    }
    for (at, memory) in module.memories.iter_mut().enumerate() {
        memory.import = Some(module.imports.add(MAIN, &format!("m{at}"), memory.id()));
    }
    let globals: Vec<_> = module.globals.iter().map(walrus::Global::id).collect();
    for (at, global) in globals.into_iter().enumerate() {
        let import = module.imports.add(MAIN, &format!("g{at}"), global);
        module.globals.get_mut(global).kind = GlobalKind::Import(import);
    }
}

fn export_rest(module: &mut Module, wanted: &Wanted) {
    let tables = module.tables.iter().enumerate().map(|(at, one)| (format!("t{at}"), one.id().into()));
    let memories = module.memories.iter().enumerate().map(|(at, one)| (format!("m{at}"), one.id().into()));
    let globals = module.globals.iter().enumerate().map(|(at, one)| (format!("g{at}"), one.id().into()));
    let all: Vec<(String, walrus::ExportItem)> = tables.chain(memories).chain(globals).collect();
    for (name, item) in all.into_iter().filter(|(name, _)| wanted.contains(name)) {
        module.exports.add(&name, item);
    }
}

/// Leaves in the table of functions only what is in this file: the others put theirs into the same table.
fn place_functions(module: &mut Module, functions: &[FunctionId], plan: &Plan, owner: Owner) -> anyhow::Result<()> {
    let owners: HashMap<&FunctionId, &Owner> = functions.iter().zip(&plan.functions).collect();
    let owns = |id: &FunctionId| owners.get(id).map(|its| **its == owner);
    let mut found: Vec<(TableId, usize, Vec<FunctionId>)> = Vec::new();
    let mut gone = Vec::new();
    for element in module.elements.iter() {
        let ElementKind::Active { table, offset } = &element.kind else {
            bail!("elements that are not active are not known here");
        };
        let (ConstExpr::Value(Value::I32(start)), ElementItems::Functions(items)) = (offset, &element.items) else {
            bail!("elements that are no plain functions are not known here");
        };
        found.push((*table, usize::try_from(*start)?, items.clone()));
        gone.push((*table, element.id()));
    }
    for (table, element) in gone {
        module.tables.get_mut(table).elem_segments.remove(&element);
        module.elements.delete(element);
    }
    for (table, start, items) in found {
        let here: Vec<bool> =
            items.iter().map(owns).collect::<Option<_>>().context("the table holds a function that is not there")?;
        for run in runs(&here, 0) {
            let offset = ConstExpr::Value(Value::I32(i32::try_from(start + run.start)?));
            let items = ElementItems::Functions(items[run].to_vec());
            let element = module.elements.add(ElementKind::Active { table, offset }, items);
            module.tables.get_mut(table).elem_segments.insert(element);
        }
    }
    Ok(())
}

/// Leaves of the data only what is in this file: the others write theirs into the same memory.
fn place_data(module: &mut Module, plan: &Plan, owner: Owner) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for segment in module.data.iter() {
        let DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(start)) } = &segment.kind else {
            bail!("data whose place is not plain is not known here");
        };
        found.push((segment.id(), *memory, usize::try_from(*start)?, segment.value.clone()));
    }
    for (at, (segment, memory, start, value)) in found.into_iter().enumerate() {
        module.memories.get_mut(memory).data_segments.remove(&segment);
        module.data.delete(segment);
        let here: Vec<bool> = plan.bytes[at].iter().map(|its| *its == owner).collect();
        // Only the first file may write what is not its own: nothing has changed it yet.
        for run in runs(&here, if owner == Owner::Main { GAP } else { 0 }) {
            let offset = ConstExpr::Value(Value::I32(i32::try_from(start + run.start)?));
            let data = module.data.add(DataKind::Active { memory, offset }, value[run].to_vec());
            module.memories.get_mut(memory).data_segments.insert(data);
        }
    }
    Ok(())
}

/// The runs of what is owned, put together over gaps up to this long.
fn runs(owned: &[bool], gap: usize) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in owned.iter().enumerate().filter(|(_, owned)| **owned) {
        match runs.last_mut() {
            Some(last) if at - last.end <= gap => last.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

fn finish(module: Module, functions: &[FunctionId], plan: &Plan, owner: Owner) -> anyhow::Result<Vec<u8>> {
    finish_with(module, functions, plan, owner, |_| {})
}

/// Takes away what is not needed any more, and makes sure that nothing is in it that another file has.
fn finish_with(
    mut module: Module,
    functions: &[FunctionId],
    plan: &Plan,
    owner: Owner,
    look: impl FnOnce(&Module),
) -> anyhow::Result<Vec<u8>> {
    let customs: Vec<_> = module.customs.iter().map(|(id, _)| id).collect();
    for custom in customs {
        module.customs.delete(custom);
    }
    walrus::passes::gc::run(&mut module);
    let there: HashSet<FunctionId> = module
        .funcs
        .iter()
        .filter(|one| matches!(one.kind, FunctionKind::Local(_)))
        .map(walrus::Function::id)
        .collect();
    let alien = functions.iter().zip(&plan.functions).find(|(id, its)| there.contains(id) && **its != owner);
    if let Some((id, its)) = alien {
        bail!("{:?} of {its:?} would be in {owner:?} too", module.funcs.get(*id).name);
    }
    look(&module);
    let wasm = module.emit_wasm();
    wasmparser::validate(&wasm).with_context(|| format!("the file of {owner:?} is no wasm"))?;
    Ok(wasm)
}
