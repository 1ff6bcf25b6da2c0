package dev.beaver

import dev.beaver.native.Cursor

/** How many rows are fetched in one call. */
internal const val PAGE = 256

/**
 * The rows of a structure, a page at a time. Each iteration goes through the structure anew; it holds nothing between two
 * pages, so a change by others may show or not, but no row comes twice.
 */
internal fun <R> pages(open: () -> Cursor, decode: (String) -> List<R>): Sequence<R> = Sequence {
    iterator {
        native(open).use { cursor ->
            do {
                val page = native { cursor.nextPage(PAGE.toUInt()) }?.let(decode).orEmpty()
                yieldAll(page)
            } while (page.size == PAGE)
        }
    }
}
