"""Makes the files of v1/ anew: databases written by the real BeaverDB 1.3.0, and expected.json.

    python make_1x.py [FOLDER]

Runs in a Python 3.13 that has beaver-db 1.3.0. The clock is replaced by one that stands at CLOCK_START and moves
a little at each look, so that the same values come out every time.
"""

import datetime
import itertools
import json
import pathlib
import shutil
import sqlite3
import sys
import tempfile
import time
import unicodedata

CLOCK_START = 1_700_000_000.0  # 2023-11-14T22:13:20Z
FAR = 8_000_000_000.0  # seconds of TTL: into the 23rd century

_ticks = itertools.count()
time.time = lambda: CLOCK_START + next(_ticks) / 1024  # a fraction that a double holds exactly

import beaver  # noqa: E402  (after the clock is in place)
from beaver import BeaverDB  # noqa: E402
from beaver.collections import Document  # noqa: E402

from read_ours import snapshot  # noqa: E402

LONG_NAME = "n" * 255
STRANGE_NAMES = [
    "with space",
    " leading and trailing ",
    "ключ-словаря",
    "日本語",
    "🦫",
    "👩‍👩‍👧‍👦",
    unicodedata.normalize("NFC", "café"),
    unicodedata.normalize("NFD", "café"),
    "مرحبا",
    "a/b/../c",
    "100%_like*?[x]",
    "it's \"quoted\"; DROP TABLE beaver_dicts; --",
    "line\nbreak\ttab",
    "back\\slash",
    "_single_underscore",
    "UPPER",
    "upper",
    LONG_NAME,
]


def structures(path):
    """Every structure in its ordinary and its awkward states, closed in good order."""
    db = BeaverDB(str(path))
    dicts(db)
    lists(db)
    queues(db)
    blobs(db)
    logs(db)
    collection(db)
    for number in range(5):
        db.channel("news").publish({"number": number})
    sketch = db.sketch("visitors", capacity=100, error_rate=0.1)
    sketch.add("ada")
    db.close()
    locks(path)


def dicts(db):
    values = db.dict("values")
    values["null"] = None
    values["true"] = True
    values["int"] = 42
    values["big int"] = 2**70
    values["int64 min"] = -(2**63)
    values["float"] = 0.1
    values["negative zero"] = -0.0
    values["tiny"] = 5e-324
    values["huge"] = 1.7976931348623157e308
    values["text"] = "plain"
    values["empty text"] = ""
    values["unicode"] = "naïve 🦫 \u0000 \u2028 end"
    values["list"] = [1, [2, [3, []]], {}]
    values["object"] = {"b": 1, "a": {"nested": [True, None]}, "": "empty key"}
    values["deep"] = json.loads("[" * 100 + "]" * 100)
    values["long"] = "x" * 20_000
    values["replaced"] = "old"
    values["replaced"] = "new"
    values["deleted"] = "gone"
    del values["deleted"]

    # JSON to Python, not to others: what a reader does with them is its own decision, but it must not fall over.
    python_only = db.dict("python only")
    python_only["nan"] = float("nan")
    python_only["infinity"] = [float("-inf")]
    python_only["lone surrogate"] = "\ud800"
    python_only["fine"] = 1

    session = db.dict("session")
    session.set("kept", {"user": "ada"})
    session.set("lives long", "until the 23rd century", ttl_seconds=FAR)
    session.set("expired", "never seen again", ttl_seconds=0.001)
    session.set("expired too", "never seen again", ttl_seconds=5)

    cleared = db.dict("cleared")
    cleared["x"] = 1
    cleared.clear()
    only_expired = db.dict("only expired")
    only_expired.set("gone", 1, ttl_seconds=0.001)


def lists(db):
    plain = db.list("plain")
    for number in range(10):
        plain.push(number)

    edited = db.list("edited")
    for letter in "cdef":
        edited.push(letter)
    edited.prepend("b")
    edited.prepend("a")
    edited.insert(3, "between c and d")
    edited.insert(3, "before that")
    edited.insert(1, "between a and b")
    del edited[2]  # b
    del edited[-2]  # e
    edited[0] = {"was": "a"}

    # 50 midpoints at one place: two more would exhaust a double, and the next insertion must make room.
    crowded = db.list("crowded")
    crowded.push("first")
    crowded.push("last")
    for number in range(50):
        crowded.insert(1, number)

    drained = db.list("drained at both ends")
    for number in range(8):
        drained.push(number)
    for _ in range(2):
        drained.pop()
        drained.deque()

    db.list("equal values").push("same")
    db.list("equal values").push("same")
    long = db.list("long")
    for number in range(300):
        long.push({"number": number})
    for index in range(290, 0, -10):
        del long[index]


def queues(db):
    tasks = db.queue("tasks")
    for data, priority in [("low", 10), ("first of equals", 5), ("urgent", -1.5), ("second of equals", 5),
                           ("third of equals", 5.0), ({"job": [1, 2]}, 0), ("taken", -100)]:
        tasks.put(data, priority)
    assert tasks.get(block=False).data == "taken"


