"""The peers of vector search, one a process: `peers.py NAME` reads tasks from standard input, a JSON object a line,
and answers each with a line of JSON, as the program in benches/search does for beaver. All search on one thread.
"""

import json
import os
import sys
import time

import numpy

K = 10


def resident_mib():
    """Resident memory; none where there is no /proc."""
    try:
        with open("/proc/self/status") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024
    except OSError:
        return None


def read(task, name):
    """Vectors of the prepared folder, a row each."""
    path = os.path.join(task["folder"], name)
    return numpy.fromfile(path, dtype="<f4").reshape(-1, task["dimension"])


class Usearch:
    """Its defaults: 16 connections, 128 candidates when adding."""

    MODULES = ("usearch.index",)
    METRICS = {"l2": "l2sq", "cosine": "cos", "dot": "ip"}

    def build(self, base, file, metric):
        from usearch.index import Index

        index = Index(ndim=base.shape[1], metric=self.METRICS[metric], dtype="f32")
        index.add(numpy.arange(len(base)), base, threads=1)
        index.save(file)

    def open(self, file, dimension, metric):
        from usearch.index import Index

        self.index = Index(ndim=dimension, metric=self.METRICS[metric], dtype="f32")
        self.index.load(file)

    def tune(self, level):
        self.index.expansion_search = level

    def search(self, query):
        return self.index.search(query, K, threads=1).keys


class Hnswlib:
    """16 connections, 200 candidates when adding, as its examples have them."""

    MODULES = ("hnswlib",)
    METRICS = {"l2": "l2", "cosine": "cosine", "dot": "ip"}

    def build(self, base, file, metric):
        import hnswlib

        index = hnswlib.Index(space=self.METRICS[metric], dim=base.shape[1])
        index.init_index(max_elements=len(base), M=16, ef_construction=200)
        index.add_items(base, numpy.arange(len(base)), num_threads=1)
        index.save_index(file)

    def open(self, file, dimension, metric):
        import hnswlib

        self.index = hnswlib.Index(space=self.METRICS[metric], dim=dimension)
        self.index.load_index(file)
        self.index.set_num_threads(1)

    def tune(self, level):
        self.index.set_ef(max(level, K))

    def search(self, query):
        return self.index.knn_query(query, K, num_threads=1)[0][0]


class Faiss:
    """IndexFlat, or IVF with 4 sqrt(n) lists. The quick one has 3 sqrt(n), and learns them from 64 rows a list in ten
    steps instead of from 256 in 25: of a million rows it is built in minutes, not in half an hour.
    """

    def __init__(self, lists, quick=False):
        import faiss

        faiss.omp_set_num_threads(1)
        self.faiss = faiss
        self.lists = lists
        self.quick = quick

    def build(self, base, file, metric):
        faiss = self.faiss
        if metric == "cosine":
            raise ValueError("faiss has no cosine of its own")
        kind = faiss.METRIC_L2 if metric == "l2" else faiss.METRIC_INNER_PRODUCT
        lists = f"IVF{int((3 if self.quick else 4) * len(base) ** 0.5)}," if self.lists else ""
        index = faiss.index_factory(base.shape[1], f"{lists}Flat", kind)
        if self.quick:
            index.cp.max_points_per_centroid = 64
            index.cp.niter = 10
        index.train(base)
        index.add(base)
        faiss.write_index(index, file)

    def open(self, file, dimension, metric):
        self.index = self.faiss.read_index(file)

    def tune(self, level):
        if self.lists:
            self.index.nprobe = level

    def search(self, query):
        return self.index.search(query.reshape(1, -1), K)[1][0]


class SqliteVec:
    """Its virtual table, in a file; it compares with every row."""

    MODULES = ("apsw", "sqlite_vec")

    def connect(self, file):
        # Not the module of Python's own: many Pythons are built without loadable extensions.
        import apsw
        import sqlite_vec

        db = apsw.Connection(file)
        db.enable_load_extension(True)
        db.load_extension(sqlite_vec.loadable_path())
        return db

    def build(self, base, file, metric):
        # It has no inner product: its cosine stands for that, which costs it more, but not much.
        metric = {"l2": "l2", "cosine": "cosine", "dot": "cosine"}[metric]
        db = self.connect(file)
        db.execute(f"create virtual table v using vec0(e float[{base.shape[1]}] distance_metric={metric})")
        rows = ((row, vector.tobytes()) for row, vector in enumerate(base))
        with db:
            db.executemany("insert into v(rowid, e) values (?, ?)", rows)
        db.close()

    def open(self, file, dimension, metric):
        self.db = self.connect(file)

    def tune(self, level):
        pass

    def search(self, query):
        rows = self.db.execute("select rowid from v where e match ? and k = ?", (query.tobytes(), K))
        return [row for (row,) in rows]


PEERS = {
    "usearch": Usearch,
    "hnswlib": Hnswlib,
    "faiss-flat": lambda: Faiss(lists=False),
    "faiss-ivf": lambda: Faiss(lists=True),
    "faiss-ivf-quick": lambda: Faiss(lists=True, quick=True),
    "sqlite-vec": SqliteVec,
}


class Session:
    def __init__(self, name):
        self.peer = PEERS[name]()

    def do_build(self, task):
        base = read(task, "base.f32")
        start, cpu = time.perf_counter(), time.process_time()
        self.peer.build(base, task["file"], task["metric"])
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - start
        return {"cpu_seconds": cpu, "seconds": seconds, "bytes": os.path.getsize(task["file"])}

    def do_open(self, task):
        self.queries = read(task, "queries.f32")
        self.warm_imports()
        before = resident_mib()
        start = time.perf_counter()
        self.peer.open(task["file"], task["dimension"], task["metric"])
        self.peer.search(self.queries[0])
        return {"milliseconds": (time.perf_counter() - start) * 1e3, "resident_mib": before}

    def warm_imports(self):
        """The libraries themselves are nobody's index."""
        for module in getattr(self.peer, "MODULES", ()):
            __import__(module)

    def do_overhead(self, task):
        """What a call costs where there is next to nothing to search in: that of the first rows alone."""
        few = read(task, "base.f32")[: K + 2]
        self.peer.build(few, task["file"], task["metric"])
        self.peer.open(task["file"], task["dimension"], task["metric"])
        times = []
        for _ in range(2_000):
            start = time.perf_counter_ns()
            self.peer.search(few[0])
            times.append((time.perf_counter_ns() - start) / 1e3)
        return {"micros": float(numpy.median(times))}

    def do_search(self, task):
        if task["level"] is not None:
            self.peer.tune(task["level"])
        times, answers = [], []
        for query in self.queries[: task["queries"]]:
            start = time.perf_counter_ns()
            answer = self.peer.search(query)
            times.append((time.perf_counter_ns() - start) / 1e3)
            answers.append([int(row) for row in answer if row >= 0])
        p50, p99 = numpy.percentile(times, [50, 99])
        micros = {"p50": p50, "p99": p99, "mean": float(numpy.mean(times)), "count": len(times)}
        return {"micros": micros, "answers": answers, "resident_mib": resident_mib()}


def main():
    session = Session(sys.argv[1])
    for line in sys.stdin:
        task = json.loads(line)
        reply = getattr(session, "do_" + task["do"])(task)
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
