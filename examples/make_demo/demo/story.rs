//! The story: who says what, where and when, over thirty weeks.

use jiff::ToSpan;
use jiff::civil::{DateTime, date};

use super::calendar::{self, FIRST_DAY, FIRST_WEEK, LAST_DAY, LAST_WEEK};
use super::record::{Feed, Role, Utterance};
use super::rng::Rng;

/// The App Store's export ends with this week: two weeks before the others.
pub(crate) const APP_STORE_LAST_WEEK: usize = 44;

/// Names the draw of the weekly counts. One of 400 tried: the one in which the steady issues' weeks stray least, so that
/// what a report flags is the story and not a freak of the draw.
const SEED: &str = "s321";

const FEEDS: [Feed; 5] = [Feed::Tickets, Feed::X, Feed::GooglePlay, Feed::AppStore, Feed::Survey];

/// How many in a week.
enum Weekly {
    /// Scattered about so many tenths a week.
    About(usize),
    /// Exactly so many.
    Exactly(usize),
}
use Weekly::{About, Exactly};

/// One thread of the story.
struct Thread {
    /// An issue's key, or a name for what is none.
    key: &'static str,
    role: Role,
    /// Share of each of [`FEEDS`].
    shares: [usize; 5],
    /// First and last week, both included, and how many in each. Silent in any other week.
    weeks: &'static [(usize, usize, Weekly)],
}

/// The issues. W27 begins on 29 June, W41 on 5 October, W42 on 12 October, W46 on 9 November.
const ISSUES: &[Thread] = &[
    Thread { key: "leak", role: Role::Complaint, shares: [48, 24, 12, 7, 9], weeks: &[(17, 47, About(100))] },
    Thread {
        key: "milk",
        role: Role::Complaint,
        shares: [42, 26, 12, 11, 9],
        // June to August
        weeks: &[(17, 22, About(8)), (23, 35, About(95)), (36, 37, About(25)), (38, 47, About(5))],
    },
    Thread {
        key: "login",
        role: Role::Complaint,
        shares: [22, 33, 28, 14, 3],
        weeks: &[(17, 45, About(40)), (46, 46, Exactly(46)), (47, 47, About(90))],
    },
    Thread {
        key: "descale",
        role: Role::Complaint,
        shares: [40, 26, 22, 7, 5],
        weeks: &[
            (42, 42, Exactly(3)),
            (43, 43, Exactly(6)),
            (44, 44, Exactly(9)),
            (45, 45, Exactly(12)),
            (46, 46, Exactly(15)),
            (47, 47, About(160)),
        ],
    },
    Thread {
        key: "billing",
        role: Role::Complaint,
        shares: [44, 20, 20, 13, 3],
        weeks: &[(17, 26, About(70)), (44, 46, Exactly(6)), (47, 47, About(60))],
    },
    Thread { key: "late", role: Role::Complaint, shares: [42, 34, 9, 7, 8], weeks: &[(17, 47, About(54))] },
    Thread { key: "grinder", role: Role::Complaint, shares: [50, 20, 14, 7, 9], weeks: &[(17, 47, About(40))] },
    Thread { key: "chat", role: Role::Complaint, shares: [22, 46, 16, 11, 5], weeks: &[(17, 47, About(30))] },
    Thread { key: "refund", role: Role::Complaint, shares: [48, 26, 15, 8, 3], weeks: &[(17, 47, About(44))] },
    Thread {
        key: "pods",
        role: Role::Complaint,
        shares: [52, 20, 13, 9, 6],
        weeks: &[(17, 40, About(100)), (41, 47, About(20))],
    },
    Thread {
        key: "plastic",
        role: Role::Letter,
        shares: [1, 0, 0, 0, 0],
        weeks: &[(37, 37, Exactly(15)), (38, 38, Exactly(10))],
    },
];

/// What else is said.
const OTHERS: &[Thread] = &[
    Thread { key: "noise", role: Role::Noise, shares: [38, 30, 14, 9, 9], weeks: &[(17, 47, About(42))] },
    Thread { key: "play-praise", role: Role::Praise, shares: [0, 0, 1, 0, 0], weeks: &[(17, 47, About(44))] },
    Thread { key: "app-praise", role: Role::Praise, shares: [0, 0, 0, 1, 0], weeks: &[(17, 44, About(20))] },
    Thread { key: "csat-praise", role: Role::Praise, shares: [1, 0, 0, 0, 0], weeks: &[(17, 47, About(16))] },
    Thread { key: "x-praise", role: Role::Praise, shares: [0, 1, 0, 0, 0], weeks: &[(17, 47, About(8))] },
    Thread { key: "survey-praise", role: Role::Praise, shares: [0, 0, 0, 0, 1], weeks: &[(17, 47, About(5))] },
    Thread { key: "stars", role: Role::RatingOnly, shares: [0, 0, 1, 0, 0], weeks: &[(17, 47, About(16))] },
    Thread { key: "mild", role: Role::MildComplaint, shares: [5, 0, 3, 2, 0], weeks: &[(17, 47, About(10))] },
    Thread { key: "deleted", role: Role::Deleted, shares: [1, 0, 0, 0, 0], weeks: &[(17, 47, About(9))] },
];

