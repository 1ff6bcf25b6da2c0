//! The command line before it is parsed. The name of a structure can be any text, also that of a command: `beaver dict
//! items get x` asks the dict `items`. The parser would take it for the command, so the name is marked first.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction, Command};

/// Stands before a name. No argument of a program can hold it.
const MARK: char = '\0';

/// The name that an argument stands for, for the parser.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps)] // a value parser returns a result
pub fn name(argument: &str) -> Result<String, String> {
    Ok(argument.strip_prefix(MARK).unwrap_or(argument).to_owned())
}

/// Marks the name after a group, leaves out the word `client`, and lets `get_many` stand for `get-many`. `args` has the
/// program's own name in front.
pub fn prepare(cli: &Command, args: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut prepared: Vec<OsString> = Vec::new();
    let mut args = args.into_iter();
    prepared.extend(args.next());
    let (mut command, mut named) = (cli, false);
    while let Some(arg) = args.next() {
        if let Some(takes_value) = option(cli, command, &arg) {
            prepared.push(arg);
            if takes_value {
                prepared.extend(args.next());
            }
        } else if is_group(command) && !named {
            named = true;
            // A name that begins with a hyphen comes behind two of them.
            let name = if arg == "--" { args.next() } else { Some(arg) };
            prepared.extend(name.map(marked));
        } else if arg == "client" && std::ptr::eq(command, cli) {
        } else {
            match find(command, &arg) {
                Some(next) if is_group(next) => {
                    prepared.push(arg);
                    command = next;
                }
                Some(next) => {
                    prepared.push(next.get_name().into());
                    break;
                }
                None => {
                    prepared.push(arg);
                    break;
                }
            }
        }
    }
    prepared.extend(args);
    prepared
}

fn marked(name: OsString) -> OsString {
    match name.into_string() {
        Ok(name) => format!("{MARK}{name}").into(),
        Err(name) => name,
    }
}

/// Whether its first argument is a name, and a command follows.
fn is_group(command: &Command) -> bool {
    command.has_subcommands() && command.get_positionals().next().is_some()
}

fn find<'c>(command: &'c Command, word: &OsStr) -> Option<&'c Command> {
    let word = word.to_str()?;
    command.find_subcommand(word).or_else(|| command.find_subcommand(word.replace('_', "-")))
}

/// Whether the argument is an option, and if so, whether its value is the argument behind it.
fn option(cli: &Command, command: &Command, arg: &OsStr) -> Option<bool> {
    let arg = arg.to_str()?;
    let known = |is: &dyn Fn(&Arg) -> bool| {
        let options = || cli.get_arguments().chain(command.get_arguments());
        options()
            .find(|option| is(option))
            .is_some_and(|option| matches!(option.get_action(), ArgAction::Set | ArgAction::Append))
    };
    if let Some(long) = arg.strip_prefix("--") {
        if long.is_empty() {
            return None;
        }
        return Some(!long.contains('=') && known(&|option| option.get_long() == Some(long)));
    }
    let mut letters = arg.strip_prefix('-')?.chars();
    let letter = letters.next()?;
    Some(letters.next().is_none() && known(&|option| option.get_short() == Some(letter)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn prepared(line: &str) -> String {
        let args = line.split(' ').map(OsString::from);
        let prepared = prepare(&Cli::command(), args);
        prepared.iter().map(|arg| arg.to_string_lossy().replace(MARK, "^")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_are_marked_wherever_they_stand() {
        assert_eq!(prepared("beaver dict x get y"), "beaver dict ^x get y");
        assert_eq!(prepared("beaver dict get get get"), "beaver dict ^get get get");
        assert_eq!(
            prepared("beaver --database dict -d list queue x len"),
            "beaver --database dict -d list queue ^x len"
        );
        assert_eq!(
            prepared("beaver --json dict --raw x --database=y len"),
            "beaver --json dict --raw ^x --database=y len"
        );
        assert_eq!(prepared("beaver dict -- -x len"), "beaver dict ^-x len");
        assert_eq!(prepared("beaver dict"), "beaver dict");
        assert_eq!(prepared("beaver info dict x"), "beaver info dict x");
    }

    #[test]
    fn client_is_another_word_for_the_program() {
        assert_eq!(prepared("beaver client --database f dict x get y"), "beaver --database f dict ^x get y");
        assert_eq!(prepared("beaver dict client get client"), "beaver dict ^client get client");
    }

    #[test]
    fn underscores_do_for_hyphens() {
        assert_eq!(prepared("beaver dict x get_many get_many"), "beaver dict ^x get-many get_many");
    }
}
