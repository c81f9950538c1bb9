use proptest::prelude::*;

use super::*;

fn grouped(texts: &[&str]) -> Vec<usize> {
    groups(&texts.iter().map(|t| Some(*t)).collect::<Vec<_>>())
}

#[test]
fn case_punctuation_addresses_and_retweets_make_no_difference() {
    let texts = [
        "My flight to Boston was cancelled and nobody told us",
        "RT @ann: my flight to Boston was CANCELLED, and nobody told us!! http://t.co/x1",
        "the weather is fine in Rome",
    ];
    assert_eq!(grouped(&texts), [0, 0, 2]);
}

#[test]
fn a_form_letter_with_another_name_is_a_near_copy() {
    let letter = |who: &str| {
        format!(
            "To whom it may concern I am {who} and I object to the closing of the branch in our town which serves many \
             elderly people who cannot travel to the next one"
        )
    };
    let (one, other) = (letter("Ann Smith"), letter("Bob Jones of Hill Road"));
    assert_eq!(grouped(&[&one, &other, "I object to the closing of the office"]), [0, 0, 2]);
}

#[test]
fn a_quote_with_a_comment_is_a_near_copy_but_a_phrase_is_not() {
    let said = "the new update drains my battery in two hours and support does not answer";
    let quoted = format!("so true, same for all of us here: {said}");
    let essay = format!("{} {said}", (0..60).map(|n| format!("word{n}")).collect::<Vec<_>>().join(" "));
    assert_eq!(grouped(&[said, &quoted, &essay]), [0, 0, 2]);
}

#[test]
fn texts_without_words_are_alone() {
    assert_eq!(groups(&[Some("!!!"), Some("!!!"), None, None, Some("")]), [0, 1, 2, 3, 4]);
    assert_eq!(grouped(&["Great app", "great app!", "bad app"]), [0, 0, 2]);
}

#[test]
fn scripts_without_spaces_are_cut_by_character() {
    assert_eq!(grouped(&["订单已经两周没有发货了", "订单已经两周没有发货了！", "应用程序总是崩溃无法登录"]), [0, 0, 2]);
}

#[test]
fn resemblance_is_the_share_of_common_shingles() {
    // Shingles of three words: 4 and 4, of which "a b c", "b c d", "c d e" are common: 3 of 5.
    assert!((resemblance("a b c d e f", "a b c d e g") - 0.6).abs() < 1e-12);
    assert_eq!(resemblance("Same, here", "same here"), 1.0);
}

#[test]
fn five_megabytes_are_no_trouble() {
    let long = "all work and no play makes jack a dull boy ".repeat(120_000);
    let other = (0..400_000).map(|n| format!("w{n} ")).collect::<String>();
    assert_eq!(grouped(&[&long, &other, &long]), [0, 1, 0]);
}

proptest! {
    #[test]
    fn the_order_of_the_texts_changes_no_group(
        texts in prop::collection::vec("(late|train|again|today|refund|please)( (late|train|again|today|refund|please)){0,9}", 1..40),
        turn in 0_usize..40,
    ) {
        let here: Vec<Option<&str>> = texts.iter().map(|t| Some(t.as_str())).collect();
        let mut there = here.clone();
        there.rotate_left(turn % here.len());
        let (a, b) = (groups(&here), groups(&there));
        let place = |at: usize| (at + here.len() - turn % here.len()) % here.len();
        for x in 0..here.len() {
            for y in 0..x {
                prop_assert_eq!(a[x] == a[y], b[place(x)] == b[place(y)]);
            }
        }
    }
}
