//! A program with two chunks, for the tests of the splitter. Its text tells them in which file it is.

#![no_std]

use core::{
    mem::transmute,
    ptr::null_mut,
    sync::atomic::{AtomicPtr, AtomicU32, Ordering::Relaxed},
};

/// What is called by its address, as the bodies of screens are.
type Body = fn(usize) -> u32;

static BODIES: [AtomicPtr<()>; 2] = [AtomicPtr::new(null_mut()), AtomicPtr::new(null_mut())];

/// Data that changes: of the first file, of one chunk, of both.
static OPENED: AtomicU32 = AtomicU32::new(100);
static SENT: AtomicU32 = AtomicU32::new(200);
static USED: AtomicU32 = AtomicU32::new(300);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[inline(never)]
fn letter(text: &[u8], at: usize) -> u32 {
    text.get(at).map_or(0, |letter| u32::from(*letter))
}

/// Both chunks call it; the first file does not.
#[inline(never)]
fn used(at: usize) -> u32 {
    USED.fetch_add(1, Relaxed) + letter(b"in the shared file", at)
}

fn send(at: usize) -> u32 {
    OPENED.fetch_add(1, Relaxed);
    SENT.fetch_add(1, Relaxed) + used(at) + letter(b"in the chunk send", at)
}

fn records(at: usize) -> u32 {
    OPENED.fetch_add(1, Relaxed);
    used(at) + letter(b"in the chunk records", at)
}

#[unsafe(no_mangle)]
pub extern "C" fn chunk_send() {
    BODIES[0].store(send as Body as *mut (), Relaxed);
}

#[unsafe(no_mangle)]
pub extern "C" fn chunk_records() {
    BODIES[1].store(records as Body as *mut (), Relaxed);
}

/// Draws a screen; 0 where it is not here.
#[unsafe(no_mangle)]
pub extern "C" fn draw(screen: usize, at: usize) -> u32 {
    let Some(body) = BODIES.get(screen).map(|body| body.load(Relaxed)).filter(|body| !body.is_null()) else {
        return letter(b"in the first file", usize::MAX);
    };
    // SAFETY: only bodies are put there.
    let body: Body = unsafe { transmute(body) };
    body(at)
}

#[unsafe(no_mangle)]
pub extern "C" fn opened(at: usize) -> u32 {
    OPENED.load(Relaxed) + letter(b"in the first file", at)
}
