//! Keeps the shape of `docs/architecture.md`: what lies where, who may depend on whom, and how long a file may be.

#![expect(
    clippy::unwrap_used,
    clippy::case_sensitive_file_extension_comparisons,
    reason = "a test reads the sources as they are, or fails"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Lines of a file, at most.
const LONGEST: usize = 600;

/// Folders that hold nothing of ours.
const NOT_OURS: [&str; 6] = ["target", "target-check", ".git", "node_modules", "data", "shots"];

/// Statements of a store that do not name the team: the end of the file's path, what the statement begins with, the
/// reason.
const WITHOUT_TEAM: &[(&str, &str, &str)] = &[
    ("members/store.rs", "INSERT INTO team ", "the row is the team"),
    ("contacts/store.rs", "SELECT people_revision FROM team WHERE id = $1", "the row is the team"),
    ("contacts/store.rs", "UPDATE team SET people_revision ", "the row is the team"),
    ("members/store.rs", "SELECT id, name FROM team ORDER BY id", "the operator's list of teams"),
    ("members/store.rs", "SELECT 1 FROM team WHERE id = $1", "the row is the team"),
    ("members/store.rs", "DELETE FROM session WHERE expires_at < $1", "what is over is deleted for all teams at once"),
    ("chores/store.rs", "SELECT due_at FROM chore ", "work of the server, for all teams"),
    ("chores/store.rs", "INSERT INTO chore ", "work of the server, for all teams"),
    ("chores/store.rs", "UPDATE chore SET due_at ", "work of the server, for all teams"),
    ("inbox/store.rs", "SELECT COUNT(*) AS waiting", "figures of the server, of all teams"),
    ("media/store.rs", "SELECT MIN(due_at) FROM media ", "when the fetching of all teams' media goes on"),
    ("outbox/store/pieces.rs", "SELECT campaign_id, number FROM campaign_piece ", "what is next, of all teams"),
    ("outbox/store/pieces.rs", "DELETE FROM campaign_piece ", "the piece it writes"),
    ("outbox/store/slices.rs", "UPDATE slice SET lease_until = 0 ", "a server that starts alone takes all leases back"),
    (
        "outbox/store/slices.rs",
        "SELECT s.campaign_id, s.class, ",
        "the engine works by channel, and a channel is one team's",
    ),
    ("outbox/store/slices.rs", "UPDATE slice SET was_lost = ", "claims by channel"),
    ("outbox/store/slices.rs", "UPDATE slice SET lease_until = $4 ", "renews the lease it has"),
    ("outbox/store/slices.rs", "UPDATE slice SET open = open - $2 ", "settles the slice it has the lease of"),
    ("outbox/store/slices.rs", "DELETE FROM slice WHERE id = $1", "the slice it has settled whole"),
    ("outbox/store/slices.rs", "UPDATE slice SET lease_by = NULL, ", "gives the slice back that it has the lease of"),
    ("outbox/store/rows.rs", "SELECT id, identity_id, address, ", "the deliveries of the slice it has claimed"),
    ("outbox/store/mod.rs", "SELECT content FROM campaign WHERE id = $1", "the campaign of the slice it has claimed"),
    (
        "outbox/store/budget.rs",
        "SELECT rate, rate_now, next_at, slowed_at FROM channel_budget",
        "the channel it works for",
    ),
    ("outbox/store/budget.rs", "UPDATE channel_budget SET rate_now = $3, ", "the channel it works for"),
    ("outbox/store/budget.rs", "SELECT endpoint, rate, rate_now, ", "the channel it works for"),
    (
        "outbox/store/rows.rs",
        "UPDATE delivery SET state = $2, ",
        "settles by primary key alone, which is what makes it fast",
    ),
    (
        "outbox/store/rows.rs",
        "UPDATE delivery d SET state = u.state, ",
        "settles by primary key alone, which is what makes it fast",
    ),
    ("outbox/store/rows.rs", "UPDATE delivery SET tries = tries + 1, ", "counts by primary key alone"),
    ("outbox/store/rows.rs", "UPDATE delivery d SET tries = d.tries + 1, ", "counts by primary key alone"),
    ("outbox/store/mod.rs", "UPDATE campaign SET queued = queued ", "the campaign of the slice it settles"),
    ("outbox/store/mod.rs", "UPDATE channel SET state = 'paused', ", "the channel it works for"),
    ("outbox/line/store.rs", "UPDATE slice SET tries = tries + 1, ", "the batch it has the lease of"),
    ("outbox/line/store.rs", "UPDATE slice SET round = round + 1, ", "the batch it has the lease of"),
    ("outbox/line/store.rs", "UPDATE slice SET open = open - $2 ", "the batch it has the lease of"),
    ("outbox/line/store.rs", "UPDATE delivery SET slice_id = $2 ", "the deliveries of the batch it has the lease of"),
    (
        "outbox/line/store.rs",
        "SELECT line_valid_at IS NOT NULL FROM campaign",
        "the campaign of the slice it has claimed",
    ),
    ("outbox/line/store.rs", "UPDATE campaign SET line_valid_at = $2 ", "the campaign of the slice it has claimed"),
    ("outbox/control/store.rs", "SELECT id FROM campaign WHERE id ", "the campaigns of the slices it settles"),
    ("outbox/control/store.rs", "SELECT id FROM delivery WHERE id ", "the deliveries of the slices it settles"),
];

