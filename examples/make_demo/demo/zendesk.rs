//! Tickets: two Zendesk JSON exports, one ticket a line. The second is an incremental export of November: it holds every
//! ticket changed since 1 November, so it repeats tickets of the first, some of them changed.

use std::collections::BTreeSet;
use std::error::Error;

use jiff::ToSpan;
use jiff::civil::{DateTime, date};
use serde_json::{Value, json};

use super::calendar::{after, iso};
use super::phrases::Phrases;
use super::record::{Dump, Entry, Fate, Reason, Role, Utterance};
use super::wording::{Place, Voice};

/// The first export was made when 8 November ended.
const FIRST_EXPORT: DateTime = date(2026, 11, 9).at(0, 0, 0, 0);
/// The second holds what changed from here on.
const SECOND_SINCE: DateTime = date(2026, 11, 1).at(0, 0, 0, 0);
/// The second export was made when 18 November ended.
const SECOND_EXPORT: DateTime = date(2026, 11, 19).at(0, 0, 0, 0);

const CHANNELS: [&str; 3] = ["email", "web", "chat"];
const FIRST_ID: usize = 40_001;

/// Of the repeated tickets about leaks, so many were deleted meanwhile, and as many then rated good.
const CHANGED_FATES: usize = 2;

#[derive(Clone)]
struct Ticket {
    id: usize,
    role: Role,
    issues: Vec<&'static str>,
    created: DateTime,
    updated: DateTime,
    subject: String,
    description: String,
    channel: &'static str,
    status: &'static str,
    score: &'static str,
    tags: Vec<String>,
    name: String,
    email: String,
}

/// Writes both exports.
///
/// # Errors
/// When a phrase names an unknown slot.
pub(crate) fn dumps(phrases: &Phrases, utterances: &[Utterance]) -> Result<Vec<Dump>, Box<dyn Error>> {
    let mut tickets = vec![];
    for (n, utterance) in utterances.iter().enumerate() {
        let mut ticket = ticket(phrases, utterance, FIRST_ID + n)?;
        // the first and last three show each channel's span
        match (n, utterances.len() - 1 - n) {
            (edge, _) | (_, edge) if edge < CHANNELS.len() => ticket.channel = CHANNELS[edge],
            _ => {}
        }
        tickets.push(ticket);
    }

    let repeated: Vec<usize> = (0..tickets.len())
        .filter(|&n| tickets[n].created < FIRST_EXPORT && tickets[n].updated >= SECOND_SINCE)
        .collect();
    let mut first: Vec<Ticket> = tickets.iter().filter(|ticket| ticket.created < FIRST_EXPORT).cloned().collect();
    for &n in &repeated {
        if tickets[n].updated >= FIRST_EXPORT {
            first[n].updated = after(tickets[n].created, 20.minutes());
            first[n].status = "open";
            first[n].score = "unoffered";
        }
    }
    change_fates(&mut tickets, &repeated);

    let second: Vec<Ticket> = tickets.into_iter().filter(|ticket| ticket.updated >= SECOND_SINCE).collect();
    let superseded: BTreeSet<usize> = second.iter().map(|ticket| ticket.id).collect();
    Ok(vec![
        dump("zendesk-tickets.json", &first, &superseded)?,
        dump("zendesk-tickets-november.json", &second, &BTreeSet::new())?,
    ])
}

fn ticket(phrases: &Phrases, utterance: &Utterance, id: usize) -> Result<Ticket, Box<dyn Error>> {
    let mut voice = Voice::new(phrases, utterance);
    let subject = voice.subject(utterance)?;
    let mut description = voice.text(utterance, Place::Ticket)?;
    if voice.rng.chance(3) {
        description = description.replace('\n', "<br>\n");
    }
    let (name, surname, email) = (voice.slot("name")?, voice.slot("surname")?, voice.slot("email")?);
    let minutes = voice.rng.between(30, 7 * 24 * 60);
    let updated = after(utterance.at, minutes.minutes()).min(after(SECOND_EXPORT, (-5).minutes()));
    let age = utterance.at.duration_until(SECOND_EXPORT).as_hours() / 24;
    let status = match (utterance.role, age) {
        (Role::Deleted, _) => "deleted",
        (_, ..4) => *voice.rng.pick(&["new", "new", "open", "pending"]),
        (_, 4..20) => *voice.rng.pick(&["open", "pending", "hold", "solved", "solved"]),
        _ => *voice.rng.pick(&["solved", "closed", "closed", "closed"]),
    };
    let score = match utterance.role {
        Role::Praise | Role::MildComplaint => "good",
        Role::Deleted => "unoffered",
        _ => *voice.rng.pick(&["unoffered", "unoffered", "offered", "offered", "bad"]),
    };
    let mut tags: Vec<String> = match utterance.role {
        Role::Deleted => vec![],
        _ => vec![(*voice.rng.pick(&["en-gb", "en-us"])).to_owned()],
    };
    if voice.rng.chance(20) {
        tags.push("vip".to_owned());
    }
    let channel = CHANNELS[voice.rng.weighted(&[60, 28, 12])];
    Ok(Ticket {
        id,
        role: utterance.role,
        issues: utterance.issues.clone(),
        created: utterance.at,
        updated,
        subject,
        description,
        channel,
        status,
        score,
        tags,
        name: format!("{name} {surname}"),
        email,
    })
}

