//! The rules of intent: phrases and what they speak for.
//!
//! Written by hand from how people complain, praise, ask and propose in public (Preoţiuc-Pietro, Gaman & Aletras 2019,
//! "Automatically Identifying Complaints in Social Media": negations, requests, intensifiers, temporal references),
//! for texts made plain by [`super::plainly()`]. A weight is in log odds; a rule counts once, however often it is met.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use crate::enrich::options::Intent;
use crate::enrich::options::Intent::{Abuse, Complaint, Idea, Praise, Question, Spam};

/// One rule.
pub struct Rule {
    /// What it speaks for, or with a negative weight against.
    pub intent: Intent,
    /// Log odds.
    pub weight: f64,
    /// What it is, for explanations.
    pub name: &'static str,
    /// A regular expression for a plain text; words have a space on both sides.
    pattern: &'static str,
}

impl Rule {
    /// What of it makes a difference, in bytes.
    pub(super) fn digested(&self) -> Vec<u8> {
        format!("{} {} {}", self.intent, self.weight, self.pattern).into_bytes()
    }
}

const fn rule(intent: Intent, weight: f64, name: &'static str, pattern: &'static str) -> Rule {
    Rule { intent, weight, name, pattern }
}

/// All rules.
pub const RULES: &[Rule] = &[
    rule(
        Complaint,
        2.6,
        "it does not work",
        concat!(
            r" (doesn't|does not|doesnt|don't|do not|didn't|did not|didnt|won't|will not|wont|isn't|is not|isnt|aren't",
            r"|wasn't|not|never|stopped|stops|quit|quits|hardly|barely|fails? to|failed to|refuses? to",
            r"|(can't|cannot|can not|won't) (get|make) (\w+ ){1,3}to)",
            r" (even |actually |seem to |properly |always |really |correctly |ever |be |been )?",
            r"(work|works|working|worked|load|loads|loading|open|opens|opening|start|starting|turn|turning|connect",
            r"|connecting|connects|update|updating|updates|install|installing|play|playing|respond|responding|charge",
            r"|charging|sync|syncing|show up|showing|display|displaying|recogni[sz]e|recogni[sz]ed|detect|detected",
            r"|function|functioning|arrive|arrived|delivered|come through|coming through|came|send|sending|receive",
            r"|received|save|saving|download|downloading|boot|booting|let me|let us|allow me|refresh|refreshing|stream",
            r"|go away|processed|appear|appearing|scroll|print|printing|reply|answer|accept|accepting|refunded|credited",
            r"|resolved|honou?r|help|care|listen) ",
        ),
    ),
    rule(
        Complaint,
        1.3,
        "cannot",
        concat!(
            r" (can't|cant|cannot|can not|unable to|not able to|couldn't|could not|impossible to|no way to) (\w+ )?",
            r"(access|log|login|sign|get|use|open|connect|play|watch|install|update|download|turn|send|receive|reach",
            r"|cancel|pay|load|view|delete|remove|even|stream|hear|upload|bypass|comment|move|withdraw|transfer) ",
        ),
    ),
    rule(
        Complaint,
        1.5,
        "a fault",
        concat!(
            r" (error|errors|bug|bugs|buggy|glitch|glitches|glitchy|glitched|crash|crashes|crashed|crashing|freez(e|es|ing)",
            r"|froze|frozen|unresponsive|lags|laggy|lagging|broken|broke|defective|faulty|damaged|corrupt|corrupted|stuck",
            r"|bricked|malfunction\w*|outage|outages|unusable|overheat\w*|flicker\w*|disconnect(s|ed|ing)|unreliable",
            r"|hacked|spyware|virus|malware|keylogger) ",
        ),
    ),
    rule(Complaint, 1.0, "trouble", r" (problem|problems|issue|issues|trouble|troubles) "),
    rule(
        Complaint,
        1.8,
        "waiting",
        concat!(
            r" (still (waiting|no|not|haven't|hasn't|havent|don't|doesn't|can't|nothing)|been waiting",
            r"|waiting (for |over |since )?(\w+ ){0,3}(hours?|days?|weeks?|months?)|for (hours|days|weeks|months)",
            r"|tak(es|ing|e) (so long|too long|forever|ages|longer)|so long to|late again|no (response|reply|answer)) ",
        ),
    ),
    rule(
        Complaint,
        1.5,
        "money lost",
        concat!(
            r" (refund|refunds|refunded|money back|overcharged?|overcharging|(charged|billed) (me )?(twice|again|xnum)|rip ?off",
            r"|ripped off|scam|scammed|scammers|stole|stolen money|fraudulent|unauthori[sz]ed|hidden fees?|late fees?",
            r"|inaccurate|without my (consent|permission|knowledge|authori[sz]ation)) ",
        ),
    ),
    rule(
        Complaint,
        1.7,
        "dismay",
        concat!(
            r" (terrible|horrendous|ridiculous|unacceptable|inexcusable|disgraceful|disgrace|useless|worthless",
            r"|crappy|shitty|sucks?|disappoint(ed|ing|ment|s)|frustrat(ed|ing|ion|es)|annoy(ed|ing|s)|infuriating",
            r"|irritating|atrocious|appalling|abysmal|lousy|incompetent|unprofessional|the worst|worst (\w+ )?ever|fed up",
            r"|sick of|tired of|waste of|a joke|unhappy|dissatisfied|misleading|deceptive|shame on|do better",
            r"|pisse[sd] (me |us )?off|makes me (\w+ )?(angry|mad)|wtf|poorly|downhill|degenerat\w+|overpriced|nightmare",
            r"|let down|half hearted|(everything|something|what's|what is) (that's |that is )?wrong with|irrationally|pisses|horrible (\w+ )?(service|experience|quality|support|app|product)",
            r"|awful (\w+ )?(service|experience|quality|support|app|product)|bad (service|quality|experience|idea|design|decision)",
            r"|poor(ly)? (\w+ )?(service|quality|design|designed|decision|decisions|performance|made|support)) ",
        ),
    ),
    rule(
        Complaint,
        1.2,
        "why",
        concat!(
            r" (why|how come|what's the point of|what is the point of) (the hell |the fuck |on earth )?",
            r"(is|are|does|do|did|can't|cant|won't|wont|doesn't|don't|isn't|aren't|would|was|must|has|have|am|having) ",
        ),
    ),
    rule(
        Complaint,
        1.2,
        "is it only me",
        concat!(
            r" (anyone|anybody|any one|somebody|someone|everyone) (else )?(is |are )?(also )?",
            r"(having|getting|experienc\w+|encounter\w+|seeing|notic\w+|had|have|has) ",
            r"(this|the same|these|problems?|issues?|trouble|similar|same|an issue|a problem) ",
        ),
    ),
    rule(
        Complaint,
        1.5,
        "it keeps happening",
        concat!(
            r" (keeps?|kept|constantly|randomly|suddenly|every time|everytime|all of a sudden) (\w+ ){0,5}",
            r"(crash\w*|fail\w*|freez\w*|los(es|ing|t)|dropp\w+|drops|stopp\w+|stops|restart\w*|reboot\w*|disconnect\w*",
            r"|popp\w+|pops|going down|asking|shut\w*|cut\w*|interrupt\w*|forget\w*|los(es|ing)|hacked|goes|turns off|broke) ",
        ),
    ),
    rule(
        Complaint,
        0.9,
        "every time",
        r" (every time (i|it|we|my)|everytime|all the time|all of a sudden|over and over|yet again|once again) ",
    ),
    rule(
        Complaint,
        0.9,
        "something is gone",
        concat!(
            r" (missing|disappeared|vanished|(is|are|all|just) gone|was removed|been removed|took (away|off|out)|taken away",
            r"|no longer|no option) ",
        ),
    ),
    rule(
        Complaint,
        0.7,
        "a way out",
        concat!(
            r" (how (do|can|on earth can|would) (i|we|you) (fix|stop|get rid|prevent|uninstall)|how to (stop|get rid)",
            r"|what('s| is) (wrong|going on|happening)|what can i do|out of ideas|won't go away|get rid of) ",
        ),
    ),
    rule(
        Complaint,
        0.9,
        "since a change",
        r" (ever since|since (the|my|last|this|i) (\w+ ){0,3}(update|upgrade|updated|upgraded|install\w*|patch)|after (the |an |i )?(\w+ )?(update|upgrade|updat(ed|ing)|upgrad(ed|ing))) ",
    ),
    rule(
        Complaint,
        1.2,
        "it should not be so",
        concat!(
            r" (way to (offer|ruin|treat)|thanks for nothing|not cool|could have been so|(is|was|are) supposed to",
            r"|should (be able to|have been)|being forced|forced to|am i doing something wrong|don't even|doesn't even",
            r"|don't get it|makes no sense|does this make (any )?sense|straight up|i hate|hate (it|that|this|how|when)) ",
        ),
    ),
    rule(
        Complaint,
        1.6,
        "a demand",
        concat!(
            r" (please fix|fix (this|it|your)|needs? fixing|will be fixed|fix for this|get (your|its|their) \w+ together",
            r"|needs? to stop|has to stop|shouldn't have to|would ?n[o']t recommend|never again",
            r"|never (buying|using|shopping|flying|ordering)|cancel(l?ing|l?ed) my|don't (buy|bother|waste)|stay away) ",
        ),
    ),
    rule(
        Complaint,
        -1.6,
        "news",
        concat!(
            r" (breaking|launch(es|ed)?|announc(es|ed)|introduc(es|ed)|releas(es|ed)|now (available|streaming|live|out)",
            r"|available now|coming (soon|to)|now on|rt xuser|hands on|is out|are out|confirms?|unveils?|says|told",
            r"|according to|officials?|police|suspects?|reports) ",
        ),
    ),
    rule(
        Complaint,
        -2.0,
        "grief",
        concat!(
            r" (pray|praying|prayers?|prayfor\w+|victims?|condolences|thoughts (and|are|go)|rip|survivors?|tragedy",
            r"|donat\w+|relief|hearts? goes?|bombing|earthquake|tornado|terremoto|sismo|typhoon|rescueph) ",
        ),
    ),
    rule(
        Complaint,
        -1.2,
        "thanks",
        r" (thank you|thx|i love|loving|awesome|amazing|excellent|impressed|works (great|well|perfectly)|beautiful|happy with|enjoy\w*|glad|best) ",
    ),
    rule(
        Complaint,
        -1.2,
        "solved",
        r" (fixed (all|my|it)|how to fix|here is how|fix(es)? for|solved|no (problem|problems|issues?)|without (a|any) (problem|problems|issues?)|never had (a|an|any) (problem|issue)) ",
    ),
    rule(
        Complaint,
        -1.0,
        "asks for advice",
        concat!(
            r" (is there (a|an|any) (way|app|extension|good|list)|which|what (is|are) the best|recommend|recommendations?",
            r"|suggestions|what do you (use|think)|should i|worth it|good deal|thinking (of|about)|looking for|opinions?) ",
        ),
    ),
    rule(
        Praise,
        1.2,
        "praise",
        concat!(
            r" (thank you (so|for|all)|thanks (so|for|to)|love (it|this|my|your|the|that|how)|loving|loved (it|this)",
            r"|best (\w+ )?(ever|service|phone|app|product|i've|customer)|awesome|amazing|excellent|fantastic|outstanding",
            r"|superb|brilliant|great (job|service|work|product|app|phone|experience|value|quality|support|camera|sound)",
            r"|well done|works (great|perfectly|like a charm|well|beautifully|fine)|(highly |would )recommend|impressed",
            r"|(very|so|really|extremely) (happy|pleased|satisfied|good|easy|nice)|happy with|delighted|flawless\w*",
            r"|kudos|props to|hats off|keep up|lifesaver|life saver|worth (it|every)|this is how you do|my favou?rite) ",
        ),
    ),
    rule(
        Praise,
        -1.2,
        "praise turned round",
        concat!(
            r" ((not|never|isn't|wasn't|don't|didn't|hardly|no) (\w+ )?(good|great|impressed|happy|recommend|love|worth|like|nice",
            r"|pleased|satisfied|best|easy|well)|would be (nice|great|better|awesome)|would have been|used to (be|love)|i wish) ",
        ),
    ),
    rule(
        Praise,
        -0.7,
        "dismay",
        r" (but|however|unfortunately|terrible|awful|horrible|worst|sucks?|disappoint\w+|useless|annoying|broken|problem|problems|refund|complain\w*|poor|poorly|hate) ",
    ),
    rule(Question, 2.6, "a question mark", r" \? "),
    rule(
        Question,
        1.6,
        "begins like a question",
        concat!(
            r"(^|[.?!]) (so |hi |hey |hello |ok |and |but |please )?(who|what|when|where|why|how|which|whose|is|are|was|were|do",
            r"|does|did|can|could|would|should|will|has|have|am|may|any|anyone|anybody|what's|where's|how's|who's|isn't|don't",
            r"|doesn't|can't) ",
        ),
    ),
    rule(
        Question,
        1.8,
        "asks",
        concat!(
            r" (how (do|can|would|should|could) (i|we|you)|how to|is there (a|an|any|some)|can i|do i|does (anyone|anybody)",
            r"|has anyone|anyone (know|have|else)|wondering|curious|(want|need|like|love) to know|tell me|can you|could you",
            r"|let me know|don't understand|explain|any (ideas?|suggestions|advice|tips|help|clue)|(need|please|some) help",
            r"|help me|what (is|are|should|does|do|can|will)|why (is|are|does|do|did|was|has|would|won't|can't)|when (will|is|can)",
            r"|where (is|can|do|are)) ",
        ),
    ),
    rule(Question, -0.8, "rhetoric", r" (rt xuser|why (the (hell|fuck)|on earth)|are you (kidding|serious)|xurl ) "),
    rule(
        Idea,
        3.0,
        "a proposal",
        concat!(
            r" (would be (\w+ )?(nice|great|cool|awesome|good|helpful|useful|better|amazing|fantastic) (if|to)|feature request",
            r"|please (add|bring|include|implement|give us|allow|let us|support|consider|enable|make (it|an?|the))",
            r"|(i |we |i'd |would )?suggest (that|you|adding|a|to|making)|my suggestion|i('d| would) (really )?(like|love) (to see|if|the (same|option|ability)|to be able)",
            r"|i (really )?wish (there|you|it|they|we|i could|that)|you (guys )?should (really )?(add|make|offer|include|allow|let|bring|consider|have)",
            r"|they should (add|make|offer|include|allow|let|bring|have)|there should be|should (be|have) (a|an|the) (\w+ )?(option|button|way|setting|mode|feature)",
            r"|(could|can) (you|we) (please )?(add|include|get|have|bring|make)|how about (a|an|adding|making|having|letting)",
            r"|why (isn't there|is there no|not add|not just)|needs? (a|an|to have|to add) (\w+ ){0,2}(option|mode|feature|button|setting|support)",
            r"|would love (to see|if|a|an|to have)|(an|the|my|another|here's an|good|great|simple) idea|(add|adding) (a|an|the|support)",
            r"|consider (adding|making|a|letting|allowing)|do this please|would it make sense|(feature|option) (that )?i('d| would) like",
            r"|can \w+ (please )?(not )?be|hope you will|what if (you|we|they)|instead of \w+ .{1,60} how about) ",
        ),
    ),
    rule(
        Idea,
        -1.5,
        "asks for one",
        r" ((any|no|bad) ideas?|out of ideas|is it a good idea|i had no idea|no idea|i('d| would) like to (know|see if|return|report|cancel|speak)) ",
    ),
    rule(
        Spam,
        1.6,
        "an offer",
        concat!(
            r" (click (here|the link|below|on the link)|(buy|order|apply|register|sign up|join|shop) (now|today)|free (gift|trial|money|iphone|ipad|followers|cash)",
            r"|limited (time|offer|stock)|act now|earn (money|cash|xnum|up to)|make money|work from home|casino|viagra|cialis|lose weight",
            r"|weight loss|(promo|discount|coupon) code|promo|followback|follow (me|back|for)|check (out )?my (profile|bio|page|channel|link|site)",
            r"|dm me|whatsapp|telegram|investment|bitcoin|forex|crypto|payday loan|xnum off|giveaway|best price|cheap \w+ (online|for sale)",
            r"|we('re| are) hiring|job alert|jobs xtag|xtag (jobs?|internship|hiring)|get rich|100% free|guaranteed) ",
        ),
    ),
    rule(
        Spam,
        1.3,
        "a second offer",
        r" (click|buy|order|shop|free|offer|deal|win|earn|cash|winner|prize|subscribe|visit) .* (xurl|now|today|here|link) ",
    ),
    rule(Spam, 0.9, "a link", r" xurl "),
    rule(Spam, 0.8, "several links", r" xurl .*xurl "),
    rule(Spam, 1.4, "many hashtags", r"( xtag [^ ]+ (.* )?){5}"),
    rule(
        Abuse,
        1.8,
        "an insult",
        concat!(
            r" (you|you're|youre|ur|u|your|yall|y'all|he's|she's|they're|these|this|such an?|what an?|fat|dumb|stupid|fucking|fuckin|ugly|little|you (are|r)|is an?) (\w+ ){0,2}",
            r"(idiot|idiots|moron|morons|imbecile|scum|trash|loser|liar|asshole|assholes|dickhead|bastard|bitch|bitches|cunt|cunts|pussy|retard|retards|retarded|slut|sluts|whore|whores) ",
        ),
    ),
    rule(
        Abuse,
        1.8,
        "hostility",
        r" (fuck (you|u|off|him|her|them|these|those|all)|go (to hell|kill|die)|kill yourself|kys|shut (the (\w+ )?)?up|hope you (die|rot)|stfu|gtfo|piece of shit|son of a bitch|screw you|suck my|you deserve to) ",
    ),
];

