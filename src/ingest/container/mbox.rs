//! Messages of an mbox file (mail and newsgroups) → one JSON object a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser};
use serde_json::{Map, Value};
use tempfile::TempPath;

use crate::error::{Error, Result};
use crate::ingest::limits::{self, Limits};

/// Messages as lines, and the line of the mbox file on which each began.
pub(crate) struct Messages {
    pub(crate) text: TempPath,
    pub(crate) lines: Vec<u64>,
}

/// Whether bytes begin like an mbox: `From somebody …`, then a header.
pub(crate) fn is_mbox(head: &[u8]) -> bool {
    if !head.starts_with(b"From ") {
        return false;
    }
    let second = head.split(|byte| *byte == b'\n').nth(1).unwrap_or(&[]);
    let name = second.split(|byte| *byte == b':').next().unwrap_or(&[]);
    name.len() < second.len()
        && !name.is_empty()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Reads every message of an mbox.
///
/// # Errors
/// A failed read, or a message over the limit.
pub(crate) fn messages(file: File, path: &str, limits: &Limits) -> Result<Messages> {
    let failed = |cause: io::Error| Error::io(path, "read it", &cause);
    let mut output = tempfile::NamedTempFile::new().map_err(failed)?;
    let mut writer = io::BufWriter::new(output.as_file_mut());
    let mut reader = BufReader::with_capacity(256 << 10, file);
    let (mut message, mut line, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    let (mut number, mut began, mut blank_before) = (0u64, 0u64, true);
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line).map_err(failed)?;
        number += 1;
        let starts = blank_before && line.starts_with(b"From ");
        if read == 0 || starts {
            if began > 0 {
                write(&message, &mut writer).map_err(failed)?;
                lines.push(began);
                message.clear();
            }
            if read == 0 {
                break;
            }
            began = number;
            blank_before = false;
            continue;
        }
        blank_before = line.trim_ascii().is_empty();
        // mboxrd: a line of the body that begins with From is written with one more >.
        let quoted =
            line.iter().position(|byte| *byte != b'>').is_some_and(|at| at > 0 && line[at..].starts_with(b"From "));
        message.extend_from_slice(if quoted { &line[1..] } else { &line });
        if message.len() as u64 > limits.document {
            return Err(limits::exceeded("document", limits.document, "a message is very long").at(path).line(began));
        }
    }
    writer.flush().map_err(failed)?;
    drop(writer);
    Ok(Messages { text: output.into_temp_path(), lines })
}

fn write(message: &[u8], writer: &mut impl Write) -> io::Result<()> {
    let object = match MessageParser::default().parse(message) {
        Some(parsed) => object(&parsed),
        None => Map::new(),
    };
    serde_json::to_writer(&mut *writer, &Value::Object(object))?;
    writer.write_all(b"\n")
}

/// A message's headers and its plain text (an HTML part as it is, where there is no other).
fn object(message: &Message<'_>) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            object.insert(key.to_owned(), Value::String(value));
        }
    };
    let other = |name: &'static str| message.header(HeaderName::Other(name.into())).and_then(first_text);
    put("message_id", message.message_id().map(str::to_owned));
    put("date", message.date().map(mail_parser::DateTime::to_rfc3339));
    let from = message.from().and_then(Address::first);
    put("from_name", from.and_then(|from| from.name()).map(str::to_owned));
    put("from_email", from.and_then(|from| from.address()).map(str::to_owned));
    put("subject", message.subject().map(str::to_owned));
    let mut text = String::new();
    for part in 0..message.text_body_count() {
        if let Some(part) = message.body_text(part) {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&part);
        }
    }
    put("body", Some(text));
    put("in_reply_to", first_text(message.in_reply_to()));
    let references = first_text(message.references());
    put("thread", references.or_else(|| message.message_id().map(str::to_owned)));
    let newsgroups = other("Newsgroups");
    let list = first_text(message.list_id()).or_else(|| other("List-Id"));
    let channel = if newsgroups.is_some() {
        "newsgroup"
    } else if list.is_some() {
        "mailing list"
    } else {
        "email"
    };
    put("channel", Some(channel.to_owned()));
    put("list", newsgroups.or(list));
    put("auto_submitted", other("Auto-Submitted").filter(|value| value.trim() != "no"));
    put("labels", other("X-Gmail-Labels"));
    object
}

fn first_text(value: &HeaderValue<'_>) -> Option<String> {
    match value {
        HeaderValue::Text(text) => Some(text.trim().to_owned()),
        HeaderValue::TextList(texts) => texts.first().map(|text| text.trim().to_owned()),
        HeaderValue::Address(address) => address.first().and_then(|a| a.address().or(a.name())).map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use super::*;

    #[test]
    fn messages_become_objects_with_their_lines() {
        let mbox = "From ann@example.com Mon Apr  5 10:00:00 2024\nMessage-ID: <1@x>\nFrom: =?utf-8?q?Ann_L=C3=A9e?= <ann@example.com>\n\
            Date: Fri, 5 Apr 2024 10:00:00 +0200\nSubject: =?iso-8859-1?Q?Caf=E9?=\nContent-Type: text/plain; charset=utf-8\n\
            Content-Transfer-Encoding: quoted-printable\n\nIt broke =E2=98=B9\n>From the start.\n\n\
            From bob@example.com Mon Apr  5 11:00:00 2024\nMessage-ID: <2@x>\nIn-Reply-To: <1@x>\nReferences: <1@x> <9@x>\n\
            From: bob@example.com\nNewsgroups: comp.misc\nSubject: Re\n\nWhy?\n";
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(mbox.as_bytes()).unwrap();
        file.rewind().unwrap();
        let messages = messages(file, "a.mbox", &Limits::default()).unwrap();
        assert_eq!(messages.lines, [1, 12]);
        let text = std::fs::read_to_string(&messages.text).unwrap();
        let read: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read[0]["from_name"], "Ann Lée");
        assert_eq!(read[0]["subject"], "Café");
        assert_eq!(read[0]["date"], "2024-04-05T10:00:00+02:00");
        assert_eq!(read[0]["body"], "It broke ☹\nFrom the start.\n\n");
        assert_eq!((&read[0]["channel"], &read[0]["thread"]), (&"email".into(), &"1@x".into()));
        assert_eq!((&read[1]["channel"], &read[1]["thread"]), (&"newsgroup".into(), &"1@x".into()));
    }

    #[test]
    fn prose_that_begins_with_from_is_no_mbox() {
        assert!(!is_mbox(b"From the start, it broke\nand: so on, x y\n".split_at(25).0));
        assert!(!is_mbox(b"From,To\n1,2\n"));
        assert!(!is_mbox(b"From Ann\nno header here\n"));
    }
}
