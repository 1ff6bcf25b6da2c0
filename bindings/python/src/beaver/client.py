"""The client of a server, which is not there yet."""

from typing import Any

from ._errors import UnsupportedError


class BeaverClient:
    """The same surface as `BeaverDB`, over the network. There is no server in this version, and so no client."""

    def __init__(self, base_url: str, *_: Any, **__: Any) -> None:
        raise UnsupportedError("this version has no server, and so no client: open the file with BeaverDB")
