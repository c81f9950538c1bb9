//! How far a record got, by an open formula.

use crate::error::Result;
use crate::normalise::records::Records;

/// People reached per follower: a post is shown to some of them.
pub const PER_FOLLOWER: f64 = 0.1;
/// People reached per like.
pub const PER_LIKE: f64 = 10.0;
/// People reached per reply.
pub const PER_REPLY: f64 = 10.0;
/// People reached per share: each puts it before other readers.
pub const PER_SHARE: f64 = 100.0;

/// What a dump tells about a record's spread; each null where the dump says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spread {
    /// Accounts that follow the author.
    pub followers: Option<i64>,
    /// Likes.
    pub likes: Option<i64>,
    /// Shares.
    pub shares: Option<i64>,
    /// Replies.
    pub replies: Option<i64>,
    /// Views.
    pub views: Option<i64>,
}

impl Spread {
    /// An estimate of the people reached; null where nothing is known.
    ///
    /// `max(views, 0.1 × followers + 10 × likes + 10 × replies + 100 × shares)`, absent numbers and negative ones (a
    /// score voted down) as 0. The weights are a convention of ours, not a measurement: they put records in an order
    /// and let growth be compared with the growth before, and are the same for every feed. The vendor's own estimate
    /// (`vendor_reach`) does not enter: it is not comparable between vendors.
    pub fn reach(self) -> Option<f64> {
        let known = [self.followers, self.likes, self.shares, self.replies, self.views];
        if known.iter().all(Option::is_none) {
            return None;
        }
        let n = |count: Option<i64>| count.unwrap_or(0).max(0) as f64;
        let stirred = PER_FOLLOWER * n(self.followers)
            + PER_LIKE * n(self.likes)
            + PER_REPLY * n(self.replies)
            + PER_SHARE * n(self.shares);
        Some(n(self.views).max(stirred))
    }

    /// The formula with this record's numbers: `max(0 views, 0.1 × 1200 followers + 10 × 3 likes) = 150`; null where
    /// nothing is known.
    pub fn formula(self) -> Option<String> {
        let reach = self.reach()?;
        let part = |weight: f64, count: Option<i64>, of: &str| count.map(|n| format!("{weight} × {n} {of}"));
        let parts = [
            part(PER_FOLLOWER, self.followers, "followers"),
            part(PER_LIKE, self.likes, "likes"),
            part(PER_REPLY, self.replies, "replies"),
            part(PER_SHARE, self.shares, "shares"),
        ];
        let stirred = parts.into_iter().flatten().collect::<Vec<_>>().join(" + ");
        Some(match (self.views, stirred.is_empty()) {
            (Some(views), true) => format!("{views} views = {reach}"),
            (Some(views), false) => format!("max({views} views, {stirred}) = {reach}"),
            (None, _) => format!("{stirred} = {reach}"),
        })
    }
}

/// What is known of every record's spread.
///
/// # Errors
/// Never for checked records.
pub fn spreads(records: &Records) -> Result<Vec<Spread>> {
    let of = |name: &str| records.ints(name);
    let (followers, likes, shares) = (of("author_followers")?, of("likes")?, of("shares")?);
    let (replies, views) = (of("replies")?, of("views")?);
    Ok((0..records.len())
        .map(|row| Spread {
            followers: followers.get(row),
            likes: likes.get(row),
            shares: shares.get(row),
            replies: replies.get(row),
            views: views.get(row),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_known_is_null() {
        assert_eq!(Spread::default().reach(), None);
        assert_eq!(Spread { likes: Some(0), ..Spread::default() }.reach(), Some(0.0));
    }

    #[test]
    fn the_formula_by_hand() {
        let spread =
            Spread { followers: Some(1200), likes: Some(3), shares: Some(2), replies: Some(1), views: Some(300) };
        // 120 + 30 + 10 + 200 = 360 > 300
        assert_eq!(spread.reach(), Some(360.0));
        assert_eq!(
            spread.formula().unwrap(),
            "max(300 views, 0.1 × 1200 followers + 10 × 3 likes + 10 × 1 replies + 100 × 2 shares) = 360"
        );
        assert_eq!(Spread { views: Some(9_000), ..spread }.reach(), Some(9_000.0));
        assert_eq!(Spread { likes: Some(-4), ..Spread::default() }.reach(), Some(0.0));
    }
}
