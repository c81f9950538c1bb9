//! The labelled texts beside the checkout (`../shared/data`), each with what its labels say of the model's classes.
//!
//! Licences: `src/enrich/intent/WEIGHTS.md`. One row in five is held out of training, by a hash of its number.

#![allow(dead_code, reason = "two programs use it, each its part")]

use std::path::{Path, PathBuf};

/// A text and what is known of it, in the order of `plaint::enrich::intent::model::CLASSES`: abuse, complaint, praise,
/// question.
pub(crate) struct Example {
    /// As it stands in the set, entities decoded.
    pub(crate) text: String,
    /// Null where the set says nothing.
    pub(crate) labels: [Option<bool>; 4],
    /// Not to be learned from.
    pub(crate) held_out: bool,
    /// The human rating of the VADER sets, -4 to 4.
    pub(crate) rating: Option<f64>,
}

type Found = Result<Vec<Example>, Box<dyn std::error::Error>>;

/// Where the data is.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data")
}

/// Whether a row is in the held-out fifth.
pub(crate) fn held_out(row: usize) -> bool {
    // FNV-1a of the row's number.
    let hash = row
        .to_le_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 32) % 5 == 0
}

/// Words that a question begins with.
const ASKING: &[&str] = &[
    "am", "any", "anyone", "are", "can", "could", "did", "do", "does", "had", "has", "have", "how", "how's", "is",
    "may", "shall", "should", "was", "were", "what", "what's", "when", "where", "where's", "which", "who", "who's",
    "whose", "why", "will", "would",
];

fn asks(text: &str) -> Option<bool> {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    if text.contains('?') || ASKING.contains(&first.as_str()) {
        return Some(true);
    }
    // "tell me", "i need to know": neither.
    let folded = text.to_lowercase();
    let unclear = ["tell me", "know", "wonder", "help", "explain", "please"];
    (!unclear.iter().any(|words| folded.contains(words))).then_some(false)
}

fn reader(path: PathBuf, delimiter: u8, headers: bool) -> Result<csv::Reader<std::fs::File>, csv::Error> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(headers)
        .quoting(delimiter == b',')
        .flexible(true)
        .from_path(path)
}

/// Davidson et al. 2017, MIT: tweets that are hate speech, offensive, or neither.
pub(crate) fn davidson() -> Found {
    let mut all = Vec::new();
    for (row, record) in reader(folder().join("davidson-hate/labeled_data.csv"), b',', true)?.records().enumerate() {
        let record = record?;
        let text = htmlize::unescape(record.get(6).unwrap_or_default()).into_owned();
        let labels = [Some(record.get(5) != Some("2")), None, None, asks(&text)];
        all.push(Example { text, labels, held_out: held_out(row), rating: None });
    }
    Ok(all)
}

/// Banking77 (Casanueva et al. 2020), CC BY 4.0: `train.csv` or `test.csv`. Every text asks a bank something; the
/// categories tell which of them report that something went wrong.
pub(crate) fn banking(file: &str) -> Found {
    const WRONG: &[&str] = &[
        "Refund_not_showing_up",
        "balance_not_updated_after_bank_transfer",
        "balance_not_updated_after_cheque_or_cash_deposit",
        "card_not_working",
        "card_payment_fee_charged",
        "card_payment_not_recognised",
        "card_payment_wrong_exchange_rate",
        "card_swallowed",
        "cash_withdrawal_charge",
        "cash_withdrawal_not_recognised",
        "contactless_not_working",
        "declined_card_payment",
        "declined_cash_withdrawal",
        "declined_transfer",
        "direct_debit_payment_not_recognised",
        "extra_charge_on_statement",
        "failed_transfer",
        "pin_blocked",
        "reverted_card_payment?",
        "top_up_failed",
        "top_up_reverted",
        "transaction_charged_twice",
        "transfer_fee_charged",
        "transfer_not_received_by_recipient",
        "unable_to_verify_identity",
        "virtual_card_not_working",
        "wrong_amount_of_cash_received",
        "wrong_exchange_rate_for_cash_withdrawal",
    ];
    // Some of these report a fault, some only ask.
    const EITHER: &[&str] = &[
        "card_arrival",
        "compromised_card",
        "exchange_charge",
        "lost_or_stolen_card",
        "lost_or_stolen_phone",
        "passcode_forgotten",
        "pending_card_payment",
        "pending_cash_withdrawal",
        "pending_top_up",
        "pending_transfer",
        "request_refund",
        "transfer_timing",
        "beneficiary_not_allowed",
        "why_verify_identity",
        "terminate_account",
        "top_up_by_bank_transfer_charge",
        "top_up_by_card_charge",
        "cancel_transfer",
        "card_acceptance",
    ];
    let mut all = Vec::new();
    for (row, record) in reader(folder().join("banking77").join(file), b',', true)?.records().enumerate() {
        let record = record?;
        let (text, category) = (record.get(0).unwrap_or_default().to_owned(), record.get(1).unwrap_or_default());
        let complaint = (!EITHER.contains(&category)).then(|| WRONG.contains(&category));
        let labels = [Some(false), complaint, Some(false), Some(true)];
        all.push(Example { text, labels, held_out: held_out(row), rating: None });
    }
    Ok(all)
}

