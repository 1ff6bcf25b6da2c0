package dev.beaver

import kotlinx.serialization.Serializable
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.random.Random

@Serializable
data class Colour(val warm: Boolean)

@Serializable
data class Article(val title: String, val text: String)

class SearchTest : Story() {
    private fun colours() = db.collection<Colour>("colours").also {
        it += Document(Colour(true), "red", floatArrayOf(1f, 0f, 0f))
        it += Document(Colour(true), "orange", floatArrayOf(1f, 0.6f, 0f))
        it += Document(Colour(false), "blue", floatArrayOf(0f, 0f, 1f))
    }

    private fun library() = db.collection<Article>("library").also {
        it.index(Document(Article("SQLite", "A small embedded database"), "sqlite"), fuzzy = true)
        it.index(Document(Article("PostgreSQL", "A large database server"), "postgres"), fuzzy = true)
    }

    @Test
    fun `the nearest vector is found first`() = story {
        val query = floatArrayOf(0.9f, 0.2f, 0.1f)
        val hits = colours().search(query, k = 2)
        assertEquals(listOf("red", "orange"), hits.map { it.id })
        assertEquals(0.06, hits[0].score, 1e-6)
        assertEquals(listOf("blue"), colours().search(query, where = field("warm") eq false, effort = Effort.EXACT).map { it.id })
        assertThrows<BeaverException.InvalidArgument> { colours().searchBlocking(floatArrayOf(1f)) }
        assertThrows<BeaverException.InvalidArgument> { colours().searchBlocking(floatArrayOf()) }
        assertThrows<BeaverException.InvalidArgument> { colours().searchBlocking(floatArrayOf(Float.NaN, 1f, 1f)) }
        assertThrows<BeaverException.InvalidArgument> { colours().searchBlocking(query, k = 0) }
        assertThrows<BeaverException.InvalidArgument> { colours().searchBlocking(query, k = -1) }
    }

    @Test
    fun `a search tells what it did and how much it finds`() = story {
        val points = db.collection<Int>("points")
        val random = Random(7)
        points.indexMany(List(400) { Document(it, embedding = FloatArray(8) { random.nextFloat() }) })
        assertTrue(points.recallCheck(20, effort = Effort.HIGH).recall > 0.9)
        val plan = points.explainSearch(FloatArray(8) { 0.5f }, effort = Effort.EXACT)
        assertEquals("exact" to 400L, plan.path to plan.compared)
    }

    @Test
    fun `text is found by its words`() = story {
        val articles = library()
        assertEquals(listOf("sqlite"), articles.match("embedded databases").map { it.id })
        assertEquals(Article("SQLite", "A small embedded database"), articles.match("embedded").first().body)
        assertEquals(emptyList<String>(), articles.match("SQLite", on = mapOf("text" to 1.0)).map { it.id })
        assertEquals(2, articles.match("data", prefix = true).size)
        assertEquals(listOf("postgres"), articles.match("database", where = field("title") eq "PostgreSQL").map { it.id })
        assertEquals(emptyList<String>(), articles.match("it's C++: isn't it?").map { it.id })
    }

    @Test
    fun `matches are marked`() = story {
        val marked = library().match("server", on = mapOf("title" to 3.0, "text" to 1.0), highlight = Marks("<b>", "</b>"))
        assertEquals(listOf(Fragment("text", "A large database <b>server</b>")), marked.first().fragments)
        val piece = library().match("server", snippet = Snippet("[", "]", words = 2)).first().fragments.first()
        assertTrue("[server]" in piece.text)
    }

    @Test
    fun `misspelt words are forgiven`() = story {
        val articles = library()
        val hit = articles.match("embedded datbase", fuzziness = Fuzziness.Max(1)).single()
        assertEquals("sqlite" to 1.0, hit.id to hit.score)
        assertEquals("postgres", articles.match("sevrer", fuzziness = Fuzziness.Auto).single().id)
        assertThrows<BeaverException.InvalidArgument> { articles.matchBlocking("x", fuzziness = Fuzziness.Max(4)) }
    }

    @Test
    fun `text that is not to be found is not found`() = story {
        val articles = db.collection<Article>("library")
        articles.index(Document(Article("SQLite", "small"), "a"), fts = Fts.Paths(listOf("title")))
        articles.index(Document(Article("SQLite", "small"), "b"), fts = Fts.Off)
        assertEquals(listOf("a"), articles.match("sqlite").map { it.id })
        assertEquals(emptyList<String>(), articles.match("small").map { it.id })
    }

    @Test
    fun `text, vector and relations make one ranking`() = story {
        val articles = db.collection<String>("articles")
        articles += Document("Python is a great language for fast prototyping.", "py-fast", floatArrayOf(0.1f, 0.9f, 0.2f))
        articles += Document("The Python ecosystem is ideal for data science.", "py-data", floatArrayOf(0.8f, 0.2f, 0.9f))
        articles += Document("JavaScript engines are optimized for fast execution.", "js-fast", floatArrayOf(0.2f, 0.8f, 0.1f))
        val hits = articles.hybrid(HybridQuery(text = "python", vector = floatArrayOf(0.15f, 0.85f, 0.15f), k = 3))
        assertEquals("py-fast", hits.first().id)
        assertNotNull(hits.first().legs.vector)
        assertEquals(0, hits.first().legs.text?.rank)
        assertNull(hits.first().legs.graph)

        articles.connect("py-data", "js-fast", "SEE")
        val related = articles.hybrid(HybridQuery(graph = GraphLeg(from = listOf("py-data"))))
        assertEquals(listOf("js-fast"), related.map { it.id })
        assertThrows<BeaverException.InvalidArgument> { articles.hybridBlocking(HybridQuery()) }
        assertThrows<BeaverException.InvalidArgument> {
            articles.hybridBlocking(HybridQuery(text = "python", weights = Weights(text = Double.NaN)))
        }
    }

    @Test
    fun `rankings are fused`() {
        val (text, vectors) = listOf("py-fast", "py-data") to listOf("py-fast", "js-fast", "py-data")
        val fused = rerank(listOf(text, vectors), weights = listOf(1.0, 2.0))
        assertEquals(listOf("py-fast", "py-data", "js-fast"), fused.map { it.id })
        assertEquals(3.0 / 60, fused.first().score, 1e-12)
        assertThrows<BeaverException.InvalidArgument> { rerank(listOf(text), weights = listOf(1.0, 2.0)) }
        assertThrows<BeaverException.InvalidArgument> { rerank(listOf(text), k = Double.NaN) }
    }
}
