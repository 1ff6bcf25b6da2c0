"""What calls cost in Python: one JSON line of microseconds for each call, the median of the samples.

Runs on this package and on beaver-db 1.3.0 alike; what the latter has not (get_many, set_many, index_many), it does one
by one. Usage: bindings.py FILE SAMPLES DOCUMENTS VECTORS, how many documents are indexed whole, and how many only by
their vectors.
"""

import json
import random
import statistics
import sys
import time

from beaver import BeaverDB, Document

MANY = 1000
VALUE = {"name": "Ada", "age": 36}
WORDS = "river dam water lodge tree bark tail teeth fur pond stream otter fish forest night swim build".split()


def cost(call, samples: int, calls: int) -> float:
    """The median cost of a call over so many samples of so many calls."""
    each = []
    for _ in range(samples):
        begin = time.perf_counter()
        for _ in range(calls):
            call()
        each.append((time.perf_counter() - begin) / calls * 1e6)
    return statistics.median(each)


def once(call) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1e6


def document(rng: random.Random, number: int, dimension: int) -> Document:
    vector = [rng.gauss(0, 1) for _ in range(dimension)]
    text = " ".join(rng.choice(WORDS) for _ in range(20))
    return Document(id=f"d{number}", embedding=vector, body={"text": text})


def main(path: str, samples: int, documents: int, many: int) -> None:
    db = BeaverDB(path)
    ours = hasattr(db.dict("bench"), "get_many")
    found = calls(db, samples, ours)
    found.update(searches(db, samples, documents, many, ours))
    if ours:
        found["vector"] = vector(db, samples)
    db.close()
    print(json.dumps(found))


def calls(db: BeaverDB, samples: int, ours: bool) -> dict[str, float]:
    dict_, list_, queue = db.dict("bench"), db.list("bench"), db.queue("bench")
    items = {f"key{n}": VALUE for n in range(MANY)}
    keys = list(items)

    def set_many():
        if ours:
            dict_.set_many(items)
            return
        for key, value in items.items():
            dict_[key] = value

    def get_many():
        return dict_.get_many(keys) if ours else {key: dict_[key] for key in keys}

    def put_and_get():
        queue.put(VALUE, 1)
        queue.get(block=False)

    few = samples if ours else 1
    return {
        "set_many": cost(set_many, few, 1),
        "get_many": cost(get_many, few, 1),
        "dict_get": cost(lambda: dict_["key500"], samples, 200),
        "dict_set": cost(lambda: dict_.set("key500", VALUE), samples, 20),
        "list_push": cost(lambda: list_.push(VALUE), samples, 20),
        "queue_put_get": cost(put_and_get, samples, 20),
    }


def searches(db: BeaverDB, samples: int, documents: int, many: int, ours: bool) -> dict[str, float]:
    """Indexing costs by the document. Vectors are searched in a collection of many, misspelt words in one of 500, since
    1.3.0 takes seconds for one."""
    rng = random.Random(1)
    bulk = [document(rng, n, 384) for n in range(max(documents, many))]

    def index(name: str, count: int, **how: bool):
        collection = db.collection(name)
        if ours:
            collection.index_many(bulk[:count], **how)
            return collection
        for each in bulk[:count]:
            collection.index(each, **how)
        return collection

    # The fewest first: what the file holds besides is part of the cost.
    few = index("few", 500, fuzzy=True)
    queries = [document(rng, n, 384).embedding for n in range(8)]
    misspelt = "rver damm"  # a letter is missing, one is too many
    found = {
        "fuzzy": cost(lambda: few.match(misspelt, fuzziness=2, top_k=10), samples if ours else 1, 1),
        "search_few": cost(lambda: few.search(rng.choice(queries), top_k=10), samples, 5),
        "index": once(lambda: index("bulk", documents, fuzzy=True)) / documents,
    }
    vectors = index("vectors", many, fts=False)
    found["search"] = cost(lambda: vectors.search(rng.choice(queries), top_k=10), samples, 5)
    return found


def vector(db: BeaverDB, samples: int) -> float:
    """What 1,536 floats cost more than four."""
    import array

    found = []
    for dimension in (4, 1536):
        collection = db.collection(f"wide{dimension}")
        query = array.array("f", [1.0] * dimension)
        collection.index(Document(id="a", embedding=query, body={}))
        found.append(cost(lambda: collection.search(query, top_k=1), samples, 50))
    return found[1] - found[0]


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
