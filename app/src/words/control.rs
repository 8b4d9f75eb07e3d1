//! The words of what a person does to a send: holds it, lets it go on, stops it, sends again to those who did not get it.

use shared::members::Role;

/// The words of what a person does to a send.
pub struct Control {
    /// Holds it.
    pub pause: &'static str,
    /// Lets it go on.
    pub resume: &'static str,
    /// Stops it for good.
    pub stop: &'static str,
    /// So many wait still.
    pub waiting: fn(u64) -> String,
    /// The server is being told.
    pub doing: &'static str,
    /// A person holds it; her name, where it is known.
    pub held_by: fn(Option<&str>) -> String,
    /// What becomes of those who wait.
    pub held_text: &'static str,
    /// That a person may let it go on all the same, where something else holds it.
    pub resume_anyway: &'static str,
    /// It was stopped; by whom, where it is known.
    pub stopped_by: fn(Option<&str>) -> String,
    /// What became of it, and how many are still being settled.
    pub stopped_text: fn(u64) -> String,
    /// Lets an account send again.
    pub let_send: &'static str,
    /// Whom to ask for that: the roles that may.
    pub ask: fn(&[Role]) -> String,
    /// The question before it is stopped.
    pub stop_title: &'static str,
    /// What becomes of those who wait, and of what is under way.
    pub stop_text: fn(u64) -> String,
    /// The quiet answer to it.
    pub keep_on: &'static str,
    /// So many of those who failed can be tried again.
    pub can_retry: fn(u64) -> String,
    /// Tries all of them again.
    pub retry: fn(u64) -> String,
    /// Tries those of one reason again.
    pub retry_these: fn(u64) -> String,
    /// The question before that.
    pub retry_title: fn(u64) -> String,
    /// What to do first (see `cure`), and that nobody gets twice what she has.
    pub retry_text: fn(&str) -> String,
    /// A reason, and what to do about it first.
    pub cure: fn(&str, &str) -> String,
    /// Those of whom nobody knows whether they got it.
    pub unknown: &'static str,
    /// What sending to them again may bring.
    pub unknown_text: &'static str,
    /// Sends again to all of them.
    pub again: fn(u64) -> String,
    /// Sends again to this one.
    pub again_one: &'static str,
    /// The question before it goes to all of them.
    pub again_title: fn(u64) -> String,
    /// The question before it goes to one, by her name.
    pub again_one_title: fn(&str) -> String,
    /// What it may bring, once more.
    pub again_text: &'static str,
    /// The number is another one than was shown, and the question stands again.
    pub changed: fn(u64) -> String,
    /// Nobody is left to send to: title and what to look at.
    pub nobody_left: (&'static str, &'static str),
    /// It is held now; how many wait.
    pub paused: fn(u64) -> String,
    /// It goes on now; how many wait.
    pub resumed: fn(u64) -> String,
    /// It is stopped now.
    pub stopped: &'static str,
    /// It goes to so many once more.
    pub sends_again: fn(u64) -> String,
    /// The account sends again.
    pub account_sends: fn(&str) -> String,
}
