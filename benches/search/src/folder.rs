//! The folder that all measure with: rows and queries as little-endian float32 (`base.f32`, `queries.f32`), the
//! text of each row (`documents.jsonl`), and queries for text (`texts.json`). Ids are the numbers of the rows.

use std::collections::HashMap;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::random::Random;
use crate::truth::Truth;
use crate::wordnet::{DIMENSION, Synset, WordNet};

/// What is so common that nobody would search for it is shorter, mostly.
const SHORTEST_WORD: usize = 4;
/// Shorter words become other words by two edits.
const SHORTEST_MISSPELT: usize = 5;

#[derive(Deserialize)]
pub struct Prepare {
    data: PathBuf,
    out: PathBuf,
    /// As many rows, if there are so many beside the queries.
    rows: usize,
    queries: usize,
    /// That of the data, or a multiple of it.
    dimension: usize,
    /// By which metrics the right answers are wanted.
    metrics: Vec<String>,
}

/// A row's text.
#[derive(Serialize, Deserialize)]
pub struct Text {
    pub id: String,
    pub words: String,
    pub gloss: String,
}

/// Words of one row, which a misspelt query is made of.
#[derive(Serialize, Deserialize)]
pub struct Misspelt {
    pub row: usize,
    pub words: String,
    pub query: String,
}

#[derive(Serialize, Deserialize)]
pub struct Texts {
    /// Two words of one row each.
    pub pairs: Vec<String>,
    pub misspelt: Vec<Misspelt>,
    /// Words that follow one another: what BeaverDB 1.x can find misspelt.
    pub phrases: Vec<Misspelt>,
}

/// Which rows of the data are held out as queries, and which are searched in: at most as many as asked for, by chance,
/// the same in every run.
pub fn held_out_and_base(data: &WordNet, queries: usize, rows: usize) -> (Vec<usize>, Vec<usize>) {
    let mut order: Vec<usize> = (0..data.synsets.len()).collect();
    Random::new(1).shuffle(&mut order);
    let mut base = order.split_off(queries.min(order.len() / 4));
    base.truncate(rows);
    (order, base)
}

impl Prepare {
    pub fn run(self) -> Result<Value> {
        let data = WordNet::load(&self.data)?;
        ensure!(self.dimension.is_multiple_of(DIMENSION), "no multiple of {DIMENSION}");
        let (held_out, base) = held_out_and_base(&data, self.queries, self.rows);
        let vectors = [&base, &held_out].map(|rows| self.vectors(&data, rows));
        std::fs::create_dir_all(&self.out)?;
        for (name, vectors) in [("base.f32", &vectors[0]), ("queries.f32", &vectors[1])] {
            let mut file = BufWriter::new(std::fs::File::create(self.out.join(name))?);
            vectors.iter().try_for_each(|component| file.write_all(&component.to_le_bytes()))?;
            file.flush()?;
        }
        self.write_texts(&data, &base)?;
        let mut truths = serde_json::Map::new();
        for metric in &self.metrics {
            let mut truth = Truth::new(metric, &vectors[1], self.dimension);
            truth.show(0, &vectors[0])?;
            truths.insert(metric.clone(), json!(truth.rows()));
        }
        Ok(json!({"rows": base.len(), "queries": held_out.len(), "truth": truths}))
    }

    /// The vectors of these rows. A wide one is its row several times over, each time in another order of the
    /// components and with noise of its own; and no two are of one length, so that the metrics differ.
    fn vectors(&self, data: &WordNet, rows: &[usize]) -> Vec<f32> {
        if self.dimension == DIMENSION {
            return rows.iter().flat_map(|row| data.vector(*row)).copied().collect();
        }
        let mut random = Random::new(2);
        let orders: Vec<Vec<usize>> = (0..self.dimension / DIMENSION)
            .map(|_| {
                let mut order: Vec<usize> = (0..DIMENSION).collect();
                random.shuffle(&mut order);
                order
            })
            .collect();
        let mut wide = Vec::with_capacity(rows.len() * self.dimension);
        for row in rows {
            let vector = data.vector(*row);
            let length = 0.9 + 0.2 * random.unit();
            for component in orders.iter().flatten() {
                wide.push(length * (vector[*component] + 0.02 * random.normal()));
            }
        }
        wide
    }

    fn write_texts(&self, data: &WordNet, base: &[usize]) -> Result<()> {
        let mut file = BufWriter::new(std::fs::File::create(self.out.join("documents.jsonl"))?);
        for (row, index) in base.iter().enumerate() {
            let Synset { words, gloss, .. } = &data.synsets[*index];
            let text = Text { id: row.to_string(), words: words.join(", "), gloss: gloss.clone() };
            writeln!(file, "{}", serde_json::to_string(&text)?)?;
        }
        file.flush()?;
        let ids: HashMap<&str, usize> =
            base.iter().enumerate().map(|(row, index)| (data.synsets[*index].id.as_str(), row)).collect();
        std::fs::write(self.out.join("ids.json"), serde_json::to_string(&ids)?)?;
        let texts = texts(data, base);
        Ok(std::fs::write(self.out.join("texts.json"), serde_json::to_string(&texts)?)?)
    }
}

