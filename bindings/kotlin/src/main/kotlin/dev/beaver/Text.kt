package dev.beaver

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** A text as JSON has it. */
internal fun quoted(text: String): String =
    // Most texts have nothing that would have to be written otherwise.
    if (text.none { it < ' ' || it == '"' || it == '\\' }) "\"$text\"" else JsonPrimitive(text).toString()

internal fun strings(texts: Iterable<String>): String = texts.joinToString(",", "[", "]") { quoted(it) }

/** The options of a call, those left out that are null. Text in them is checked. */
internal fun options(vararg members: Pair<String, JsonElement?>): String {
    val given = members.mapNotNull { (name, value) -> value?.let { name to it } }
    return text("an option", written { JsonObject(given.toMap()).toString() })
}

/** Writes JSON. What is nested so deep that the stack does not suffice is far beyond what the library takes. */
internal inline fun written(write: () -> String): String =
    try {
        write()
    } catch (deep: StackOverflowError) {
        throw BeaverException.Limit(BeaverException.Detail("the JSON is nested too deep", cause = deep))
    }

internal fun json(text: String?): JsonPrimitive? = text?.let(::JsonPrimitive)

internal fun json(number: Number?): JsonPrimitive? = number?.let(::JsonPrimitive)

internal fun json(truth: Boolean?): JsonPrimitive? = truth?.let(::JsonPrimitive)

/** The library's names are those of the constants, in small letters. */
internal fun json(name: Enum<*>?): JsonPrimitive? = json(name?.name?.lowercase())

internal fun json(texts: Collection<String>): JsonArray = JsonArray(texts.map(::JsonPrimitive))

/** A number that JSON can write: it has no infinity, and nothing that is no number. */
internal fun finite(name: String, number: Double, operation: Int? = null): JsonPrimitive {
    if (!number.isFinite()) throw BeaverException.invalid("$name is $number: give a finite number", operation)
    return JsonPrimitive(number)
}

/** Reads what was taken out. If it does not fit the model it goes back, so that it is not lost. */
internal inline fun <R> returning(putBack: () -> Unit, read: () -> R): R =
    try {
        read()
    } catch (unfit: BeaverException.TypeMismatch) {
        putBack()
        throw unfit
    }
