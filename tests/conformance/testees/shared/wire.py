"""What testees say to the judge, and the texts of JSON that they cut and put together without rewriting them."""

import base64
import json

ABSENT, TIMEOUT = '"absent":true', '"timeout":true'
# Numbers stay texts: nothing is bent or too long.
DECODER = json.JSONDecoder(parse_int=str, parse_float=str)
SPACE = " \t\r\n"


class Failed(Exception):
    """An error of the core, as the program tells it; TIMEOUT where the time ran out."""

    def __init__(self, kind, index=None, message=""):
        super().__init__(kind)
        self.kind, self.index, self.message = kind, index, message


def result(json_text):
    return '"result":' + json_text


def raw(out):
    """What a program gave, as the result."""
    return result(out.decode().strip().replace("\n", " ").replace("\r", " ") or "null")


def array(elements):
    return result("[" + ",".join(elements) + "]")


def error(failed):
    told = {"kind": failed.kind, "message": failed.message or "as the program says"}
    return '"error":' + json.dumps(told | ({"index": failed.index} if failed.index is not None else {}))


def blank(json_text, at):
    """Where the white space that begins there ends."""
    while at < len(json_text) and json_text[at] in SPACE:
        at += 1
    return at


def skip(json_text, at):
    """Where the JSON value that begins there ends."""
    return DECODER.raw_decode(json_text, blank(json_text, at))[1]


def rows(out):
    """An array cut into the texts of its elements."""
    json_text = out.decode() if isinstance(out, bytes) else out
    at, elements = blank(json_text, 0) + 1, []
    while json_text[at := blank(json_text, at)] != "]":
        end = skip(json_text, at)
        elements.append(json_text[at:end])
        at = blank(json_text, end)
        at += json_text[at] == ","
    return elements


def members(out):
    """An object cut into its names and the texts of its values."""
    json_text = out.decode() if isinstance(out, bytes) else out
    at, found = blank(json_text, 0) + 1, {}
    while json_text[at := blank(json_text, at)] != "}":
        name, at = DECODER.raw_decode(json_text, at)
        at = blank(json_text, blank(json_text, at) + 1)
        end = skip(json_text, at)
        found[name] = json_text[at:end]
        at = blank(json_text, end)
        at += json_text[at] == ","
    return found


def or_nothing(call, kinds=("NOT_FOUND",), nothing=ABSENT):
    try:
        return call()
    except Failed as failed:
        if failed.kind not in kinds:
            raise
        return nothing


def flag(call, kinds=("NOT_FOUND",)):
    """True if the call went well; false if it says that there was nothing to do."""

    def done():
        call()
        return result("true")

    return or_nothing(done, kinds, result("false"))


def timed(row):
    """A row with its time called as the judge does."""
    return row.replace('"timestamp_us":', '"timestamp":', 1)


def number(given):
    return str(given.get("$float")) if isinstance(given, dict) else repr(given)


def plain(given):
    """A number as JSON, which has no infinities."""
    return {"nan": "null", "inf": "1e999", "-inf": "-1e999"}.get(number(given), number(given))


def vector(given):
    return "[" + ",".join(map(plain, given["$vec"])) + "]"


def text(given):
    """A text or a JSON text; bytes that are not UTF-8 stand in it as Python escapes them (`surrogateescape`)."""
    return given_bytes(given).decode("utf-8", "surrogateescape") if isinstance(given, dict) else given


def quoted(given):
    """A text as JSON."""
    return json.dumps(text(given), ensure_ascii=False)


def given_bytes(given):
    return bytes.fromhex(given["$bytes"])


def one_line(given):
    """JSON without line ends, which can only be white space in it."""
    return text(given).replace("\n", " ").replace("\r", " ")


def document(given):
    """The members of a document, with the texts of their values."""
    said = {"id": quoted(given["id"])} if "id" in given else {}
    said |= {"embedding": vector(given["embedding"])} if "embedding" in given else {}
    return said | {"body": text(given["body"])}


def edge(given):
    """The members of an edge, with the texts of their values."""
    said = {name: quoted(given[name]) for name in ("source", "target", "label") if name in given}
    said |= {"weight": plain(given["weight"])} if "weight" in given else {}
    return said | ({"metadata": text(given["metadata"])} if "metadata" in given else {})


def operation(item):
    """The members of an operation of a batch, with the texts of their values."""
    said = {}
    for name, given in item.items():
        if name == "options":
            said |= members(text(given))
        elif name in ("value", "data", "payload", "body", "metadata"):
            said[name] = text(given)
        elif name == "values":
            said[name] = each(given)
        elif name == "bytes":
            said["data_b64"] = json.dumps(base64.b64encode(given_bytes(given)).decode())
        elif name == "embedding":
            said[name] = vector(given)
        elif name == "at":
            said["timestamp_us"] = json.dumps(given)
        elif name == "if" and isinstance(given, dict):
            said[name] = '{"equals":' + text(given["equals"]) + "}"
        elif name in ("ttl", "priority", "weight"):
            said[name] = plain(given)
        elif name == "index":
            said[name] = json.dumps(given)
        else:
            said[name] = quoted(given)
    return said


def each(texts):
    """An array of texts of JSON."""
    return "[" + ",".join(map(text, texts)) + "]"


def joined(said):
    """An object of texts of JSON."""
    return "{" + ",".join(f'"{name}":{json_text}' for name, json_text in said.items()) + "}"


def settles(op):
    """Whether an operation tells if there was anything to do."""
    return op.endswith(("_delete", "_drop", "_remove", "collection_index")) and op != "list_delete"


def outcomes(out, operations):
    """What a batch did: what is done without more to say is null for the judge."""
    done = zip(json.loads(out), operations)
    return result(json.dumps([None if did is True and not settles(item["op"]) else did for did, item in done]))
