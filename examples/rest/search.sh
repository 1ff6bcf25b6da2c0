#!/bin/sh
# Documents found by their words, their vectors, their fields and their relations.
set -eu
url=${BEAVER_URL:-http://127.0.0.1:8000}
ids() { tr '{' '\n' | sed -n 's/^"id":"\([^"]*\)".*/\1/p' | paste -sd' ' -; }

curl -sS "$url/collections/articles/index_many" -d '{"fuzzy": true, "documents": [
    {"id": "sqlite", "body": {"title": "SQLite is a database in a file", "year": 2000}, "embedding": [1, 0]},
    {"id": "postgres", "body": {"title": "PostgreSQL is a database on a server", "year": 1996}, "embedding": [0.8, 0.6]},
    {"id": "rust", "body": {"title": "Rust is a language", "year": 2015}, "embedding": [0, 1]}]}'; echo

echo '# by words, also misspelt ones'
curl -sS "$url/collections/articles/match" -d '{"query": "database file"}' | ids
curl -sS "$url/collections/articles/match" -d '{"query": "databse server", "fuzziness": "auto"}' | ids
echo '# by vectors, and only what is newer than 1999'
curl -sS "$url/collections/articles/search" -d '{"vector": [0.9, 0.1], "k": 2}' | ids
curl -sS "$url/collections/articles/search" -d '{"vector": [0.9, 0.1], "k": 2, "where": {"year": {">": 1999}}}' | ids
echo '# by fields'
curl -sS "$url/collections/articles/find" -d '{"order": ["-year"], "limit": 2}' | ids
echo '# by relations'
curl -sS "$url/collections/articles/connect" -d '{"source": "postgres", "target": "sqlite", "label": "RIVAL"}'; echo
curl -sS "$url/collections/articles/connect" -d '{"source": "sqlite", "target": "rust", "label": "BOUND_TO"}'; echo
curl -sS "$url/collections/articles/walk" -d '{"id": "postgres", "depth": 2}' | ids
