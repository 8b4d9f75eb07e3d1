//! What a drill came to, for people and for whoever wants to judge it anew.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
};

use anyhow::Context as _;
use serde::Serialize;
use serde_json::json;

use super::{
    evidence::{BlowKind, Evidence},
    judge::{Finding, Verdict},
    plan::Options,
};
use crate::Engine;

/// Findings of a kind that are printed; all of them are written.
const SHOWN: usize = 5;

/// Prints it.
#[expect(clippy::print_stdout, reason = "the table is what a drill is for")]
pub(super) fn print(options: &Options, evidence: &Evidence, verdict: &Verdict) {
    println!("{}", table(options, evidence, verdict));
}

fn table(options: &Options, evidence: &Evidence, verdict: &Verdict) -> String {
    let hits = evidence.blows.iter().filter(|blow| blow.kind == BlowKind::Kill && blow.hit()).count();
    let mut lines = vec![
        format!("drill on {}, seed {}", name(options.engine), options.seed),
        line("sends and replies", evidence.asked.len()),
        line("recipients in the records", evidence.records.len()),
        line("messages the platforms accepted", verdict.receipts),
        line("calls they received", evidence.calls.len()),
        line("kills", verdict.kills),
        line("  in the middle of work", hits),
        line("freezes", verdict.freezes),
        line("messages nobody knows of", verdict.unknown),
    ];
    for (what, found) in verdict.faults() {
        lines.push(line(what, found.len()));
        lines.extend(found.iter().take(SHOWN).map(shown));
    }
    lines.push((if verdict.holds() { "It holds." } else { "IT DOES NOT HOLD." }).to_owned());
    lines.join("\n")
}

fn line(what: &str, number: usize) -> String {
    format!("  {what:<34}{number:>9}")
}

fn shown(finding: &Finding) -> String {
    format!("    send {}, {}: {}", finding.send, finding.whom, finding.what)
}

const fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

/// Writes down everything that the verdict rests on, one file for each kind, and the verdict.
pub(super) fn write(folder: &Path, options: &Options, evidence: &Evidence, verdict: &Verdict) -> anyhow::Result<()> {
    lines(folder, "ledger.jsonl", &evidence.ledger)?;
    lines(folder, "calls.jsonl", &evidence.calls)?;
    lines(folder, "records.jsonl", &evidence.records)?;
    lines(folder, "asked.jsonl", &evidence.asked)?;
    lines(folder, "figures.jsonl", &evidence.figures)?;
    lines(folder, "heard.jsonl", &evidence.heard)?;
    lines(folder, "blows.jsonl", &evidence.blows)?;
    let summary = json!({
        "engine": name(options.engine),
        "servers": options.servers,
        "seed": options.seed,
        "kills": options.kills,
        "recipients": options.recipients,
        "holds": verdict.holds(),
        "limits": evidence.limits,
        "webhooks_given_up": evidence.webhooks_given_up,
        "verdict": verdict,
    });
    let path = folder.join("summary.json");
    fs::write(&path, serde_json::to_vec_pretty(&summary)?).with_context(|| format!("cannot write {}", path.display()))
}

fn lines(folder: &Path, name: &str, values: &[impl Serialize]) -> anyhow::Result<()> {
    let path = folder.join(name);
    let mut file = BufWriter::new(File::create(&path).with_context(|| format!("cannot write {}", path.display()))?);
    for value in values {
        serde_json::to_writer(&mut file, value)?;
        file.write_all(b"\n")?;
    }
    file.flush().with_context(|| format!("cannot write {}", path.display()))
}
