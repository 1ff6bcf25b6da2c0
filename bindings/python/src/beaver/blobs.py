"""Blobs, under the names of BeaverDB 1.x too."""

from ._aio import AsyncBlobs
from ._blob import Blob, BlobReader, Blobs, BlobStat, BlobWriter

BlobManager = Blobs

__all__ = ["AsyncBlobs", "Blob", "BlobManager", "BlobReader", "BlobStat", "BlobWriter", "Blobs"]
