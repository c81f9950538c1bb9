//! Report → text, Markdown, HTML, JSON, CSV: one file per format.
