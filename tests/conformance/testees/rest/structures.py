"""The operations of the structures, as calls of their routes."""

import json
import re

from client import seconds, target
from wire import (
    Failed,
    array,
    each,
    flag,
    given_bytes,
    members,
    number,
    or_nothing,
    plain,
    quoted,
    raw,
    result,
    rows,
    text,
    timed,
)

JSON = {"Content-Type": "application/json"}
# A token that was never given: who carries it holds nothing.
NO_TOKEN = "0" * 32
# As much as a page has.
PAGE = 10_000


class Structure:
    """A structure or a lock on a server; with a token if it was acquired."""

    def __init__(self, server, kind, name, token=None):
        self.server, self.kind, self.name, self.token = server, kind, name, token
        if token is None:
            # Says whether the name can be one.
            self.call("GET", *([] if kind == "lock" else ["count"]))
        server.retain()

    def headers(self):
        return {"Beaver-Lock": self.token} if self.token else {}

    def path(self, *parts, query=()):
        return target([self.kind + "s", self.name, *parts], query)

    def answer(self, method, *parts, body=None, query=(), headers=()):
        """The headers and the body of the answer."""
        given = {**self.headers(), **(JSON if isinstance(body, str) else {}), **dict(headers)}
        return self.server.client.call(method, self.path(*parts, query=query), body, given)

    def call(self, method, *parts, **rest):
        return self.answer(method, *parts, **rest)[1]

    def free(self):
        try:
            if self.token:
                self.call("POST", "release")
        except Failed:
            pass  # it has ended already, or the server has
        self.server.release()

    def settle(self, verb, query=()):
        """Releases or renews: whether it was held."""
        headers = {} if self.token else {"Beaver-Lock": NO_TOKEN}
        return flag(lambda: self.call("POST", verb, query=query, headers=headers), ("CONFLICT",))


def done(_):
    return result("null")


def field(out, name):
    """A member of what was answered, as the result."""
    return result(members(out)[name])


def ttl(args):
    return [("ttl", number(args["ttl"]))] if "ttl" in args else []


def options(args, name="options", names=()):
    """Options as a query; what is no object stands there as what it is."""
    given = text(args.get(name, "{}")).strip()
    if not given.startswith("{"):
        return [(name, given)]
    said = members(given)
    return [(dict(names).get(key, key), json.loads(value) if value[0] == '"' else value) for key, value in said.items()]


def span(args, names=("start", "stop")):
    return [(name, args[name]) for name in names if name in args]


def pages(structure, path, member):
    """All that a route gives a page at a time."""
    after, found = [], []
    while True:
        page = members(structure.call("GET", *path, query=[("limit", PAGE), *after]))
        found += rows(page[member])
        if page["cursor"] == "null":
            return found
        after = [("after", json.loads(page["cursor"]))]


def dict_items(s):
    return pages(s, ["items"], "items")


def set_many(s, a):
    items = [quoted(item["key"]) + ":" + text(item["value"]) for item in a["items"]]
    return done(s.call("POST", "set_many", body="{" + ",".join(items) + "}", query=ttl(a)))


def compare_and_set(s, a):
    body = '{"expected":' + text(a["expected"]) + ',"value":' + text(a["value"]) + "}"
    return field(s.call("POST", "compare_and_set", a["key"], body=body, query=ttl(a)), "applied")


def set_if_absent(s, a):
    absent = {"If-None-Match": "*"}
    return flag(lambda: s.call("PUT", "items", a["key"], body=text(a["value"]), query=ttl(a), headers=absent), ["CONFLICT"])


DICT = {
    "dict.set": lambda s, a: done(s.call("PUT", "items", a["key"], body=text(a["value"]), query=ttl(a))),
    "dict.get": lambda s, a: or_nothing(lambda: raw(s.call("GET", "items", a["key"]))),
    "dict.get_many": lambda s, a: raw(s.call("POST", "get_many", body="[" + ",".join(map(quoted, a["keys"])) + "]")),
    "dict.set_many": set_many,
    "dict.set_if_absent": set_if_absent,
    "dict.compare_and_set": compare_and_set,
    "dict.delete": lambda s, a: flag(lambda: s.call("DELETE", "items", a["key"])),
    "dict.pop": lambda s, a: or_nothing(lambda: raw(s.call("POST", "pop", a["key"]))),
    "dict.contains": lambda s, a: flag(lambda: s.call("GET", "items", a["key"])),
    "dict.keys": lambda s, a: array(members(row)["key"] for row in dict_items(s)),
    "dict.values": lambda s, a: array(members(row)["value"] for row in dict_items(s)),
    "dict.items": lambda s, a: array(dict_items(s)),
}


def value(s, method, *parts, given, query=()):
    return s.call(method, *parts, body=text(given), query=query)


