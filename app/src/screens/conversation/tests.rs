//! The states of the conversation.
