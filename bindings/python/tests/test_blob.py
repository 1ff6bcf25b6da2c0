from __future__ import annotations

import io
import shutil
from array import array

import pytest

from beaver import BeaverDB
from beaver.blobs import Blob


def test_bytes_are_kept_with_metadata(db: BeaverDB) -> None:
    uploads = db.blob("uploads")
    uploads.put(key="a.txt", data=b"content", metadata={"mimetype": "text/plain"})
    blob = uploads.get("a.txt")
    assert blob == Blob("a.txt", b"content", {"mimetype": "text/plain"})
    assert uploads["a.txt"] == blob
    key, data, metadata = blob
    assert (key, data, metadata) == ("a.txt", b"content", {"mimetype": "text/plain"})
    assert "a.txt" in uploads
    assert list(uploads) == ["a.txt"]
    assert len(uploads) == 1
    assert uploads.stat("a.txt") == (7, {"mimetype": "text/plain"})
    uploads.delete("a.txt")
    assert "a.txt" not in uploads


def test_what_is_not_there(db: BeaverDB) -> None:
    uploads = db.blob("uploads")
    assert uploads.get("missing") is None
    assert uploads.stat("missing") is None
    with pytest.raises(KeyError):
        uploads["missing"]
    with pytest.raises(KeyError):
        uploads.delete("missing")
    with pytest.raises(KeyError):
        del uploads["missing"]
    with pytest.raises(KeyError):
        uploads.reader("missing")


def test_the_list_of_names_is_the_factory_too(db: BeaverDB) -> None:
    db.blobs("uploads").put("a", b"")
    assert db.blobs == ["uploads"]
    assert isinstance(db.blobs, list)
    assert db.blobs("uploads") is db.blob("uploads")


@pytest.mark.parametrize("data", [b"abc", bytearray(b"abc"), memoryview(b"abc"), array("B", b"abc")])
def test_anything_with_bytes_can_be_put(db: BeaverDB, data: object) -> None:
    db.blob("b").put("k", data)
    assert db.blob("b")["k"].data == b"abc"


@pytest.mark.parametrize("data", ["text", 5, None, [1, 2]])
def test_what_has_no_bytes_is_a_type_error(db: BeaverDB, data: object) -> None:
    with pytest.raises(TypeError):
        db.blob("b").put("k", data)


def test_large_blobs_go_through_streams(db: BeaverDB) -> None:
    films = db.blob("films")
    piece = bytes(range(256)) * 256
    with films.writer("one", {"title": "One"}) as writer:
        for _ in range(40):
            assert writer.write(piece) == len(piece)
        assert "one" not in films
    with films.reader("one") as reader:
        assert reader.size == 40 * len(piece)
        assert reader.read(10) == piece[:10]
        films.put("one", b"replaced")
        rest = reader.read()
    assert rest is not None
    assert piece[:10] + rest == piece * 40
    target = io.BytesIO()
    with films.reader("one") as reader:
        shutil.copyfileobj(reader, target)
    assert target.getvalue() == b"replaced"


def test_a_writer_left_by_an_exception_stores_nothing(db: BeaverDB) -> None:
    films = db.blob("films")

    def fail() -> None:
        with films.writer("one") as writer:
            writer.write(b"half")
            raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        fail()
    films.writer("two").write(b"forgotten")
    writer = films.writer("three")
    writer.abort()
    with pytest.raises(ValueError, match="make a new one"):
        writer.finish()
    assert list(films) == []


def test_metadata_can_have_a_model(db: BeaverDB) -> None:
    from beaver import Model

    class Meta(Model):
        sender: str

    store = db.blob("mail", model=Meta)
    store.put("a", b"x", Meta(sender="alice"))
    assert store["a"].metadata == Meta(sender="alice")
    with pytest.raises(TypeError):
        store.put("b", b"x", {"sender": 5})  # type: ignore[arg-type]
