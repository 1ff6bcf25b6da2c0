package dev.beaver

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

class ListTest : Story() {
    @Test
    fun `values stand in the order in which they were put`() {
        val tasks = db.list<User>("tasks")
        tasks += User("second")
        tasks.push(User("third"))
        tasks.prepend(User("first"))
        assertEquals(listOf("first", "second", "third"), tasks.map { it.name })
        assertEquals(User("first"), tasks[0])
        assertEquals(User("third"), tasks[-1])
        assertNull(tasks[3])
        assertEquals(3, tasks.size)
    }

    @Test
    fun `indexes replace, insert and remove`() {
        val letters = db.list<String>("letters")
        letters += listOf("a", "b", "c")
        letters[1] = "B"
        letters[-1L] = "C"
        letters.insert(1, "x")
        assertEquals(listOf("a", "x", "B", "C"), letters.toList())
        assertTrue(letters.delete(1))
        assertFalse(letters.delete(9))
        assertEquals(listOf("a", "B", "C"), letters.toList())
        assertThrows<BeaverException.NotFound> { letters[9] = "z" }
    }

    @Test
    fun `ranges are cut to what is there`() {
        val numbers = db.list<Int>("numbers")
        numbers.extend(0..9)
        assertEquals(listOf(2, 3, 4), numbers[2..4])
        assertEquals(listOf(8, 9), numbers.slice(start = -2))
        assertEquals(listOf(0, 1), numbers.slice(stop = 2))
        assertEquals(emptyList<Int>(), numbers[20..30])
        assertEquals(listOf(8, 9), numbers[-2..-1])
        assertEquals(listOf(7, 8), numbers[-3..-2])
        assertEquals(emptyList<Int>(), numbers[0 until 0])
        assertEquals(2, numbers.deleteRange(0, 2))
        assertEquals(3, numbers.replaceRange(0, 3, listOf(100)))
        assertEquals(listOf(100, 5, 6, 7, 8, 9), numbers.toList())
    }

    @Test
    fun `both ends can be taken from`() {
        val numbers = db.list<Int>("numbers")
        numbers += listOf(1, 2, 3)
        assertEquals(3, numbers.pop())
        assertEquals(1, numbers.deque())
        assertEquals(2, numbers.pop())
        assertNull(numbers.pop())
        assertNull(numbers.deque())
    }

    @Test
    fun `values are found by what they are`() {
        val words = db.list<String>("words")
        words += listOf("to", "be", "or", "not", "to", "be")
        assertTrue("or" in words)
        assertEquals(4, words.indexOf("to", start = 1))
        assertNull(words.indexOf("question"))
        assertEquals(2, words.countOf("be"))
        assertTrue(words.remove("to"))
        words -= "question"
        words.reverse()
        assertEquals(listOf("be", "to", "not", "or", "be"), words.toList())
    }

    @Test
    fun `a long list comes page by page`() {
        val numbers = db.list<Int>("numbers")
        numbers.extend(0 until 1_000)
        assertEquals((0 until 1_000).toList(), numbers.items.toList())
        assertEquals(1_000, numbers.clear())
    }
}
