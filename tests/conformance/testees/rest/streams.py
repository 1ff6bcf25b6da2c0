"""What goes on for as long as it is read or written: blobs bit by bit, messages, events, live views."""

import http.client
import select

from client import failure, target
from structures import upload
from websocket import WebSocket
from wire import TIMEOUT, Failed, array, given_bytes, number, result, rows, text, timed


class Writer:
    """A body that is sent in pieces. What broke off before its end is not stored."""

    def __init__(self, store, args):
        headers, before, self.behind = upload(args)
        self.server = store.server.retain()
        self.http = http.client.HTTPConnection("127.0.0.1", self.server.client.port)
        try:
            self.http.putrequest("PUT", store.path("items", args["key"]))
            for name, value in {**store.headers(), **headers, "Transfer-Encoding": "chunked"}.items():
                self.http.putheader(name, value)
            self.http.endheaders()
            self.send(before)
        except OSError as e:
            self.free()
            raise Failed("UNAVAILABLE", message=repr(e)) from None

    def send(self, data):
        if data:
            self.http.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def write(self, args):
        # Refused before its end.
        if select.select([self.http.sock], [], [], 0)[0]:
            self.end()
        self.send(given_bytes(args["bytes"]))
        return result("null")

    def end(self):
        answer = self.http.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise failure(answer.status, data)

    def finish(self, args):
        try:
            self.send(self.behind)
            self.http.send(b"0\r\n\r\n")
            self.end()
        except (OSError, http.client.HTTPException) as e:
            raise Failed("UNAVAILABLE", message=repr(e)) from None
        finally:
            self.free()
        return result("null")

    def abort(self, args):
        self.free()
        return result("null")

    def free(self):
        self.http.close()
        self.server.release()


class Reader:
    """An answer that is read in pieces."""

    def __init__(self, store, args):
        self.server = store.server.retain()
        self.http = http.client.HTTPConnection("127.0.0.1", self.server.client.port)
        try:
            self.http.request("GET", store.path("items", args["key"]), headers=store.headers())
            self.answer = self.http.getresponse()
            if self.answer.status >= 300:
                raise failure(self.answer.status, self.answer.read())
        except (OSError, http.client.HTTPException) as e:
            self.free()
            raise Failed("UNAVAILABLE", message=repr(e)) from None
        except Failed:
            self.free()
            raise
        self.length = int(self.answer.headers["Content-Length"])

    def read(self, args):
        try:
            return result(f'{{"$bytes":"{self.answer.read(args["max"]).hex()}"}}')
        except (OSError, http.client.HTTPException) as e:
            raise Failed("UNAVAILABLE", message=repr(e)) from None

    def len(self, args):
        return result(str(self.length))

    def free(self):
        self.http.close()
        self.server.release()


class Stream:
    """Texts that come over a WebSocket."""

    def __init__(self, server, path, headers=()):
        self.path, self.headers = path, headers
        self.socket = WebSocket(server.client, path, headers)
        self.server = server.retain()

    def one(self, timeout):
        # What had come before the server was stopped, and nobody had read, is of no use any more.
        if self.server.stopped and self.socket.end != "CLOSED":
            raise Failed("UNAVAILABLE")
        return self.socket.next(timeout)

    def next(self, args):
        found = self.one(args["timeout"])
        return TIMEOUT if found is None else result(timed(found))

    def next_many(self, args):
        first = self.one(args["timeout"])
        if first is None:
            return TIMEOUT
        found = [first]
        while len(found) < args["n"]:
            more = self.socket.next(0)
            if more is None:
                break
            found.append(more)
        return array(map(timed, found))

    def close(self, args):
        self.socket.close()
        return result("null")

    def free(self):
        self.socket.close()
        self.server.release()


class Events(Stream):
    """Events of a topic, or of a structure."""

    def __init__(self, server, path, event, headers=()):
        super().__init__(server, target(path, [("event", text(event))]), headers)


class Subscription(Stream):
    """Messages of a channel, from a place on."""

    def __init__(self, channel, args):
        self.channel = channel
        query = [("start", text(args["start"]))] if "start" in args else []
        query += [("after_us", args["after"])] if "after" in args else []
        super().__init__(channel.server, self.place(query), channel.headers())

    def place(self, query):
        return self.channel.path("subscribe", query=[*query, ("rows", "true")])

    def one(self, timeout):
        try:
            return super().one(timeout)
        except Failed as failed:
            # Some were removed before they were read: it goes on with the oldest.
            if failed.kind == "LIMIT":
                self.socket = WebSocket(self.server.client, self.place([("start", "oldest")]), self.headers)
            raise


class Live(Stream):
    """A live view. The server tells in each period, also what nobody waited for."""

    def __init__(self, log, args):
        query = [("window", number(args["window"])), ("period", number(args["period"]))]
        self.entries = "aggregates" not in args
        query += [("entries", "true")] if self.entries else [("aggregates", text(args["aggregates"]))]
        super().__init__(log.server, log.path("live", query=query), log.headers())

    def next(self, args):
        # What came while nobody waited is left out: as of now, there is another at once.
        if self.socket.texts and not self.socket.end:
            self.socket.close()
            self.socket = WebSocket(self.server.client, self.path, self.headers)
        found = self.one(args["timeout"])
        if found is None:
            return TIMEOUT
        return array(map(timed, rows(found))) if self.entries else result(found)