LIST = {
    "list.push": lambda s, a: done(value(s, "POST", given=a["value"])),
    "list.prepend": lambda s, a: done(value(s, "POST", "prepend", given=a["value"])),
    "list.extend": lambda s, a: done(s.call("POST", "extend", body=each(a["values"]))),
    "list.pop": lambda s, a: or_nothing(lambda: raw(s.call("POST", "pop"))),
    "list.deque": lambda s, a: or_nothing(lambda: raw(s.call("POST", "deque"))),
    "list.insert": lambda s, a: done(value(s, "POST", "insert", str(a["index"]), given=a["value"])),
    "list.get": lambda s, a: or_nothing(lambda: raw(s.call("GET", "items", str(a["index"])))),
    "list.set": lambda s, a: or_nothing(lambda: done(value(s, "PUT", "items", str(a["index"]), given=a["value"]))),
    "list.delete": lambda s, a: or_nothing(lambda: done(s.call("DELETE", "items", str(a["index"])))),
    "list.slice": lambda s, a: raw(s.call("GET", query=span(a))),
    "list.items": lambda s, a: raw(s.call("GET")),
    "list.contains": lambda s, a: flag(lambda: value(s, "POST", "index_of", given=a["value"])),
    "list.remove": lambda s, a: field(value(s, "POST", "remove", given=a["value"]), "removed"),
    "list.index_of": lambda s, a: or_nothing(
        lambda: field(value(s, "POST", "index_of", given=a["value"], query=span(a)), "index")
    ),
    "list.count_of": lambda s, a: field(value(s, "POST", "count_of", given=a["value"]), "count"),
    "list.reverse": lambda s, a: done(s.call("POST", "reverse")),
    "list.delete_range": lambda s, a: field(s.call("DELETE", "range", query=span(a)), "count"),
    "list.replace_range": lambda s, a: done(s.call("PUT", "range", body=each(a["values"]), query=span(a))),
}


def item(given):
    return '{"data":' + text(given["data"]) + ',"priority":' + plain(given["priority"]) + "}"


def put_back(s, a):
    body = item(a)[:-1] + f',"timestamp_us":{a["timestamp"]}}}'
    return done(s.call("POST", "put_back", body=body))


def waited(s, a, method, verb, query=()):
    """What a call gives that waits; for as long as it takes if it may."""
    while True:
        try:
            return s.call(method, verb, query=[*query, ("timeout", seconds(a["timeout"]))])
        except Failed as failed:
            # Who only tries is told that there is nothing.
            if failed.kind == "NOT_FOUND":
                raise Failed("TIMEOUT") from None
            if failed.kind != "TIMEOUT" or a["timeout"] is not None:
                raise


def lease(s, a):
    query = [("lease", number(a["lease_seconds"])), *options(a)]
    return result(timed(waited(s, a, "POST", "lease", query).decode()))


def leased(s, a, verb, query=()):
    return flag(lambda: s.call("POST", "leases", str(a["id"]), verb, query=query))


QUEUE = {
    "queue.put": lambda s, a: done(s.call("POST", "put", body=item(a))),
    "queue.put_many": lambda s, a: done(s.call("POST", "put_many", body="[" + ",".join(map(item, a["items"])) + "]")),
    "queue.put_back": put_back,
    "queue.get": lambda s, a: result(timed(waited(s, a, "DELETE", "get").decode())),
    "queue.get_many": lambda s, a: array(map(timed, rows(waited(s, a, "DELETE", "get_many", [("n", a["n"])])))),
    "queue.peek": lambda s, a: or_nothing(lambda: result(timed(s.call("GET", "peek").decode()))),
    "queue.items": lambda s, a: array(map(timed, rows(s.call("GET", "items", query=[("limit", PAGE)])))),
    "queue.lease": lease,
    "queue.leased": lambda s, a: field(s.call("GET", "leased"), "count"),
    "queue.ack": lambda s, a: leased(s, a, "ack"),
    "queue.nack": lambda s, a: leased(s, a, "nack", options(a)),
    "queue.extend": lambda s, a: leased(s, a, "extend", [("lease", number(a["lease_seconds"]))]),
}

BOUNDARY = "beaver-conformance-8a1f64c2"


def upload(args):
    """How bytes go up with their metadata: the headers, and what comes before and behind the bytes."""
    metadata = text(args.get("metadata", ""))
    # What a header cannot have goes into a form.
    if len(metadata) > 4096 or not re.fullmatch(r"|[!-~]([ -~]*[!-~])?", metadata):
        part = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
        before = f'{part}"metadata"\r\n\r\n{metadata}\r\n{part}"data"; filename="data"\r\n\r\n'
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return headers, before.encode(errors="surrogateescape"), f"\r\n--{BOUNDARY}--\r\n".encode()
    headers = {"Content-Type": "application/octet-stream"}
    return headers | ({"Beaver-Metadata": metadata} if metadata else {}), b"", b""