/// CLINC150 (Larson et al. 2019), CC BY 3.0: requests to an assistant, `split` train, val or test.
pub(crate) fn clinc(split: &str) -> Found {
    const WRONG: &[&str] =
        &["account_blocked", "card_declined", "damaged_card", "lost_luggage", "report_fraud", "report_lost_card"];
    let text = std::fs::read_to_string(folder().join("clinc150/data_full.json"))?;
    let data: std::collections::BTreeMap<String, Vec<(String, String)>> = serde_json::from_str(&text)?;
    let rows = data.get(split).ok_or("no such split")?;
    Ok(rows
        .iter()
        .enumerate()
        .map(|(row, (text, intent))| {
            let complaint = (!WRONG.contains(&intent.as_str())).then_some(false);
            let praise = (intent != "thank_you").then_some(false);
            // Only what is plainly a question by its words; a command is none.
            let labels = [Some(false), complaint, praise, asks(text).filter(|asks| *asks)];
            Example { text: text.clone(), labels, held_out: held_out(row), rating: None }
        })
        .collect())
}

/// VADER's ground truth (Hutto & Gilbert 2014), MIT: texts with the mean of twenty ratings from -4 to 4.
pub(crate) fn rated(file: &str, products: bool) -> Found {
    let mut all = Vec::new();
    for (row, record) in reader(folder().join("vader-groundtruth").join(file), b'\t', false)?.records().enumerate() {
        let record = record?;
        let rating: f64 = record.get(1).unwrap_or_default().trim().parse()?;
        let text = htmlize::unescape(record.get(2).unwrap_or_default()).into_owned();
        let complaint = match rating {
            r if r > 0.3 => Some(false),
            // A bad word about a product is a complaint; a sad tweet is not.
            r if r < -1.0 && products => Some(true),
            _ => None,
        };
        let labels = [Some(false), complaint, Some(rating > 1.5), asks(&text)];
        all.push(Example { text, labels, held_out: held_out(row), rating: Some(rating) });
    }
    Ok(all)
}

/// Narratives of the US consumer bureau's complaints, public domain: cut into short pieces, as people post.
pub(crate) fn narratives() -> Found {
    let mut all = Vec::new();
    for file in ["cfpb-dated/complaints_even_ids.csv", "cfpb-nagakoushik/complaints_sample.csv"] {
        let mut reader = reader(folder().join(file), b',', true)?;
        let column = reader.headers()?.iter().position(|h| h.eq_ignore_ascii_case("consumer complaint narrative"));
        let column = column.ok_or("no narratives")?;
        for (row, record) in reader.records().enumerate() {
            let record = record?;
            let narrative = record.get(column).unwrap_or_default();
            // The bureau's own masks would give the set away.
            let bare: Vec<&str> =
                narrative.split_whitespace().filter(|w| !w.contains("XX") && !w.contains('{')).collect();
            for piece in bare.chunks(22).take(3).filter(|piece| piece.len() >= 8) {
                let text = piece.join(" ");
                let labels = [Some(false), Some(true), Some(false), asks(&text)];
                all.push(Example { text, labels, held_out: held_out(row), rating: None });
            }
        }
    }
    Ok(all)
}