/// The words of a synset as one would type them: lower case, plain letters only, each once.
fn words(synset: &Synset, shortest: usize) -> Vec<String> {
    let text = format!("{} {}", synset.words.join(" "), synset.gloss).to_lowercase();
    let mut words: Vec<String> = Vec::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let plain = word.bytes().all(|byte| byte.is_ascii_lowercase());
        if plain && word.len() >= shortest && !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

fn texts(data: &WordNet, base: &[usize]) -> Texts {
    let mut random = Random::new(3);
    let mut frequency: HashMap<String, usize> = HashMap::new();
    for word in base.iter().flat_map(|index| words(&data.synsets[*index], SHORTEST_MISSPELT)) {
        *frequency.entry(word).or_default() += 1;
    }
    let mut texts = Texts { pairs: Vec::new(), misspelt: Vec::new(), phrases: Vec::new() };
    for number in 0..500 {
        let row = random.below(base.len());
        let synset = &data.synsets[base[row]];
        let mut some = words(synset, SHORTEST_WORD);
        random.shuffle(&mut some);
        some.retain(|word| word != "near"); // an operator of FTS5's in capitals only, but why puzzle anybody
        if let [first, second, ..] = some.as_slice() {
            texts.pairs.push(format!("{first} {second}"));
        }
        let mut rare = words(synset, SHORTEST_MISSPELT);
        rare.sort_by_key(|word| frequency.get(word).copied());
        rare.truncate(3);
        let edits = 1 + number % 2;
        if rare.len() == 3 {
            let query = misspell(rare.clone(), edits, &mut random);
            texts.misspelt.push(Misspelt { row, words: rare.join(" "), query });
        }
        if let Some(phrase) = phrase(&synset.gloss) {
            let query = misspell(phrase.clone(), edits, &mut random);
            texts.phrases.push(Misspelt { row, words: phrase.join(" "), query });
        }
    }
    texts
}

/// The first three words in a row that are long enough to be misspelt.
fn phrase(gloss: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = gloss.split(' ').collect();
    let plain = |word: &&str| word.len() >= SHORTEST_WORD && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let three = words.windows(3).find(|three| three.iter().all(plain))?;
    Some(three.iter().map(|word| (*word).to_owned()).collect())
}

/// Leaves out, adds, replaces or swaps letters, at any place of any word.
fn misspell(mut words: Vec<String>, edits: usize, random: &mut Random) -> String {
    for _ in 0..edits {
        let at = random.below(words.len());
        let mut letters: Vec<char> = words[at].chars().collect();
        let place = random.below(letters.len() - 1);
        let letter = char::from(b"abcdefghijklmnopqrstuvwxyz"[random.below(26)]);
        match random.below(4) {
            0 => drop(letters.remove(place)),
            1 => letters.insert(place, letter),
            2 => letters[place] = letter,
            _ => letters.swap(place, place + 1),
        }
        words[at] = letters.into_iter().collect();
    }
    words.join(" ")
}

/// The first rows of a prepared folder, read as they are asked for; they end where the file cannot be read on.
pub fn stream_rows(folder: &Path, dimension: usize, most: usize) -> Result<impl Iterator<Item = Vec<f32>>> {
    let mut file = BufReader::new(std::fs::File::open(folder.join("base.f32")).context("no base.f32")?);
    let mut bytes = vec![0; 4 * dimension];
    let rows = std::iter::from_fn(move || {
        file.read_exact(&mut bytes).ok()?;
        Some(floats(&bytes))
    });
    Ok(rows.take(most))
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// Vectors of a prepared folder, one after the other.
pub fn read_vectors(file: &Path) -> Result<Vec<f32>> {
    let bytes = std::fs::read(file).with_context(|| format!("no {}", file.display()))?;
    Ok(floats(&bytes))
}

/// The text of each row.
pub fn read_texts(folder: &Path) -> Result<Vec<Text>> {
    let text = std::fs::read_to_string(folder.join("documents.jsonl")).context("no documents.jsonl")?;
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

/// The queries for text.
pub fn read_queries(folder: &Path) -> Result<Texts> {
    Ok(serde_json::from_str(&std::fs::read_to_string(folder.join("texts.json")).context("no texts.json")?)?)
}

/// The row of each id that the data has.
pub fn read_ids(folder: &Path) -> Result<HashMap<String, usize>> {
    Ok(serde_json::from_str(&std::fs::read_to_string(folder.join("ids.json")).context("no ids.json")?)?)
}
