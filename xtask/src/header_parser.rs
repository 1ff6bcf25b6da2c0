//! Reads the functions of a C header and their documentation. It knows as much of C as cbindgen writes.

use anyhow::{Context, Result, bail};

pub struct Function {
    pub name: String,
    /// The type as written, e.g. `const beaver_dict *`, and the name.
    pub parameters: Vec<(String, String)>,
    pub returns: String,
    /// The text of the comment in front, without its stars.
    pub comment: String,
}

/// The words in which c-api.md wants ownership told.
const OWNERSHIP: &[&str] = &["caller frees with", "borrowed until", "copied before return"];

/// All functions that the header declares, in order.
pub fn functions(header: &str) -> Result<Vec<Function>> {
    let mut found = Vec::new();
    let mut comment = String::new();
    let mut statement = String::new();
    let mut rest = header;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("/*") {
            let (text, after) = after.split_once("*/").context("the header has an open comment")?;
            if statement.trim().is_empty() {
                comment = plain(text);
            }
            rest = after;
        } else if rest.starts_with("//") || (rest.starts_with('#') && statement.trim().is_empty()) {
            rest = skip_line(rest);
        } else if rest.starts_with(';') {
            found.extend(function(&statement, std::mem::take(&mut comment))?);
            statement.clear();
            rest = &rest[1..];
        } else if rest.starts_with('{') && statement.contains("extern \"C\"") {
            statement.clear();
            rest = &rest[1..];
        } else if rest.starts_with('{') {
            let end = closing_brace(rest).context("the header has an open brace")?;
            rest = &rest[end..]; // the body of a struct or enum: nothing in it is a function
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            statement.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    Ok(found)
}

/// What the documentation of a function lacks, one line each.
pub fn gaps(function: &Function) -> Vec<String> {
    let mut gaps = Vec::new();
    let comment = function.comment.trim();
    if comment.is_empty() || comment.starts_with('@') {
        gaps.push("no summary".to_owned());
    }
    for (index, (kind, name)) in function.parameters.iter().enumerate() {
        let is_handle = index == 0 && kind.contains("beaver_") && kind.ends_with('*') && !kind.ends_with("**");
        if is_handle || name == "out_error" {
            continue; // the conventions chapter tells of both, once
        }
        let gives_memory = name.starts_with("out_") && (kind.ends_with("**") || kind.contains("beaver_buf"));
        match tag(comment, &format!("@param {name} ")) {
            None => gaps.push(format!("no @param {name}")),
            Some(text) if gives_memory && !tells_ownership(text) => {
                gaps.push(format!("@param {name} tells no ownership"))
            }
            Some(_) => {}
        }
    }
    if function.returns != "void" {
        match tag(comment, "@return ") {
            None => gaps.push("no @return".to_owned()),
            Some(text) if function.returns.ends_with('*') && !tells_ownership(text) && !text.contains("static") => {
                gaps.push("@return tells no ownership".to_owned());
            }
            Some(_) => {}
        }
    }
    gaps.extend(
        ["@thread ", "@since "]
            .iter()
            .filter(|wanted| tag(comment, wanted).is_none())
            .map(|wanted| format!("no {wanted}")),
    );
    gaps.iter().map(|gap| format!("{}: {}", function.name, gap.trim())).collect()
}

fn tells_ownership(text: &str) -> bool {
    OWNERSHIP.iter().any(|phrase| text.contains(phrase))
}

/// The text behind a tag, up to the next tag.
fn tag<'a>(comment: &'a str, tag: &str) -> Option<&'a str> {
    let text = comment.split_once(tag)?.1;
    Some(text.split(" @").next().unwrap_or(text).trim()).filter(|text| !text.is_empty())
}

/// A comment as one line of words: the stars and line breaks of its layout are gone.
fn plain(comment: &str) -> String {
    let lines = comment.trim_start_matches(['*', '!']).lines();
    let words = lines.flat_map(|line| line.trim().trim_start_matches('*').split_whitespace());
    words.collect::<Vec<_>>().join(" ") + " "
}

