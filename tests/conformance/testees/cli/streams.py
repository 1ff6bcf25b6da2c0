"""What goes on for as long as it is read or written: blobs bit by bit, messages, events, live views."""

import json
import threading
import time

from program import FILES, Stream, failure, value
from wire import TIMEOUT, Failed, array, number, raw, result, rows, timed


class Writer:
    """A program that stores what it reads."""

    def __init__(self, store, args):
        words = ["--metadata", value(args, "metadata")] if "metadata" in args else []
        self.child = store.database.program.start(
            ["blob", "--", store.name, "put", *words, "--", args["key"], "-"], stdin=-1, stdout=-1, stderr=-1
        )

    def write(self, args):
        self.child.stdin.write(bytes.fromhex(args["bytes"]["$bytes"]))
        return result("null")

    def finish(self, args):
        _, told = self.child.communicate()
        if self.child.returncode:
            raise failure(self.child.returncode, told.decode())
        return result("null")

    def abort(self, args):
        self.free()
        return result("null")

    def free(self):
        self.child.kill()
        self.child.communicate()


class Reader:
    """A program that writes a blob out."""

    def __init__(self, store, args):
        self.length = json.loads(store.run("stat", "--", args["key"]))["bytes"]
        self.child = store.database.program.start(["blob", "--", store.name, "get", "--", args["key"]], stdout=-1)
        # From the first byte on, it reads the blob as it is now.
        self.ahead = self.child.stdout.read(1)

    def read(self, args):
        most = args["max"]
        data, self.ahead = self.ahead[:most], self.ahead[most:]
        data += self.child.stdout.read(most - len(data)) if most > len(data) else b""
        return result(f'{{"$bytes":"{data.hex()}"}}')

    def len(self, args):
        return result(str(self.length))

    def free(self):
        self.child.kill()
        self.child.communicate()


class Subscription:
    """Messages of a channel, from a place on: each is that which a program gives that begins behind the last."""

    def __init__(self, channel, args):
        self.channel, self.closed, self.running = channel, False, set()
        self.words = ["--from=oldest"]
        if "after" in args:
            self.words = [f"--after={args['after']}"]
        elif args.get("start") != "oldest":
            there = self.there()
            self.words = [f"--after={json.loads(there[-1])['timestamp_us']}"] if there else self.words

    def there(self):
        return rows(self.channel.database.program.run(["channel", "--", self.channel.name, "items"]))

    def read(self, timeout):
        """The next message, as a list of its line; empty if the time ran out."""
        if self.closed:
            raise Failed("CLOSED")
        words = ["channel", "--", self.channel.name, "listen", "--count=1", *self.words]
        words += [] if timeout is None else [f"--timeout={number(timeout)}"]
        try:
            out, told = self.channel.database.program.say(words, self.running)
        except Failed as failed:
            if failed.kind == "TIMEOUT":
                return []
            if failed.kind == "LIMIT":
                self.words = ["--from=oldest"]
            raise Failed("CLOSED") if self.closed else failed from None
        if told:
            # Some were removed before they were read; it goes on with the oldest.
            self.words = ["--from=oldest"]
            raise failure(1, told)
        self.took(out.decode().strip())
        return [out.decode().strip()]

    def took(self, line):
        self.words = [f"--after={json.loads(line)['timestamp_us']}"]

    def next(self, args):
        found = self.read(args["timeout"])
        return result(timed(found[0])) if found else TIMEOUT

    def next_many(self, args):
        found = self.read(args["timeout"])
        if not found:
            return TIMEOUT
        last = json.loads(found[0])["timestamp_us"]
        found += [row for row in self.there() if json.loads(row)["timestamp_us"] > last][: args["n"] - 1]
        self.took(found[-1])
        return array(map(timed, found))

    def close(self, args):
        self.free()
        return result("null")

    def free(self):
        self.closed = True
        for child in list(self.running):
            child.terminate()


class Events:
    """Events of a topic, from a program that prints them. That it listens is found out by telling it of something."""

    def __init__(self, database, topic, event):
        self.stream = Stream(database.program, ["on", "--", topic, event])
        probe = ["emit", "--", topic, "probe" if event == "*" else event, "@" + FILES.write('{"$probe":0}')]
        while self.stream.lines.empty() and self.stream.child.poll() is None:
            database.program.run(probe)
            time.sleep(0.01)
        first = self.stream.lines.get(timeout=5)
        self.stream.lines.queue.appendleft(first)
        # What it says of a topic that cannot be.
        if not first.startswith('{"timestamp_us":'):
            self.stream.child.wait()
            raise failure(2, first)

    def one(self, timeout):
        begun = time.monotonic()
        while True:
            left = None if timeout is None else max(0, timeout - (time.monotonic() - begun))
            line = self.stream.next(left)
            if line is None or not line.endswith('"payload":{"$probe":0}}'):
                return line

    def next(self, args):
        line = self.one(args["timeout"])
        return TIMEOUT if line is None else result(timed(line))

    def next_many(self, args):
        first = self.one(args["timeout"])
        if first is None:
            return TIMEOUT
        found = [first]
        while len(found) < args["n"]:
            line = self.one(0)
            if line is None:
                break
            found.append(line)
        return array(map(timed, found))

    def close(self, args):
        self.stream.close()
        return result("null")

    def free(self):
        self.stream.close()


class Live:
    """A live view: each result is that of a program which gives one."""

    def __init__(self, log, args):
        self.log, self.period = log, args["period"]
        self.words = [f"--window={number(args['window'])}", f"--frequency={number(args['period'])}", "--count=1"]
        self.words += ["--aggregates", value(args, "aggregates")] if "aggregates" in args else ["--entries"]
        self.entries = "aggregates" not in args
        self.closed = threading.Event()
        self.look()
        self.due = time.monotonic()

    def look(self):
        return self.log.run("watch", *self.words)

    def next(self, args):
        timeout = args["timeout"]
        left = self.due - time.monotonic()
        if timeout is not None and left > timeout:
            if self.closed.wait(timeout):
                raise Failed("CLOSED")
            return TIMEOUT
        if self.closed.wait(max(0, left)):
            raise Failed("CLOSED")
        out = self.look()
        while self.due <= time.monotonic():
            self.due += self.period
        return array(map(timed, rows(out))) if self.entries else raw(out)

    def close(self, args):
        self.closed.set()
        return result("null")

    def free(self):
        self.closed.set()
