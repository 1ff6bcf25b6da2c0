"""Events: callbacks for what changes structures, or for what a program tells by `emit`."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

from . import _json
from ._errors import BeaverError, ClosedError, PausedError
from ._pages import PAGE

Callback = Callable[[Any], object]

_log = logging.getLogger("beaver")


class EventHandle:
    """A callback that listens. `off` ends it; as a context manager, the end of the block does."""

    def __init__(self, dispatcher: Dispatcher, topic: str, event: str, callback: Callback) -> None:
        self._dispatcher = dispatcher
        self.topic = topic
        self.event = event
        self.callback = callback
        self.listening = True

    def off(self) -> None:
        """Ends it: the callback is not called again. Twice is no error."""
        self._dispatcher.remove(self)

    def __enter__(self) -> EventHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.off()


class _Topic:
    """An event of a topic, and who listens to it."""

    def __init__(self, native: Any) -> None:
        self.native = native
        self.descriptor: int = native.descriptor()
        self.handles: list[EventHandle] = []


_Happened = tuple[int, _Topic, Any]
"""The time of an event, where it happened, and its payload."""


class Dispatcher:
    """Calls the callbacks of a database, one after the other, from one thread that sleeps while nothing happens.

    It does not know the database, so that this can go while it listens.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._topics: dict[tuple[str, str], _Topic] = {}
        self._wake: socket.socket | None = None
        self._paused = False

    def add(self, topic: str, event: str, callback: Callback, begin: Callable[[], Any]) -> EventHandle:
        """Begins to listen, by `begin` if nobody does: to all that happens after the return."""
        if not callable(callback):
            raise TypeError("the callback cannot be called")
        handle = EventHandle(self, topic, event, callback)
        with self._lock:
            known = self._topics.get((topic, event))
            if known is None:
                known = _Topic(begin())
                self._topics[topic, event] = known
            known.handles.append(handle)
            self._rouse()
        return handle

    def remove(self, handle: EventHandle) -> None:
        """Ends a callback, and with the last one of an event the listening to it."""
        with self._lock:
            if not handle.listening:
                return
            handle.listening = False
            known = self._topics.get((handle.topic, handle.event))
            if known is None:
                return
            known.handles.remove(handle)
            if not known.handles:
                del self._topics[handle.topic, handle.event]
                known.native.stop()
                self._rouse()

    def find(self, topic: str, event: str, callback: Callback) -> EventHandle | None:
        """The newest handle of a callback."""
        with self._lock:
            known = self._topics.get((topic, event))
            handles = known.handles if known else []
            return next((handle for handle in reversed(handles) if handle.callback == callback), None)

    def forked(self) -> None:
        """Forgets everything, in a child that has neither the thread nor the state of the lock."""
        self._lock = threading.Lock()
        self._topics = {}
        self._wake = None

    def pause(self, paused: bool) -> None:
        """Lets the topics be while the database is paused: their descriptors would give no rest."""
        with self._lock:
            self._paused = paused
            self._rouse()

    def stop(self) -> None:
        """Ends all of them."""
        with self._lock:
            for known in self._topics.values():
                for handle in known.handles:
                    handle.listening = False
                known.native.stop()
            self._topics.clear()
            self._rouse()

    def _rouse(self) -> None:
        """Has the thread look at the topics again; it is begun if there is none."""
        if self._wake is not None:
            with contextlib.suppress(OSError):  # it is awake already, or the program ends
                self._wake.send(b".")
        elif self._topics:
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            self._wake = ours
            threading.Thread(target=self._run, args=(theirs,), name="beaver-events", daemon=True).start()

    def _run(self, woken: socket.socket) -> None:
        waiting: list[_Happened] = []
        with woken:
            while True:
                with self._lock:
                    topics = list(self._topics.values())
                    if not topics and self._wake is not None:
                        self._wake.close()
                        self._wake = None
                        return
                    if self._paused:
                        topics = []
                if not waiting:
                    _sleep(woken, topics)
                waiting = self._dispatch(waiting + self._ask(topics), topics)

    def _dispatch(self, happened: list[_Happened], topics: list[_Topic]) -> list[_Happened]:
        """Calls whoever listens, in the order of the commits; gives what has to wait for the next time.

        While the topics are asked one after the other, more happens, perhaps to one that was asked already. So all are
        asked again: then everything up to the last event of the first time is known.
        """
        if not happened:
            return []
        last = max(timestamp for timestamp, _, _ in happened)
        happened = sorted(happened + self._ask(topics), key=lambda event: event[0])
        for timestamp, topic, payload in happened:
            if timestamp <= last:
                for handle in list(topic.handles):
                    _call(handle, payload)
        return [event for event in happened if event[0] > last]

    def _ask(self, topics: list[_Topic]) -> list[_Happened]:
        """What has happened since the last time."""
        events: list[_Happened] = []
        for topic in topics:
            try:
                while (text := topic.native.next_batch(PAGE, 0, None)) is not None:
                    rows = _json.decode(text)
                    events += [(row["timestamp_us"], topic, row["payload"]) for row in rows]
                    if len(rows) < PAGE:
                        break
            except ClosedError:
                self._forget(topic)
            except PausedError:
                continue
            except BeaverError as e:
                # It says that events were missed, and goes on.
                _log.warning("events: %s", e)
        return events

    def _forget(self, topic: _Topic) -> None:
        """The database is closed."""
        with self._lock:
            for key, known in list(self._topics.items()):
                if known is topic:
                    del self._topics[key]


def _sleep(woken: socket.socket, topics: list[_Topic]) -> None:
    """Until something happens, or somebody comes or goes."""
    poll = select.poll()
    poll.register(woken, select.POLLIN)
    for topic in topics:
        poll.register(topic.descriptor, select.POLLIN)
    if any(descriptor == woken.fileno() for descriptor, _ in poll.poll()):
        woken.recv(4096)


def _call(handle: EventHandle, payload: Any) -> None:
    if not handle.listening:
        return
    try:
        handle.callback(payload)
    except Exception:
        _log.exception("a callback of the event %s of %s failed", handle.event, handle.topic)
