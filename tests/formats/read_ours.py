"""Prints, as JSON, what BeaverDB 1.3.0 finds in a database file: `python read_ours.py FILE`.

Runs in a Python 3.13 that has beaver-db 1.3.0. The file is copied, with its write-ahead log, and the copy is
opened: reading with 1.x writes (locks, versions), and the file under test must stay as it is. Structures are
read through the library's own interface; only what that interface hides (expiry, edges, lock waiters) is read
from the tables. make_1x.py writes expected.json with the same function, so that both have one form.
"""

import contextlib
import json
import math
import pathlib
import shutil
import sqlite3
import sys
import tempfile

import beaver


def snapshot(path, now):
    """Everything in the file at `path`, as one JSON-able object; keys that expired before `now` stand apart."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder, "copy.db")
        shutil.copyfile(path, copy)
        wal = pathlib.Path(f"{path}-wal")
        if wal.exists():
            shutil.copyfile(wal, f"{copy}-wal")
        # Waiters left in the file would make the library wait for them: taken out of the copy, and told apart.
        with contextlib.closing(sqlite3.connect(copy)) as raw, raw:
            waiters = raw.execute(
                "SELECT lock_name, requested_at, expires_at FROM beaver_lock_waiters ORDER BY lock_name, requested_at"
            ).fetchall()
            raw.execute("DELETE FROM beaver_lock_waiters")
        # It creates the tables of its own that the file lacks, if only for the copy.
        db = beaver.BeaverDB(str(copy))
        try:
            found = _structures(db)
            tables = _hidden(db.connection, now)
        finally:
            db.close()
    found["locks"] = {}
    for name, requested_at, expires_at in waiters:
        found["locks"].setdefault(name, []).append({"requested_at": requested_at, "expires_at": expires_at})
    for name, keys in tables["expired"].items():
        for key in keys:
            found["dicts"][name].pop(key, None)
    return found | tables


def _structures(db):
    # Infinities, NaN and lone surrogates are legal to 1.x and not to JSON readers: `raw` holds such texts.
    dicts = {}
    raw = {}
    for name in _names(db, "beaver_dicts", "dict_name"):
        dicts[name] = {}
        for key, text in db.connection.execute(
            "SELECT key, value FROM beaver_dicts WHERE dict_name = ? ORDER BY key", (name,)
        ):
            value = json.loads(text)
            if _is_portable(value):
                dicts[name][key] = value
            else:
                raw.setdefault(name, {})[key] = text
        readable = {key: value for key, value in db.dict(name).items() if key in dicts[name]}
        assert readable == dicts[name], f"dict {name!r}: the library reads {readable!r}"
    collections = {}
    for name in _names(db, "beaver_collections", "collection"):
        collections[name] = [
            {"id": document.id, "embedding": document.embedding, "body": document.body}
            for document in sorted(db.collection(name), key=lambda document: document.id)
        ]
        for document in collections[name]:
            _is_found(db.collection(name), document)
    return {
        "version": db.version,
        "dicts": dicts,
        "raw": raw,
        "lists": {name: list(db.list(name)) for name in _names(db, "beaver_lists", "list_name")},
        "queues": {
            name: [item._asdict() for item in db.queue(name)]
            for name in _names(db, "beaver_priority_queues", "queue_name")
        },
        "blobs": {
            name: {key: _blob(db.blob(name).get(key)) for key in db.blob(name)}
            for name in _names(db, "beaver_blobs", "store_name")
        },
        "logs": {
            name: [{"timestamp": at, "data": data} for at, data in db.log(name)]
            for name in _names(db, "beaver_logs", "log_name")
        },
        "collections": collections,
    }


def _is_found(collection, document):
    """By its own vector at no distance, and by its own title."""
    if document["embedding"]:
        distances = [distance for found, distance in collection.search(document["embedding"]) if found.id == document["id"]]
        assert distances and abs(distances[0]) < 1e-6, f"search misses {document['id']!r}"
    if isinstance(document["body"], dict) and "title" in document["body"]:
        found = [hit.id for hit, _ in collection.match('"' + document["body"]["title"] + '"')]
        assert document["id"] in found, f"match misses {document['id']!r}"


def _names(db, table, column):
    # Not by db.dicts and its like: they filter with LIKE '__%', whose underscores match any two letters.
    rows = db.connection.execute(f"SELECT DISTINCT {column} FROM {table} ORDER BY {column}").fetchall()
    return [row[0] for row in rows if not row[0].startswith("__")]


def _hidden(raw, now):
    expiring, expired = {}, {}
    for name, key, at in raw.execute(
        "SELECT dict_name, key, expires_at FROM beaver_dicts WHERE expires_at IS NOT NULL ORDER BY dict_name, key"
    ):
        if at < now:
            expired.setdefault(name, []).append(key)
        else:
            expiring.setdefault(name, {})[key] = at
    return {
        "expiring": expiring,
        "expired": expired,
        "channels": _grouped(raw, "SELECT channel_name, timestamp, message_payload FROM beaver_pubsub_log ORDER BY timestamp"),
        "edges": _grouped(
            raw,
            "SELECT collection, source_item_id, target_item_id, label FROM beaver_edges"
            " ORDER BY collection, source_item_id, target_item_id, label",
        ),
        "texts": _grouped(
            raw,
            "SELECT collection, item_id, field_path, field_content FROM beaver_fts_index"
            " ORDER BY collection, item_id, field_path",
        ),
        "trigrams": _grouped(
            raw,
            "SELECT collection, item_id, field_path, count(*) FROM beaver_trigrams"
            " GROUP BY collection, item_id, field_path ORDER BY collection, item_id, field_path",
        ),
        "sketches": [row[0] for row in raw.execute("SELECT name FROM beaver_sketches ORDER BY name")],
        "integrity": [row[0] for row in raw.execute("PRAGMA integrity_check")],
    }


def _grouped(raw, query):
    groups = {}
    for name, *rest in raw.execute(query):
        groups.setdefault(name, []).append(rest)
    return groups


def _blob(blob):
    return {"hex": blob.data.hex(), "metadata": blob.metadata}


def _is_portable(value):
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(_is_portable(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(map(_is_portable, value))
    return True


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    import time

    json.dump(snapshot(sys.argv[1], time.time()), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    print()
