"""Calls over HTTP/1.1: one connection for each thread, kept for as long as the server keeps it."""

import contextlib
import http.client
import json
import select
import socket
import threading
from urllib.parse import quote, urlencode

from wire import Failed, number, text

# What the server says of a path that none of its routes has: then a part of it is none that can be.
NO_ROUTE = "there is no such route"


def target(parts, query=()):
    """A path and what is asked for behind it."""
    path = "/" + "/".join(quote(text(part).encode(errors="surrogateescape"), safe="") for part in parts)
    return path + "?" + urlencode(query, errors="surrogateescape") if query else path


def failure(status, body):
    """What went wrong, from `application/problem+json`."""
    try:
        told = json.loads(body)
        kind, message = told["kind"], told["detail"]
    except (ValueError, KeyError, TypeError):
        return Failed("INTERNAL", message=f"status {status} without a problem: {body[:200]!r}")
    if kind == "NOT_FOUND" and message.startswith(NO_ROUTE):
        kind = "INVALID_ARGUMENT"
    return Failed(kind, told.get("operation"), message)


class Wire:
    """A connection of a thread, and whether what it waits for was given up."""

    def __init__(self, port):
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self.interrupted = False

    def fresh(self):
        """Opens it again if the server has closed it meanwhile."""
        if self.http.sock is not None and select.select([self.http.sock], [], [], 0)[0]:
            self.http.close()

    def interrupt(self):
        self.interrupted = True
        with contextlib.suppress(OSError, AttributeError):
            self.http.sock.shutdown(socket.SHUT_RDWR)


class Client:
    """Calls to one server."""

    def __init__(self, port):
        self.port, self.local = port, threading.local()
        # The connections, and whatever waits just now: it can be interrupted.
        self.all, self.waiting = set(), set()

    def wire(self):
        if not hasattr(self.local, "wire"):
            self.local.wire = Wire(self.port)
            self.all.add(self.local.wire)
        return self.local.wire

    def send(self, method, path, body=None, headers=()):
        """The status, the headers and the body of the answer."""
        wire = self.wire()
        wire.fresh()
        data = body.encode(errors="surrogateescape") if isinstance(body, str) else body
        self.waiting.add(wire)
        try:
            wire.http.request(method, path, data, dict(headers))
            answer = wire.http.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException) as e:
            wire.http.close()
            if wire.interrupted:
                raise Failed("INTERRUPTED") from None
            # Nobody listens there any more, or the answer has broken off.
            raise Failed("UNAVAILABLE", message=repr(e)) from None
        finally:
            wire.interrupted = False
            self.waiting.discard(wire)

    def call(self, method, path, body=None, headers=()):
        """The headers and the body of an answer that is no problem."""
        status, answered, data = self.send(method, path, body, headers)
        if status >= 300:
            raise failure(status, data)
        return answered, data

    def interrupt(self):
        for one in list(self.waiting):
            one.interrupt()

    def close(self):
        for wire in self.all:
            # One that waits is the server's to end.
            if wire not in self.waiting:
                wire.http.close()


def seconds(given):
    """A timeout as a query has it; for ever is as long as the server lets anybody wait."""
    return "300" if given is None else number(given)