/// What happened to repeated tickets between the two exports, beside being worked on: some were deleted (and their words
/// with them), some rated good. Only leaks, whose number nothing in the story hangs on.
fn change_fates(tickets: &mut [Ticket], repeated: &[usize]) {
    let mut leaks = repeated.iter().filter(|&&n| {
        tickets[n].role == Role::Complaint && tickets[n].issues == ["leak"] && tickets[n].updated >= FIRST_EXPORT
    });
    let deleted: Vec<usize> = leaks.by_ref().take(CHANGED_FATES).copied().collect();
    let rated: Vec<usize> = leaks.take(CHANGED_FATES).copied().collect();
    for n in deleted {
        let ticket = &mut tickets[n];
        ticket.status = "deleted";
        ticket.subject = "SCRUBBED".to_owned();
        ticket.description = "SCRUBBED".to_owned();
        ticket.role = Role::Deleted;
        ticket.issues.clear();
        ticket.tags.clear();
    }
    for n in rated {
        let ticket = &mut tickets[n];
        ticket.status = "solved";
        ticket.score = "good";
        ticket.role = Role::MildComplaint;
        ticket.tags.push("seal_sent".to_owned());
    }
}

fn dump(name: &'static str, tickets: &[Ticket], superseded: &BTreeSet<usize>) -> Result<Dump, Box<dyn Error>> {
    let mut bytes = vec![];
    let mut entries = vec![];
    for ticket in tickets {
        serde_json::to_writer(&mut bytes, &object(ticket))?;
        bytes.push(b'\n');
        let fate = if superseded.contains(&ticket.id) {
            Fate::Duplicate
        } else if ticket.status == "deleted" {
            Fate::LeftOut(Reason::Deleted)
        } else if ticket.score == "good" {
            Fate::LeftOut(Reason::GoodRating)
        } else {
            Fate::Counted
        };
        entries.push(Entry {
            role: ticket.role,
            issues: ticket.issues.clone(),
            at: Some(ticket.created),
            fate,
            has_text: true,
        });
    }
    Ok(Dump { name, bytes, entries })
}

fn object(ticket: &Ticket) -> Value {
    let from = match ticket.channel {
        "email" => json!({"address": ticket.email, "name": ticket.name}),
        _ => json!({}),
    };
    let to = match ticket.channel {
        "email" => json!({"name": "Brewmora", "address": "support@brewmora.example"}),
        _ => json!({}),
    };
    let requester = 910_000_000 + ticket.id;
    json!({
        "url": format!("https://brewmora.zendesk.com/api/v2/tickets/{}.json", ticket.id),
        "id": ticket.id,
        "external_id": null,
        "via": {"channel": ticket.channel, "source": {"from": from, "to": to, "rel": null}},
        "created_at": iso(ticket.created),
        "updated_at": iso(ticket.updated),
        "type": null,
        "subject": ticket.subject,
        "raw_subject": ticket.subject,
        "description": ticket.description,
        "priority": if ticket.tags.iter().any(|tag| tag == "vip") { "high" } else { "normal" },
        "status": ticket.status,
        "recipient": if ticket.channel == "email" { json!("support@brewmora.example") } else { Value::Null },
        "requester_id": requester,
        "submitter_id": requester,
        "assignee_id": 360_000_001 + ticket.id % 7,
        "organization_id": null,
        "group_id": 360_001,
        "brand_id": 360_100,
        "tags": ticket.tags,
        "custom_fields": [],
        "satisfaction_rating": {"score": ticket.score},
        "ticket_form_id": null,
    })
}
