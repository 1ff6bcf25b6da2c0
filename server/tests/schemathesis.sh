#!/usr/bin/env bash
# Lets schemathesis call everything that the OpenAPI document of a running server has, with what it allows and with what
# it does not: schemathesis.sh URL [ARGUMENT…]. SCHEMATHESIS is the program (`schemathesis` if nothing is said).
#
# No answer may be a fault of the server, have a status or a form that the document does not have, or take a request that
# the document forbids by a header or a method.
set -euo pipefail
url=${1%/}
shift
# WebSockets are no HTTP, and what is acquired or long would keep the others waiting.
exec "${SCHEMATHESIS:-schemathesis}" run "$url/openapi.json" --url "$url" \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method \
    --exclude-path-regex '/(acquire|subscribe|live|events|vacuum|repair|rebuild)$|^/docs' \
    --phases examples,coverage,fuzzing --mode all --max-examples "${MAX_EXAMPLES:-10}" \
    --seed 1 --request-timeout 10 --workers 2 --generation-database none "$@"
