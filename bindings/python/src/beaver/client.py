"""Databases at a server."""

from __future__ import annotations

import os

from ._database import BeaverDB
from ._errors import InvalidArgumentError
from ._time import Seconds


class BeaverClient(BeaverDB):
    """What `BeaverDB` is, for the database that a server has: `BeaverClient("http://127.0.0.1:8000")`."""

    def __init__(
        self,
        base_url: str,
        /,
        *,
        key: str | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        connection_timeout: Seconds = 30.0,
        read_only: bool = False,
    ) -> None:
        if not base_url.startswith(("http://", "https://")):
            raise InvalidArgumentError("a server has a URL: http://host:port or https://host:port")
        super().__init__(
            base_url, key=key, ca_file=ca_file, connection_timeout=connection_timeout, read_only=read_only
        )
