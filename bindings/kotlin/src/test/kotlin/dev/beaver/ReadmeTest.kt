package dev.beaver

import kotlinx.serialization.Serializable
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.nio.file.Files
import java.nio.file.Path

class ReadmeTest : Story() {
    private val printed = mutableListOf<String>()

    private fun println(line: Any?) {
        printed += line.toString()
    }

    @Test
    fun `the lines of the README run`() = story {
        tenLines(path("app.db"))
        assertEquals(listOf("31", "[n1]", "Beavers build dams", "alice is 31", "bob is 40"), printed)
    }

    @Test
    fun `they are the lines that stand there`() {
        val (readme, here) = listOf("README.md", "src/test/kotlin/dev/beaver/ReadmeTest.kt").map { Files.readAllLines(Path.of(it)) }
        val lines = readme.dropWhile { it != "## Ten lines" }.drop(2).takeWhile { it != "```" }
        val own = here.map { it.trim().replace("open(path)", "open(\"app.db\")") }.toSet()
        assertTrue(lines.size > 10)
        assertEquals(emptyList<String>(), lines.map { it.trim() }.filter { it !in own })
    }

    private suspend fun tenLines(path: String) {
        @Serializable
        data class User(val name: String, val age: Int = 0)

        Beaver.open(path).use { db ->
            val users = db.dict<User>("users")
            users["alice"] = User("Alice", 31)
            println(users["alice"]?.age)
            val notes = db.collection<String>("notes")
            notes += Document("Beavers build dams", id = "n1", embedding = floatArrayOf(0.9f, 0.1f))
            println(notes.match("beaver dam").map { it.id })
            println(notes.search(floatArrayOf(1f, 0f), k = 1).first().body)
            db.batch { dictSet(users, "bob", User("Bob", 40), condition = When.Absent) }
            for ((name, user) in users) println("$name is ${user.age}")
        }
    }
}