def blobs(db):
    store = db.blob("files")
    store.put("plain.bin", bytes(range(256)))
    store.put("with metadata", b"hello", metadata={"mime": "text/plain", "tags": ["a", "b"]})
    store.put("empty", b"")
    store.put("large", bytes(number * 7 % 251 for number in range(50_000)), metadata={"note": "spans many pages"})
    store.put("replaced", b"old", metadata={"old": True})
    store.put("replaced", b"new")
    store.put("deleted", b"x")
    store.delete("deleted")


def logs(db):
    log = db.log("metrics")
    start = datetime.datetime(2024, 2, 29, 12, 0, tzinfo=datetime.timezone.utc)
    for number in (3, 1, 2, 0):  # not in the order of time
        log.log({"n": number}, timestamp=start + datetime.timedelta(seconds=number, microseconds=number))
    log.log("before the epoch", timestamp=datetime.datetime(1969, 7, 20, 20, 17, 40, tzinfo=datetime.timezone.utc))
    log.log("far away", timestamp=datetime.datetime(2999, 12, 31, tzinfo=datetime.timezone.utc))


def collection(db):
    articles = db.collection("articles")
    documents = [
        Document(id="dam", embedding=[1.0, 0.0, 0.0], body={"title": "How a beaver builds a dam", "by": {"name": "Ada"}}),
        Document(id="lodge", embedding=[0.6, 0.8, 0.0], body={"title": "Life in the lodge", "pages": 12}),
        Document(id="no vector", body={"title": "A note without an embedding"}),
        Document(id="plain text", embedding=[0.0, 0.0, 1.0], body="a body that is a plain string"),
        Document(id="no body", embedding=[0.0, 1.0, 0.0]),
        Document(id="dropped", embedding=[1.0, 1.0, 1.0], body={"title": "soon gone"}),
        Document(id="ünï🦫", embedding=[0.25, 0.5, 0.75], body={"title": "Umlaute", "tags": ["x", "y"]}),
    ]
    for document in documents:
        articles.index(document, fuzzy=True)
    articles.index(Document(id="partly", body={"title": "only the title", "secret": "unindexed"}), fts=["title"])
    by_id = {document.id: document for document in documents}
    articles.connect(by_id["dam"], by_id["lodge"], "next")
    articles.connect(by_id["lodge"], by_id["dam"], "previous")
    articles.connect(by_id["dam"], by_id["dam"], "self")
    articles.connect(by_id["dam"], by_id["lodge"], "mentions")
    articles.connect(by_id["dam"], by_id["dropped"], "next")
    articles.drop(by_id["dropped"])
    # The same words in another collection: a search in one must not see the other.
    db.collection("archive").index(Document(id="dam", embedding=[0.5, 0.5], body={"title": "How a beaver builds a dam"}))


def locks(path):
    """Waiters as crashed processes leave them: written at last, since an open library would wait for them."""
    now = time.time()
    with sqlite3.connect(path) as raw:
        raw.executemany(
            "INSERT INTO beaver_lock_waiters VALUES (?, ?, ?, ?)",
            [
                ("crashed", "pid:1:id:0001", CLOCK_START - 100, now - 40),  # past its TTL: nobody holds the lock
                ("held for ever", "pid:2:id:0002", CLOCK_START - 90, now + FAR),
                ("held for ever", "pid:3:id:0003", CLOCK_START - 80, now + FAR),
                ("__lock__dict__values", "pid:4:id:0004", CLOCK_START - 70, now - 10),
            ],
        )
    raw.close()


def strange_names(path):
    db = BeaverDB(str(path))
    for number, name in enumerate(STRANGE_NAMES):
        db.dict(name)["number"] = number
        db.dict("keys")[name] = number
        db.list(name).push(number)
        db.queue(name).put(name, number)
        db.blob(name).put(name, name.encode(), metadata={"name": name})
        db.log(name).log(name, timestamp=datetime.datetime.fromtimestamp(CLOCK_START + number, datetime.timezone.utc))
    db.dict("keys")[""] = "the empty key"
    db.dict("keys")["k" * 4096] = "the longest key"
    db.close()


def interrupted(path):
    """A process that died: committed data is still in the write-ahead log, and a half-written frame follows."""
    with tempfile.TemporaryDirectory() as folder:
        live = pathlib.Path(folder, "live.db")
        BeaverDB(str(live)).close()  # the schema, checkpointed
        db = BeaverDB(str(live))
        db.dict("survivors")["in the log"] = "committed before the crash"
        for number in range(5):
            db.list("survivors").push(number)
        db.queue("survivors").put("job", 1)
        shutil.copyfile(live, path)
        shutil.copyfile(f"{live}-wal", f"{path}-wal")
        db.close()
    with open(f"{path}-wal", "ab") as wal:
        wal.write(b"\0" * 1000)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db*"):
        old.unlink()
    expected = {}
    for make in (structures, strange_names, interrupted):
        path = folder / f"{make.__name__}.db"
        make(path)
        expected[path.name] = snapshot(path, CLOCK_START + 60)
    with open(folder / "expected.json", "w", encoding="utf-8", newline="\n") as out:
        json.dump(expected, out, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        out.write("\n")
    for path in sorted(folder.iterdir()):
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    assert beaver.__version__ == "1.3.0", f"this needs beaver-db 1.3.0, not {beaver.__version__}"
    here = pathlib.Path(__file__).resolve().parent
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else here / "v1")
