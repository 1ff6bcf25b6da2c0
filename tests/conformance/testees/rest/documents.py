"""The operations of collections, of the database, and of no object, as calls of their routes."""

from client import target
from structures import JSON, done, field, pages
from wire import (
    Failed,
    document,
    edge,
    flag,
    joined,
    members,
    operation,
    or_nothing,
    outcomes,
    quoted,
    raw,
    result,
    text,
    vector,
)


def body(said, args, name="options"):
    """An object of texts of JSON, and of the options, which go along as they were given."""
    given = text(args.get(name, "{}")).strip()
    if not said:
        return given
    ours = joined(said)[:-1]
    if not given.startswith("{"):
        return ours + "," + given + "}"
    return ours + ("" if given[1:].lstrip().startswith("}") else ",") + given[1:]


def index_many(s, a):
    documents = "[" + ",".join(joined(document(item)) for item in a["documents"]) + "]"
    return raw(s.call("POST", "index_many", body=body({"documents": documents}, a)))


def got(out):
    found = members(out)
    if found["embedding"] != "null":
        found["embedding"] = '{"$vec":' + found["embedding"] + "}"
    return result(joined(found))


def asked(s, verb, said, args, name="options"):
    return s.call("POST", verb, body=body(said, args, name))


def of(args, *names):
    return {name: quoted(args[name]) for name in names}


COLLECTION = {
    "collection.configure": lambda s, a: done(s.call("PUT", "settings", body=text(a["settings"]))),
    "collection.settings": lambda s, a: raw(s.call("GET", "settings")),
    "collection.stats": lambda s, a: raw(s.call("GET", "stats")),
    "collection.index": lambda s, a: raw(asked(s, "index", document(a), a)),
    "collection.index_many": index_many,
    "collection.get": lambda s, a: or_nothing(lambda: got(s.call("GET", "documents", a["id"]))),
    "collection.drop": lambda s, a: flag(lambda: s.call("DELETE", "documents", a["id"])),
    "collection.contains": lambda s, a: flag(lambda: s.call("GET", "documents", a["id"])),
    "collection.items": lambda s, a: result("[" + ",".join(pages(s, ["documents"], "documents")) + "]"),
    "collection.find": lambda s, a: raw(asked(s, "find", {}, a)),
    "collection.explain_find": lambda s, a: raw(asked(s, "explain_find", {}, a)),
    "collection.count": lambda s, a: field(asked(s, "count", {"where": text(a["where"])}, {}), "count"),
    "collection.create_index": lambda s, a: field(s.call("PUT", "indexes", a["path"]), "applied"),
    "collection.drop_index": lambda s, a: field(s.call("DELETE", "indexes", a["path"]), "applied"),
    "collection.indexes": lambda s, a: raw(s.call("GET", "indexes")),
    "collection.search": lambda s, a: raw(asked(s, "search", {"vector": vector(a["vector"])}, a)),
    "collection.explain_search": lambda s, a: raw(asked(s, "explain_search", {"vector": vector(a["vector"])}, a)),
    "collection.recall_check": lambda s, a: raw(asked(s, "recall_check", {"sample": str(a["sample"])}, a)),
    "collection.compact": lambda s, a: done(s.call("POST", "compact")),
    "collection.match": lambda s, a: raw(asked(s, "match", of(a, "query"), a)),
    "collection.hybrid": lambda s, a: raw(
        asked(s, "hybrid", {"vector": vector(a["vector"])} if "vector" in a else {}, a, "query")
    ),
    "collection.connect": lambda s, a: done(s.call("POST", "connect", body=joined(edge(a)))),
    "collection.connect_many": lambda s, a: field(
        s.call("POST", "connect_many", body="[" + ",".join(joined(edge(item)) for item in a["edges"]) + "]"), "count"
    ),
    "collection.disconnect": lambda s, a: field(s.call("POST", "disconnect", body=joined(edge(a))), "count"),
    "collection.neighbors": lambda s, a: raw(asked(s, "neighbors", of(a, "id"), a)),
    "collection.walk": lambda s, a: raw(asked(s, "walk", {"id": quoted(a["source"])}, a)),
    "collection.shortest_path": lambda s, a: or_nothing(lambda: raw(asked(s, "path", of(a, "source", "target"), a))),
    "collection.degree": lambda s, a: field(asked(s, "degree", of(a, "id"), a), "count"),
}


class Database:
    """A file, with the server that has it open."""

    def __init__(self, server):
        self.server = server

    def call(self, method, *parts, body=None):
        return self.server.client.call(method, target(parts), body, JSON if body is not None else {})[1]

    def free(self):
        self.server.release()


def batch(d, a):
    operations = "[" + ",".join(joined(operation(item)) for item in a["operations"]) + "]"
    return outcomes(d.call("POST", "batch", body=body({"operations": operations}, a)), a["operations"])


def rerank(server, a):
    out = Database(server).call("POST", "rerank", body=body({"lists": text(a["lists"])}, a))
    return raw(out)


def unsupported(*_):
    """What the server has no route for."""
    raise Failed("UNSUPPORTED")


DATABASE = {
    "database.names": lambda d, a: raw(d.call("GET", text(a["kind"]) + "s")),
    "database.info": lambda d, a: raw(d.call("GET", "info")),
    "database.stats": lambda d, a: raw(d.call("GET", "stats")),
    "database.verify": lambda d, a: raw(d.call("POST", "verify")),
    "database.repair": lambda d, a: raw(d.call("POST", "repair")),
    "database.vacuum": lambda d, a: done(d.call("POST", "vacuum")),
    "database.checkpoint": lambda d, a: done(d.call("POST", "checkpoint")),
    "database.backup": unsupported,
    "database.pause": unsupported,
    "database.resume": unsupported,
    "database.emit": lambda d, a: field(
        d.call("POST", "topics", a["topic"], "emit", a["event"], body=text(a["payload"])), "heard"
    ),
    "database.batch": batch,
    "database.close": lambda d, a: done(d.server.stop()),
}

TABLE = COLLECTION | DATABASE
