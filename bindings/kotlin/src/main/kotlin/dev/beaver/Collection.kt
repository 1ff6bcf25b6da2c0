package dev.beaver

import dev.beaver.native.CollectionHandle
import dev.beaver.native.StoredDocument

/**
 * Documents that are found by their fields, their words, their vectors and their relations.
 *
 * ```
 * val articles = db.collection<Article>("articles")
 * articles.index(Document(Article("SQLite", "a small database"), id = "sqlite", embedding = model.embed("…")))
 * val hits = articles.match("database")
 * ```
 */
public class BeaverCollection<T> internal constructor(
    handle: CollectionHandle,
    codec: Codec<T>,
) : Searches<T>(handle, codec), Iterable<FoundDocument<T>> {
    private val row = DocumentRow.serializer(codec.serializer)
    private val found = FoundRows.serializer(codec.serializer)

    override fun wrap(acquired: CollectionHandle): BeaverCollection<T> = BeaverCollection(acquired, codec)

    /** Chooses how vectors are compared and how text is cut into words, while the collection is empty. */
    public fun configure(metric: Metric? = null, tokenizer: Tokenizer? = null) {
        val settings = options("metric" to json(metric?.name?.lowercase()), "tokenizer" to json(tokenizer?.text))
        native { handle.configure(settings) }
    }

    /** What was chosen. */
    public val settings: CollectionSettings
        get() = codec.decode(SettingsRow.serializer(), native(handle::settings)).settings()

    /** How many documents there are, and how their vectors are indexed. Takes the longer the more there are. */
    public suspend fun stats(): CollectionStats = working { statsBlocking() }

    /** [stats] for a thread that may block. */
    public fun statsBlocking(): CollectionStats = codec.decode(CollectionStats.serializer(), native(handle::stats))

    /**
     * Stores a document in the place of the one of its id. [fts] says which of its text is found by words; [fuzzy] lets
     * its words be found misspelt too. False if the very same was stored already.
     */
    public fun index(document: Document<T>, fts: Fts = Fts.All, fuzzy: Boolean = false): Boolean {
        val (id, body) = text("the id", document.id) to codec.encode(document.body)
        val (options, embedding) = indexOptions(fts, fuzzy) to optionalBytes(document.embedding)
        return native { handle.index(id, body, embedding, options) }.written
    }

    /** Stores a document. */
    public operator fun plusAssign(document: Document<T>) {
        index(document)
    }

    /** Stores many documents in one commit; returns how many. [progress] may end it by false: then nothing is stored. */
    public suspend fun indexMany(
        documents: Iterable<Document<T>>,
        fts: Fts = Fts.All,
        fuzzy: Boolean = false,
        progress: ((done: Long, total: Long) -> Boolean)? = null,
    ): Long = working { wanted -> indexMany(documents, fts, fuzzy, Steps(progress, wanted)) }

    /** [indexMany] for a thread that may block. */
    public fun indexManyBlocking(
        documents: Iterable<Document<T>>,
        fts: Fts = Fts.All,
        fuzzy: Boolean = false,
        progress: ((done: Long, total: Long) -> Boolean)? = null,
    ): Long = indexMany(documents, fts, fuzzy, Steps(progress, always))

    private fun indexMany(documents: Iterable<Document<T>>, fts: Fts, fuzzy: Boolean, steps: Steps): Long {
        val all = documents as? List ?: documents.toList()
        val rows = all.withIndex().joinToString(",", "[", "]") { (index, document) ->
            """{"id":${quoted(text("the id", document.id))},"body":${codec.encode(document.body, index)}}"""
        }
        val (matrix, options) = matrix(all.map { it.embedding }) { settings.dimension } to indexOptions(fts, fuzzy)
        return calling(steps) {
            handle.indexMany(rows, matrix.bytes, matrix.dimension.toUInt(), matrix.flags, options, it)
        }.toLong()
    }

    /** A document with its embedding, or null if there is none. */
    public operator fun get(id: String): Document<T>? = id(id).let { native { handle.get(it) } }?.let(::document)

    private fun document(stored: StoredDocument) =
        Document(codec.decode(stored.body), stored.id, stored.embedding?.let(::vector))

    /** Whether there is such a document. */
    public operator fun contains(id: String): Boolean = id(id).let { native { handle.contains(it) } }

    /** Removes a document and its edges. False if there was none. */
    public fun drop(id: String): Boolean = id(id).let { native { handle.remove(it) } }

    /** Removes a document and its edges, if there is one. */
    public operator fun minusAssign(id: String) {
        drop(id)
    }

    /** The ids and bodies, in the order of the ids, fetched page by page. */
    public val items: Sequence<FoundDocument<T>>
        get() = pages(handle::documents) { page -> codec.rows(row, page).map { it.document() } }

    /** The documents with their embeddings, in the order of their ids, fetched page by page. */
    public val documents: Sequence<Document<T>>
        get() = Sequence {
            iterator {
                native(handle::storedDocuments).use { cursor ->
                    do {
                        val page = native { cursor.nextPage(PAGE.toUInt()) }
                        page.forEach { yield(document(it)) }
                    } while (page.size == PAGE)
                }
            }
        }

    override fun iterator(): Iterator<FoundDocument<T>> = items.iterator()

    /**
     * The documents that [where] means, ordered by fields (`"-year"` is descending) and then by id, up to [limit]. Where
     * there are more, a cursor tells where the same query goes on.
     */
    public suspend fun find(
        where: Filter? = null,
        order: List<String> = emptyList(),
        limit: Int = 100,
        cursor: String? = null,
    ): Found<T> = working { findBlocking(where, order, limit, cursor) }

    /** [find] for a thread that may block. */
    public fun findBlocking(
        where: Filter? = null,
        order: List<String> = emptyList(),
        limit: Int = 100,
        cursor: String? = null,
    ): Found<T> {
        val query = findOptions(where, order, limit, cursor)
        val (documents, next) = codec.decode(found, native { handle.find(query) }).let { it.documents to it.cursor }
        return Found(documents.map { it.document() }, next)
    }

    /** How [find] goes about it. */
    public fun explainFind(
        where: Filter? = null,
        order: List<String> = emptyList(),
        limit: Int = 100,
        cursor: String? = null,
    ): FindPlan {
        val query = findOptions(where, order, limit, cursor)
        return codec.decode(FindPlan.serializer(), native { handle.explainFind(query) })
    }

    private fun findOptions(where: Filter?, order: List<String>, limit: Int, cursor: String?) =
        options("where" to where?.json, "order" to json(order), "limit" to json(limit), "cursor" to json(cursor))

    /** How many documents [where] means. */
    public suspend fun count(where: Filter): Long = working { countBlocking(where) }

    /** [count] for a thread that may block. */
    public fun countBlocking(where: Filter): Long =
        text("the filter", written(where::toString)).let { native { handle.count(it) } }.toLong()

    /** Makes an index over a field, in small steps, between which others write. False if there is one. */
    public suspend fun createIndex(path: String, progress: ((done: Long, total: Long) -> Boolean)? = null): Boolean =
        working { wanted -> createIndex(path, Steps(progress, wanted)) }

    /** [createIndex] for a thread that may block. */
    public fun createIndexBlocking(path: String, progress: ((done: Long, total: Long) -> Boolean)? = null): Boolean =
        createIndex(path, Steps(progress, always))

    private fun createIndex(path: String, steps: Steps): Boolean {
        val checked = text("the path", path)
        return calling(steps) { handle.createIndex(checked, it) }
    }

    /** Removes the index over a field. False if there was none. */
    public fun dropIndex(path: String): Boolean = text("the path", path).let { native { handle.dropIndex(it) } }

    /** The paths of the indexed fields. */
    public val indexes: List<String> get() = native(handle::indexes)

    /** Brings the codes of the vectors to the state of a fresh build. */
    public suspend fun compact(progress: ((done: Long, total: Long) -> Boolean)? = null): Unit =
        working { wanted -> calling(Steps(progress, wanted)) { handle.compact(it) } }

    /** [compact] for a thread that may block. */
    public fun compactBlocking(progress: ((done: Long, total: Long) -> Boolean)? = null): Unit =
        calling(Steps(progress, always)) { handle.compact(it) }

    /** Makes everything anew that is derived from the documents. */
    public suspend fun rebuild(progress: ((done: Long, total: Long) -> Boolean)? = null): Unit =
        working { wanted -> calling(Steps(progress, wanted)) { handle.rebuild(it) } }

    /** [rebuild] for a thread that may block. */
    public fun rebuildBlocking(progress: ((done: Long, total: Long) -> Boolean)? = null): Unit =
        calling(Steps(progress, always)) { handle.rebuild(it) }
}
