//! What the linker's relocations tell of a wasm: whose address is taken where. After `wasm-bindgen` an address is only
//! a number.

use std::{collections::HashMap, ops::Range};

use anyhow::{Context as _, bail};
use wasmparser::{
    KnownCustom, Linking, Name, Parser, Payload, RelocSectionReader, RelocationEntry, RelocationType, SymbolInfo,
};

/// What an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// A function, by its index.
    Function(u32),
    /// Data, by its place in [`Linked::data`].
    Data(usize),
}

/// Data with a name of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symbol {
    /// The segment it lies in.
    pub(super) segment: usize,
    /// Its bytes in that segment. Those of two symbols may overlap: the linker puts equal strings together.
    pub(super) bytes: Range<usize>,
}

/// The wasm as it was linked, with `--emit-relocs`.
#[derive(Debug, Default)]
pub(super) struct Linked {
    /// The names of the functions that have one, by index.
    pub(super) names: HashMap<u32, String>,
    /// The data.
    pub(super) data: Vec<Symbol>,
    /// The addresses that a function takes, by its index. Calls are not among them.
    pub(super) taken_by_functions: HashMap<u32, Vec<Address>>,
    /// The addresses that data holds, by its place.
    pub(super) held_by_data: HashMap<usize, Vec<Address>>,
    /// The addresses in bytes that belong to no symbol.
    pub(super) held_by_none: Vec<Address>,
}

/// The sections that matter, as they stand in the file.
#[derive(Default)]
struct Sections<'a> {
    imported: u32,
    code_start: usize,
    /// The bodies of the functions, in the file.
    bodies: Vec<Range<usize>>,
    data_start: usize,
    /// The bytes of the segments, in the file.
    segments: Vec<Range<usize>>,
    symbols: Vec<SymbolInfo<'a>>,
    code: Vec<RelocationEntry>,
    data: Vec<RelocationEntry>,
    names: HashMap<u32, String>,
}

impl Linked {
    /// Reads it.
    pub(super) fn read(wasm: &[u8]) -> anyhow::Result<Self> {
        let sections = Sections::read(wasm)?;
        let mut linked = Self { names: sections.names.clone(), ..Self::default() };
        let mut places = HashMap::new();
        for (index, symbol) in sections.symbols.iter().enumerate() {
            let SymbolInfo::Data { symbol: Some(symbol), .. } = symbol else { continue };
            let start = symbol.offset as usize;
            places.insert(index, linked.data.len());
            linked.data.push(Symbol { segment: symbol.index as usize, bytes: start..start + symbol.size as usize });
        }
        let address = |entry: &RelocationEntry| sections.address(entry, &places);
        let mut place = 0;
        for entry in &sections.code {
            let Some(address) = address(entry)? else { continue };
            let at = sections.code_start + entry.offset as usize;
            while sections.bodies.get(place).is_some_and(|body| body.end <= at) {
                place += 1;
            }
            let index = sections.imported + u32::try_from(place)?;
            linked.taken_by_functions.entry(index).or_default().push(address);
        }
        let lying = Lying::new(&linked.data, &sections.segments);
        for entry in &sections.data {
            let Some(address) = address(entry)? else { continue };
            let mut held = false;
            for symbol in lying.at(sections.data_start + entry.offset as usize) {
                linked.held_by_data.entry(symbol).or_default().push(address);
                held = true;
            }
            if !held {
                linked.held_by_none.push(address);
            }
        }
        Ok(linked)
    }
}

