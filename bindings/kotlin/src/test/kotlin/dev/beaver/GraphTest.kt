package dev.beaver

import kotlinx.serialization.Serializable
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

@Serializable
data class Person(val name: String)

class GraphTest : Story() {
    private val since = buildJsonObject { put("since", 2020) }

    private fun network() = db.collection<Person>("network").also { net ->
        net.indexManyBlocking(listOf("alice", "bob", "charlie", "diana").map { Document(Person(it), it) })
        net.connect("alice", "bob", "FOLLOWS")
        net.connect("alice", "charlie", "FOLLOWS")
        net.connect("bob", "diana", "FOLLOWS", weight = 2.0, metadata = since)
        net.connect("charlie", "bob", "FOLLOWS")
    }

    @Test
    fun `neighbours come with the edge that leads to them`() {
        val net = network()
        assertEquals(listOf("bob", "charlie"), net.neighbors("alice", listOf("FOLLOWS")).map { it.body.name })
        assertEquals(Edge("bob", "diana", "FOLLOWS", 2.0, since), net.neighbors("bob").single().edge)
        assertEquals(listOf("alice", "charlie"), net.neighbors("bob", direction = Direction.INCOMING).map { it.id })
        assertEquals(1, net.neighbors("alice", limit = 1).size)
        assertEquals(emptyList<Neighbor<Person>>(), net.neighbors("nobody"))
        assertEquals(3, net.degree("bob", direction = Direction.BOTH))
        assertEquals(0, net.degree("bob", listOf("LIKES")))
    }

    @Test
    fun `a walk visits each document once, the nearest first`() = story {
        val visits = network().walk("alice", depth = 2, paths = true)
        assertEquals(listOf("bob" to 1, "charlie" to 1, "diana" to 2), visits.map { it.id to it.distance })
        assertEquals(listOf("alice", "bob", "diana"), visits.last().path)
        val filtered = network().walk("alice", depth = 2, where = field("name") eq "diana")
        assertEquals(listOf("diana"), filtered.map { it.id })
        assertNull(filtered.single().path)
    }

    @Test
    fun `the shortest way goes by edges or by weights`() = story {
        val net = network()
        assertEquals(ShortestPath(listOf("alice", "bob", "diana"), 2.0), net.shortestPath("alice", "diana"))
        assertEquals(3.0, net.shortestPath("alice", "diana", weighted = true)?.cost)
        assertNull(net.shortestPath("diana", "alice"))
        assertThrows<BeaverException.Limit> { net.shortestPathBlocking("alice", "diana", maxNodes = 1) }
    }

    @Test
    fun `many edges are made in one commit`() = story {
        val net = network()
        assertEquals(2, net.connectMany(listOf(Edge("diana", "alice", "LIKES"), Edge("diana", "bob", "LIKES", 0.5))))
        assertEquals(2, net.degree("diana", listOf("LIKES")))
        assertEquals(1, net.disconnect("diana", "alice", "LIKES"))
        assertEquals(1, net.disconnect("diana", "bob"))
        assertEquals(0, net.disconnect("diana", "bob"))
        assertThrows<BeaverException.NotFound> { net.connect("alice", "nobody", "FOLLOWS") }
        val wrong = listOf(Edge("diana", "alice", "LIKES"), Edge("diana", "bob", "LIKES", Double.NaN))
        assertEquals(1, assertThrows<BeaverException.InvalidArgument> { net.connectManyBlocking(wrong) }.operation)
    }
}
