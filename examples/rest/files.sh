#!/bin/sh
# Files with metadata, sent and fetched in pieces; and several things changed at once.
set -eu
url=${BEAVER_URL:-http://127.0.0.1:8000}

printf 'hello, world' | curl -s -X PUT "$url/blobs/uploads/alice/hello.txt" \
    -H 'Content-Type: text/plain' -H 'Beaver-Metadata: {"type": "text/plain"}' --data-binary @-; echo
curl -sS "$url/blobs/uploads/alice/hello.txt"; echo
curl -s -H 'Range: bytes=7-' "$url/blobs/uploads/alice/hello.txt"; echo
curl -sS "$url/blobs/uploads/metadata/alice/hello.txt"; echo

echo '# The entry of a file and its count, in one commit or not at all.'
curl -sS "$url/batch" -d '{"operations": [
    {"op": "dict_set", "name": "files", "key": "alice/hello.txt", "value": 12, "if": "absent"},
    {"op": "list_push", "name": "recent", "value": "alice/hello.txt"}]}'; echo
curl -sS "$url/batch" -d '{"operations": [
    {"op": "list_push", "name": "recent", "value": "again"},
    {"op": "dict_set", "name": "files", "key": "alice/hello.txt", "value": 12, "if": "absent"}]}' | sed 's/.*"kind":"\([A-Z]*\)","operation":\([0-9]*\).*/\1 of operation \2/'; echo
curl -sS "$url/lists/recent"; echo
