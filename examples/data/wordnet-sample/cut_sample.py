"""Cuts the 2,000-synset sample beside this script out of a full WordNet folder.

    python3 cut_sample.py WORDNET_FOLDER [OUTPUT_FOLDER]

WORDNET_FOLDER holds documents.jsonl, edges.tsv, embeddings.f16 (row i belongs to line i) and LICENSE.
The cut is deterministic: first the well-known things of WELL_KNOWN with everything between them and
their root, then, root by root in turn, whatever lies nearest to the roots. So the sample is a few
connected trees, deep enough for graph walks, rather than 2,000 islands.
"""

import collections
import json
import pathlib
import shutil
import sys

SIZE = 2_000
DIMENSIONS = 384
ROW_BYTES = DIMENSIONS * 2  # float16

# Word and first gloss words of each root: a word alone is ambiguous ("plant" is a factory too).
ROOTS = [
    ("animal", "a living organism characterized by voluntary movement"),
    ("plant", "(botany) a living organism lacking the power of locomotion"),
    ("tool", "an implement used in the practice of a vocation"),
    ("vehicle", "a conveyance that transports people or objects"),
    ("musical instrument", "any of various devices or contrivances that can be used to produce musical"),
    ("food", "any substance that can be metabolized by an animal to give energy"),
    ("body of water", "the part of the earth's surface covered with water"),
    ("emotion", "any strong feeling"),
]

WELL_KNOWN = """
    beaver dog cat horse cow sheep pig wolf fox bear lion tiger elephant mouse rabbit otter whale dolphin
    eagle owl penguin duck salmon shark frog snake turtle crocodile bee ant butterfly spider crab octopus
    oak willow birch pine rose tulip sunflower grass fern wheat
    hammer saw screwdriver axe drill knife scissors plane
    car bicycle ship airplane truck sled
    piano guitar violin flute drum trumpet harp organ
    bread cheese chocolate coffee tea soup honey butter
    river lake ocean stream pond
    joy anger fear love happiness sadness
""".split()

UP, DOWN = "@", "~"


def main(source: pathlib.Path, target: pathlib.Path) -> None:
    lines = (source / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [json.loads(line) for line in lines]
    row_of = {document["id"]: row for row, document in enumerate(documents)}
    edges = [tuple(line.split("\t")) for line in (source / "edges.tsv").read_text(encoding="utf-8").splitlines()]
    below, above = collections.defaultdict(list), collections.defaultdict(list)
    for origin, symbol, end in edges:
        if symbol == DOWN:
            below[origin].append(end)
        elif symbol == UP:
            above[origin].append(end)

    roots = [find_root(documents, word, gloss) for word, gloss in ROOTS]
    chosen = dict.fromkeys(roots)  # a dict keeps the order and is a set
    for word in WELL_KNOWN:
        path = path_to_a_root(documents, above, set(roots), word)
        chosen.update(dict.fromkeys(path))
    grow(chosen, roots, below)

    target.mkdir(parents=True, exist_ok=True)
    rows = sorted(row_of[identifier] for identifier in chosen)
    with open(target / "documents.jsonl", "w", encoding="utf-8", newline="\n") as out:
        out.writelines(lines[row] + "\n" for row in rows)
    kept = [edge for edge in edges if edge[0] in chosen and edge[2] in chosen]
    with open(target / "edges.tsv", "w", encoding="utf-8", newline="\n") as out:
        out.writelines("\t".join(edge) + "\n" for edge in kept)
    with open(source / "embeddings.f16", "rb") as vectors, open(target / "embeddings.f16", "wb") as out:
        for row in rows:
            vectors.seek(row * ROW_BYTES)
            out.write(vectors.read(ROW_BYTES))
    if source.resolve() != target.resolve():
        shutil.copyfile(source / "LICENSE", target / "LICENSE")
    print(f"{len(rows)} documents, {len(kept)} edges, {len(rows)} x {DIMENSIONS} vectors")


def find_root(documents: list, word: str, gloss: str) -> str:
    found = [d["id"] for d in documents if d["pos"] == "noun" and word in d["words"] and d["gloss"].startswith(gloss)]
    if len(found) != 1:
        raise SystemExit(f"the root {word!r} ({gloss!r}) is found {len(found)} times, not once")
    return found[0]


def path_to_a_root(documents: list, above: dict, roots: set, word: str) -> list:
    """The first noun synset with `word` from which a root is reached, and the synsets between, root last."""
    for document in documents:
        if document["pos"] != "noun" or word not in document["words"]:
            continue
        came_from = {document["id"]: None}
        queue = collections.deque(came_from)
        while queue:
            here = queue.popleft()
            if here in roots:
                path = [here]
                while came_from[path[-1]] is not None:
                    path.append(came_from[path[-1]])
                return path
            for parent in above[here]:
                if parent not in came_from:
                    came_from[parent] = here
                    queue.append(parent)
    raise SystemExit(f"no synset of {word!r} leads to a root")


def grow(chosen: dict, roots: list, below: dict) -> None:
    """Adds synsets breadth-first under every root, one root after the other in turn, until SIZE is reached."""
    queues = [collections.deque([root]) for root in roots]
    seen = set(roots)
    while len(chosen) < SIZE and any(queues):
        for queue in queues:
            while queue:
                here = queue.popleft()
                children = [child for child in below[here] if child not in seen]
                seen.update(children)
                queue.extend(children)
                if here not in chosen:
                    chosen[here] = None
                    break
            if len(chosen) == SIZE:
                return


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    here = pathlib.Path(__file__).resolve().parent
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) if len(sys.argv) == 3 else here)
