"""The testee of the command line: answers the judge by running `beaver`. Usage: testee.py PROGRAM"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "shared"))

from host import Host
from program import FILES, Program, Shell, failure, value
from streams import Events, Live, Reader, Subscription, Writer
from wire import (
    ABSENT,
    Failed,
    array,
    document,
    edge,
    flag,
    joined,
    number,
    one_line,
    operation,
    or_nothing,
    outcomes,
    plain,
    raw,
    result,
    rows,
    skip,
    timed,
    vector,
)

BEAVER = sys.argv[1]


def nothing(_):
    return result("null")


class Database:
    def __init__(self, path, options):
        self.program = Program(BEAVER, path, options)
        # Opens it, and makes it if it is to be made.
        read_only = options is not None and json.loads(options).get("read_only")
        self.program.run(["info"] if read_only else ["batch"], b"")

    def free(self):
        pass


class Structure:
    """A structure, or a lock; `shell` is that which has acquired it."""

    def __init__(self, database, kind, name, shell=None):
        self.database, self.kind, self.name, self.shell = database, kind, name, shell
        # Says whether the name can be one.
        database.program.run([kind, "--", name])

    def run(self, *words, data=None):
        """Runs one of its commands. A `data` is put in the place of the word `-`."""
        words = [self.kind, "--", self.name, *map(str, words)]
        if data is not None:
            words = [FILES.write(data) if word == "-" else word for word in words]
        runner = self.shell or self.database.program
        return runner.run(words)

    def free(self):
        if self.shell:
            self.shell.free()


def span(name, args, flag):
    return [f"--{flag}={number(args[name])}"] if name in args else []


def wait(args):
    return [] if args["timeout"] is None else [f"--timeout={number(args['timeout'])}"]


def lines(items):
    """A value a line."""
    return "\n".join(map(one_line, items)) + "\n"


def bounds(args):
    return f"{args.get('start', '')}:{args.get('stop', '')}"


def indexing(args):
    options = json.loads(args.get("options", "{}"))
    fts = options.get("fts", True)
    words = ["--no-fts"] if not fts else [f"--fts={path}" for path in fts] if isinstance(fts, list) else []
    return words + (["--fuzzy"] if options.get("fuzzy") else [])


def options(args):
    return ["--options", value(args, "options")] if "options" in args else []


def get(structure, args):
    return raw(structure.run("get", "--", args["key"]))


def got_document(out):
    text = out.decode().rstrip("\n")
    begin = text.index('"embedding":', skip(text, text.index(":") + 1)) + len('"embedding":')
    end = skip(text, begin)
    embedding = text[begin:end]
    if embedding != "null":
        embedding = '{"$vec":' + embedding + "}"
    return result(text[:begin] + embedding + text[end:])


def without_embedding(row):
    end = skip(row, row.index(":") + 1)
    begin = row.index('"embedding":', end) + len('"embedding":')
    return row[:end] + row[skip(row, begin):]


def dict_value(row):
    end = skip(row, row.index(":") + 1)
    return "{" + row[end:].removeprefix(",")


def counted(out):
    return result('{"count":' + out.decode().strip() + "}")


def range_of(args):
    chosen = json.loads(args.get("options", "{}"))
    words = [f"--{name}={args[name]}" for name in ("start", "end") if name in args]
    words += [f"--limit={chosen['limit']}"] if "limit" in chosen else []
    return words + (["--reverse"] if chosen.get("reverse") else [])


def prune(log, args):
    chosen = json.loads(args["options"])
    flags = {"older_than": "--older-than", "keep_last": "--keep-last"}
    calls = [f"{flags[name]}={chosen[name]}" for name in flags if name in chosen]
    if not calls:
        return raw(log.run("prune"))
    return result(str(sum(int(log.run("prune", call)) for call in calls)))


def lease(queued, args):
    chosen = json.loads(args.get("options", "{}"))
    words = [f"--max-attempts={chosen['max_attempts']}", f"--dead-letter={chosen['dead_letter']}"] if chosen else []
    out = queued.run("lease", f"--for={number(args['lease_seconds'])}", *words, *wait(args))
    return result(timed(out.decode().strip()))


def delay(args):
    chosen = json.loads(args.get("options", "{}"))
    return [f"--delay={number(chosen['delay'])}"] if "delay" in chosen else []


def retention(channel, args):
    chosen = json.loads(args["retention"])
    limit = lambda name: "none" if chosen[name] is None else str(chosen[name])
    names = {"max_age": "--max-age", "max_messages": "--max-messages"}
    return raw(channel.run("set-retention", *[f"{names[name]}={limit(name)}" for name in names if name in chosen]))


def blob(store, args):
    stat = json.loads(store.run("stat", "--", args["key"]))
    data = store.database.program.run(["blob", "--", store.name, "get", "--", args["key"]])
    return result(f'{{"bytes":{{"$bytes":"{data.hex()}"}},"metadata":{json.dumps(stat["metadata"])}}}')


def after(text, member):
    """What stands at the last member of an object, of which the values before hold no such text."""
    at = skip(text, 1) + 1
    at = skip(text, at)
    place = text.index(f'"{member}":', at) + len(member) + 3
    return text[place:-1]


def put_blob(store, args):
    words = ["--metadata", value(args, "metadata")] if "metadata" in args else []
    return raw(store.run("put", *words, "--", args["key"], "-", data=bytes.fromhex(args["bytes"]["$bytes"])))


TABLE = {
    "structure.len": lambda s, a: raw(s.run("len")),
    "structure.clear": lambda s, a: raw(s.run("clear")),
    "structure.locked": lambda s, a: raw(s.run("locked")),
    "structure.dump": lambda s, a: result(json.dumps(s.run("dump", *(["--lines"] if "jsonl" in a.get("options", "") else [])).decode().removesuffix("\n") + "\n")),
    "structure.load": lambda s, a: (s.run("load", *(["--append"] if "append" in a.get("options", "") else []), "-", data=a["text"]), result("null"))[1],
    "structure.renew": lambda s, a: flag(lambda: s.run("renew", *span("ttl", a, "ttl"))) if s.shell else result("false"),
    "structure.release": lambda s, a: flag(lambda: s.run("release")) if s.shell else result("false"),
    "dict.set": lambda s, a: raw(s.run("set", *span("ttl", a, "ttl"), "--", a["key"], value(a, "value"))),
    "dict.get": lambda s, a: or_nothing(lambda: get(s, a)),
    "dict.get_or": lambda s, a: raw(s.run("get", "--default", value(a, "default"), "--", a["key"])),
    "dict.get_many": lambda s, a: array(map(dict_value, rows(s.run("get-many", "@" + FILES.write(json.dumps(a["keys"])))))),
    "dict.set_many": lambda s, a: raw(s.run("set-many", *span("ttl", a, "ttl"), "-", data=lines('{"key":' + json.dumps(i["key"]) + ',"value":' + i["value"] + "}" for i in a["items"]))),
    "dict.set_if_absent": lambda s, a: flag(lambda: s.run("set-if-absent", *span("ttl", a, "ttl"), "--", a["key"], value(a, "value")), ("CONFLICT",)),
    "dict.compare_and_set": lambda s, a: flag(lambda: s.run("compare-and-set", *span("ttl", a, "ttl"), "--", a["key"], value(a, "expected"), value(a, "value")), ("CONFLICT",)),
    "dict.delete": lambda s, a: flag(lambda: s.run("del", "--", a["key"])),
    "dict.pop": lambda s, a: or_nothing(lambda: raw(s.run("pop", "--", a["key"]))),
    "dict.contains": lambda s, a: raw(s.run("contains", "--", a["key"])),
    "dict.keys": lambda s, a: raw(s.run("keys")),
    "dict.values": lambda s, a: raw(s.run("values")),
    "dict.items": lambda s, a: raw(s.run("items")),
    "list.push": lambda s, a: raw(s.run("push", value(a, "value"))),
    "list.prepend": lambda s, a: raw(s.run("prepend", value(a, "value"))),
    "list.extend": lambda s, a: raw(s.run("extend", "-", data=lines(a["values"]))),
    "list.pop": lambda s, a: or_nothing(lambda: raw(s.run("pop"))),
    "list.deque": lambda s, a: or_nothing(lambda: raw(s.run("deque"))),
    "list.insert": lambda s, a: raw(s.run("insert", a["index"], value(a, "value"))),
    "list.get": lambda s, a: or_nothing(lambda: raw(s.run("get", a["index"]))),
    "list.set": lambda s, a: or_nothing(lambda: raw(s.run("set", a["index"], value(a, "value")))),
    "list.delete": lambda s, a: or_nothing(lambda: raw(s.run("remove", a["index"]))),
    "list.slice": lambda s, a: raw(s.run("slice", bounds(a))),
    "list.items": lambda s, a: raw(s.run("items")),
    "list.contains": lambda s, a: raw(s.run("contains", value(a, "value"))),
    "list.remove": lambda s, a: flag(lambda: s.run("remove-value", value(a, "value"))),
    "list.index_of": lambda s, a: or_nothing(lambda: raw(s.run("index-of", "--in=" + bounds(a), value(a, "value")))),
    "list.count_of": lambda s, a: raw(s.run("count-of", value(a, "value"))),
    "list.reverse": lambda s, a: raw(s.run("reverse")),
    "list.delete_range": lambda s, a: raw(s.run("delete-range", bounds(a))),
    "list.replace_range": lambda s, a: (s.run("replace-range", bounds(a), *["@" + FILES.write(v) for v in a["values"]]), result("null"))[1],
    "queue.put": lambda s, a: raw(s.run("put", "--", number(a["priority"]), value(a, "data"))),
    "queue.put_many": lambda s, a: raw(s.run("put-many", "-", data=lines('{"data":' + i["data"] + ',"priority":' + plain(i["priority"]) + "}" for i in a["items"]))),
    "queue.put_back": lambda s, a: raw(s.run("put-back", "--", number(a["priority"]), a["timestamp"], value(a, "data"))),
    "queue.get": lambda s, a: result(timed(s.run("get", *wait(a)).decode().strip())),
    "queue.get_many": lambda s, a: array(map(timed, rows(s.run("get-many", *wait(a), a["n"])))),
    "queue.peek": lambda s, a: or_nothing(lambda: result(timed(s.run("peek").decode().strip()))),
    "queue.items": lambda s, a: array(map(timed, rows(s.run("show")))),
    "queue.lease": lease,
    "queue.leased": lambda s, a: raw(s.run("leased")),
    "queue.ack": lambda s, a: flag(lambda: s.run("ack", a["id"])),
    "queue.nack": lambda s, a: flag(lambda: s.run("nack", *delay(a), a["id"])),
    "queue.extend": lambda s, a: flag(lambda: s.run("extend", "--", a["id"], number(a["lease_seconds"]))),
    "blob.put": put_blob,
    "blob.get": lambda s, a: or_nothing(lambda: blob(s, a)),
    "blob.metadata": lambda s, a: or_nothing(lambda: result(after(s.run("stat", "--", a["key"]).decode().rstrip("\n"), "metadata"))),
    "blob.delete": lambda s, a: flag(lambda: s.run("del", "--", a["key"])),
    "blob.contains": lambda s, a: raw(s.run("contains", "--", a["key"])),
    "blob.keys": lambda s, a: raw(s.run("keys")),
    "log.append": lambda s, a: raw(s.run("write", *([f"--at={a['at']}"] if "at" in a else []), value(a, "data"))),
    "log.append_many": lambda s, a: nothing(s.run("write-many", "-", data=lines('{"data":' + i["data"] + (f',"timestamp_us":{i["at"]}' if "at" in i else "") + "}" for i in a["items"]))),
    "log.range": lambda s, a: array(map(timed, rows(s.run("range", *range_of(a))))),
    "log.items": lambda s, a: array(map(timed, rows(s.run("items")))),
    "log.prune": prune,
    "channel.publish": lambda s, a: raw(s.run("publish", value(a, "payload"))),
    "channel.items": lambda s, a: array(map(timed, rows(s.run("items")))),
    "channel.retention": lambda s, a: raw(s.run("retention")),
    "channel.set_retention": retention,
    "lock.locked": lambda s, a: raw(s.run("locked")),
    "lock.clear": lambda s, a: (s.run("clear"), result("null"))[1],
    "lock.held": lambda s, a: raw(s.run("held")),
    "lock.release": lambda s, a: flag(lambda: s.run("release")),
    "lock.renew": lambda s, a: flag(lambda: s.run("renew", *span("ttl", a, "ttl"))),
    "lock.acquire": lambda s, a: flag(lambda: s.run("acquire", *wait(a), *span("ttl", a, "ttl")), ("TIMEOUT",)),
    "collection.configure": lambda s, a: raw(s.run("configure", *[f"--{name}={text}" for name, text in json.loads(a["settings"]).items()])),
    "collection.settings": lambda s, a: raw(s.run("settings")),
    "collection.stats": lambda s, a: raw(s.run("stats")),
    "collection.index": lambda s, a: raw(s.run("index", *indexing(a), "@" + FILES.write(joined(document(a))))),
    "collection.index_many": lambda s, a: counted(s.run("index-many", *indexing(a), "-", data=lines(joined(document(item)) for item in a["documents"]))),
    "collection.get": lambda s, a: or_nothing(lambda: got_document(s.run("get", "--", a["id"]))),
    "collection.drop": lambda s, a: flag(lambda: s.run("drop", "--", a["id"])),
    "collection.contains": lambda s, a: raw(s.run("contains", "--", a["id"])),
    "collection.items": lambda s, a: array(map(without_embedding, rows(s.run("items")))),
    "collection.find": lambda s, a: raw(s.run("find", *options(a))),
    "collection.explain_find": lambda s, a: raw(s.run("explain-find", *options(a))),
    "collection.count": lambda s, a: raw(s.run("count", "--where", value(a, "where"))),
    "collection.create_index": lambda s, a: flag(lambda: s.run("create-index", "--", a["path"]), ("CONFLICT",)),
    "collection.drop_index": lambda s, a: flag(lambda: s.run("drop-index", "--", a["path"])),
    "collection.indexes": lambda s, a: raw(s.run("indexes")),
    "collection.search": lambda s, a: raw(s.run("search", *options(a), "@" + FILES.write(vector(a["vector"])))),
    "collection.explain_search": lambda s, a: raw(s.run("explain-search", *options(a), "@" + FILES.write(vector(a["vector"])))),
    "collection.recall_check": lambda s, a: raw(s.run("recall-check", *options(a), a["sample"])),
    "collection.compact": lambda s, a: raw(s.run("compact")),
    "collection.match": lambda s, a: raw(s.run("match", *options(a), "--", a["query"])),
    "collection.hybrid": lambda s, a: raw(s.run("hybrid", *(["--vector", "@" + FILES.write(vector(a["vector"]))] if "vector" in a else []), value(a, "query"))),
    "collection.connect": lambda s, a: raw(s.run("connect", *span("weight", a, "weight"), *(["--metadata", value(a, "metadata")] if "metadata" in a else []), "--", a["source"], a["target"], a["label"])),
    "collection.connect_many": lambda s, a: raw(s.run("connect-many", "-", data=lines(joined(edge(item)) for item in a["edges"]))),
    "collection.disconnect": lambda s, a: raw(s.run("disconnect", "--", a["source"], a["target"], *([a["label"]] if "label" in a else []))),
    "collection.neighbors": lambda s, a: raw(s.run("neighbors", *options(a), "--", a["id"])),
    "collection.walk": lambda s, a: raw(s.run("walk", *options(a), "--", a["source"])),
    "collection.shortest_path": lambda s, a: or_nothing(lambda: raw(s.run("shortest-path", *options(a), "--", a["source"], a["target"]))),
    "collection.degree": lambda s, a: raw(s.run("degree", *degree(a), "--", a["id"])),
    "channel.publish_many": lambda s, a: array(s.run("publish-many", "-", data=lines(a["payloads"])).decode().split()),
    "database.names": lambda d, a: names(d, a),
    "database.info": lambda d, a: raw(d.program.run(["info"])),
    "database.stats": lambda d, a: raw(d.program.run(["stats"])),
    "database.verify": lambda d, a: verified(d, "verify"),
    "database.repair": lambda d, a: verified(d, "repair"),
    "database.vacuum": lambda d, a: raw(d.program.run(["vacuum"])),
    "database.checkpoint": lambda d, a: raw(d.program.run(["checkpoint"])),
    "database.backup": lambda d, a: raw(d.program.run(["backup", "--", a["path"]])),
    "database.emit": lambda d, a: raw(d.program.run(["emit", "--", a["topic"], a["event"], value(a, "payload")])),
    "database.batch": lambda d, a: batch(d, a),
    # Each command opens the file for itself: between them it is closed.
    "database.close": lambda d, a: result("null"),
}


def degree(args):
    chosen = json.loads(args.get("options", "{}"))
    words = [f"--labels={label}" for label in chosen.get("labels", [])]
    return words + ([f"--direction={chosen['direction']}"] if "direction" in chosen else [])


def names(database, args):
    kinds = ("dict", "list", "queue", "blob", "log", "collection", "channel", "lock")
    if args["kind"] not in kinds:
        raise Failed("INVALID_ARGUMENT")
    return raw(database.program.run([args["kind"]]))


def verified(database, word):
    child = database.program.start([word], stdout=-1, stderr=-1)
    out, told = child.communicate()
    if not out:
        raise failure(child.returncode, told.decode())
    return raw(out)


def batch(database, args):
    durable = json.loads(args.get("options", "{}")).get("durable")
    operations = lines(joined(operation(item)) for item in args["operations"])
    out = database.program.run(["batch", *(["--durable"] if durable else [])], operations.encode())
    return outcomes(out, args["operations"])


class Testee(Host):
    """The objects are programs that run, and names."""

    name = "cli"
    capabilities = ["get-or", "json-text", "threads", "zero-ttl"]

    def is_database(self, made):
        return isinstance(made, Database)

    def dispatch(self, request, op, args):
        if op == "open":
            return self.keep(request, Database(args["path"], args.get("options")))
        if op == "restore":
            return raw(Program(BEAVER, args["to"], None).run(["restore", "--", args["from"]]))
        if op == "rerank":
            return rerank(args)
        on = self.find(request["on"])
        if op == "database.interrupt":
            return self.interrupt(on)
        kind, verb = op.split(".")
        if isinstance(on, (Writer, Reader, Subscription, Events, Live)):
            used = getattr(on, verb)(args)
            if verb in ("finish", "abort"):
                self.objects.pop(request["on"], None)
            return used
        made = self.make(on, kind, verb, args)
        if made is ABSENT:
            return made
        if made is not None:
            return self.keep(request, made)
        call = TABLE.get(op) or TABLE.get("structure." + verb)
        if call is None or (kind == "lock" and op not in TABLE):
            raise Failed("UNSUPPORTED")
        return call(on, args)

    def make(self, on, kind, verb, args):
        """The object that an operation makes, if it makes one."""
        if kind == "database" and verb in ("dict", "list", "queue", "blob", "log", "collection", "channel"):
            return Structure(on, verb, args["name"])
        if (kind, verb) == ("database", "lock"):
            return Structure(on, "lock", args["name"], Shell(on.program))
        if (kind, verb) == ("database", "on"):
            return Events(on, args["topic"], args["event"])
        if verb == "on":
            return Events(on.database, f"{on.kind}:{on.name}", args["event"])
        if verb == "subscribe":
            return Subscription(on, args)
        if (kind, verb) == ("blob", "reader"):
            return or_nothing(lambda: Reader(on, args))
        if (kind, verb) == ("blob", "writer"):
            return Writer(on, args)
        if (kind, verb) == ("log", "live"):
            return Live(on, args)
        if verb == "acquire" and kind != "lock":
            acquired = Structure(on.database, on.kind, on.name, on.shell or Shell(on.database.program))
            acquired.run("acquire", *wait(args), *span("ttl", args, "ttl"))
            return acquired
        return None

    def interrupt(self, database):
        """Ends the programs of the other threads; those that are just starting, too."""
        begun = time.monotonic()
        while len(database.program.running) < self.working and time.monotonic() < begun + 1:
            time.sleep(0.01)
        database.program.interrupt()
        return result("null")


def rerank(args):
    chosen = json.loads(args.get("options", "{}"))
    words = ["--weights=" + ",".join(map(number, chosen["weights"]))] if "weights" in chosen else []
    words += [f"--k={number(chosen['k'])}"] if "k" in chosen else []
    return raw(Program(BEAVER, ":memory:", None).run(["rerank", *words, value(args, "lists")]))


if __name__ == "__main__":
    Testee().run()
