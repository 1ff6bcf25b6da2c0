"""The testee of the REST API: answers the judge by calls to `beaver serve`. Usage: testee.py PROGRAM"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))

import documents
import structures
from documents import Database, rerank
from host import Host
from server import Server
from streams import Events, Live, Reader, Stream, Subscription, Writer
from structures import Structure
from wire import ABSENT, Failed, or_nothing, result, text

TABLE = structures.TABLE | documents.TABLE
KINDS = ("dict", "list", "queue", "blob", "log", "collection", "channel", "lock")


class Testee(Host):
    """The objects are what a client of the API has: a server, names, tokens, connections."""

    name = "rest"
    capabilities = ["invalid-utf8", "json-text", "memory", "nul-in-text", "open-options", "threads", "zero-ttl"]

    def __init__(self, program):
        super().__init__()
        self.program = program
        # A server for what needs no file.
        self.free_standing = None

    def is_database(self, made):
        return isinstance(made, Database)

    def reset(self):
        done = super().reset()
        if self.free_standing is not None:
            self.free_standing.release()
            self.free_standing = None
        return done

    def dispatch(self, request, op, args):
        if op == "open":
            options = text(args["options"]) if "options" in args else None
            return self.keep(request, Database(Server(self.program, text(args["path"]), options)))
        if op == "rerank":
            if self.free_standing is None:
                self.free_standing = Server(self.program, ":memory:")
            return rerank(self.free_standing, args)
        if op == "restore":
            # There is no server yet that could be asked.
            raise Failed("UNSUPPORTED")
        on = self.find(request["on"])
        kind, verb = op.split(".")
        if op == "database.interrupt":
            return self.interrupt(on)
        if isinstance(on, (Writer, Reader, Stream)):
            if verb in ("finish", "abort"):
                self.objects.pop(request["on"], None)
            return getattr(on, verb)(args)
        made = self.make(on, kind, verb, args)
        if made is ABSENT:
            return made
        if made is not None:
            return self.keep(request, made)
        call = TABLE.get(op) or TABLE.get("structure." + verb)
        if call is None:
            raise Failed("UNSUPPORTED")
        return call(on, args)

    def make(self, on, kind, verb, args):
        """The object that an operation makes, if it makes one."""
        if kind == "database" and verb in KINDS:
            return Structure(on.server, verb, args["name"])
        if (kind, verb) == ("database", "on"):
            return Events(on.server, ["topics", args["topic"], "events"], args["event"])
        if verb == "on":
            return Events(on.server, [kind + "s", on.name, "events"], args["event"], on.headers())
        if verb == "subscribe":
            return Subscription(on, args)
        if (kind, verb) == ("blob", "reader"):
            return or_nothing(lambda: Reader(on, args))
        if (kind, verb) == ("blob", "writer"):
            return Writer(on, args)
        if (kind, verb) == ("log", "live"):
            return Live(on, args)
        if verb == "acquire" and kind != "lock":
            return structures.acquire(on, args)
        return None

    def interrupt(self, database):
        """Gives up what the other threads wait for; also what is just beginning to."""
        client, begun = database.server.client, time.monotonic()
        while len(client.waiting) < self.working and time.monotonic() < begun + 1:
            time.sleep(0.01)
        client.interrupt()
        return result("null")


if __name__ == "__main__":
    Testee(sys.argv[1]).run()