/// Issues that are always about: safe as somebody's second complaint.
const STEADY: [&str; 4] = ["late", "grinder", "chat", "refund"];

/// The survey rows without a date.
const UNDATED: usize = 12;
/// The survey rows dated next year.
const FUTURE: usize = 2;

/// Everything that is said, by feed and time.
pub(crate) fn tell() -> Vec<Utterance> {
    let mut told: Vec<Utterance> = ISSUES.iter().chain(OTHERS).flat_map(spin).collect();
    told.extend(first_and_last_days());
    told.extend(misdated());
    told.sort_by_key(|utterance| (utterance.feed, utterance.at));
    told
}

/// The keys of the issues, in the story's order.
pub(crate) fn issue_keys() -> impl Iterator<Item = &'static str> {
    ISSUES.iter().map(|thread| thread.key)
}

fn spin(thread: &'static Thread) -> Vec<Utterance> {
    let mut told = vec![];
    for (first, last, weekly) in thread.weeks {
        for week in *first..=*last {
            let count = match weekly {
                Exactly(count) => *count,
                About(tenths) if week == LAST_WEEK => {
                    Rng::named(&format!("{SEED}/{}/{week}", thread.key)).about(tenths * calendar::DAYS_IN_PROGRESS / 7)
                }
                About(tenths) => Rng::named(&format!("{SEED}/{}/{week}", thread.key)).about(*tenths),
            };
            told.extend((0..count).map(|n| say(thread, week, n)));
        }
    }
    told
}

fn say(thread: &Thread, week: usize, n: usize) -> Utterance {
    let mut rng = Rng::named(&format!("{}/{week}/{n}", thread.key));
    let outage = thread.key == "login" && week == 46;
    let at = if outage { outage_moment(&mut rng) } else { calendar::moment(&mut rng, week) };
    let mut shares = if outage { [20, 55, 25, 0, 0] } else { thread.shares };
    if week > APP_STORE_LAST_WEEK {
        shares[3] = 0;
    }
    let feed = FEEDS[rng.weighted(&shares)];
    let issues = match thread.role {
        Role::Complaint => {
            let second = *rng.pick(&STEADY);
            let two = rng.chance(5) && second != thread.key && !outage;
            if two { vec![thread.key, second] } else { vec![thread.key] }
        }
        Role::Letter => vec![thread.key],
        Role::MildComplaint => vec![*rng.pick(&STEADY)],
        _ => vec![],
    };
    Utterance { feed, role: thread.role, issues, at, rng }
}

/// The app goes down on Tuesday, 10 November, half past five; most people notice within hours.
fn outage_moment(rng: &mut Rng) -> DateTime {
    let hours = match rng.weighted(&[50, 35, 15]) {
        0 => (0, 6),
        1 => (7, 40),
        _ => (40, 110),
    };
    let minutes = rng.between(hours.0 * 60, hours.1 * 60);
    calendar::after(date(2026, 11, 10).at(17, 30, 0, 0), minutes.minutes())
}

/// A remark on each feed's first and last day, so that what a feed covers is known to the day: the feed's very first
/// and very last records. Three of tickets, which come by three channels.
fn first_and_last_days() -> Vec<Utterance> {
    let mut told = vec![];
    for (feed, copies) in
        [(Feed::Tickets, 3), (Feed::X, 1), (Feed::GooglePlay, 1), (Feed::AppStore, 1), (Feed::Survey, 1)]
    {
        let last = match feed {
            Feed::AppStore => calendar::monday(APP_STORE_LAST_WEEK) + 6.days(),
            _ => LAST_DAY,
        };
        for day in [FIRST_DAY, last] {
            for n in 0..copies {
                let rng = Rng::named(&format!("edge/{feed:?}/{day}/{n}"));
                let at = if day == FIRST_DAY { day.at(6, n, 0, 0) } else { day.at(22, 40 + n, 0, 0) };
                told.push(Utterance { feed, role: Role::Noise, issues: vec![], at, rng });
            }
        }
    }
    told
}

/// Survey answers whose date is missing or impossible; their `at` is when they were really given.
fn misdated() -> Vec<Utterance> {
    let roles = (0..UNDATED + FUTURE).map(|n| if n < UNDATED { Role::Undated } else { Role::Future });
    let span = LAST_WEEK - FIRST_WEEK;
    roles
        .enumerate()
        .map(|(n, role)| {
            let mut rng = Rng::named(&format!("misdated/{n}"));
            let week = FIRST_WEEK + rng.below(span);
            let at = calendar::moment(&mut rng, week);
            Utterance { feed: Feed::Survey, role, issues: vec![*rng.pick(&STEADY)], at, rng }
        })
        .collect()
}
