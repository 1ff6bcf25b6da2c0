"""BeaverDB 1.3.0 on the documents of a prepared folder: `beaver_1x.py FOLDER FILE DIMENSION ROUNDS` prints a line of
JSON with what it took to index them one by one, and what a search by vector, by text and with typos takes.
"""

import json
import os
import sys
import time

import numpy
from beaver import BeaverDB, Document

K = 10


def median_micros(work, inputs):
    """The median time of a call, and what each call gave."""
    times, answers = [], []
    for given in inputs:
        start = time.perf_counter_ns()
        hits = work(given)
        times.append((time.perf_counter_ns() - start) / 1e3)
        answers.append([int(document.id) for document, _ in hits])
    return float(numpy.median(times)), answers


def main():
    folder, file, dimension, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    base = numpy.fromfile(os.path.join(folder, "base.f32"), dtype="<f4").reshape(-1, dimension)
    vectors = numpy.fromfile(os.path.join(folder, "queries.f32"), dtype="<f4").reshape(-1, dimension)
    with open(os.path.join(folder, "documents.jsonl")) as lines:
        rows = [json.loads(line) for line in lines]
    with open(os.path.join(folder, "texts.json")) as texts:
        texts = json.load(texts)

    collection = BeaverDB(file).collection("documents")
    start = time.perf_counter()
    for row, vector in zip(rows, base):
        body = {"words": row["words"], "gloss": row["gloss"]}
        collection.index(Document(id=row["id"], embedding=vector.tolist(), body=body), fts=True, fuzzy=True)
    reply = {"index": (time.perf_counter() - start) / len(rows) * 1e6}

    misspelt = texts["phrases"][:50]
    works = {
        "vector": (lambda vector: collection.search(vector, top_k=K), [vector.tolist() for vector in vectors[:50]]),
        "match": (lambda text: collection.match(text, top_k=K), texts["pairs"][:50]),
        "fuzzy": (
            lambda text: collection.match(text, top_k=K, fuzziness=2),
            [query["query"] for query in misspelt],
        ),
    }
    for name, (work, inputs) in works.items():
        runs = [median_micros(work, inputs) for _ in range(rounds)]
        reply[name] = {"p50s": [median for median, _ in runs], "answers": runs[-1][1]}
    found = sum(query["row"] in answer for query, answer in zip(misspelt, reply["fuzzy"]["answers"]))
    reply["fuzzy"]["found"] = found / len(misspelt)
    print(json.dumps(reply), flush=True)
    # It keeps a thread; nothing is to be saved.
    os._exit(0)


if __name__ == "__main__":
    main()