fn root() -> &'static Path {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    server.parent().unwrap_or(server)
}

/// All files below a folder of the workspace, with their path from its root.
fn files(below: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(below)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else {
                let short = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.push((short, path));
            }
        }
    }
    found.sort();
    found
}

/// The product code of the server: no tests.
fn server_code() -> Vec<(String, String)> {
    let is_test = |name: &str| name.ends_with("_test.rs") || name.ends_with("/testing.rs");
    files("server/src")
        .into_iter()
        .filter(|(name, _)| name.ends_with(".rs") && !is_test(name))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect()
}

/// A source text in two: the code without comments and without what stands in its strings, and those strings.
fn split(source: &str) -> (String, Vec<String>) {
    let (mut code, mut strings) = (String::new(), Vec::new());
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let raw = rest.strip_prefix('r').map(|after| (after, after.len() - after.trim_start_matches('#').len()));
        let ends_word = !code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if let Some((after, marks)) = raw
            && ends_word
            && after[marks..].starts_with('"')
        {
            let close = format!("\"{}", "#".repeat(marks));
            let body = &after[marks + 1..];
            let end = body.find(&close).unwrap_or(body.len());
            strings.push(body[..end].to_owned());
            code.push_str("\"\"");
            rest = body.get(end + close.len()..).unwrap_or("");
        } else if let Some(body) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = body.find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let end = end.unwrap_or(body.len());
            strings.push(body[..end].to_owned());
            code.push_str("\"\"");
            rest = body.get(end + 1..).unwrap_or("");
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            // A quotation mark as a character opens no string.
            let length = if rest.starts_with("'\"'") { 3 } else { 4 };
            code.push_str("' '");
            rest = &rest[length..];
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    (code, strings)
}

/// A statement of SQL, with its white space made one.
fn statement(text: &str) -> Option<String> {
    let flat = text.replace("\\n", " ").replace('\\', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let begins =
        ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "].iter().any(|verb| flat.starts_with(verb));
    begins.then_some(flat)
}

fn is_store(name: &str) -> bool {
    name.ends_with("/store.rs") || name.contains("/store/")
}

fn none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}\n{}", found.join("\n"));
}

#[test]
fn sql_stands_in_stores_and_in_db_only() {
    let mut found = Vec::new();
    for (name, source) in server_code() {
        if is_store(&name) || name.starts_with("server/src/db/") {
            continue;
        }
        found.extend(split(&source).1.iter().filter_map(|text| statement(text)).map(|sql| format!("{name}: {sql}")));
    }
    none(found, "SQL belongs into the feature's store.rs");
}

#[test]
fn axum_is_known_to_http_and_reqwest_to_platforms_only() {
    let mut found = Vec::new();
    for (name, source) in server_code() {
        let (code, _) = split(&source);
        let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        if words.contains("axum") && !name.ends_with("/http.rs") && !name.contains("/http/") {
            found.push(format!("{name}: axum belongs into http.rs or http/"));
        }
        if words.contains("reqwest") && !name.starts_with("server/src/platforms/") {
            found.push(format!("{name}: reqwest belongs into platforms/"));
        }
    }
    none(found, "a library has spread");
}

#[test]
fn platforms_know_neither_storage_nor_features_and_the_engine_knows_no_feature() {
    const FEATURES: [&str; 8] =
        ["members", "contacts", "conversations", "campaigns", "media", "inbox", "saved_replies", "reports"];
    let mut found = Vec::new();
    for (name, source) in server_code() {
        let (code, _) = split(&source);
        let flat: String = code.split_whitespace().collect();
        let knows = |module: &str| {
            flat.contains(&format!("crate::{module}::"))
                || flat.contains(&format!("crate::{module};"))
                || in_group(&flat, module)
        };
        if name.starts_with("server/src/platforms/") {
            found.extend(
                FEATURES
                    .iter()
                    .chain(["db"].iter())
                    .filter(|module| knows(module))
                    .map(|module| format!("{name}: {module}")),
            );
        }
        if name.starts_with("server/src/outbox/") {
            found.extend(FEATURES.iter().filter(|module| knows(module)).map(|module| format!("{name}: {module}")));
        }
    }
    none(found, "these know more than they may");
}

/// Whether `use crate::{…}` names the module.
fn in_group(flat: &str, module: &str) -> bool {
    flat.split("usecrate::{").skip(1).any(|group| {
        let group = group.split(';').next().unwrap_or_default();
        group.split([',', '{', '}']).any(|word| word == module || word.starts_with(&format!("{module}::")))
    })
}

