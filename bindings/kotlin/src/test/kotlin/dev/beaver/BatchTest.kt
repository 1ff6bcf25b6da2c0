package dev.beaver

import kotlinx.serialization.json.JsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

class BatchTest : Story() {
    @Test
    fun `a batch is done as a whole, or not at all`() {
        val stock = db.dict<Int>("stock")
        val orders = db.list<String>("orders")
        stock["apples"] = 3
        val sell = {
            db.batch {
                dictSet(stock, "apples", 2, condition = When.Equals(3))
                listPush(orders, "apples")
            }
        }
        assertEquals(listOf(Outcome.Applied(true), Outcome.Applied(true)), sell())
        val error = assertThrows<BeaverException.Conflict> { sell() }
        assertEquals(0, error.operation)
        assertEquals(listOf("apples"), orders.toList())
    }

    @Test
    fun `every kind of change can be part of it`() {
        val (dict, list) = db.dict<Int>("d") to db.list<Int>("l")
        val (queue, blobs) = db.queue<Int>("q") to db.blobs("b")
        val (log, channel) = db.log<Int>("g") to db.channel<Int>("c")
        val collection = db.collection<Int>("docs")
        list += listOf(1, 2, 3)
        dict["old"] = 1
        blobs["old"] = ByteArray(1)
        queue.put(1, 1)
        val lease = queue.leaseBlocking(30.seconds, Duration.ZERO)!!
        val at = Instant.fromEpochSeconds(5)
        val outcomes = db.batch(durable = true) {
            dictSet(dict, "a", 1, ttl = 1.hours)
            dictSet(dict, "b", 1, condition = When.Absent)
            dictDelete(dict, "old")
            dictDelete(dict, "nothing")
            listPrepend(list, 0)
            listExtend(list, listOf(4, 5))
            listInsert(list, 1, 10)
            listSet(list, 2, 20, condition = When.Equals(1))
            listDelete(list, -1)
            listRemove(list, 3)
            queuePut(queue, 7, 1)
            queueAck(queue, lease.id)
            blobPut(blobs, "new", byteArrayOf(1, 2), JsonPrimitive("meta"), condition = When.Absent)
            blobDelete(blobs, "old")
            logAppend(log, 1, at)
            channelPublish(channel, 1)
            collectionIndex(collection, Document(1, "x", floatArrayOf(1f)))
            collectionIndex(collection, Document(2, "y"), fts = Fts.Off, fuzzy = true)
            collectionConnect(collection, Edge("x", "y", "NEXT"))
            collectionDisconnect(collection, "x", "y")
            collectionDrop(collection, "y")
            assertEquals(21, size)
        }
        assertEquals(21, outcomes.size)
        assertEquals(Outcome.Applied(false), outcomes[3])
        assertEquals(Outcome.Times(listOf(at)), outcomes[14])
        assertEquals(listOf("a", "b"), dict.keys.toList())
        assertEquals(listOf(0, 10, 20, 2, 4), list.toList())
        assertEquals(listOf(7), queue.map { it.data })
        assertEquals(Blob(byteArrayOf(1, 2), JsonPrimitive("meta")), blobs["new"])
        assertEquals(listOf("x"), collection.map { it.id })

        db.batch {
            dictClear(dict)
            listClear(list)
            queueClear(queue)
            blobClear(blobs)
            logClear(log)
            channelClear(channel)
            collectionClear(collection)
        }.let { assertEquals(Outcome.Count(2), it.first()) }
        assertTrue(listOf(dict, list, queue, blobs, log, channel, collection).all { it.isEmpty() })
    }

    @Test
    fun `an error while it is collected says which operation, and nothing is done`() {
        val dict = db.dict<Double>("d")
        val error = assertThrows<BeaverException.InvalidArgument> {
            db.batch {
                dictSet(dict, "a", 1.0)
                dictSet(dict, "b", Double.NaN)
            }
        }
        assertEquals(1, error.operation)
        assertThrows<NoSuchElementException> { db.batch { dictSet(dict, "a", 1.0); throw NoSuchElementException("mine") } }
        assertNull(dict["a"])
    }

    @Test
    fun `a handle that is closed is refused`() {
        val dict = db.dict<Int>("d")
        dict.close()
        val error = assertThrows<BeaverException.Closed> { db.batch { dictSet(dict, "a", 1) } }
        assertEquals(0, error.operation)
    }

    @Test
    fun `a batch passes the lock of a handle that was acquired`() {
        val dict = db.dict<Int>("d")
        dict.acquireBlocking()!!.use { mine -> db.batch { dictSet(mine, "a", 1) } }
        assertEquals(1, dict["a"])
    }
}
