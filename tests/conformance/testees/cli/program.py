"""Runs the program `beaver`: a process for each call, one for as long as something is listened to, written or held."""

import json
import queue
import shlex
import signal
import subprocess
import tempfile
import threading
import uuid

from wire import Failed


def failure(code, told):
    """What a run that did not go well has said on its error output."""
    for line in told.splitlines():
        if line.startswith('{"error":'):
            error = json.loads(line)["error"]
            return Failed(error["kind"], error.get("operation"))
    if code in (130, 143, -signal.SIGINT, -signal.SIGTERM):
        return Failed("INTERRUPTED")
    # A line that cannot be understood has an argument that is wrong.
    return Failed("INVALID_ARGUMENT" if code == 2 else "INTERNAL")


class Files:
    """Values and inputs go through files: an argument of a program is short, and holds no NUL."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.count = 0

    def write(self, data):
        self.count += 1
        path = f"{self.folder.name}/{self.count}"
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path


FILES = Files()


def value(args, name):
    return "@" + FILES.write(args[name])


class Program:
    """The program on one database."""

    def __init__(self, program, path, options):
        self.words = [program, "--database", path, "--json", "--values", "json"]
        if options is not None:
            self.words += ["--open", options]
        self.running = set()

    def start(self, words, **streams):
        try:
            return subprocess.Popen(self.words + words, **streams)
        except OSError:  # an argument longer than the system takes
            raise Failed("LIMIT") from None

    def run(self, words, data=None):
        """What it writes, as bytes."""
        return self.say(words, set(), data)[0]

    def say(self, words, running, data=None):
        """What it writes, and what it tells on its error output. It is among the `running` meanwhile."""
        pipe = subprocess.PIPE
        child = self.start(words, stdin=pipe if data is not None else subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        self.running.add(child)
        running.add(child)
        try:
            out, told = child.communicate(data)
        finally:
            self.running.discard(child)
            running.discard(child)
        # What is not there says so by the code alone, where the answer is true or false.
        if child.returncode != 0 and not (child.returncode == 3 and out):
            raise failure(child.returncode, told.decode())
        return out, told.decode()

    def interrupt(self):
        for child in list(self.running):
            child.send_signal(signal.SIGINT)


class Stream:
    """A program that prints a line for each message, for as long as it is read."""

    def __init__(self, program, words):
        pipe = subprocess.PIPE
        self.child = program.start(words, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        self.lines = queue.Queue()
        self.closed = False
        for stream in (self.child.stdout, self.child.stderr):
            threading.Thread(target=self.read, args=(stream,), daemon=True).start()

    def read(self, stream):
        for line in stream:
            self.lines.put(line.decode().rstrip("\n"))

    def next(self, timeout):
        """The next line, or None."""
        # The program is told of a message a moment after it was published.
        wait = None if timeout is None else max(timeout, 0.3)
        if self.closed:
            raise Failed("CLOSED")
        try:
            line = self.lines.get(timeout=wait)
        except queue.Empty:
            return None
        if line is None:
            raise Failed("CLOSED")
        if line.startswith('{"error":'):
            raise failure(1, line)
        return line

    def close(self):
        self.closed = True
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        self.child.wait()
        # Who waits for a line gets the end.
        self.lines.put(None)

    free = close


class Shell:
    """A shell, for what is held between the calls."""

    def __init__(self, program):
        self.child = program.start(
            ["shell", "--keep-going"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.lock = threading.Lock()

    def run(self, words):
        with self.lock:
            # A call of which the answer is known marks the end.
            mark = uuid.uuid4().hex
            lines = shlex.join(words) + "\n" + shlex.join(["rerank", json.dumps([[mark]])]) + "\n"
            self.child.stdin.write(lines.encode())
            self.child.stdin.flush()
            said = []
            for line in self.child.stdout:
                if mark.encode() in line:
                    break
                said.append(line)
            else:
                raise Failed("INTERNAL")
        if said and (said[-1].startswith((b'{"error":', b"error:")) or b"--help" in said[-1]):
            raise failure(2, said[-1].decode())
        return b"".join(said)

    def free(self):
        self.child.stdin.close()
        self.child.wait()
