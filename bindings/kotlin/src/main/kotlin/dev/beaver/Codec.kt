package dev.beaver

import kotlinx.serialization.KSerializer
import kotlinx.serialization.SerializationException
import kotlinx.serialization.builtins.ListSerializer
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement

/**
 * How values are written and read if nothing else is chosen. Defaults are written, so that searches and programs in other
 * languages find them; members that a model does not know are left out.
 */
internal val defaultJson: Json = Json {
    encodeDefaults = true
    ignoreUnknownKeys = true
}

/** Reads and writes the values of one structure. */
internal class Codec<T>(val json: Json, val serializer: KSerializer<T>) {
    fun encode(value: T, operation: Int? = null): String =
        try {
            // An element knows its text: numbers stay as they were written.
            val encoded = written { if (value is JsonElement) value.toString() else json.encodeToString(serializer, value) }
            text("the value", encoded)
        } catch (refused: SerializationException) {
            throw BeaverException.invalid("the value cannot be written as JSON: ${refused.message}", operation, refused)
        }

    fun encodeAll(values: Iterable<T>): String = values.withIndex()
        .joinToString(",", "[", "]") { (index, value) -> encode(value, index) }

    fun decode(text: String): T = decode(serializer, text)

    fun decodeAll(text: String): List<T> = rows(serializer, text)

    /** A whole page of rows at once. */
    fun <R> rows(row: KSerializer<R>, text: String): List<R> = decode(ListSerializer(row), text)

    fun <R> decode(shape: KSerializer<R>, text: String): R =
        try {
            json.decodeFromString(shape, text)
        } catch (unfit: IllegalArgumentException) {
            // SerializationException is one; so is what `require` in a model's init throws.
            throw mismatch(unfit)
        }

    fun <R> decode(shape: KSerializer<R>, element: JsonElement): R =
        try {
            json.decodeFromJsonElement(shape, element)
        } catch (unfit: IllegalArgumentException) {
            throw mismatch(unfit)
        }

    private fun mismatch(unfit: IllegalArgumentException) = BeaverException.TypeMismatch(
        BeaverException.Detail("a stored value does not fit ${serializer.descriptor.serialName}", cause = unfit),
    )
}

/** Rows that are only taken apart. */
internal fun elements(text: String): JsonArray = Json.parseToJsonElement(text) as JsonArray
