package dev.beaver.bench

import dev.beaver.Beaver
import dev.beaver.BeaverCollection
import dev.beaver.Document
import kotlinx.serialization.Serializable

/** How many keys the calls for many have. */
private const val MANY = 1_000
private const val DIMENSION = 1_536

@Serializable
data class Person(val name: String, val age: Int)

/** The median cost of a call in microseconds, over so many samples of so many calls, once the compiler has had its say. */
private fun cost(samples: Int, calls: Int, call: () -> Unit): Double {
    repeat(maxOf(20 * calls, 5_000 / calls)) { call() }
    val each = List(samples) {
        val begin = System.nanoTime()
        repeat(calls) { call() }
        (System.nanoTime() - begin) / 1e3 / calls
    }
    return each.sorted()[samples / 2]
}

/**
 * What calls cost in Kotlin: one JSON line of microseconds for each call, the median of the samples. Beside them, as
 * "jna", what a call without arguments costs through JNA: the floor of all. Arguments: FILE SAMPLES
 */
fun main(arguments: Array<String>) {
    val (path, samples) = arguments[0] to arguments[1].toInt()
    Beaver.open(path).use { db ->
        val (dict, list, queue) = Triple(db.dict<Person>("bench"), db.list<Person>("bench"), db.queue<Person>("bench"))
        val ada = Person("Ada", 36)
        val items = (0 until MANY).associate { "key$it" to ada }
        val vector = FloatArray(DIMENSION) { 1f }
        fun collection(dimension: Int): Pair<BeaverCollection<Person>, FloatArray> {
            val collection = db.collection<Person>("of$dimension")
            collection += Document(ada, "a", vector.copyOf(dimension))
            return collection to vector.copyOf(dimension)
        }
        val (narrow, four) = collection(4)
        val (wide, all) = collection(DIMENSION)
        dict.setMany(items)
        val costs = linkedMapOf(
            "dict_get" to cost(samples, 500) { dict["key500"] },
            "dict_set" to cost(samples, 20) { dict["key500"] = ada },
            "list_push" to cost(samples, 20) { list += ada },
            "queue_put_get" to cost(samples, 20) {
                queue.put(ada, 1)
                queue.poll()
            },
            "get_many" to cost(samples, 5) { dict.getMany(items.keys) },
            "set_many" to cost(samples, 2) { dict.setMany(items) },
            "jna" to cost(samples, 500) { Beaver.liveObjects },
        )
        val begin = cost(samples, 100) { narrow.searchBlocking(four, k = 1) }
        costs["vector"] = cost(samples, 100) { wide.searchBlocking(all, k = 1) } - begin
        println(costs.entries.joinToString(", ", "{", "}") { (call, micros) -> "\"$call\": ${"%.3f".format(micros)}" })
    }
}
