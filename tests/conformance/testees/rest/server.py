"""A server for as long as it is used: `PROGRAM --database FILE serve`, on a port of its own."""

import ctypes
import json
import re
import signal
import subprocess
import sys
import threading

from client import Client
from wire import Failed

# A body can hold a value of 64 MiB, and an answer one with what stands around it; an unoptimised program takes its time.
LIMITS = [f"--max-body={96 << 20}", f"--max-result={192 << 20}", "--max-time=110", "--grace=2"]
LISTENING = re.compile(r"listening on http://127\.0\.0\.1:(\d+) ")


def library():
    """The C library, where it can see to it that a process ends with the one that started it."""
    return ctypes.CDLL(None) if sys.platform == "linux" else None


LIBRARY = library()
PR_SET_PDEATHSIG = 1


def end_with_the_testee():
    """Who has a file open in his own process takes that with him when he is killed; here it is the server."""
    LIBRARY.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """A server and its clients. It stops when the last of those that use it has let it go."""

    def __init__(self, program, path, options=None):
        words = [program, b"--database=" + path.encode(errors="surrogateescape"), "--json"]
        words += ["--open=" + options] if options is not None else []
        words += ["serve", "--host=127.0.0.1", "--port=0", *LIMITS]
        try:
            self.child = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                preexec_fn=end_with_the_testee if LIBRARY else None,
            )
        except ValueError:  # a path with a NUL
            raise Failed("INVALID_ARGUMENT") from None
        self.client = Client(self.listen())
        self.users, self.lock, self.stopped = 1, threading.Lock(), False
        threading.Thread(target=self.complain, daemon=True).start()

    def listen(self):
        """The port on which it listens, as it says itself."""
        for line in self.child.stderr:
            found = LISTENING.search(line.decode())
            if found:
                return int(found[1])
            if line.startswith(b'{"error":'):
                told = json.loads(line)["error"]
                self.child.wait()
                raise Failed(told["kind"], message=told["message"])
        raise Failed("INVALID_ARGUMENT" if self.child.wait() == 2 else "INTERNAL")

    def complain(self):
        """Passes on what it complains about."""
        for line in self.child.stderr:
            if b" INFO " not in line:
                sys.stderr.write(line.decode())

    def retain(self):
        with self.lock:
            self.users += 1
        return self

    def release(self):
        with self.lock:
            self.users -= 1
            last = self.users == 0
        if last:
            self.stop()

    def stop(self):
        """Lets it finish what it does."""
        self.stopped = True
        self.client.close()
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        self.child.wait()
