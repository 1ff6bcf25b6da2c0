package dev.beaver

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/**
 * Which documents are meant, by the fields of their bodies.
 *
 * ```
 * field("year") greaterEq 1960 and (field("tags") contains "space")
 * ```
 */
public class Filter private constructor(internal val json: JsonObject) {
    /** Both hold. */
    public infix fun and(other: Filter): Filter = all(listOf(this, other))

    /** One of them holds, or both. */
    public infix fun or(other: Filter): Filter = any(listOf(this, other))

    /** It does not hold. */
    public operator fun not(): Filter = Filter(JsonObject(mapOf("not" to json)))

    override fun equals(other: Any?): Boolean = other is Filter && json == other.json

    override fun hashCode(): Int = json.hashCode()

    /** As JSON: `{"year":{">=":1960}}`. */
    override fun toString(): String = json.toString()

    public companion object {
        /** Every filter of the list holds; of none, every document is meant. */
        public fun all(filters: List<Filter>): Filter = of("and", JsonArray(filters.map { it.json }))

        /** At least one filter of the list holds; of none, no document is meant. */
        public fun any(filters: List<Filter>): Filter = of("or", JsonArray(filters.map { it.json }))

        /** A filter as JSON: `{"year": {">=": 1960}, "author.name": "Lem"}`. What it says is checked when it is used. */
        public fun parse(json: String): Filter {
            val parsed = runCatching { deep.parseToJsonElement(json) }.getOrElse { unread ->
                throw BeaverException.InvalidJson(BeaverException.Detail("the filter is not JSON", cause = unread))
            }
            return of(parsed)
        }

        /** A filter as JSON. */
        public fun of(json: JsonElement): Filter =
            Filter(json as? JsonObject ?: throw BeaverException.invalid("a filter is a JSON object"))

        internal fun of(member: String, value: JsonElement) = Filter(JsonObject(mapOf(member to value)))
    }
}

/**
 * A place in the body: `author.name`, `tags.0`. A dot in a name is written `\.`, and `value` is the body itself where it
 * is no object.
 */
public fun field(path: String): Field = Field(path)

/** A place in the body, to be tested. Values are numbers, strings, booleans, null, or any [JsonElement]. */
public class Field internal constructor(private val path: String) {
    /** Is equal. Numbers are compared by value. */
    public infix fun eq(value: Any?): Filter = test("=", json(value))

    /** Is not equal, or is not there. */
    public infix fun neq(value: Any?): Filter = test("!=", json(value))

    /** Is less: numbers with numbers, strings with strings. */
    public infix fun less(value: Any): Filter = test("<", json(value))

    /** Is less or equal. */
    public infix fun lessEq(value: Any): Filter = test("<=", json(value))

    /** Is greater: numbers with numbers, strings with strings. */
    public infix fun greater(value: Any): Filter = test(">", json(value))

    /** Is greater or equal. */
    public infix fun greaterEq(value: Any): Filter = test(">=", json(value))

    /** Equals one of the values. */
    public infix fun oneOf(values: Iterable<Any?>): Filter = test("in", JsonArray(values.map(::json)))

    /** An array has an equal element, or a string has the substring. */
    public infix fun contains(value: Any?): Filter = test("contains", json(value))

    /** Is there, a stored null too. */
    public val exists: Filter get() = test("exists", JsonPrimitive(true))

    /** Is not there. */
    public val missing: Filter get() = test("exists", JsonPrimitive(false))

    private fun test(name: String, value: JsonElement) =
        // A path that is an operator's name is only a path behind the dollar.
        Filter.of(if (path in operators) "$.$path" else path, JsonObject(mapOf(name to value)))

    private fun json(value: Any?): JsonElement = when (value) {
        null -> JsonNull
        is JsonElement -> value
        is String -> JsonPrimitive(value)
        is Boolean -> JsonPrimitive(value)
        is Double -> finite(path, value)
        is Float -> finite(path, value.toDouble())
        is Number -> JsonPrimitive(value)
        is Enum<*> -> JsonPrimitive(value.name)
        else -> throw BeaverException.invalid("$path cannot be compared with a ${value::class.simpleName}")
    }
}

/** What is nested too deep is for the library to say. */
@OptIn(ExperimentalSerializationApi::class)
private val deep = Json { maxNestingDepth = 10_000 }

private val operators = setOf("and", "or", "not")
