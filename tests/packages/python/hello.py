"""A program of somebody who installed the package: `hello.py FOLDER`, in whose environments it has to be."""

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import beaver
from beaver import BeaverDB, Document, Model


class User(Model):
    name: str
    age: int = 0


def main() -> None:
    environments = Path(sys.argv[1]).resolve()
    assert environments in Path(beaver.__file__).resolve().parents, f"{beaver.__file__} is not the installed package"
    assert importlib.metadata.version("beaver-db") == beaver.__version__
    with BeaverDB("hello.db") as db:
        users = db.dict("users", model=User)
        users["alice"] = User(name="Alice", age=30)
        notes = db.collection("notes")
        notes.index(Document(id="n1", body="Beavers build dams", embedding=[0.9, 0.1]))
        assert [document.id for document, _ in notes.match("beaver dam")] == ["n1"]
        assert users["alice"].age == 30
    # The command that came with the package reads the same file.
    command = [str(Path(sys.executable).parent / "beaver"), "--database", "hello.db", "--raw"]
    name = subprocess.run([*command, "dict", "users", "get", "alice"], capture_output=True, text=True, check=True)
    assert json.loads(name.stdout)["name"] == "Alice", name
    print(f"hello from beaver {beaver.__version__}")


main()
