//! The fonts of charts and pages: DejaVu Sans, in the binary, and one more that the user names with `--font`.

use std::sync::OnceLock;

use ttf_parser::Face;

use crate::error::{Error, Result};

/// The family of our own fonts.
pub(crate) const FAMILY: &str = "DejaVu Sans";

/// The user's font: what our own lacks is looked for in it.
pub struct Extra {
    bytes: &'static [u8],
    face: Face<'static>,
    family: String,
}

/// Set at most once, before anything is drawn, from the command line: a constant of the run like our own fonts.
static EXTRA: OnceLock<Extra> = OnceLock::new();

/// Regular and bold weight, parsed once.
#[expect(clippy::expect_used, reason = "the fonts are constants of a crate, parsed in every test")]
pub(super) fn own(bold: bool) -> &'static Face<'static> {
    static FACES: OnceLock<[Face<'static>; 2]> = OnceLock::new();
    let faces = FACES.get_or_init(|| {
        [dejavu::sans::regular(), dejavu::sans::bold()].map(|bytes| Face::parse(bytes, 0).expect("a font"))
    });
    &faces[usize::from(bold)]
}

/// Takes the user's font for what our own lacks.
///
/// # Errors
/// When `bytes` are no TrueType or OpenType font.
pub fn take(path: &str, bytes: Vec<u8>) -> Result<()> {
    let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    let face = Face::parse(bytes, 0).map_err(|cause| {
        Error::failed("it is no font that plaint can read")
            .at(path)
            .evidence(cause.to_string())
            .hint("name a TrueType or OpenType file: --font NotoSansSC-Regular.ttf")
    })?;
    let named = face.names().into_iter().filter(|name| name.name_id == ttf_parser::name_id::FAMILY);
    let family = named.filter_map(|name| name.to_string()).next().unwrap_or_else(|| "sans-serif".to_owned());
    // The first one stays; a run has one.
    let _ = EXTRA.set(Extra { bytes, face, family });
    Ok(())
}

/// The user's font, if there is one.
pub fn extra() -> Option<&'static Extra> {
    EXTRA.get()
}

impl Extra {
    /// Whether it has a glyph for `c`.
    pub fn has(&self, c: char) -> bool {
        self.face.glyph_index(c).is_some()
    }

    /// The file.
    pub fn bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// What it calls itself.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// How wide `c` is, as a share of the font's size; null without a glyph.
    pub(super) fn advance(&self, c: char) -> Option<f64> {
        let glyph = self.face.glyph_index(c)?;
        Some(f64::from(self.face.glyph_hor_advance(glyph)?) / f64::from(self.face.units_per_em()))
    }
}

/// Whether our own font has `c`, in both weights, so that a text may change its weight.
pub fn has_own(c: char) -> bool {
    own(false).glyph_index(c).is_some() && own(true).glyph_index(c).is_some()
}

/// Whether anything here can draw `c`.
pub(super) fn has(c: char) -> bool {
    has_own(c) || extra().is_some_and(|extra| extra.has(c))
}
