//! WhatsApp's marks in a text: `*bold*`, `_italic_`, `~struck~`, `` `code` ``, ```` ```code``` ````, lists and quotes (domain.md 5).
//!
//! A mark opens where no letter or digit stands before it and no space behind, and closes the other way round, on the same line; only
//! ```` ``` ```` reaches over lines. Links and what was filled in stay whole: marks in them are part of them.

use super::Segment;

/// How a stretch of text looks.
#[expect(clippy::struct_excessive_bools, reason = "each mark is in force or not, whatever the others are")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// `*bold*`.
    pub bold: bool,
    /// `_italic_`.
    pub italic: bool,
    /// `~struck~`.
    pub struck: bool,
    /// `` `code` ``.
    pub code: bool,
}

impl Look {
    /// With what this mark adds; nothing where it is no mark or is in force already.
    const fn with(self, mark: char) -> Option<Self> {
        match mark {
            '*' if !self.bold => Some(Self { bold: true, ..self }),
            '_' if !self.italic => Some(Self { italic: true, ..self }),
            '~' if !self.struck => Some(Self { struck: true, ..self }),
            '`' if !self.code => Some(Self { code: true, ..self }),
            _ => None,
        }
    }
}

/// A stretch of one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// How it looks.
    pub look: Look,
    /// What stands there.
    pub segment: Segment,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Lines as they are, with their breaks.
    Lines(Vec<Run>),
    /// Quoted lines.
    Quote(Vec<Run>),
    /// A list with dots.
    Dots(Vec<Vec<Run>>),
    /// A list with numbers.
    Numbers(Vec<(u32, Vec<Run>)>),
}

/// A text as its marks ask for. Nothing of it is lost but the marks that were followed.
pub fn blocks(segments: &[Segment]) -> Vec<Block> {
    let units: Vec<Unit<'_>> = segments.iter().flat_map(units).collect();
    let mut blocks = Vec::new();
    for line in lines(&units) {
        put(&mut blocks, line);
    }
    blocks
}

/// The words of a text without the marks that were followed, for a line that has no room for looks.
pub fn unmarked(text: &str) -> String {
    words_of(&blocks(&[Segment::text(text)]))
}

/// The words of all blocks, one line of the text to a line.
fn words_of(blocks: &[Block]) -> String {
    let line = |runs: &Vec<Run>| runs.iter().map(|run| words(&run.segment)).collect::<String>();
    let of_block = |block: &Block| match block {
        Block::Lines(runs) | Block::Quote(runs) => line(runs),
        Block::Dots(items) => items.iter().map(line).collect::<Vec<_>>().join("\n"),
        Block::Numbers(items) => items.iter().map(|(_, runs)| line(runs)).collect::<Vec<_>>().join("\n"),
    };
    blocks.iter().map(of_block).collect::<Vec<_>>().join("\n")
}

fn words(segment: &Segment) -> &str {
    match segment {
        Segment::Text(text) | Segment::Fill(text) | Segment::Blank(text) | Segment::Link { text, .. } => text,
    }
}

/// A character that may be a mark, or a segment that stays whole.
#[derive(Clone, Copy)]
enum Unit<'s> {
    Char(char),
    Whole(&'s Segment),
}

impl Unit<'_> {
    fn is(self, mark: char) -> bool {
        matches!(self, Self::Char(c) if c == mark)
    }

    fn is_space(self) -> bool {
        matches!(self, Self::Char(c) if c.is_whitespace())
    }

    fn is_word(self) -> bool {
        match self {
            Self::Char(c) => c.is_alphanumeric(),
            Self::Whole(_) => true,
        }
    }
}

fn units(segment: &Segment) -> Vec<Unit<'_>> {
    match segment {
        Segment::Text(text) => text.chars().map(Unit::Char).collect(),
        whole => vec![Unit::Whole(whole)],
    }
}

/// Where the code that a fence opens here ends: the place of the closing fence.
fn fenced(units: &[Unit<'_>], at: usize) -> Option<usize> {
    let is_fence = |at: usize| units.get(at..at + 3).is_some_and(|three| three.iter().all(|unit| unit.is('`')));
    if !is_fence(at) {
        return None;
    }
    (at + 4..units.len()).find(|end| is_fence(*end))
}

/// Splits at line breaks, but not inside a fence.
fn lines<'u, 's>(units: &'u [Unit<'s>]) -> Vec<&'u [Unit<'s>]> {
    let mut lines = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < units.len() {
        if let Some(end) = fenced(units, at) {
            at = end + 3;
            continue;
        }
        if units[at].is('\n') {
            lines.push(&units[from..at]);
            from = at + 1;
        }
        at += 1;
    }
    lines.push(&units[from..]);
    lines
}

