//! What the generator knows about each row it writes.

use jiff::civil::DateTime;

use super::rng::Rng;

/// Where something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Feed {
    Tickets,
    X,
    GooglePlay,
    AppStore,
    Survey,
}

/// What somebody is about to say, before it has words.
#[derive(Debug, Clone)]
pub(crate) struct Utterance {
    pub(crate) feed: Feed,
    pub(crate) role: Role,
    /// Keys of the issues it is about, the main one first.
    pub(crate) issues: Vec<&'static str>,
    /// When, UTC.
    pub(crate) at: DateTime,
    /// Its own chance: words, names, ids.
    pub(crate) rng: Rng,
}

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// About one or two issues.
    Complaint,
    /// A complaint by somebody who gave a good rating all the same.
    MildComplaint,
    /// A copy of the campaign's letter.
    Letter,
    /// Happy.
    Praise,
    /// About nothing in particular.
    Noise,
    /// The customer's short answer to an agent.
    FollowUp,
    /// Stars without a word.
    RatingOnly,
    /// A ticket that was thrown away.
    Deleted,
    /// An agent's answer.
    Agent,
    /// Somebody else's words, passed on.
    Retweet,
    /// A complaint whose date cell is empty.
    Undated,
    /// A complaint dated next year by mistake.
    Future,
    /// Not an utterance: a footer, a broken row.
    None,
}

impl Role {
    /// As the labels write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Complaint | Self::Undated | Self::Future => "complaint",
            Self::MildComplaint => "mild_complaint",
            Self::Letter => "letter",
            Self::Praise => "praise",
            Self::Noise => "noise",
            Self::FollowUp => "follow_up",
            Self::RatingOnly => "rating_only",
            Self::Deleted => "deleted",
            Self::Agent => "agent",
            Self::Retweet => "retweet",
            Self::None => "none",
        }
    }
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// Stored and counted.
    Counted,
    /// Stored, not counted; the reason.
    LeftOut(Reason),
    /// An older or equal version of a record stored from another row.
    Duplicate,
    /// Cannot be read.
    Rejected,
    /// Not a record: a footer.
    Skipped,
}

impl Fate {
    /// As the labels write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::LeftOut(reason) => reason.name(),
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
            Self::Skipped => "skipped",
        }
    }
}

/// Why a stored record is not counted; the first that applies, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    Undated,
    FutureDate,
    Outbound,
    Internal,
    Deleted,
    Spam,
    Merged,
    Repost,
    GoodRating,
}

impl Reason {
    /// All of them, in order.
    pub(crate) const ALL: [Self; 9] = [
        Self::Undated,
        Self::FutureDate,
        Self::Outbound,
        Self::Internal,
        Self::Deleted,
        Self::Spam,
        Self::Merged,
        Self::Repost,
        Self::GoodRating,
    ];

    /// As the funnel writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Undated => "undated",
            Self::FutureDate => "future_date",
            Self::Outbound => "outbound",
            Self::Internal => "internal",
            Self::Deleted => "deleted",
            Self::Spam => "spam",
            Self::Merged => "merged",
            Self::Repost => "repost",
            Self::GoodRating => "good_rating",
        }
    }
}

/// One data row of a dump, as the truth sees it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) role: Role,
    pub(crate) issues: Vec<&'static str>,
    /// When, UTC; none where the dump does not say.
    pub(crate) at: Option<DateTime>,
    pub(crate) fate: Fate,
    /// Whether there is anything to match.
    pub(crate) has_text: bool,
}

impl Entry {
    /// A row that is no utterance.
    pub(crate) fn none(fate: Fate) -> Self {
        Self { role: Role::None, issues: vec![], at: None, fate, has_text: false }
    }
}

/// A finished dump.
pub(crate) struct Dump {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    /// One per data row, in the file's order.
    pub(crate) entries: Vec<Entry>,
}
