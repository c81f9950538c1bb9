//! The `d` of an SVG path in as few bytes as its grammar allows: a page of fifty issues over three years holds fifty
//! thousand places.

/// A path of straight lines. Places are kept to a tenth of a unit, and each is written as the way from the one before.
#[derive(Debug, Default)]
pub(super) struct Path {
    text: String,
    /// The last place, in tenths.
    at: (i64, i64),
    /// The command that numbers go on with.
    letter: Option<char>,
    /// Whether the last number holds a point: then another that begins with one ends it.
    pointed: bool,
}

impl Path {
    /// A path that starts here.
    pub(super) fn from(x: f64, y: f64) -> Self {
        let mut path = Self { at: (tenths(x), tenths(y)), ..Self::default() };
        path.put('M', &[path.at.0, path.at.1]);
        path
    }

    /// A line on to here; nothing where that is the last place.
    pub(super) fn to(&mut self, x: f64, y: f64) {
        let at = (tenths(x), tenths(y));
        let (right, down) = (at.0 - self.at.0, at.1 - self.at.1);
        match (right, down) {
            (0, 0) => (),
            (right, 0) => self.put('h', &[right]),
            (0, down) => self.put('v', &[down]),
            (right, down) => self.put('l', &[right, down]),
        }
        self.at = at;
    }

    /// What to write.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn put(&mut self, letter: char, tenths: &[i64]) {
        let fresh = self.letter.replace(letter) != Some(letter);
        if fresh {
            self.text.push(letter);
        }
        for (i, n) in tenths.iter().enumerate() {
            let (whole, part) = (n.abs() / 10, n.abs() % 10);
            let bare = whole == 0 && part > 0;
            if *n < 0 {
                self.text.push('-');
            } else if (i > 0 || !fresh) && !(bare && self.pointed) {
                self.text.push(' ');
            }
            if !bare {
                self.text.push_str(&whole.to_string());
            }
            if part > 0 {
                self.text.push('.');
                self.text.push_str(&part.to_string());
            }
            self.pointed = part > 0;
        }
    }
}

/// As the path counts: to the nearest tenth.
pub(super) fn tenths(x: f64) -> i64 {
    (x * 10.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_way_in_few_letters() {
        let mut path = Path::from(2.0, 15.2);
        for (x, y) in [(2.7, 12.4), (3.4, 12.9), (3.4, 12.9), (5.4, 12.9), (5.9, 12.9), (5.9, 2.9), (4.0, 0.0)] {
            path.to(x, y);
        }
        assert_eq!(path.text(), "M2 15.2l.7-2.8.7.5h2 .5v-10l-1.9-2.9");
    }

    #[test]
    fn what_is_rounded_does_not_add_up() {
        let mut path = Path::from(0.0, 0.0);
        (1..=100).for_each(|i| path.to(f64::from(i) / 3.0, 0.0));
        let steps = path.text().trim_start_matches("M0 0h").replace('.', " .");
        let sum: f64 = steps.split(' ').filter(|n| !n.is_empty()).map(|n| n.parse::<f64>().unwrap()).sum();
        assert!((sum - 33.3).abs() < 1e-9, "{sum} of {steps}");
    }
}