/// What a line begins with.
enum Start {
    Quote,
    Dot,
    Number(u32),
}

/// What a line begins with, and what stands behind it.
fn start<'u, 's>(line: &'u [Unit<'s>]) -> Option<(Start, &'u [Unit<'s>])> {
    let digits: String = line.iter().map_while(|unit| digit(*unit)).take(4).collect();
    let (start, width) = match line {
        [Unit::Char('>'), ..] => (Start::Quote, 1),
        [Unit::Char('*' | '-'), ..] => (Start::Dot, 1),
        _ if (1..=3).contains(&digits.len()) && line.get(digits.len()).is_some_and(|unit| unit.is('.')) => {
            (Start::Number(digits.parse().ok()?), digits.len() + 1)
        }
        _ => return None,
    };
    let said = line.get(width + 1..)?;
    (line[width].is(' ') && said.iter().any(|unit| !unit.is_space())).then_some((start, said))
}

fn digit(unit: Unit<'_>) -> Option<char> {
    match unit {
        Unit::Char(c) if c.is_ascii_digit() => Some(c),
        _ => None,
    }
}

/// Puts a line behind the others: into the last block where it is of the same kind.
fn put(blocks: &mut Vec<Block>, line: &[Unit<'_>]) {
    let first = blocks.is_empty();
    let (start, said) = start(line).map_or((None, line), |(start, said)| (Some(start), said));
    let runs = runs(said);
    match (start, blocks.last_mut()) {
        (None, Some(Block::Lines(lines))) | (Some(Start::Quote), Some(Block::Quote(lines))) => {
            push(lines, Look::default(), Unit::Char('\n'));
            for run in runs {
                join(lines, run);
            }
        }
        (Some(Start::Dot), Some(Block::Dots(items))) => items.push(runs),
        (Some(Start::Number(number)), Some(Block::Numbers(items))) => items.push((number, runs)),
        (None, _) if first || !runs.is_empty() => blocks.push(Block::Lines(runs)),
        // An empty line between two lists keeps its height.
        (None, _) => blocks.push(Block::Lines(vec![Run { look: Look::default(), segment: Segment::text("") }])),
        (Some(Start::Quote), _) => blocks.push(Block::Quote(runs)),
        (Some(Start::Dot), _) => blocks.push(Block::Dots(vec![runs])),
        (Some(Start::Number(number)), _) => blocks.push(Block::Numbers(vec![(number, runs)])),
    }
}

fn runs(line: &[Unit<'_>]) -> Vec<Run> {
    let mut runs = Vec::new();
    read(line, Look::default(), &mut runs);
    runs
}

fn read(units: &[Unit<'_>], look: Look, runs: &mut Vec<Run>) {
    let mut at = 0;
    while at < units.len() {
        let Some((width, end, marked)) = marked(units, at, look) else {
            push(runs, look, units[at]);
            at += 1;
            continue;
        };
        let inner = &units[at + width..end];
        if marked.code {
            for unit in inner {
                push(runs, marked, *unit);
            }
        } else {
            read(inner, marked, runs);
        }
        at = end + width;
    }
}

/// The stretch that a mark opens here: how wide the mark is, where it closes, and how what is between looks.
fn marked(units: &[Unit<'_>], at: usize, look: Look) -> Option<(usize, usize, Look)> {
    if let Some(end) = fenced(units, at) {
        return Some((3, end, look.with('`')?));
    }
    let Unit::Char(mark) = units[at] else { return None };
    let inside = look.with(mark)?;
    let closes = |end: &usize| units[*end].is(mark) && !units[*end - 1].is_space();
    if mark == '`' {
        if units.get(at + 1)?.is(mark) {
            return None;
        }
        let end = (at + 2..units.len()).find(|end| units[*end].is(mark))?;
        return Some((1, end, inside));
    }
    let opens = at == 0 || !units[at - 1].is_word();
    let next = units.get(at + 1)?;
    if !opens || next.is_space() || next.is(mark) {
        return None;
    }
    let ends = |end: &usize| units.get(*end + 1).is_none_or(|after| !after.is_word());
    let end = (at + 2..units.len()).find(|end| closes(end) && ends(end))?;
    Some((1, end, inside))
}

fn push(runs: &mut Vec<Run>, look: Look, unit: Unit<'_>) {
    let segment = match unit {
        Unit::Char(c) => Segment::text(c),
        Unit::Whole(segment) => segment.clone(),
    };
    join(runs, Run { look, segment });
}

/// Puts a run behind the others, into the last one where both are words of one look.
fn join(runs: &mut Vec<Run>, run: Run) {
    match (runs.last_mut(), run) {
        (Some(Run { look, segment: Segment::Text(before) }), Run { look: new, segment: Segment::Text(text) })
            if *look == new =>
        {
            before.push_str(&text);
        }
        (_, run) => runs.push(run),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_text(text: &str) -> Vec<Block> {
        blocks(&[Segment::text(text)])
    }

    /// The runs of a single block of lines, each as its look (`b`, `i`, `s`, `c`) and its words.
    fn looks(text: &str) -> Vec<(String, String)> {
        let found = read_text(text);
        let [Block::Lines(runs)] = found.as_slice() else { panic!("{found:?}") };
        runs.iter().map(|run| (look(run.look), words(&run.segment).to_owned())).collect()
    }

    fn look(look: Look) -> String {
        let letters = [(look.bold, 'b'), (look.italic, 'i'), (look.struck, 's'), (look.code, 'c')];
        letters.into_iter().filter_map(|(on, letter)| on.then_some(letter)).collect()
    }

    fn of(look: &str, text: &str) -> (String, String) {
        (look.to_owned(), text.to_owned())
    }

    #[test]
    fn each_mark_changes_the_look_and_marks_stand_in_one_another() {
        assert_eq!(
            looks("*a* _b_ ~c~ `d` ```e *f*``` *g _h_*"),
            [
                of("b", "a"),
                of("", " "),
                of("i", "b"),
                of("", " "),
                of("s", "c"),
                of("", " "),
                of("c", "d"),
                of("", " "),
                of("c", "e *f*"),
                of("", " "),
                of("b", "g "),
                of("bi", "h"),
            ]
        );
    }

    #[test]
    fn a_mark_that_opens_or_closes_nothing_is_a_character() {
        for text in
            ["2*3*4", "a_b_c", "x * a*", "*a *", "**", "*a\nb*", "snake_case_name", "5 * 3 * 2", "`", "````", "~~"]
        {
            assert_eq!(looks(text), [of("", text)], "{text}");
        }
        assert_eq!(looks("**a**"), [of("", "*"), of("b", "a"), of("", "*")]);
        assert_eq!(looks("（*限時*）"), [of("", "（"), of("b", "限時"), of("", "）")]);
    }

    #[test]
    fn lists_and_quotes_are_blocks_and_a_fence_reaches_over_lines() {
        let line = |text: &str| vec![Run { look: Look::default(), segment: Segment::text(text) }];
        assert_eq!(
            read_text("Hi\n\n- a\n* b\n2. c\n10. d\n> e\n> f\nend"),
            [
                Block::Lines(line("Hi\n")),
                Block::Dots(vec![line("a"), line("b")]),
                Block::Numbers(vec![(2, line("c")), (10, line("d"))]),
                Block::Quote(line("e\nf")),
                Block::Lines(line("end")),
            ]
        );
        assert_eq!(looks("```a\n- b```"), [of("c", "a\n- b")]);
        for text in ["-a", ">", "> ", "1.a", "1234. a", "- "] {
            assert_eq!(looks(text), [of("", text)], "{text}");
        }
    }

    #[test]
    fn links_and_what_was_filled_in_stay_whole_inside_a_mark() {
        let name = Segment::Fill("A*B*".into());
        let link = Segment::Link { text: "https://a.example/_x_".into(), href: "https://a.example/_x_".into() };
        let found = blocks(&[Segment::text("*"), name.clone(), Segment::text("*: "), link.clone()]);
        let bold = Look { bold: true, ..Look::default() };
        let run = |look, segment| Run { look, segment };
        let expected = [run(bold, name), run(Look::default(), Segment::text(": ")), run(Look::default(), link)];
        assert_eq!(found, [Block::Lines(expected.to_vec())]);
    }

    #[test]
    fn without_room_for_looks_only_the_words_are_left() {
        assert_eq!(unmarked("*雙11* _早鳥_ ~990~ 790 元"), "雙11 早鳥 990 790 元");
        assert_eq!(unmarked("- 杯\n- 盤\n> 謝謝"), "杯\n盤\n謝謝");
        assert_eq!(unmarked("2 * 3 *一半"), "2 * 3 *一半");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_but_marks(text in "[ab1您*_~`>.\\- \n]{0,60}") {
            let kept = words_of(&read_text(&text));
            // What is left stands in the text in the same order, and what is missing are marks.
            let mut rest = kept.chars().peekable();
            let missing: String = text.chars().filter(|c| rest.next_if_eq(c).is_none()).collect();
            prop_assert_eq!(rest.next(), None);
            prop_assert!(missing.chars().all(|c| "*_~`>.- 1".contains(c)), "{:?}", missing);
        }

        #[test]
        fn without_marks_a_text_is_what_it_is(text in "[a-z您，。！?:/ \n]{1,60}") {
            prop_assert_eq!(looks(&text), [of("", &text)]);
        }
    }
}
