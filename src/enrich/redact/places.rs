//! Postal addresses.

use std::sync::LazyLock;

use regex::Regex;

use crate::enrich::pattern::pattern;
use crate::enrich::redact::{Kind, Spans};

static STREET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        // 12 Main Street, 1600 W. Pennsylvania Ave NW, Apt 4; 12 S. I-35 Service Road. A dot ends what is cut short. In small
        // letters only words that are nothing else in a row with a number and a name: a "2 TB drive" is no street.
        r"\b[0-9]{1,5}[A-Za-z]?,? (?:[NSEW]\.? |North |South |East |West )?",
        r"(?:(?:(?:\p{Lu}[\p{L}'’\-]+|(?:I|US|SR|Route)[ \-][0-9]{1,3}|[0-9]{1,3}(?:st|nd|rd|th)) ){1,3}",
        r"(?:(?:Street|street|Avenue|avenue|Road|road|Boulevard|boulevard|Lane|Drive|Court|Place|Square|Terrace|Highway",
        r"|Parkway|Crescent|Circle)\b|(?:St|st|Ave|ave|Rd|rd|Blvd|blvd|Ln|Dr|Ct|Pl|Sq|Hwy|hwy|Pkwy)\b\.?)",
        // 1370 H St, NE: a letter for a name.
        r"|[A-Z] (?:(?:Street|street|Avenue|avenue)\b|(?:St|st|Ave|ave)\b\.?))(?:,? (?:NW|NE|SW|SE|N|S|E|W)\b)?",
        r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|#)\.? ?[0-9A-Za-z\-]{1,6}\b)?",
        // Hauptstraße 12, Am Alten Weg 3a
        r"|\b\p{Lu}[\p{L}\-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer) [0-9]{1,4} ?[a-z]?\b",
        // 12 rue de la Paix
        r"|\b[0-9]{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|bd|chemin|allée|impasse|quai) (?:(?:de|du|des|la|le|les|l'|d') ?){0,3}\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+){0,2}",
        // Calle Mayor 12, Via Roma 3
        r"|\b(?:Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Via|Viale|Piazza|Rua) (?:(?:de|del|la|el|los|las|di|da|do|dos) ){0,2}\p{Lu}[\p{L}'’\-]+(?: \p{Lu}[\p{L}'’\-]+){0,2},? (?:n[º°.]? ?)?[0-9]{1,4}\b",
        r"|\b(?i:p\.? ?o\.? box|postfach|apartado(?: postal)?) [0-9]{1,6}\b",
    ))
});
static POSTCODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        // Britain: SW1A 1AA
        r"\b(?:[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}",
        // United States, after the state: Boston, MA 02116
        r"|(?:(?:(?:St|Ste|Ft|Mt)\. ?)?\p{Lu}\p{L}+(?: (?:(?:St|Ft|Mt)\. ?)?\p{Lu}\p{L}+){0,2}, ?)?(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI",
        r"|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) [0-9]{5}(?:-[0-9]{4})?)\b",
    ))
});

/// Adds what is in the text. `digits` is how many it holds.
pub(super) fn find(text: &str, digits: usize, spans: &mut Spans) {
    spans.find(text, &STREET, Kind::Address, |_| true);
    if digits >= 2 {
        spans.find(text, &POSTCODE, Kind::Address, |_| true);
    }
}