fn function(statement: &str, comment: String) -> Result<Option<Function>> {
    let words = statement.replace("BEAVER_API", " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((head, parameters)) = words.split_once('(') else {
        return Ok(None);
    };
    if head.is_empty() || head.starts_with("typedef") {
        return Ok(None);
    }
    let start = head.rfind(|c: char| !is_name(c)).context("a function has a type and a name")? + 1;
    let (returns, name) = (head[..start].trim().to_owned(), head[start..].to_owned());
    let Some(parameters) = parameters.trim().strip_suffix(')') else { bail!("{name}: the parameters do not end") };
    let parameters = split_at_commas(parameters).into_iter().filter(|parameter| parameter != "void");
    let parameters = parameters.map(|parameter| named(&parameter)).collect::<Result<_>>();
    Ok(Some(Function { parameters: parameters.with_context(|| name.clone())?, name, returns, comment }))
}

/// Type and name of a parameter; a pointer to a function has its name inside: `void (*done)(void *)`.
fn named(parameter: &str) -> Result<(String, String)> {
    if let Some((kind, rest)) = parameter.split_once("(*") {
        let name = rest.split_once(')').context("a pointer to a function has a name")?.0;
        return Ok((format!("{}(*)", kind.trim()), name.trim().to_owned()));
    }
    let start = parameter.rfind(|c: char| !is_name(c)).map(|at| at + 1);
    let Some(start) = start.filter(|start| *start < parameter.len()) else { bail!("`{parameter}` has no name") };
    Ok((parameter[..start].trim().to_owned(), parameter[start..].to_owned()))
}

fn split_at_commas(parameters: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in parameters.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is always one part").push(c);
    }
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn skip_line(mut text: &str) -> &str {
    loop {
        let (line, after) = text.split_once('\n').unwrap_or((text, ""));
        text = after;
        if !line.ends_with('\\') {
            return text;
        }
    }
}

fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (index, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(index + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"
#ifndef BEAVER_H
#define LONG(x) \
    f(x);
#ifdef __cplusplus
extern "C" {
#endif
/** A struct is no function. */
typedef struct beaver_buf { char *data; void (*free)(void *); } beaver_buf;
typedef void (*beaver_callback)(void *userdata);
/** Reads one value.
 *  @param key       NUL-terminated UTF-8, not NULL.
 *  @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
 *  @return OK, NOT_FOUND
 *  @thread any, concurrently.  @since 0.1 */
BEAVER_API beaver_status
beaver_dict_get(const beaver_dict *dict, const char *key, beaver_buf *out_json, beaver_error **out_error);

BEAVER_API const char *beaver_version(void);
/** Watches.
 * @param done called once
 * @param out_sub the handle
 * @thread any @since 0.1 */
void beaver_watch(beaver_db *db, void (*done)(void *, int), beaver_sub **out_sub);
#ifdef __cplusplus
}
#endif
#endif
"#;

    #[test]
    fn reads_functions_with_their_parameters() {
        let functions = functions(HEADER).unwrap();
        let names: Vec<&str> = functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["beaver_dict_get", "beaver_version", "beaver_watch"]);
        assert_eq!(functions[0].parameters[1], ("const char *".to_owned(), "key".to_owned()));
        assert_eq!(functions[1].returns, "const char *");
        assert_eq!(functions[2].parameters[1], ("void(*)".to_owned(), "done".to_owned()));
    }

    #[test]
    fn finds_every_gap_and_no_other() {
        let functions = functions(HEADER).unwrap();
        assert_eq!(gaps(&functions[0]), Vec::<String>::new());
        let undocumented = ["beaver_version: no summary", "beaver_version: no @return"];
        assert_eq!(
            gaps(&functions[1]),
            [&undocumented[..], &["beaver_version: no @thread", "beaver_version: no @since"]].concat()
        );
        assert_eq!(gaps(&functions[2]), ["beaver_watch: @param out_sub tells no ownership"]);
    }
}
