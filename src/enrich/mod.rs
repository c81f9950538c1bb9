//! Records → Voiced: what is said, redacted.
