//! How the numbers were made, for the sceptic: one entry per method, with its source.

use crate::report::model::Method;
use crate::trend::baseline::detector::full_history;
use crate::trend::calendar::By;

/// The methods behind a report.
///
/// `history` is the number of complete periods the total's test could use; `labels` says that the issues are the
/// dump's own categories; `by` is how long a period is.
pub fn methods(history: i64, labels: bool, by: By) -> Vec<Method> {
    let step = by.name();
    let enough = full_history(by);
    let issues = if labels {
        Method {
            what: "Issues",
            how: "The dump's own labels are used as issues, one per distinct label. Nothing was clustered.".into(),
            source: "plaint",
        }
    } else {
        Method {
            what: "Issues",
            how: "Words and phrases of the redacted texts are weighted by how much more often an issue's records hold \
                  them than the others do (shrunk log-lift). A record matches an issue when the weights of the issue's \
                  keywords in it reach the issue's minimum score; no other issue plays a part. New issues are found by \
                  spherical k-means on latent-semantic and co-occurrence vectors, refined by a multinomial mixture."
                .into(),
            source: "Deerwester et al. 1990; Levy and Goldberg 2014; Arora et al. 2017; Nigam et al. 2000",
        }
    };
    let usual = if history >= enough as i64 {
        Method {
            what: "Usual range",
            how: format!(
                "A negative-binomial regression with trend and season is fitted to the {step}s before, leaving out the \
                 most recent; past outbreaks weigh less. The count of the {step}, and of it and the one before \
                 together, is compared with what the fit allows."
            ),
            source: "Noufaily et al. 2013; Farrington et al. 1996",
        }
    } else {
        Method {
            what: "Usual range",
            how: format!(
                "With fewer than {enough} {step}s of history no season can be told: a negative-binomial level is \
                 fitted to the {step}s before, and the level of proof is tightened to hold the rate of false alarms."
            ),
            source: "Noufaily et al. 2013",
        }
    };
    vec![
        Method {
            what: "Count",
            how: format!(
                "One author's records in one thread count once per issue, in the {step} of the first. A record may count \
                 in several issues; totals count distinct records."
            ),
            source: "plaint",
        },
        issues,
        usual,
        Method {
            what: "Many issues at once",
            how: format!(
                "Testing many issues every {step} finds some by luck. The chances are corrected over all issues of the \
                 {step}, each kind of test by itself, so that at most one in ten of what is worth a look (watch) and one \
                 in twenty alerts is expected to be luck."
            ),
            source: "Benjamini and Hochberg 1995",
        },
        Method {
            what: "New and back",
            how: format!(
                "An issue is new, or back, for the eight {step}s in which its own past still reaches before its first \
                 record or into its silence, when it has more since than the quiet before allows (exact conditional \
                 test). A silence is one when so few records would be no chance, and longer than any before it."
            ),
            source: "Przyborowski and Wilenski 1940",
        },
        Method {
            what: "Lasting shifts",
            how: format!(
                "The counts are cut into levels of at least four {step}s where that explains them better than its cost; \
                 the last cut is news for eight {step}s."
            ),
            source: "Killick, Fearnhead and Eckley 2012",
        },
        Method {
            what: "Only volume",
            how: format!(
                "A count that rose is also judged as a share of all records, or of the exposure given, against the year \
                 before. Where the share shows no sign of a rise, it is called only volume. The {step} in progress is set \
                 against the same days of those before and never tested as a whole one."
            ),
            source: "Przyborowski and Wilenski 1940",
        },
        Method {
            what: "Change and intervals",
            how: "Ratios of two counts have exact conditional intervals; single counts have exact Poisson intervals, \
                  both at 95 %."
                .into(),
            source: "Clopper and Pearson 1934; Garwood 1936",
        },
        Method {
            what: "Like for like",
            how: "Every comparison uses only feeds that cover both periods; the others are named under \"Cannot say\"."
                .into(),
            source: "plaint",
        },
        Method {
            what: "Quotes",
            how: "The three records whose score is nearest the issue's median, with personal data masked.".into(),
            source: "plaint",
        },
    ]
}
