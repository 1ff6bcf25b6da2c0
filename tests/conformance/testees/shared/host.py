"""The frame of a testee: the objects by their names, the threads, and the answers line by line."""

import json
import queue
import sys
import threading

from wire import TIMEOUT, Failed, error, result

if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)


class Host:
    """A testee. What makes it one is `dispatch`, which gives an answer for a request."""

    name, capabilities = "", []

    def __init__(self):
        self.objects, self.lock, self.threads = {}, threading.Lock(), {}
        # How many requests of threads are being answered.
        self.working = 0

    def dispatch(self, request, op, args):
        raise NotImplementedError

    def is_database(self, made):
        raise NotImplementedError

    def keep(self, request, made):
        with self.lock:
            before = self.objects.get(request["as"])
            self.objects[request["as"]] = made
        if before is not None:
            before.free()
        return result("null")

    def free(self, name):
        made = self.objects.pop(name, None)
        if made is not None:
            made.free()
        return result("null")

    def reset(self):
        for made in sorted(self.objects.values(), key=self.is_database):
            made.free()
        self.objects.clear()
        return result('{"live":0}')

    def find(self, name):
        on = self.objects.get(name)
        if on is None:
            raise Failed("INVALID_ARGUMENT")
        return on

    def answer(self, request):
        op, args = request["op"], request.get("args", {})
        try:
            if op == "hello":
                return result(json.dumps({"protocol": 1, "testee": self.name, "capabilities": self.capabilities}))
            if op in ("reset", "bye"):
                return self.reset()
            if op == "free":
                return self.free(request["on"])
            return self.dispatch(request, op, args)
        except Failed as failed:
            return TIMEOUT if failed.kind == "TIMEOUT" else error(failed)

    def reply(self, request):
        line = f'{{"id":{request["id"]},{self.answer(request)}}}\n'.encode()
        with self.lock:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()

    def on_thread(self, request):
        requests = self.threads.get(request["thread"])
        if requests is None:
            requests = self.threads[request["thread"]] = queue.Queue()
            threading.Thread(target=self.work, args=(requests,), daemon=True).start()
        with self.lock:
            self.working += 1
        requests.put(request)

    def work(self, requests):
        for request in iter(requests.get, None):
            self.reply(request)
            with self.lock:
                self.working -= 1

    def run(self):
        for line in sys.stdin.buffer:
            request = json.loads(line)
            if "thread" in request:
                self.on_thread(request)
                continue
            self.reply(request)
            if request["op"] == "bye":
                return
