//! What the system tells of a process, where it tells as Linux does: its CPU time and its memory.

use std::fs;

/// Hundredths of a second: what Linux counts CPU time in for programs, on every machine that Storecast runs on.
const TICK_US: f64 = 10_000.0;

/// A process in `/proc/PID/stat`.
struct Stat {
    parent: u32,
    /// Of its threads, those that ended included, in ticks.
    own: u64,
    /// Of its children that ended and were waited for, in ticks.
    ended: u64,
}

/// CPU time of a process so far, in microseconds.
pub(crate) fn cpu_us(pid: u32) -> Option<f64> {
    Some(us(stat(pid)?.own))
}

/// CPU time of a process and of its children so far, in microseconds: PostgreSQL has one for each connection.
pub(crate) fn family_cpu_us(pid: u32) -> Option<f64> {
    let parent = stat(pid)?;
    let children = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let living = children.filter_map(stat).filter(|child| child.parent == pid).map(|child| child.own);
    Some(us(parent.own + parent.ended + living.sum::<u64>()))
}

/// The process that started this one.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    Some(stat(pid)?.parent)
}

fn us(ticks: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "ticks of minutes")]
    let ticks = ticks as f64;
    ticks * TICK_US
}

fn stat(pid: u32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The program's name stands in brackets and may hold anything.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: number(11)? + number(12)?,
        ended: number(13)? + number(14)?,
    })
}

/// What a process holds in memory, in MB: `VmRSS` now, `VmHWM` at most so far.
pub(crate) fn memory_mb(pid: u32, field: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1_024.0)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn this_process_works_and_holds_something() {
        let me = std::process::id();
        let (before, began) = (cpu_us(me).unwrap(), Instant::now());
        let mut sum = 0_u64;
        while cpu_us(me).unwrap() - before < 2.0 * TICK_US && began.elapsed().as_secs() < 60 {
            sum = sum.wrapping_add(std::hint::black_box(1));
        }
        assert!(cpu_us(me).unwrap() > before, "{sum}");
        assert!(family_cpu_us(parent(me).unwrap()).unwrap() >= cpu_us(me).unwrap());
        assert!(memory_mb(me, "VmHWM").unwrap() >= memory_mb(me, "VmRSS").unwrap() * 0.5);
        assert_eq!(memory_mb(me, "VmNothing"), None);
    }
}