#[expect(clippy::expect_used, reason = "the patterns are constants; a test compiles them")]
static SET: LazyLock<RegexSet> = LazyLock::new(|| {
    // The phrases make many states: with room for them a text costs a microsecond, with the usual 2 MiB twenty.
    RegexSetBuilder::new(RULES.iter().map(|rule| rule.pattern))
        .unicode(false)
        .size_limit(64 << 20)
        .dfa_size_limit(64 << 20)
        .build()
        .expect("constant patterns")
});

/// The rules that a plain text meets, by place in [`RULES`], ascending.
pub fn met(plain: &str) -> impl Iterator<Item = usize> {
    SET.matches(plain.as_bytes()).into_iter()
}

/// The words that met a rule, for explanations; empty where it is not met.
pub fn words_of(rule: &Rule, plain: &str) -> String {
    #[expect(clippy::expect_used, reason = "the patterns are constants; a test compiles them")]
    let pattern: Regex = RegexBuilder::new(rule.pattern).unicode(false).build().expect("a constant pattern");
    let found = pattern.find(plain.as_bytes()).map_or(&[][..], |found| found.as_bytes());
    String::from_utf8_lossy(found).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrich::intent::plainly::plainly;

    fn names(text: &str) -> Vec<&'static str> {
        met(&plainly(text)).map(|at| RULES[at].name).collect()
    }

    #[test]
    fn phrases_meet_their_rules() {
        assert_eq!(names("My camera isn't turning on"), ["it does not work"]);
        assert_eq!(names("It keeps crashing."), ["a fault", "it keeps happening"]);
        assert!(names("Would be nice if it had a dark mode").contains(&"a proposal"));
        assert!(names("how do i change my pin").contains(&"begins like a question"));
        assert!(names("The blue one is 20 cm wide.").is_empty());
    }

    #[test]
    fn words_that_met_a_rule_are_named() {
        let rule = RULES.iter().find(|r| r.name == "waiting").unwrap();
        assert_eq!(words_of(rule, &plainly("I am still waiting!")), "still waiting");
    }
}