#[test]
fn a_feature_never_uses_the_store_of_another() {
    let features: BTreeSet<String> = fs::read_dir(root().join("server/src"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let mut found = Vec::new();
    for (name, source) in server_code() {
        let code = split(&source).0.split_whitespace().collect::<Vec<_>>().join(" ");
        let own = name.trim_start_matches("server/src/").split('/').next().unwrap_or_default().to_owned();
        for (at, _) in code.match_indices("::store::") {
            let path =
                code[..at].rsplit(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).next().unwrap_or_default();
            let whose = path.trim_start_matches("crate::").split("::").next().unwrap_or_default();
            if whose != own && features.contains(whose) {
                found.push(format!("{name}: {path}::store"));
            }
        }
    }
    none(found, "ask the other feature's mod.rs");
}

#[test]
fn shared_app_and_server_depend_in_one_direction() {
    let forbidden = [
        ("shared", ["server", "app", "tests", "sandbox"]),
        ("app", ["server", "tests", "sandbox", "xtask"]),
        ("server", ["app", "tests", "sandbox", "xtask"]),
    ];
    let mut found = Vec::new();
    for (package, others) in forbidden {
        let manifest = fs::read_to_string(root().join(package).join("Cargo.toml")).unwrap();
        let mut in_dependencies = false;
        for line in manifest.lines() {
            if let Some(section) = line.strip_prefix('[') {
                in_dependencies = section.contains("dependencies");
            }
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            if in_dependencies && others.contains(&name) {
                found.push(format!("{package} depends on {name}"));
            }
        }
    }
    none(found, "shared <- server, shared <- app; server and app never see each other");
}

/// The names of the functions that a source makes public, in the crate or beyond, and that work on a transaction.
fn public_functions(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].lines().next_back().unwrap_or_default().trim();
        let signature = code[at + 3..].split(['{', ';']).next().unwrap_or_default();
        if before.starts_with("pub") && signature.contains("Tx<") {
            names.push(signature.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names
}

#[test]
fn every_function_of_a_store_is_tested_beside_it_on_both_engines() {
    let mut found = Vec::new();
    for (name, source) in server_code() {
        if !is_store(&name) {
            continue;
        }
        let beside = root().join(&name).with_file_name("store_test.rs");
        let functions = public_functions(&split(&source).0);
        let Ok(tests) = fs::read_to_string(&beside) else {
            found.push(format!("{name}: there is no store_test.rs beside it"));
            continue;
        };
        let code = split(&tests).0;
        if !code.contains("on_both_engines!") {
            found.push(format!("{name}: its store_test.rs has no on_both_engines!"));
        }
        let words: BTreeSet<&str> = code.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        found.extend(
            functions
                .iter()
                .filter(|f| !words.contains(f.as_str()))
                .map(|f| format!("{name}: {f} is not in store_test.rs")),
        );
    }
    none(found, "a store function runs on SQLite and PostgreSQL: both are tested");
}

#[test]
fn every_statement_names_the_team() {
    let mut found = Vec::new();
    let mut used = BTreeSet::new();
    for (name, source) in server_code() {
        if !is_store(&name) {
            continue;
        }
        for sql in split(&source).1.iter().filter_map(|text| statement(text)) {
            if sql.contains("team_id") {
                continue;
            }
            match WITHOUT_TEAM.iter().find(|(file, begins, _)| name.ends_with(file) && sql.starts_with(begins)) {
                Some(exception) => drop(used.insert(*exception)),
                None => found.push(format!("{name}: {sql}")),
            }
        }
    }
    none(found, "a statement without team_id reads or changes other teams' rows");
    let unused: Vec<String> = WITHOUT_TEAM
        .iter()
        .filter(|e| !used.contains(*e))
        .map(|(file, begins, _)| format!("{file}: {begins}"))
        .collect();
    none(unused, "these exceptions have no statement any more");
}

#[test]
fn files_are_short_enough_to_be_read() {
    let mut found = Vec::new();
    for (name, path) in files("") {
        let counts = [".rs", ".css", ".mjs", ".sh"].iter().any(|ending| name.ends_with(ending));
        if counts {
            let lines = fs::read_to_string(path).unwrap().lines().count();
            if lines > LONGEST {
                found.push(format!("{name}: {lines} lines"));
            }
        }
    }
    none(found, "longer than a reader can take in; split it by topic");
}

#[test]
fn nothing_names_a_folder_of_the_machine_it_was_written_on() {
    // Put together here, so that this file does not hold them.
    let paths = ["work", "root"].map(|folder| format!("/{folder}/"));
    let mut found = Vec::new();
    for (name, path) in files("") {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        for (line, content) in text.lines().enumerate() {
            let named = paths.iter().any(|path| {
                content
                    .match_indices(path.as_str())
                    .any(|(at, _)| !content[..at].ends_with(|c: char| c.is_alphanumeric() || ".}_-".contains(c)))
            });
            if named {
                found.push(format!("{name}:{}: {}", line + 1, content.trim()));
            }
        }
    }
    none(found, "a path of one machine");
}
