//! Rendered Markdown with markers -> blocks.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::document::{Block, Inline};
use super::objects::{CLOSE, OPEN, Slot, Slots};

/// The blocks of a rendered template.
///
/// # Errors
/// What the template writes that a report cannot hold, such as raw HTML.
pub(super) fn blocks(text: &str, slots: &Slots) -> Result<Vec<Block>, String> {
    let mut composer = Composer { slots, stack: vec![Frame::Blocks(Vec::new())], headings: 0 };
    for event in Parser::new_ext(text, Options::empty()) {
        composer.event(event)?;
    }
    match composer.stack.pop() {
        Some(Frame::Blocks(blocks)) if composer.stack.is_empty() => Ok(blocks),
        _ => Err("the Markdown is not closed".to_owned()),
    }
}

/// The words of one line, which hold no blocks.
///
/// # Errors
/// As for [`blocks`].
pub(super) fn line(text: &str, slots: &Slots) -> Result<Vec<Inline>, String> {
    // A word such as `2.` at the start would begin a list.
    match blocks(text, slots)?.pop() {
        Some(Block::Paragraph { inlines }) => Ok(inlines),
        None => Ok(Vec::new()),
        Some(_) => Ok(vec![Inline::Text { text: text.to_owned() }]),
    }
}

enum Frame {
    Blocks(Vec<Block>),
    Inlines(Vec<Inline>),
    List(Vec<Vec<Block>>),
}

struct Composer<'a> {
    slots: &'a Slots,
    stack: Vec<Frame>,
    headings: usize,
}

impl Composer<'_> {
    fn event(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.inline(Inline::Code { text: text.into_string() });
                Ok(())
            }
            Event::SoftBreak => {
                self.inline(Inline::Text { text: "\n".to_owned() });
                Ok(())
            }
            Event::HardBreak => {
                self.inline(Inline::Break);
                Ok(())
            }
            Event::Rule => {
                self.block(Block::Rule);
                Ok(())
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                Err(format!("a template holds no HTML: `{}`", html.trim()))
            }
            _ => Err("a template holds Markdown that reports do not have".to_owned()),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), String> {
        let frame = match tag {
            Tag::Paragraph | Tag::Heading { .. } | Tag::Strong | Tag::Emphasis | Tag::Link { .. } => {
                Frame::Inlines(Vec::new())
            }
            Tag::BlockQuote(_) | Tag::Item => Frame::Blocks(Vec::new()),
            Tag::List(_) => Frame::List(Vec::new()),
            Tag::HtmlBlock => return Ok(()),
            Tag::CodeBlock(_) => {
                return Err("indented text is code in Markdown: write it without spaces".to_owned());
            }
            other => return Err(format!("a template holds Markdown that reports do not have: {other:?}")),
        };
        self.stack.push(frame);
        Ok(())
    }

    fn end(&mut self, tag: TagEnd) -> Result<(), String> {
        if tag == TagEnd::HtmlBlock {
            return Ok(());
        }
        let frame = self.stack.pop().ok_or("the Markdown is not closed")?;
        match (tag, frame) {
            (TagEnd::Paragraph, Frame::Inlines(inlines)) => self.paragraph(inlines),
            (TagEnd::Heading(level), Frame::Inlines(inlines)) => {
                let level = match level {
                    HeadingLevel::H1 => 1,
                    HeadingLevel::H2 => 2,
                    HeadingLevel::H3 => 3,
                    _ => 4,
                };
                self.headings += 1;
                self.block(Block::Heading { level, id: format!("s{}", self.headings), inlines });
            }
            (TagEnd::Strong, Frame::Inlines(inlines)) => self.inline(Inline::Strong { inlines }),
            (TagEnd::Emphasis, Frame::Inlines(inlines)) => self.inline(Inline::Emphasis { inlines }),
            (TagEnd::Link, Frame::Inlines(_)) => {
                return Err("a report holds no links: its pages lead to one another by themselves".to_owned());
            }
            (TagEnd::BlockQuote(_), Frame::Blocks(blocks)) => self.block(Block::Quote { blocks }),
            (TagEnd::Item, Frame::Blocks(blocks)) => {
                if let Some(Frame::List(items)) = self.stack.last_mut() {
                    items.push(blocks);
                }
            }
            (TagEnd::List(ordered), Frame::List(items)) => self.block(Block::List { ordered, items }),
            (TagEnd::Item, Frame::Inlines(inlines)) => self.paragraph(inlines),
            _ => return Err("the Markdown is not closed".to_owned()),
        }
        Ok(())
    }

    /// A paragraph; one that holds a block's marker becomes that block.
    fn paragraph(&mut self, inlines: Vec<Inline>) {
        let mut words = Vec::new();
        for inline in inlines {
            match inline {
                Inline::Code { text } if text.starts_with(OPEN) => {
                    self.flush(&mut words);
                    if let Some(Slot::Block(block)) = number(&text).and_then(|index| self.slots.get(index)) {
                        self.block(block);
                    }
                }
                other => words.push(other),
            }
        }
        self.flush(&mut words);
    }

    fn flush(&mut self, words: &mut Vec<Inline>) {
        let blank = words.iter().all(|word| matches!(word, Inline::Text { text } if text.trim().is_empty()));
        let inlines = std::mem::take(words);
        if !blank {
            self.block(Block::Paragraph { inlines });
        }
    }

    /// Words with markers in them; a marker of a block is kept as code until its paragraph ends.
    fn text(&mut self, text: &str) -> Result<(), String> {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPEN) {
            if !before.is_empty() {
                self.inline(Inline::Text { text: before.to_owned() });
            }
            let (digits, tail) = after.split_once(CLOSE).ok_or("a marker is cut")?;
            let slot = digits.parse().ok().and_then(|index| self.slots.get(index));
            match slot.ok_or("a marker stands for nothing")? {
                Slot::Inline(inline) => self.inline(inline),
                Slot::Block(_) => self.inline(Inline::Code { text: format!("{OPEN}{digits}{CLOSE}") }),
            }
            rest = tail;
        }
        if !rest.is_empty() {
            self.inline(Inline::Text { text: rest.to_owned() });
        }
        Ok(())
    }

    fn inline(&mut self, inline: Inline) {
        match self.stack.last_mut() {
            Some(Frame::Inlines(inlines)) => inlines.push(inline),
            // A tight list has its words without a paragraph.
            Some(Frame::Blocks(blocks)) => match blocks.last_mut() {
                Some(Block::Paragraph { inlines }) => inlines.push(inline),
                _ => blocks.push(Block::Paragraph { inlines: vec![inline] }),
            },
            _ => {}
        }
    }

    fn block(&mut self, block: Block) {
        if let Some(Frame::Blocks(blocks)) = self.stack.last_mut() {
            blocks.push(block);
        }
    }
}

fn number(marker: &str) -> Option<usize> {
    marker.strip_prefix(OPEN)?.strip_suffix(CLOSE)?.parse().ok()
}
