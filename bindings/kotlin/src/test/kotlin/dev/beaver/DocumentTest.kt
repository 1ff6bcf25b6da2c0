package dev.beaver

import kotlinx.serialization.Serializable
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

@Serializable
data class Book(val title: String, val year: Int, val tags: List<String> = emptyList(), val author: Author? = null)

@Serializable
data class Author(val name: String)

class DocumentTest : Story() {
    private val hobbit = Document(Book("The Hobbit", 1937, listOf("fantasy"), Author("Tolkien")), id = "hobbit")
    private val solaris = Document(Book("Solaris", 1961, listOf("space"), Author("Lem")), id = "solaris")
    private val dune = Document(Book("Dune", 1965, listOf("sand", "space"), Author("Herbert")), id = "dune")

    private fun books() = db.collection<Book>("books").also { it.indexManyBlocking(listOf(hobbit, solaris, dune)) }

    @Test
    fun `a document is stored with its vector, replaced, and dropped`() {
        val books = db.collection<Book>("books")
        val embedded = Document(dune.body, "dune", floatArrayOf(0.1f, -2.5f, 3e7f))
        assertTrue(books.index(embedded))
        assertFalse(books.index(embedded))
        assertEquals(embedded, books["dune"])
        assertArrayEquals(floatArrayOf(0.1f, -2.5f, 3e7f), books["dune"]?.embedding)
        assertTrue("dune" in books)
        books += dune
        assertNull(books["dune"]?.embedding)
        assertTrue(books.drop("dune"))
        books -= "dune"
        assertNull(books["dune"])
    }

    @Test
    fun `a document without an id gets one`() {
        assertNotEquals(Document(1).id, Document(1).id)
        val numbers = db.collection<Int>("numbers")
        val document = Document(7)
        numbers += document
        assertEquals(7, numbers[document.id]?.body)
    }

    @Test
    fun `many go in one commit, with progress`() = story {
        val numbers = db.collection<Int>("numbers")
        val steps = mutableListOf<Pair<Long, Long>>()
        val documents = List(600) { Document(it, "%03d".format(it), if (it % 2 == 0) floatArrayOf(it.toFloat(), 1f) else null) }
        assertEquals(600, numbers.indexMany(documents) { done, total -> steps.add(done to total) })
        assertEquals(600L to 600L, steps.last())
        assertEquals(600, numbers.size)
        assertEquals(documents, numbers.documents.toList())
        assertEquals((0 until 600).toList(), numbers.items.map { it.body }.toList())
        assertEquals(2, numbers.settings.dimension)
    }

    @Test
    fun `what progress throws, or false, stops it, and nothing is stored`() = story {
        val numbers = db.collection<Int>("numbers")
        val documents = List(100) { Document(it) }
        val mine = NoSuchElementException("mine")
        assertEquals(mine, assertThrows<NoSuchElementException> { numbers.indexManyBlocking(documents) { _, _ -> throw mine } })
        assertThrows<BeaverException.Interrupted> { numbers.indexManyBlocking(documents) { _, _ -> false } }
        assertTrue(numbers.isEmpty())
    }

    @Test
    fun `find meets conditions, in an order`() = story {
        val books = books()
        val found = books.find(where = field("year") greaterEq 1960, order = listOf("-year"))
        assertEquals(listOf("dune", "solaris"), found.documents.map { it.id })
        assertEquals(dune.body, found.documents.first().body)
        assertNull(found.cursor)

        assertEquals(1, books.count((field("tags") contains "space") and (field("author.name") neq "Herbert")))
        assertEquals(2, books.count((field("year") less 1940) or (field("title") eq "Dune")))
        assertEquals(2, books.count(!(field("title") oneOf listOf("Dune"))))
        assertEquals(3, books.count(field("author").exists))
        assertEquals(3, books.count(field("price").missing))
        assertEquals(1, books.count(Filter.parse("""{"year": {">": 1961}}""")))
        assertEquals(3, books.count(Filter.all(emptyList())))
        assertEquals(0, books.count(Filter.any(emptyList())))
        assertEquals("""{"year":{"<=":3}}""", (field("year") lessEq 3).toString())
    }

