package dev.beaver.testee

import dev.beaver.BeaverException
import dev.beaver.Event
import dev.beaver.LogEntry
import dev.beaver.Message
import dev.beaver.QueueItem
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlin.time.Instant

/** The part of the line after the id. */
class Answer private constructor(private val text: String) {
    override fun toString(): String = text

    companion object {
        val absent = Answer("\"absent\":true")
        val timeout = Answer("\"timeout\":true")
        val none = result(JsonNull)

        fun result(value: JsonElement) = Answer("\"result\":$value")

        fun error(kind: String, message: String?, operation: Int?) = buildJsonObject {
            put("kind", kind)
            put("message", message)
            if (operation != null) put("index", operation)
        }.let { Answer("\"error\":$it") }

        fun error(error: BeaverException) = error(error.kind.name, error.message, error.operation)
    }
}

/** Anything that an answer may hold, as JSON. */
fun json(value: Any?): JsonElement = when (value) {
    null -> JsonNull
    is JsonElement -> value
    is String -> JsonPrimitive(value)
    is Boolean -> JsonPrimitive(value)
    is Double -> number(value)
    is Number -> JsonPrimitive(value)
    is Instant -> JsonPrimitive(micros(value))
    is Enum<*> -> JsonPrimitive(value.name.lowercase())
    is ByteArray -> row("\$bytes" to value.joinToString("") { "%02x".format(it) })
    is FloatArray -> row("\$vec" to value.map { JsonPrimitive(it) })
    is Iterable<*> -> JsonArray(value.map(::json))
    is Sequence<*> -> JsonArray(value.map(::json).toList())
    is Map<*, *> -> JsonObject(value.entries.associate { (name, member) -> name as String to json(member) })
    is QueueItem<*> -> row("priority" to value.priority, "timestamp" to value.timestamp, "data" to value.data)
    is LogEntry<*> -> row("timestamp" to value.timestamp, "data" to value.data)
    is Message<*> -> row("timestamp" to value.timestamp, "payload" to value.payload)
    is Event -> row("timestamp" to value.timestamp, "topic" to value.topic, "event" to value.event, "payload" to value.payload)
    else -> error("no answer holds a ${value::class}")
}

fun row(vararg members: Pair<String, Any?>): JsonElement = json(members.toMap())

private fun number(number: Double): JsonElement = when {
    number.isNaN() -> row("\$float" to "nan")
    number.isInfinite() -> row("\$float" to if (number > 0) "inf" else "-inf")
    else -> JsonPrimitive(number)
}

fun result(value: Any?): Answer = Answer.result(json(value))

/** For calls that give nothing. */
@Suppress("UnusedParameter")
fun done(nothing: Unit): Answer = Answer.none

/** A value, or absent. */
fun found(value: Any?): Answer = if (value == null) Answer.absent else result(value)

/** A value, or a time that ran out. */
fun intime(value: Any?): Answer = if (value == null) Answer.timeout else result(value)
