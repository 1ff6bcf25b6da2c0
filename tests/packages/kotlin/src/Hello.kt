import dev.beaver.Beaver
import dev.beaver.Document
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.Serializable
import kotlin.time.Duration.Companion.seconds

@Serializable
data class User(val name: String, val age: Int = 0)

/** Uses what lies in the jar alone: the classes, the library, and what the pom brings along. */
fun main() = runBlocking {
    val place = Beaver::class.java.protectionDomain.codeSource.location.path
    check(place.contains("/dependency/beaver-") && place.endsWith(".jar")) { "$place is not the jar" }
    Beaver.open("hello.db").use { db ->
        val users = db.dict<User>("users")
        users["alice"] = User("Alice", 30)
        check(users["alice"]?.age == 30)
        val notes = db.collection<String>("notes")
        notes += Document("Beavers build dams", id = "n1", embedding = floatArrayOf(0.9f, 0.1f))
        check(notes.match("beaver dam").map { it.id } == listOf("n1"))
        check(notes.search(floatArrayOf(1f, 0f), k = 1).first().body == "Beavers build dams")
        check(db.queue<String>("jobs").get(timeout = 0.seconds) == null)
    }
    println("hello from ${place.substringAfterLast('/')}")
}
