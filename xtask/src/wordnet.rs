//! The dictionary files of WordNet, made into the folder that the examples read.
//!
//! The files are those of the Debian package `wordnet-base` and of Princeton's own archive; the format is that of
//! the manual page wndb(5WN). A line of data.noun, its counts of words in hexadecimal and of pointers in decimal:
//!
//! ```text
//! 02363005 05 n 01 beaver 1 002 @ 02329401 n 0000 ~ 02364520 n 0000 | large semiaquatic rodent ...
//! ```

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The files, with the letter that its synsets' ids begin with and the name of its part of speech.
const FILES: [(&str, char, &str); 4] =
    [("data.noun", 'n', "noun"), ("data.verb", 'v', "verb"), ("data.adj", 'a', "adj"), ("data.adv", 'r', "adv")];

/// Whether the folder has all of the dictionary files.
pub fn is_dictionary(folder: &Path) -> bool {
    FILES.iter().all(|(file, ..)| folder.join(file).is_file())
}

/// Writes documents.jsonl and edges.tsv into `target`. There are no embeddings in a dictionary.
pub fn convert(dictionary: &Path, target: &Path) -> Result<()> {
    let mut documents = BufWriter::new(File::create(target.join("documents.jsonl"))?);
    let mut edges = BufWriter::new(File::create(target.join("edges.tsv"))?);
    for (file, letter, pos) in FILES {
        let path = dictionary.join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        // The licence stands in front, its lines indented.
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with(' ')) {
            let synset = Synset::parse(line, letter)
                .with_context(|| format!("{}:{}: not a line of wndb(5WN)", path.display(), number + 1))?;
            writeln!(documents, "{}", synset.document(pos)?)?;
            for (symbol, end) in &synset.pointers {
                writeln!(edges, "{}\t{symbol}\t{end}", synset.id)?;
            }
        }
    }
    documents.flush()?;
    Ok(edges.flush()?)
}

#[derive(Debug, PartialEq)]
struct Synset {
    id: String,
    words: Vec<String>,
    lexfile: u32,
    gloss: String,
    /// Symbol and id of the other end.
    pointers: Vec<(String, String)>,
}

impl Synset {
    fn parse(line: &str, letter: char) -> Option<Synset> {
        let (head, gloss) = line.split_once(" | ")?;
        let mut fields = head.split_ascii_whitespace();
        let id = format!("{letter}{}", fields.next()?);
        let lexfile = fields.next()?.parse().ok()?;
        let _kind = fields.next()?; // as the letter, but for the adjectives that are called satellites
        let mut words = Vec::new();
        for _ in 0..u8::from_str_radix(fields.next()?, 16).ok()? {
            words.push(word(fields.next()?));
            let _number_in_file = fields.next()?;
        }
        let mut pointers = Vec::new();
        for _ in 0..fields.next()?.parse::<u16>().ok()? {
            let (symbol, offset, part) = (fields.next()?, fields.next()?, fields.next()?);
            let _words_that_it_connects = fields.next()?;
            let pointer = (symbol.to_owned(), format!("{}{offset}", if part == "s" { "a" } else { part }));
            if !pointers.contains(&pointer) {
                pointers.push(pointer); // one for each pair of words in the dictionary
            }
        }
        Some(Synset { id, words, lexfile, gloss: gloss.trim().to_owned(), pointers })
    }

    /// The line of documents.jsonl: the id comes first, by which the examples take a line apart.
    fn document(&self, pos: &str) -> Result<String> {
        let Synset { id, words, lexfile, gloss, .. } = self;
        let (words, gloss) = (serde_json::to_string(words)?, serde_json::to_string(gloss)?);
        Ok(format!(r#"{{"id":"{id}","words":{words},"pos":"{pos}","lexfile":{lexfile},"gloss":{gloss}}}"#))
    }
}

/// `ready_to_hand(p)` is "ready to hand"; the marker tells where such an adjective may stand.
fn word(field: &str) -> String {
    let bare = ["(p)", "(a)", "(ip)"].iter().find_map(|marker| field.strip_suffix(marker));
    bare.unwrap_or(field).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "00020647 00 s 02 out_of_reach(p) 0 unreachable 0 003 & 00020103 a 0000 \
                        + 05122557 n 0201 + 05122557 n 0202 | far off; \"an \\ island\"  ";

    #[test]
    fn a_line_gives_words_relations_and_gloss() {
        let synset = Synset::parse(LINE, 'a').unwrap();
        assert_eq!(synset.words, ["out of reach", "unreachable"]);
        let pointers = [("&".to_owned(), "a00020103".to_owned()), ("+".to_owned(), "n05122557".to_owned())];
        assert_eq!(synset.pointers, pointers);
        assert_eq!(
            synset.document("adj").unwrap(),
            r#"{"id":"a00020647","words":["out of reach","unreachable"],"pos":"adj","lexfile":0,"gloss":"far off; \"an \\ island\""}"#
        );
    }

    #[test]
    fn a_line_that_ends_too_early_is_none_of_the_format() {
        assert_eq!(Synset::parse("00020647 00 s 02 unreachable 0 000 | far off", 'a'), None);
        assert_eq!(Synset::parse("not a synset", 'a'), None);
    }

    #[test]
    fn a_folder_of_four_files_becomes_documents_and_edges() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_dictionary(folder.path()));
        for (file, ..) in FILES {
            std::fs::write(folder.path().join(file), "  1 A licence.  \n").unwrap();
        }
        std::fs::write(folder.path().join("data.adj"), format!("  1 A licence.  \n{LINE}\n")).unwrap();
        assert!(is_dictionary(folder.path()));
        convert(folder.path(), folder.path()).unwrap();
        let read = |file| std::fs::read_to_string(folder.path().join(file)).unwrap();
        assert_eq!(read("documents.jsonl").lines().count(), 1);
        assert_eq!(read("edges.tsv"), "a00020647\t&\ta00020103\na00020647\t+\tn05122557\n");
    }
}
