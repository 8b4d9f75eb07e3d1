//! The states of the list.
