#!/bin/sh
# Work that is handed out, and comes back if its worker dies.
set -eu
url=${BEAVER_URL:-http://127.0.0.1:8000}

curl -sS "$url/queues/jobs/put" -d '{"data": "sweep the floor", "priority": 10}'; echo
curl -sS "$url/queues/jobs/put" -d '{"data": "put out the fire", "priority": 1}'; echo

echo '# A worker leases what is most urgent, and fails.'
lease=$(curl -s -X POST "$url/queues/jobs/lease?lease=60&timeout=0")
echo "$lease" | sed 's/.*"attempts":\([0-9]*\).*"data":\(.*\)}/\1 \2/'
id=$(echo "$lease" | sed 's/.*"id":\([0-9]*\).*/\1/')
curl -s -X POST "$url/queues/jobs/leases/$id/nack"; echo

echo '# Another one gets it, and does it.'
lease=$(curl -s -X POST "$url/queues/jobs/lease?lease=60&timeout=0")
echo "$lease" | sed 's/.*"attempts":\([0-9]*\).*"data":\(.*\)}/\1 \2/'
id=$(echo "$lease" | sed 's/.*"id":\([0-9]*\).*/\1/')
curl -s -X POST "$url/queues/jobs/leases/$id/ack"; echo

echo '# What may be lost with its worker is just taken.'
curl -s -X DELETE "$url/queues/jobs/get?timeout=0" | sed 's/.*"data"/"data"/'; echo
curl -s -X DELETE -o /dev/null -w '%{http_code}\n' "$url/queues/jobs/get?timeout=0.1"