def put_blob(s, a):
    headers, before, behind = upload(a)
    return done(s.call("PUT", "items", a["key"], body=before + given_bytes(a["bytes"]) + behind, headers=headers))


def get_blob(s, a):
    headers, data = s.answer("GET", "items", a["key"])
    metadata = headers.get("Beaver-Metadata")
    # Not there, too long for a header, or written otherwise than it is stored.
    if metadata is None or "\\u" in metadata:
        metadata = s.call("GET", "metadata", a["key"]).decode()
    return result(f'{{"bytes":{{"$bytes":"{data.hex()}"}},"metadata":{metadata}}}')


BLOB = {
    "blob.put": put_blob,
    "blob.get": lambda s, a: or_nothing(lambda: get_blob(s, a)),
    "blob.metadata": lambda s, a: or_nothing(lambda: raw(s.call("GET", "metadata", a["key"]))),
    "blob.delete": lambda s, a: flag(lambda: s.call("DELETE", "items", a["key"])),
    "blob.contains": lambda s, a: flag(lambda: s.call("GET", "metadata", a["key"])),
    "blob.keys": lambda s, a: array(pages(s, ["keys"], "keys")),
}


def entry(given):
    time = f',"timestamp_us":{given["at"]}' if "at" in given else ""
    return '{"data":' + text(given["data"]) + time + "}"


def log_range(s, start=(), end=(), query=()):
    return rows(s.call("GET", "range", query=[*start, *end, *query]))


def log_items(s):
    """All entries: no two have the same time."""
    start, found = [], []
    while True:
        page = log_range(s, start)
        found += page
        if len(page) < PAGE:
            return found
        start = [("start", int(members(page[-1])["timestamp_us"]) + 1)]


def ranged(s, a):
    query = options(a)
    if not query and not span(a, ("start", "end")):
        return log_items(s)
    return log_range(s, span(a, ("start",)), span(a, ("end",)), query)


LOG = {
    "log.append": lambda s, a: field(
        s.call("POST", body=text(a["data"]), query=[("at", a["at"])] if "at" in a else []), "timestamp_us"
    ),
    "log.append_many": lambda s, a: done(
        s.call("POST", "append_many", body="[" + ",".join(map(entry, a["items"])) + "]")
    ),
    "log.range": lambda s, a: array(map(timed, ranged(s, a))),
    "log.items": lambda s, a: array(map(timed, log_items(s))),
    "log.prune": lambda s, a: field(
        s.call("POST", "prune", query=options(a, names={"older_than": "older", "keep_last": "keep"})), "count"
    ),
}

CHANNEL = {
    "channel.publish": lambda s, a: field(value(s, "POST", "publish", given=a["payload"]), "timestamp_us"),
    "channel.publish_many": lambda s, a: field(s.call("POST", "publish_many", body=each(a["payloads"])), "timestamps_us"),
    "channel.items": lambda s, a: array(map(timed, pages(s, ["messages"], "messages"))),
    "channel.retention": lambda s, a: raw(s.call("GET", "retention")),
    "channel.set_retention": lambda s, a: done(s.call("PUT", "retention", body=text(a["retention"]))),
}


def acquire_lock(s, a):
    try:
        s.token = json.loads(waited(s, a, "POST", "acquire", ttl(a)))["token"]
    except Failed as failed:
        if failed.kind != "TIMEOUT":
            raise
        return result("false")
    return result("true")


def held(s, a):
    told = members(s.call("GET", headers={} if s.token else {"Beaver-Lock": NO_TOKEN}))
    return result(told["held"])


LOCK = {
    "lock.acquire": acquire_lock,
    "lock.release": lambda s, a: s.settle("release"),
    "lock.renew": lambda s, a: s.settle("renew", ttl(a)),
    "lock.held": held,
    "lock.locked": lambda s, a: result(members(s.call("GET"))["locked"]),
    "lock.clear": lambda s, a: done(s.call("DELETE")),
}


def acquire(s, a):
    """The structure as one that this testee has acquired."""
    token = json.loads(waited(s, a, "POST", "acquire", ttl(a)))["token"]
    return Structure(s.server, s.kind, s.name, token)


COMMON = {
    "structure.len": lambda s, a: field(s.call("GET", "count"), "count"),
    "structure.clear": lambda s, a: field(s.call("DELETE"), "count"),
    "structure.locked": lambda s, a: field(s.call("GET", "locked"), "locked"),
    "structure.release": lambda s, a: s.settle("release"),
    "structure.renew": lambda s, a: s.settle("renew", ttl(a)),
    "structure.dump": lambda s, a: result(json.dumps(s.call("GET", "dump", query=options(a)).decode())),
    "structure.load": lambda s, a: done(s.call("POST", "load", body=text(a["text"]), query=options(a))),
}

TABLE = COMMON | DICT | LIST | QUEUE | BLOB | LOG | CHANNEL | LOCK
