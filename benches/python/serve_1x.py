"""The REST server of BeaverDB 1.3.0: `serve_1x.py FILE PORT`.

As published it does not start: it imports a name that its own module of collections does not have. The name is put in
here, which changes nothing that is measured; the server is its own `build`, run by uvicorn as its own `serve` does, but
without a line in the log for each request, which ours does not write either.
"""

import enum
import sys

import uvicorn
from beaver import BeaverDB, collections

if not hasattr(collections, "WalkDirection"):
    collections.WalkDirection = enum.Enum("WalkDirection", {"OUTGOING": "outgoing", "INCOMING": "incoming"})

from beaver import server


def main():
    file, port = sys.argv[1], int(sys.argv[2])
    app = server.build(BeaverDB(file))
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


main()