    @Test
    fun `find goes on where it ended`() = story {
        val numbers = db.collection<Int>("numbers")
        numbers.indexMany(List(5) { Document(it, "$it") })
        val pages = mutableListOf<List<Int>>()
        var cursor: String? = null
        do {
            val page = numbers.find(limit = 2, cursor = cursor)
            pages += page.documents.map { it.body }
            cursor = page.cursor
        } while (cursor != null)
        assertEquals(listOf(listOf(0, 1), listOf(2, 3), listOf(4)), pages)
    }

    @Test
    fun `an index changes the cost and not the answer`() = story {
        val books = books()
        val old = field("year") less 1950
        assertEquals(emptyList<String>(), books.explainFind(old).indexes)
        assertTrue(books.createIndex("year"))
        assertFalse(books.createIndex("year"))
        assertEquals(listOf("year"), books.indexes)
        assertEquals(FindPlan(listOf("year"), ordered = false, examined = 0, matched = 1), books.explainFind(old))
        assertTrue(books.dropIndex("year"))
        assertFalse(books.dropIndex("year"))
    }

    @Test
    fun `a collection tells what it holds`() = story {
        val points = db.collection<Int>("points")
        assertEquals(CollectionStats(0, null, VectorIndexStats(VectorTier.EXACT, 0, 0, 0, 0, 0, false)), points.stats())
        points.indexMany(List(300) { Document(it, id = "$it", embedding = floatArrayOf(it.toFloat(), (it % 7).toFloat())) })
        points.compact()
        points.drop("7")
        val (documents, dimension, vectors) = points.stats()
        assertEquals(299L to 2, documents to dimension)
        assertEquals(VectorIndexStats(VectorTier.FLAT, 1, 300, 1, vectors.bytes, vectors.epoch, false), vectors)
        assertTrue(vectors.bytes >= 300 && vectors.epoch > 0)
        assertEquals(vectors, points.statsBlocking().vectors)
    }

    @Test
    fun `settings are chosen while the collection is empty`() {
        val books = db.collection<Book>("books")
        books.configure(metric = Metric.COSINE, tokenizer = Tokenizer.TRIGRAM)
        assertEquals(CollectionSettings(Metric.COSINE, Tokenizer.TRIGRAM, null), books.settings)
        books += dune
        assertThrows<BeaverException.Conflict> { books.configure(metric = Metric.DOT) }
    }

    @Test
    fun `a body that does not fit the model is told, not made up`() {
        db.collection("books") += Document(buildJsonObject { put("title", 7) }, "wrong")
        val books = db.collection<Book>("books")
        val error = assertThrows<BeaverException.TypeMismatch> { books["wrong"] }
        assertTrue("Book" in error.message!!)
        assertThrows<BeaverException.TypeMismatch> { books.findBlocking() }
    }

    @Test
    fun `a wrong vector is refused, and said which`() {
        val numbers = db.collection<Int>("numbers")
        numbers += Document(0, "0", floatArrayOf(1f, 2f))
        assertThrows<BeaverException.InvalidArgument> { numbers += Document(1, "1", floatArrayOf(1f, 2f, 3f)) }
        assertThrows<BeaverException.InvalidArgument> { numbers += Document(1, "1", floatArrayOf()) }
        assertThrows<BeaverException.InvalidArgument> { numbers += Document(1, "1", floatArrayOf(1f, Float.NaN)) }
        fun wrong(vararg vectors: FloatArray?) =
            assertThrows<BeaverException> { numbers.indexManyBlocking(vectors.map { Document(1, embedding = it) }) }.operation
        assertEquals(1, wrong(floatArrayOf(1f, 2f), floatArrayOf(1f)))
        assertEquals(0, wrong(floatArrayOf(1f), floatArrayOf(1f, 2f)))
        assertEquals(2, wrong(null, floatArrayOf(1f, 2f), floatArrayOf(1f, Float.POSITIVE_INFINITY)))
        assertEquals(1, numbers.size)
    }

    @Test
    fun `upkeep leaves the documents as they are`() = story {
        val books = books()
        books.compact()
        books.rebuild { _, _ -> true }
        books.compactBlocking()
        books.rebuildBlocking()
        assertEquals(listOf("dune", "hobbit", "solaris"), books.map { it.id })
    }
}
