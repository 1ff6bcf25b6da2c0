"""Every handle for asyncio."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from beaver import BeaverDB, Document, Edge
from beaver.errors import ClosedError


def run(program: Callable[[], Awaitable[Any]]) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(program(), 20)

    return asyncio.run(limited())


def test_a_dict(db: BeaverDB) -> None:
    async def program() -> None:
        config = db.dict("config").as_async()
        await config.set("a", 1)
        await config.set("short", 1, ttl_seconds=60)
        assert await config.get("a") == 1
        assert await config.get("missing", 5) == 5
        assert await config.contains("a")
        assert await config.set_if_absent("b", 2)
        assert await config.compare_and_set("b", 2, 3)
        await config.set_many({str(n): n for n in range(600)})
        assert await config.get_many(["1", "x"]) == {"1": 1}
        assert len([key async for key in config]) == 603
        assert len([key async for key in config.keys()]) == 603
        assert 599 in [value async for value in config.values()]
        assert ("599", 599) in [item async for item in config.items()]
        assert await config.pop("b") == 3
        assert await config.delete("a")
        assert await config.len() == 601
        text = io.StringIO()
        await config.dump(text)
        dumped = await config.dump()
        assert await config.clear() == 601
        assert await config.load(dumped) == 601
        assert config.name == "config"

    run(program)


def test_a_list(db: BeaverDB) -> None:
    async def program() -> None:
        tasks = db.list("tasks").as_async()
        await tasks.push(2)
        await tasks.append(3)
        await tasks.prepend(1)
        await tasks.extend(range(4, 600))
        await tasks.insert(0, 0)
        assert await tasks.get(-1) == 599
        assert await tasks.slice(0, 4, 2) == [0, 2]
        assert [value async for value in tasks] == list(range(600))
        await tasks.set(0, "zero")
        await tasks.delete(1)
        await tasks.set_slice(0, 2, ["a", "b", "c"])
        await tasks.delete_slice(3)
        assert await tasks.pop() == "c"
        assert await tasks.pop(0) == "a"
        assert await tasks.deque() == "b"
        await tasks.extend([2, 1, 2])
        await tasks.sort()
        await tasks.reverse()
        assert await tasks.slice() == [2, 2, 1]
        assert (await tasks.index(1), await tasks.count(2), await tasks.contains(3)) == (2, 2, False)
        await tasks.remove(1)
        with pytest.raises(IndexError):
            await tasks.get(9)
        with pytest.raises(ValueError, match="no such value"):
            await tasks.index(9)

    run(program)


def test_a_queue(db: BeaverDB) -> None:
    async def program() -> None:
        jobs = db.queue("jobs").as_async()
        with pytest.raises(IndexError):
            await jobs.get(block=False)
        with pytest.raises(TimeoutError):
            await jobs.get(timeout=0.02)
        waiting = asyncio.create_task(jobs.get())
        await asyncio.sleep(0.02)
        await jobs.put("a", 1)
        assert (await waiting).data == "a"
        await jobs.put_many([("b", 2), ("c", 3), ("d", 4)])
        assert [item.data async for item in jobs] == ["b", "c", "d"]
        peeked = await jobs.peek()
        assert peeked is not None
        assert peeked.data == "b"
        assert [item.data for item in await jobs.get_many(2)] == ["b", "c"]
        leased = await jobs.lease(30)
        assert await jobs.leased() == 1
        assert await jobs.extend(leased.id, 60)
        assert await jobs.nack(leased.id)
        leased = await jobs.lease(30)
        assert await jobs.ack(leased.id)
        with pytest.raises(TimeoutError):
            await jobs.lease(30, timeout=0.01)

    run(program)


def test_blobs(db: BeaverDB) -> None:
    async def program() -> None:
        store = db.blob("uploads").as_async()
        await store.put("a", b"x", {"m": 1})
        assert await store.get("a") == ("a", b"x", {"m": 1})
        assert await store.stat("a") == (1, {"m": 1})
        assert await store.contains("a")
        assert [key async for key in store] == ["a"]
        await store.delete("a")
        with pytest.raises(KeyError):
            await store.delete("a")

    run(program)


def test_a_log(db: BeaverDB) -> None:
    async def program() -> None:
        log = db.log("metrics").as_async()
        first = await log.log({"value": 1})
        await log.append_many([{"value": 2}, {"value": 3}])
        assert [entry["value"] for entry in await log.range(first)] == [1, 2, 3]
        assert [entry.data["value"] async for entry in log] == [1, 2, 3]
        assert [entry.data["value"] async for entry in log.entries(reverse=True, limit=1)] == [3]
        assert (await log.latest(1))[0].data == {"value": 3}
        counts = []
        async with log.live(60, 0.01, len) as view:
            async for count in view:
                counts.append(count)
                if len(counts) == 3:
                    break
        assert counts == [3, 3, 3]
        with pytest.raises(ClosedError):
            await view.next()
        numbers = log.live(60, 60, aggregates={"n": {"op": "count"}})
        assert await numbers.next() == {"n": 3}
        with pytest.raises(TimeoutError):
            await numbers.next(timeout=0.01)
        assert await log.prune_keep(1) == 2
        assert await log.prune_older(time.time() + 60) == 1

    run(program)


def test_a_channel(db: BeaverDB) -> None:
    async def program() -> None:
        channel = db.channel("events").as_async()
        async with channel.subscribe() as listener:
            got: list[Any] = []

            async def listen() -> None:
                async for message in listener.listen():
                    got.append(message)
                    if message == "end":
                        return

            listening = asyncio.create_task(listen())
            await channel.publish({"n": 1})
            await channel.publish_many([2, "end"])
            await listening
            assert got == [{"n": 1}, 2, "end"]
            with pytest.raises(TimeoutError):
                await listener.next(timeout=0.01)
        assert [message async for message in listener] == []
        assert [message.payload async for message in channel] == [{"n": 1}, 2, "end"]
        await channel.set_retention(max_messages=5)
        assert (await channel.retention()).max_messages == 5
        oldest = channel.subscribe("oldest")
        assert [message.payload for message in await oldest.next_many(2)] == [{"n": 1}, 2]
        assert (await oldest.next()).payload == "end"
        oldest.close()
        with db.channel("events").subscribe() as blocking:
            await channel.publish("both")
            assert await anext(blocking.as_async().listen(timeout=5)) == "both"

    run(program)


def test_a_lock(db: BeaverDB) -> None:
    async def program() -> None:
        inside: list[int] = []

        async def work() -> None:
            async with db.lock("a").as_async() as lock:
                assert await lock.held()
                inside.append(1)
                assert len(inside) == 1
                await asyncio.sleep(0.005)
                inside.pop()

        await asyncio.gather(*(work() for _ in range(5)))
        lock, other = db.lock("a").as_async(), db.lock("a", timeout=0.01).as_async()
        assert await lock.acquire()
        assert await lock.renew()
        assert await lock.locked()
        assert not await other.acquire()
        assert not await other.acquire(block=False)
        with pytest.raises(TimeoutError):
            async with other:
                pass
        assert await lock.release()
        assert not await lock.release()
        await lock.acquire()
        assert await other.clear()

    run(program)


def test_a_structure_is_acquired(db: BeaverDB) -> None:
    async def program() -> None:
        jobs = db.queue("jobs").as_async()
        await jobs.put_many((n, 1) for n in range(3))
        async with jobs.acquire(timeout=5) as mine:
            assert await jobs.locked()
            other = asyncio.create_task(jobs.get())
            assert [(await mine.get()).data for _ in range(2)] == [0, 1]
            assert await mine.renew()
            assert await jobs.acquire(block=False) is None
            with pytest.raises(TimeoutError):
                async with jobs.acquire(timeout=0.01):
                    pass
        assert (await other).data == 2
        got = await jobs.acquire()
        assert got is not None
        assert await got.release()
        assert not await got.release()

    run(program)


def test_events(db: BeaverDB) -> None:
    async def program() -> None:
        config = db.dict("config").as_async()
        async with config.on("set") as events:
            await config.set("a", 1)
            await config.set("b", 1)
            assert await anext(aiter(events)) == {"key": "a"}
            second = await events.next(timeout=5)
            assert (second.topic, second.event, second.payload) == ("dict:config", "set", {"key": "b"})
            with pytest.raises(TimeoutError):
                await events.next(timeout=0.01)
        assert [event async for event in events] == []
        async with db.lock("l").as_async().on("acquire") as acquired:
            db.lock("l").acquire()
            await acquired.next(timeout=5)

    run(program)


def test_a_collection(db: BeaverDB) -> None:
    async def program() -> None:
        articles = db.collection("articles").as_async()
        await articles.configure(metric="cosine")
        assert await articles.index(Document("a", [1, 0], {"text": "hello world", "n": 1}), fuzzy=True)
        steps: list[int] = []
        documents = [Document(f"{n:04}", [n, 1], {"n": n}) for n in range(300)]
        assert await articles.index_many(documents, progress=lambda done, _total: steps.append(done)) == 300
        assert steps
        assert (await articles.settings()).dimension == 2
        assert (await articles.stats()).documents == 301
        assert await articles.contains("a")
        found = await articles.get("a")
        assert found is not None
        assert len([document async for document in articles]) == 301
        assert (await articles.search([1, 0], 1))[0].document.id == "a"
        assert (await articles.match("helo", fuzziness=1))[0].document.id == "a"
        assert (await articles.hybrid("hello"))[0].document.id == "a"
        assert (await articles.explain_search([1, 0])).scored >= 0
        assert (await articles.recall_check(5)).recall >= 0
        assert await articles.create_index("n")
        assert await articles.indexes() == ["n"]
        assert [document.id for document in await articles.find({"n": 5})] == ["0005"]
        assert (await articles.explain_find({"n": 5})).indexes == ["n"]
        assert await articles.count({"n": {">=": 100}}) == 200
        assert await articles.drop_index("n")
        await articles.connect("a", "0001", "KNOWS")
        assert await articles.connect_many([Edge("0001", "0002", "KNOWS")]) == 1
        assert [document.id for document in await articles.neighbors("a")] == ["0001"]
        assert [document.id for document in await articles.walk("a", depth=2)] == ["0001", "0002"]
        assert await articles.shortest_path("a", "0002") == (["a", "0001", "0002"], 2.0)
        assert await articles.shortest_path("0002", "a") is None
        assert await articles.degree("a") == 1
        assert await articles.disconnect("a", "0001") == 1
        await articles.compact()
        await articles.rebuild()
        assert await articles.drop("a")

    run(program)


def test_the_loop_goes_on_while_something_waits(db: BeaverDB) -> None:
    async def program() -> None:
        waits = [asyncio.create_task(db.queue(f"q{n}").as_async().get()) for n in range(50)]
        ticks = 0
        for _ in range(10):
            await asyncio.sleep(0.001)
            ticks += 1
        for n in range(50):
            await db.queue(f"q{n}").as_async().put(n, 1)
        assert [item.data for item in await asyncio.gather(*waits)] == list(range(50))
        assert ticks == 10

    run(program)


def test_a_cancelled_task_ends_its_wait_and_no_other(db: BeaverDB) -> None:
    async def program() -> None:
        jobs = db.queue("jobs").as_async()
        listener = db.channel("c").as_async().subscribe()
        async with listener:
            calls: list[Awaitable[Any]] = [jobs.get(), jobs.lease(30), listener.next(), jobs.get_many(3)]
            tasks = [asyncio.ensure_future(call) for call in calls]
            other = asyncio.create_task(jobs.get())
            await asyncio.sleep(0.02)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            assert not other.done()
            await jobs.put("for the other", 1)
            assert (await other).data == "for the other"
            await db.channel("c").as_async().publish("kept")
            assert (await listener.next()).payload == "kept"
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(jobs.get(), 0.02)

    run(program)


def test_a_cancelled_lock_is_not_held(db: BeaverDB) -> None:
    async def program() -> None:
        lock = db.lock("a")
        lock.acquire()
        waiting = asyncio.create_task(db.lock("a").as_async().acquire())
        structure = asyncio.ensure_future(db.dict("d").as_async().acquire())
        await structure
        second = asyncio.ensure_future(db.dict("d").as_async().acquire())
        await asyncio.sleep(0.02)
        waiting.cancel()
        second.cancel()
        await asyncio.gather(waiting, second, return_exceptions=True)
        lock.release()
        assert not lock.locked
        mine = structure.result()
        assert mine is not None
        await mine.release()
        assert not db.dict("d").locked

    run(program)


def test_nothing_is_lost_however_tasks_are_cancelled(db: BeaverDB) -> None:
    """Items come and tasks are cancelled at the same time: each item is got by somebody, or still there."""
    count = 300

    async def program() -> list[int]:
        jobs, got = db.queue("jobs").as_async(), []

        async def take() -> None:
            got.append((await jobs.get()).data)

        def put() -> None:
            for n in range(count):
                db.queue("jobs").put(n, 1)

        putting = threading.Thread(target=put)
        putting.start()
        while putting.is_alive():
            task = asyncio.create_task(take())
            await asyncio.sleep(0.0005)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return got

    got: list[int] = run(program)
    rest = [item.data for item in db.queue("jobs")]
    assert sorted(got + rest) == list(range(count))


def test_no_message_is_lost_however_tasks_are_cancelled(db: BeaverDB) -> None:
    count = 300

    async def program() -> list[int]:
        got: list[int] = []
        async with db.channel("c").as_async().subscribe() as listener:

            async def take() -> None:
                got.append((await listener.next()).payload)

            def publish() -> None:
                for n in range(count):
                    db.channel("c").publish(n)

            publishing = threading.Thread(target=publish)
            publishing.start()
            while len(got) < count:
                task = asyncio.create_task(take())
                await asyncio.sleep(0.0005)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            publishing.join()
        return got

    assert run(program) == list(range(count))


def test_a_cancelled_upload_is_undone(db: BeaverDB) -> None:
    async def program() -> None:
        words = db.collection("words").as_async()
        begun = threading.Event()

        def step(done: int, _total: int) -> None:
            begun.set()
            time.sleep(0.002)

        documents = [Document(str(n), body={"n": n}) for n in range(5000)]
        task = asyncio.create_task(words.index_many(documents, progress=step))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The next write comes after what was undone.
        await words.index(Document("last"))
        assert await words.len() == 1

    run(program)


def test_an_exception_in_an_aggregator_or_callback_comes_out(db: BeaverDB) -> None:
    async def program() -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError("mine")

        log = db.log("l").as_async()
        with pytest.raises(ZeroDivisionError, match="mine"):
            await log.live(1, 1, fail).next()
        with pytest.raises(ZeroDivisionError, match="mine"):
            await db.collection("c").as_async().index_many([Document("a")], progress=fail)

    run(program)


def test_close_ends_tasks_that_wait(db: BeaverDB) -> None:
    async def program() -> None:
        task = asyncio.create_task(db.queue("q").as_async().get())
        await asyncio.sleep(0.02)
        db.close()
        with pytest.raises(ClosedError):
            await task

    run(program)


def test_a_loop_that_ends_early_leaves_nothing_behind(db: BeaverDB) -> None:
    async def program() -> None:
        asyncio.get_running_loop().create_task(db.queue("q").as_async().get())
        await asyncio.sleep(0.02)

    run(program)
    db.queue("q").put("still there", 1)
    assert db.queue("q").get(block=False).data == "still there"