impl<'a> Sections<'a> {
    fn read(wasm: &'a [u8]) -> anyhow::Result<Self> {
        let mut sections = Self::default();
        let mut is_linked = false;
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        sections.imported += u32::from(matches!(import?.ty, wasmparser::TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionStart { range, .. } => sections.code_start = range.start,
                Payload::CodeSectionEntry(body) => sections.bodies.push(body.range()),
                Payload::DataSection(data) => {
                    sections.data_start = data.range().start;
                    for segment in data {
                        let segment = segment?;
                        sections.segments.push(segment.range.end - segment.data.len()..segment.range.end);
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Linking(linking) => {
                        is_linked = true;
                        for part in linking.subsections() {
                            if let Linking::SymbolTable(symbols) = part? {
                                sections.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                            }
                        }
                    }
                    KnownCustom::Reloc(entries) if custom.name() == "reloc.CODE" => sections.code = sorted(entries)?,
                    KnownCustom::Reloc(entries) if custom.name() == "reloc.DATA" => sections.data = sorted(entries)?,
                    KnownCustom::Name(names) => {
                        for part in names {
                            let Name::Function(functions) = part? else { continue };
                            for naming in functions {
                                let naming = naming?;
                                sections.names.insert(naming.index, naming.name.to_owned());
                            }
                        }
                    }
                    _ => {}
                },
                _ => {}
            }
        }
        if !is_linked || sections.names.is_empty() {
            bail!("the wasm was linked without `--emit-relocs`, or its names are gone");
        }
        Ok(sections)
    }

    /// What the address of a relocation leads to; nothing where it is no address.
    fn address(&self, entry: &RelocationEntry, places: &HashMap<usize, usize>) -> anyhow::Result<Option<Address>> {
        use RelocationType as Type;
        let symbol = || self.symbols.get(entry.index as usize).context("a relocation names a symbol that is not there");
        Ok(match entry.ty {
            Type::TableIndexSleb | Type::TableIndexI32 => match symbol()? {
                SymbolInfo::Func { index, .. } => Some(Address::Function(*index)),
                other => bail!("a relocation takes the address of the function {other:?}"),
            },
            Type::MemoryAddrLeb | Type::MemoryAddrSleb | Type::MemoryAddrI32 => {
                // What is not defined is weak, and null.
                places.get(&(entry.index as usize)).map(|place| Address::Data(*place))
            }
            // The names of these stay what they are when the module is written again.
            Type::FunctionIndexLeb | Type::TypeIndexLeb | Type::GlobalIndexLeb | Type::TableNumberLeb => None,
            other => bail!("relocations of the type {other:?} are not known here"),
        })
    }
}

fn sorted(entries: RelocSectionReader<'_>) -> anyhow::Result<Vec<RelocationEntry>> {
    let mut entries = entries.entries().into_iter().collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| entry.offset);
    Ok(entries)
}

/// The symbols by where they lie in the file.
struct Lying {
    /// Where each begins and ends, and its place, in order.
    symbols: Vec<(Range<usize>, usize)>,
    /// The length of the longest.
    longest: usize,
}

impl Lying {
    fn new(data: &[Symbol], segments: &[Range<usize>]) -> Self {
        let in_file = |symbol: &Symbol| {
            // What begins as zeros alone has no bytes in the file.
            let start = segments.get(symbol.segment)?.start;
            Some(start + symbol.bytes.start..start + symbol.bytes.end)
        };
        let places = data.iter().enumerate();
        let mut symbols: Vec<_> = places.filter_map(|(place, symbol)| Some((in_file(symbol)?, place))).collect();
        symbols.sort_by_key(|(bytes, _)| bytes.start);
        let longest = symbols.iter().map(|(bytes, _)| bytes.len()).max().unwrap_or_default();
        Self { symbols, longest }
    }

    /// All that a byte of the file belongs to.
    fn at(&self, byte: usize) -> impl Iterator<Item = usize> {
        let after = self.symbols.partition_point(|(bytes, _)| bytes.start <= byte);
        let longest = self.longest;
        self.symbols[..after]
            .iter()
            .rev()
            .take_while(move |(bytes, _)| bytes.start + longest > byte)
            .filter(move |(bytes, _)| bytes.contains(&byte))
            .map(|(_, place)| *place)
    }
}
