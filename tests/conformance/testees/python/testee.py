"""The Python testee of the conformance suite: reads requests, calls the package, answers. The protocol is in
`tests/conformance/SPEC.md`."""

from __future__ import annotations

import gc
import json
import queue
import sys
import threading
import time
from typing import Any

import batches
import structures
from beaver import BeaverDB, live_objects
from beaver.collections import Document, rerank
from beaver.errors import InvalidArgumentError
from collections_ import COLLECTION
from wire import Absent, Args, Request, TimedOut, answer, error

CAPABILITIES = ["get-or", "memory", "nul-in-text", "threads", "zero-ttl"]

TABLES = {
    "dict": {**structures.COMMON, **structures.DICT},
    "list": {**structures.COMMON, **structures.LIST},
    "queue": {**structures.COMMON, **structures.QUEUE},
    "blob": {**structures.COMMON, **structures.BLOB},
    "log": {**structures.COMMON, **structures.LOG},
    "channel": {**structures.COMMON, **structures.CHANNEL},
    "collection": {**structures.COMMON, **COLLECTION},
    "lock": structures.LOCK,
    "writer": structures.WRITER,
    "reader": structures.READER,
    "subscription": structures.SUBSCRIPTION,
    "events": structures.EVENTS,
    "live": structures.LIVE,
}
STRUCTURES = ("dict", "list", "queue", "blob", "log", "channel", "collection")


class Testee:
    def __init__(self) -> None:
        self.objects: dict[str, Any] = {}
        # How what was acquired is let go: the end of its `with`.
        self.acquired: dict[str, Any] = {}

    def keep(self, request: Request, thing: Any) -> None:
        name = request["as"]
        before = self.acquired.pop(name, None)
        self.objects[name] = thing
        if before is not None:
            before.__exit__(None, None, None)

    def free(self, name: str) -> None:
        acquired = self.acquired.pop(name, None)
        if acquired is not None:
            acquired.__exit__(None, None, None)
        if isinstance(self.objects.pop(name, None), BeaverDB):
            # A database and its handles know each other: it goes when the collector finds them.
            gc.collect()

    def reset(self) -> dict[str, int]:
        for name in sorted(self.objects, key=lambda name: isinstance(self.objects[name], BeaverDB)):
            try:
                self.free(name)
            except Exception as e:
                print(f"free: {e!r}", file=sys.stderr)
        limit = time.monotonic() + 5
        while gc.collect() or (live_objects() and time.monotonic() < limit):
            time.sleep(0.001)
        return {"live": live_objects()}

    def result(self, request: Request) -> Any:
        operation, args = request["op"], Args(request.get("args", {}))
        match operation:
            case "hello":
                return {"protocol": 1, "testee": "python", "capabilities": CAPABILITIES}
            case "reset" | "bye":
                return self.reset()
            case "free":
                return self.free(request["on"])
            case "open":
                return self.keep(request, BeaverDB(args.get("path"), **open_options(args)))
            case "restore":
                return BeaverDB.restore(args.get("from"), args.get("to"))
            case "rerank":
                return reranked(args)
        kind, _, verb = operation.partition(".")
        thing = self.objects.get(request["on"])
        if thing is None:
            raise InvalidArgumentError("there is no such object")
        if kind == "database":
            return self.database(request, thing, verb, args)
        made = self.made(request, thing, kind, verb, args)
        return TABLES[kind][verb](thing, args) if made is False else None

    def database(self, request: Request, db: Any, verb: str, args: Args) -> Any:
        match verb:
            case "dict" | "list" | "queue" | "blob" | "log" | "channel" | "collection" | "lock":
                return self.keep(request, getattr(db, verb)(args.get("name")))
            case "on":
                return self.keep(request, db.events(args.get("topic"), args.get("event")))
            case "emit":
                return db.emit(args.get("topic"), args.get("event"), args.json("payload"))
            case "names":
                return names(db, args.get("kind"))
            case "info":
                info = db.info()
                return {"path": info.path, "format": info.format, "structures": [vars(each) for each in info.structures]}
            case "verify" | "repair" | "stats":
                return getattr(db, verb)()._asdict()
            case "batch":
                return batches.run(db, args)
            case "backup":
                return db.backup(args.get("path"))
            case _:
                return getattr(db, verb)()

    def made(self, request: Request, thing: Any, kind: str, verb: str, args: Args) -> Any:
        """What an operation makes is kept; False if it makes nothing."""
        if verb == "acquire" and kind in STRUCTURES:
            acquired = acquire(thing, args)
            if not acquired:
                raise TimedOut
            mine = acquired.__enter__()
            self.keep(request, mine)
            self.acquired[request["as"]] = acquired
        elif verb == "on":
            self.keep(request, thing.events(args.get("event")))
        elif verb == "writer":
            self.keep(request, thing.writer(args.get("key"), args.optional_json("metadata")))
        elif verb == "reader":
            self.keep(request, structures.indexed(lambda: thing.reader(args.get("key"))))
        elif verb == "subscribe":
            self.keep(request, thing.subscribe(args.get("start"), after=args.time("after")))
        elif verb == "live":
            view = thing.live(args.get("window"), args.get("period"), **structures.aggregates(args))
            self.keep(request, view)
        else:
            return False
        return None


def acquire(thing: Any, args: Args) -> Any:
    """In Python, a thread that acquires is the owner by whatever handle; here only the new handle is meant to be one."""
    got: list[Any] = []

    def work() -> None:
        try:
            got.append(thing.acquire(args.get("timeout"), args.get("ttl")))
        except Exception as e:
            got.append(e)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(got[0], Exception):
        raise got[0]
    return got[0]


def names(db: Any, kind: str) -> Any:
    if f"{kind}s" not in ("dicts", "lists", "queues", "blobs", "logs", "channels", "collections", "locks"):
        raise InvalidArgumentError(f"there is no kind {kind}")
    return getattr(db, f"{kind}s")


def open_options(args: Args) -> dict[str, Any]:
    options = args.options()
    if "busy_timeout_ms" in options:
        options["connection_timeout"] = options.pop("busy_timeout_ms") / 1000
    return options


def reranked(args: Args) -> list[dict[str, Any]]:
    options = args.options()
    if "top_k" in options:
        options["k"] = options.pop("top_k")
    fused = rerank(*([Document(id) for id in ids] for ids in args.json("lists")), **options)
    return [{"id": doc.id, "score": score} for doc, score in zip(fused, fused.scores, strict=True)]


def respond(testee: Testee, request: Request) -> None:
    number = request["id"]
    try:
        line = answer(number, result=testee.result(request))
    except Absent:
        line = answer(number, absent=True)
    except TimedOut:
        line = answer(number, timeout=True)
    except Exception as e:
        line = answer(number, error=error(e))
    with _output:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


_output = threading.Lock()


def work(testee: Testee, requests: queue.SimpleQueue[Request]) -> None:
    while True:
        respond(testee, requests.get())


def main() -> None:
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    # The parser of JSON in Python needs a level of its stack for each of the text.
    sys.setrecursionlimit(20_000)
    testee = Testee()
    threads: dict[str, queue.SimpleQueue[Request]] = {}
    for line in sys.stdin:
        request: Request = json.loads(line)
        name = request.get("thread")
        if name is None:
            respond(testee, request)
            if request["op"] == "bye":
                return
            continue
        if name not in threads:
            threads[name] = queue.SimpleQueue()
            threading.Thread(target=work, args=(testee, threads[name]), daemon=True).start()
        threads[name].put(request)


if __name__ == "__main__":
    main()
