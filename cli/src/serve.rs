//! The server, and its keys.

use beaver_core::{Json, wire};
use beaver_server::{Database, KeyCommand, KeyInfo, Rights, ServeArgs, create_key, list_keys, revoke_key, run};

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::output::Row;
use crate::times::to_text;

pub fn serve(cx: &Context, args: &ServeArgs) -> Outcome {
    if cx.session.is_shell() {
        return Err(Failure::usage("a server runs until it is stopped: start it outside of the shell"));
    }
    here(cx, "serve")?;
    let db = cx.session.db_to_serve()?;
    Ok(run(args.clone().config(Database::Open(db)))?)
}

pub fn key(cx: &Context, command: &KeyCommand) -> Outcome {
    here(cx, "key")?;
    match command {
        KeyCommand::Create { rights, label } => {
            let (_, key) = create_key(&cx.db(Access::Write)?, *rights, label.as_deref())?;
            cx.out.text(&key)
        }
        KeyCommand::List => {
            let keys = list_keys(&cx.db(Access::Read)?)?;
            cx.out.rows(&["id", "rights", "label", "created"], keys.into_iter().map(Ok))
        }
        KeyCommand::Revoke { id } => {
            if revoke_key(&cx.db(Access::Write)?, id)? {
                return Ok(());
            }
            Err(Failure::not_found("there is no key of that id: 'beaver key list' has them"))
        }
    }
}

/// Whether it is a file: who has a key of a server cannot make others with it.
fn here(cx: &Context, command: &str) -> Outcome {
    if cx.session.is_remote() {
        return Err(Failure::usage(format!("'{command}' needs the file itself: run it where the server runs")));
    }
    Ok(())
}

/// A key in the listing: what it is called, what it may do, what it is for, when it was made.
impl Row for KeyInfo {
    fn json(&self) -> String {
        // Plain members, of which none can fail.
        Json::of(self).map_or_else(|_| wire::string(&self.id), String::from)
    }
    fn bare(&self) -> String {
        self.id.clone()
    }
    fn cells(&self) -> Vec<String> {
        let rights = if self.rights == Rights::Read { "read" } else { "full" };
        vec![self.id.clone(), rights.to_owned(), self.label.clone().unwrap_or_default(), to_text(self.created_us)]
    }
}
