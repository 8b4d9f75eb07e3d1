//! Parts the app's wasm into files: what the first screen needs, and what is loaded when it is opened.
//!
//! A function named `chunk_…` that the app exports brings a chunk. What can be reached from it and from nowhere else
//! goes into its file; what several chunks need, and the first screen does not, into one they share. The files work on
//! one memory and one table of functions, each at the places that the linker gave it.

mod emit;
mod linked;
mod plan;

#[cfg(test)]
mod tests;

use linked::Linked;
use plan::{Owner, Plan};

/// The file that several chunks need.
pub(crate) const SHARED: &str = "shared";

/// The files.
#[derive(Debug)]
pub(crate) struct Files {
    /// What the first screen needs.
    pub(crate) main: Vec<u8>,
    /// The chunks by their names, with [`SHARED`] among them if there is such a thing.
    pub(crate) chunks: Vec<(String, Vec<u8>)>,
}

/// Parts it: the wasm as it was linked, with relocations and names, and as `wasm-bindgen` made it of that, with names.
pub(crate) fn split(linked: &[u8], bound: &[u8]) -> anyhow::Result<Files> {
    let plan = Plan::new(&Linked::read(linked)?, &emit::parse(bound)?)?;
    let mut chunks = Vec::new();
    let mut wanted = Vec::new();
    let shares =
        plan.functions.contains(&Owner::Shared) || plan.bytes.iter().flatten().any(|its| *its == Owner::Shared);
    if shares {
        let (wasm, wants) = emit::other(bound, &plan, Owner::Shared)?;
        chunks.push((SHARED.to_owned(), wasm));
        wanted.extend(wants);
    }
    for (at, name) in plan.chunks.iter().enumerate() {
        let (wasm, wants) = emit::other(bound, &plan, Owner::Chunk(at))?;
        chunks.push((name.clone(), wasm));
        wanted.extend(wants);
    }
    Ok(Files { main: emit::main(bound, &plan, &wanted)?, chunks })
}
