//! The one error type: what a user reads when something cannot be done.
//!
//! Printed as `error: PATH[:LINE[:COL]]: what is wrong`, then indented evidence, then `hint: one thing to do`.
//! Messages are lower case and in the user's words; they never show `Debug` output or a bare OS error.

use std::fmt;

/// Result of everything in plaint that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It could not be done: bad input, an unreadable file, nothing to judge. Exit code 1.
    Failed,
    /// The file holds no records, or none that can be told: beside others in one archive it is left out. Exit code 1.
    NoRecords,
    /// The command line or the configuration asks for something that does not exist. Exit code 2.
    Usage,
    /// The reader of our output went away (`| head`). Not an error: exit code 0, nothing printed.
    ClosedPipe,
}

/// A failure with its place, its evidence and one thing to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Body>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Body {
    kind: Kind,
    path: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    what: String,
    evidence: Vec<String>,
    hint: Option<String>,
}

impl Error {
    /// A failure (exit code 1). `what` is lower case, without a final period.
    pub fn failed(what: impl Into<String>) -> Self {
        Self(Box::new(Body {
            kind: Kind::Failed,
            path: None,
            line: None,
            column: None,
            what: what.into(),
            evidence: Vec::new(),
            hint: None,
        }))
    }

    /// A file without records (exit code 1).
    pub fn no_records(what: impl Into<String>) -> Self {
        Self::failed(what).of(Kind::NoRecords)
    }

    /// Bad usage (exit code 2).
    pub fn usage(what: impl Into<String>) -> Self {
        Self::failed(what).of(Kind::Usage)
    }

    /// The reader of standard output went away.
    pub fn closed_pipe() -> Self {
        Self::failed("the output was closed").of(Kind::ClosedPipe)
    }

    fn of(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    /// A failed read or write of `path`, in plain words.
    pub fn io(path: impl fmt::Display, doing: &str, cause: &std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        let (why, hint) = match cause.kind() {
            K::NotFound => ("no such file or folder", "check the name; quote it if it holds spaces"),
            K::PermissionDenied => ("permission denied", "check who owns it, or name another place"),
            K::IsADirectory => ("it is a folder", "name the files in it, for example FOLDER/*.csv"),
            K::NotADirectory => ("part of the path is not a folder", "check the path"),
            K::StorageFull => ("the disk is full", "free some space and run again; nothing was left half-written"),
            K::QuotaExceeded => ("the quota of this disk is used up", "free some space and run again"),
            K::FileTooLarge => ("the file would be larger than is allowed here", "raise the limit (ulimit -f)"),
            K::ReadOnlyFilesystem => ("the disk is read-only", "name another place"),
            K::UnexpectedEof => ("the file ends too early", "export or copy it again"),
            _ => return Self::failed(format!("cannot {doing}: {}", cause.kind())).at(path),
        };
        Self::failed(format!("cannot {doing}: {why}")).at(path).hint(hint)
    }

    /// Names the file it is about.
    #[must_use]
    pub fn at(mut self, path: impl fmt::Display) -> Self {
        self.0.path = Some(path.to_string());
        self
    }

    /// Names the physical line (1-based).
    #[must_use]
    pub fn line(mut self, line: u64) -> Self {
        self.0.line = Some(line);
        self
    }

    /// Names the column of the line (1-based).
    #[must_use]
    pub fn column(mut self, column: u64) -> Self {
        self.0.column = Some(column);
        self
    }

    /// Adds a line of evidence, printed indented.
    #[must_use]
    pub fn evidence(mut self, line: impl Into<String>) -> Self {
        self.0.evidence.push(line.into());
        self
    }

    /// Says the one thing to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// What is wrong.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// The one thing to do; null when nothing is said.
    pub fn advice(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The line and column it is at, 1-based; null where there is none.
    pub fn place(&self) -> (Option<u64>, Option<u64>) {
        (self.0.line, self.0.column)
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The process's exit code: 0, 1 or 2.
    pub fn exit_code(&self) -> u8 {
        match self.0.kind {
            Kind::ClosedPipe => 0,
            Kind::Failed | Kind::NoRecords => 1,
            Kind::Usage => 2,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: ")?;
        if let Some(path) = &self.0.path {
            write!(f, "{path}")?;
            if let Some(line) = self.0.line {
                write!(f, ":{line}")?;
                if let Some(column) = self.0.column {
                    write!(f, ":{column}")?;
                }
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.0.what)?;
        for line in &self.0.evidence {
            write!(f, "\n  {line}")?;
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A frame operation failed: a mistake of ours, never of the data.
impl From<polars::error::PolarsError> for Error {
    fn from(cause: polars::error::PolarsError) -> Self {
        Self::failed("internal: a table operation failed")
            .evidence(cause.to_string())
            .hint("this is a bug in plaint; please report it with this message")
    }
}

/// The entry of `known` nearest to `word`, for "did you mean"; `None` when nothing is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |s: &str| s.to_lowercase().replace(['_', '-', ' '], "");
    let word = fold(word);
    known
        .into_iter()
        .map(|k| (strsim::levenshtein(&word, &fold(k)), k))
        .filter(|(d, k)| *d * 3 <= word.chars().count().max(k.chars().count()))
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_place_evidence_and_hint() {
        let error = Error::failed("two date orders are possible")
            .at("a.csv")
            .line(7)
            .evidence("\"03/04/2026\"")
            .hint("pass --dates dmy");
        assert_eq!(
            error.to_string(),
            "error: a.csv:7: two date orders are possible\n  \"03/04/2026\"\nhint: pass --dates dmy"
        );
    }

    #[test]
    fn suggests_only_near_words() {
        assert_eq!(nearest("creatd at", ["created_at", "body"]), Some("created_at"));
        assert_eq!(nearest("zzz", ["created_at", "body"]), None);
    }
}
