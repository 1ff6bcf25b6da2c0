package dev.beaver.testee

import dev.beaver.Filter
import dev.beaver.When
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.longOrNull
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.Instant

/** Reads what is nested deeper than anything may be, too. */
@OptIn(ExperimentalSerializationApi::class)
val wire: Json = Json { maxNestingDepth = 10_000 }

/** What the request says cannot be said in Kotlin: it is answered as INVALID_ARGUMENT. */
class Unsayable(message: String) : Exception(message)

/** The arguments of a request, or the members of options, in the form of the wire. */
class Args(val members: Map<String, JsonElement>) {
    operator fun get(name: String): JsonElement? = members[name]?.takeIf { it !is JsonNull }

    fun optional(name: String): String? = (get(name) as? JsonPrimitive)?.content

    fun text(name: String): String = optional(name).orEmpty()

    /** A stored value, which travels as text. */
    fun json(name: String): JsonElement = wire.parseToJsonElement(text(name))

    fun optionalJson(name: String): JsonElement? = optional(name)?.let(wire::parseToJsonElement)

    fun jsons(name: String): List<JsonElement> = array(name).map { wire.parseToJsonElement(it.jsonPrimitive.content) }

    fun array(name: String): List<JsonElement> = (get(name) as? JsonArray).orEmpty()

    fun texts(name: String): List<String> {
        val given = get(name) ?: return emptyList()
        val texts = (given as? JsonArray)?.map { (it as? JsonPrimitive)?.takeIf { text -> text.isString }?.content }
        if (texts == null || null in texts) throw Unsayable("$name is an array of strings")
        return texts.filterNotNull()
    }

    fun items(name: String): List<Args> = array(name).map { Args(it as JsonObject) }

    fun int(name: String): Long? = (get(name) as? JsonPrimitive)?.let {
        if (it.isString) throw Unsayable("$name is a number")
        it.longOrNull ?: throw Unsayable("$name is an integer")
    }

    /** A count of Kotlin's Int. One that is larger is beyond every limit, as its largest is. */
    fun count(name: String): Int? = int(name)?.coerceIn(Int.MIN_VALUE.toLong(), Int.MAX_VALUE.toLong())?.toInt()

    fun number(name: String): Double? = get(name)?.let(::number)

    fun truth(name: String): Boolean? = get(name)?.let {
        (it as? JsonPrimitive)?.takeIf { truth -> !truth.isString }?.booleanOrNull ?: throw Unsayable("$name is true or false")
    }

    fun bytes(name: String): ByteArray {
        val hex = (get(name) as? JsonObject)?.get("\$bytes")?.jsonPrimitive?.content.orEmpty()
        return hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
    }

    fun vector(name: String): FloatArray? {
        val components = (get(name) as? JsonObject)?.get("\$vec") as? JsonArray ?: return null
        return FloatArray(components.size) { index ->
            val component = components[index]
            if (component is JsonPrimitive) component.content.toFloat() else number(component).toFloat()
        }
    }

    fun time(name: String): Instant? = int(name)?.let(::instant)

    fun duration(name: String): Duration? = number(name)?.let(::duration)

    fun timeout(): Duration = duration("timeout") ?: Duration.INFINITE

    fun where(name: String = "where"): Filter? = get(name)?.let(Filter::of)

    fun condition(): When<JsonElement>? = when (val condition = get("if")) {
        null -> null
        is JsonObject -> When.Equals(wire.parseToJsonElement(condition.getValue("equals").jsonPrimitive.content))
        else -> When.Absent
    }

    /** The members of an argument that is an object as JSON text; each must be one of [known]. */
    fun options(name: String, vararg known: String): Args {
        val options = optional(name)?.let(wire::parseToJsonElement) ?: return Args(emptyMap())
        return Args(options as? JsonObject ?: throw Unsayable("$name is an object")).also { it.only(*known) }
    }

    fun part(name: String, vararg known: String): Args? = get(name)?.let { part ->
        Args(part as? JsonObject ?: throw Unsayable("$name is an object")).also { it.only(*known) }
    }

    private fun only(vararg known: String) {
        members.keys.firstOrNull { it !in known }?.let { throw Unsayable("there is no $it") }
    }
}

/** The constant of that name, in small letters. */
inline fun <reified E : Enum<E>> Args.name(name: String, default: E): E = named<E>(name) ?: default

inline fun <reified E : Enum<E>> Args.named(name: String): E? = optional(name)?.let { text ->
    enumValues<E>().firstOrNull { it.name.lowercase() == text } ?: throw Unsayable("there is no $name $text")
}

fun number(value: JsonElement): Double = when ((value as? JsonObject)?.get("\$float")?.jsonPrimitive?.contentOrNull) {
    "nan" -> Double.NaN
    "inf" -> Double.POSITIVE_INFINITY
    "-inf" -> Double.NEGATIVE_INFINITY
    else -> (value as? JsonPrimitive)?.takeIf { !it.isString }?.content?.toDoubleOrNull() ?: throw Unsayable("a number is needed")
}

/** No duration is not a number. */
private fun duration(seconds: Double): Duration =
    if (seconds.isNaN()) throw Unsayable("a time cannot be NaN") else seconds.seconds

fun instant(micros: Long): Instant =
    Instant.fromEpochSeconds(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000)

fun micros(instant: Instant): Long = instant.epochSeconds * 1_000_000 + instant.nanosecondsOfSecond / 1_000
