//! SVG → PNG and PDF, with our own fonts only: the same bytes on every machine.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, Source};
use resvg::usvg::{Options, Tree};
use svg2pdf::{ConversionOptions, PageOptions};

use crate::chart::fonts::{self, FAMILY};
use crate::error::{Error, Result};

/// Both weights of the font, loaded once; fonts of the system are never asked.
fn database() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let shared = FONTS.get_or_init(|| {
        let mut database = Database::new();
        for bytes in [dejavu::sans::regular(), dejavu::sans::bold()] {
            database.load_font_source(Source::Binary(Arc::new(bytes)));
        }
        // usvg looks for what the first lacks in the others.
        if let Some(extra) = fonts::extra() {
            database.load_font_source(Source::Binary(Arc::new(extra.bytes())));
        }
        database.set_sans_serif_family(FAMILY);
        database.set_serif_family(FAMILY);
        database.set_monospace_family(FAMILY);
        Arc::new(database)
    });
    Arc::clone(shared)
}

/// The parsed drawing.
///
/// # Errors
/// When `svg` is not well-formed SVG.
pub(super) fn tree(svg: &str) -> Result<Tree> {
    let options = Options { fontdb: database(), font_family: FAMILY.to_owned(), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|e| broken("the drawing is not SVG", &e.to_string()))
}

fn broken(what: &str, cause: &str) -> Error {
    Error::failed(format!("internal: {what}"))
        .evidence(cause)
        .hint("this is a bug in plaint; please report it with this message")
}

/// The drawing as a PNG of its own size (a `Figure`'s is 1600×900), 8 bits per
/// channel.
///
/// # Errors
/// An internal error when `svg` is not well-formed SVG.
pub fn png(svg: &str) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
    let size = tree.size().to_int_size();
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| broken("the drawing has no size", "0 pixels"))?;
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    packed(&pixels).map_err(|e| broken("the picture could not be packed", &e.to_string()))
}

/// A picture without a transparent pixel as red, green and blue alone: a quarter smaller, and nothing to be divided by how
/// opaque it is.
fn packed(pixels: &Pixmap) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let rgba = pixels.data().chunks_exact(4);
    if rgba.clone().fold(u8::MAX, |least, pixel| least & pixel[3]) < u8::MAX {
        return pixels.encode_png();
    }
    let mut colours = vec![0; rgba.len() * 3];
    for (rgb, pixel) in colours.chunks_exact_mut(3).zip(rgba) {
        rgb.copy_from_slice(&pixel[..3]);
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&colours)?;
    Ok(bytes)
}

/// The drawing as a one-page PDF with `dpi` of its pixels to the inch; its text can be selected and searched.
///
/// # Errors
/// An internal error when `svg` is not well-formed SVG.
pub fn pdf(svg: &str, dpi: f32) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
    svg2pdf::to_pdf(&tree, ConversionOptions::default(), PageOptions { dpi })
        .map_err(|e| broken("the page could not be made", &e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{pdf, png};

    const SVG: &str = "<svg width=\"1600\" height=\"900\" xmlns=\"http://www.w3.org/2000/svg\">\
        <rect width=\"1600\" height=\"900\" fill=\"#FFFFFF\"/>\
        <text x=\"50\" y=\"50\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"24\">Late</text></svg>";

    #[test]
    fn png_has_the_size_and_the_text() {
        let bytes = png(SVG).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        // IHDR: width and height, big-endian.
        assert_eq!(bytes[16..24], [0, 0, 0x06, 0x40, 0, 0, 0x03, 0x84]);
        assert_ne!(bytes, png(&SVG.replace("Late", "Lost")).unwrap());
        assert_eq!(bytes, png(SVG).unwrap());
    }

    #[test]
    fn pdf_is_one_page_and_the_same_each_time() {
        let bytes = pdf(SVG, 96.0).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("/MediaBox [0 0 1200 675]"));
        assert!(text.contains("DejaVuSans"), "the font must be in the page");
        assert_eq!(bytes, pdf(SVG, 96.0).unwrap());
    }

    #[test]
    fn says_so_when_it_is_not_svg() {
        assert!(png("<svg").unwrap_err().to_string().contains("not SVG"));
        assert!(pdf("hello", 96.0).is_err());
    }
}
