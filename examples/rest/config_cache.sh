#!/bin/sh
# A configuration that many programs read, and a cache whose entries go by themselves.
set -eu
url=${BEAVER_URL:-http://127.0.0.1:8000}

echo '# A bare word is a string.'
curl -s -X PUT "$url/dicts/app_config/theme" -d dark; echo
curl -sS "$url/dict/app_config/theme"; echo

echo '# Two who change it at once: the second one is told.'
tag=$(curl -s -D - -o /dev/null "$url/dicts/app_config/items/theme" | tr -d '\r' | sed -n 's/^etag: //p')
curl -s -X PUT -H "If-Match: $tag" "$url/dicts/app_config/items/theme" -d light; echo
curl -s -o /dev/null -w '%{http_code}\n' -X PUT -H "If-Match: $tag" "$url/dicts/app_config/items/theme" -d blue
curl -sS "$url/dicts/app_config/items/theme"; echo

echo '# An answer that is kept for an hour.'
curl -s -X PUT "$url/dicts/cache/items/weather/paris?ttl=3600" -d '{"temperature": 21.50}'; echo
curl -sS "$url/dicts/cache/items/weather/paris"; echo
curl -s -o /dev/null -w '%{http_code}\n' "$url/dicts/cache/items/weather/rome"
