"""A WebSocket (RFC 6455) as far as a subscriber needs one: it hears texts, and answers pings and the end."""

import base64
import collections
import contextlib
import os
import socket
import struct
import threading

from client import failure
from wire import Failed

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
NORMAL, GOING_AWAY, OWN_CODES = 1000, 1001, 4000
# The kinds by their numbers, of which the code of an end is 4000 more.
KINDS = {
    10: "INVALID_ARGUMENT", 11: "INVALID_UTF8", 12: "INVALID_JSON", 13: "TYPE_MISMATCH", 14: "LIMIT", 15: "UNSUPPORTED",
    20: "CONFLICT", 21: "BUSY", 22: "INTERRUPTED", 23: "CLOSED", 24: "PAUSED", 25: "READ_ONLY", 26: "DENIED",
    27: "UNAVAILABLE", 30: "FULL", 31: "IO", 32: "CORRUPT", 40: "INTERNAL", 41: "PANIC",
}  # fmt: skip
# The server tells of something a moment after it has happened.
MOMENT = 0.3
# How long it may take to end a connection.
GOODBYE = 2


class WebSocket:
    """The texts that come, in their order. A thread reads them."""

    def __init__(self, client, path, headers=()):
        self.client = client
        try:
            self.socket = socket.create_connection(("127.0.0.1", client.port))
        except OSError as e:
            raise Failed("UNAVAILABLE", message=repr(e)) from None
        self.stream = self.socket.makefile("rb")
        try:
            self.shake_hands(path, headers)
        except Failed:
            self.disconnect()
            raise
        self.changed, self.texts = threading.Condition(), collections.deque()
        # How it ended, as a kind; and how often waiting was interrupted.
        self.end, self.interrupts = None, 0
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def shake_hands(self, path, headers):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        lines += [f"{name}: {value}" for name, value in dict(headers).items()]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        status = self.stream.readline().split(b" ")
        length = 0
        for line in iter(self.stream.readline, b"\r\n"):
            if not line:
                raise Failed("UNAVAILABLE", message="the handshake broke off")
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        if status[1:2] != [b"101"]:
            raise failure(int(status[1]), self.stream.read(length))

    def send(self, kind, data):
        """A frame of less than 126 bytes, under a mask as clients have to."""
        mask = os.urandom(4)
        covered = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        with contextlib.suppress(OSError):
            self.socket.sendall(bytes([0x80 | kind, 0x80 | len(data)]) + mask + covered)

    def exactly(self, count):
        data = self.stream.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def frame(self):
        """Whether a message ends with it, of which kind it is, and what is in it."""
        first, length = self.exactly(2)
        if length == 126:
            (length,) = struct.unpack(">H", self.exactly(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self.exactly(8))
        return bool(first & 0x80), first & 0x0F, self.exactly(length)

    def read(self):
        message, end = b"", "UNAVAILABLE"
        try:
            while True:
                last, kind, data = self.frame()
                if kind == PING:
                    self.send(PONG, data)
                elif kind == CLOSE:
                    self.send(CLOSE, data[:2])
                    (code,) = struct.unpack(">H", data[:2]) if len(data) >= 2 else (GOING_AWAY,)
                    end = KINDS.get(code - OWN_CODES, end)
                elif kind != PONG:
                    message += data
                    if last:
                        with self.changed:
                            self.texts.append(message.decode())
                            self.changed.notify_all()
                        message = b""
        except (OSError, EOFError, ValueError):
            pass
        with self.changed:
            self.end = self.end or end
            self.changed.notify_all()

    def wait(self, timeout):
        """Whether there is a text within the time."""
        before = self.interrupts
        done = lambda: self.texts or self.end or self.interrupts != before
        self.client.waiting.add(self)
        try:
            with self.changed:
                self.changed.wait_for(done, timeout)
                if self.interrupts != before:
                    raise Failed("INTERRUPTED")
                if self.end and (not self.texts or self.end == "CLOSED"):
                    raise Failed(self.end)
                return bool(self.texts)
        finally:
            self.client.waiting.discard(self)

    def next(self, timeout):
        """The next text; none if the time ran out."""
        if not self.wait(None if timeout is None else max(timeout, MOMENT)):
            return None
        return self.texts.popleft()

    def interrupt(self):
        with self.changed:
            self.interrupts += 1
            self.changed.notify_all()

    def close(self):
        """Listens no more. The server ends the connection when that is so."""
        with self.changed:
            self.end = "CLOSED"
            self.changed.notify_all()
        self.send(CLOSE, struct.pack(">H", NORMAL))
        self.reader.join(GOODBYE)
        self.disconnect()

    def disconnect(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
