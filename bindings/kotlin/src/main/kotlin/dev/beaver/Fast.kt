package dev.beaver

import com.sun.jna.Native
import com.sun.jna.Pointer
import dev.beaver.native.fastFailure

/**
 * A shorter way for single reads. The generated code makes four foreign calls for one of ours, each with structures of its
 * own; this is one with plain numbers. The address has to be of a handle that stays open meanwhile.
 */
internal object Fast {
    /** The lengths are of the size that they have in nearly all machines; others take the way of all calls. */
    val usable: Boolean = Native.SIZE_T_SIZE == Long.SIZE_BYTES

    init {
        // As the generated code finds it.
        val library = System.getProperty("uniffi.component.beaver_uniffi.libraryOverride") ?: "beaver_uniffi"
        if (usable) Native.register(Fast::class.java, library)
    }

    fun dictGet(address: Long, key: ByteArray): String? = read(beaver_fast_dict_get(address, key, key.size.toLong()))

    fun listGet(address: Long, index: Long): String? = read(beaver_fast_list_get(address, index))

    /** What was found stays there until the thread's next call. */
    private fun read(found: Pointer?): String? {
        if (found == null) native(::fastFailure)
        return found?.getString(0, "UTF-8")
    }

    @JvmStatic
    private external fun beaver_fast_dict_get(dict: Long, key: ByteArray, length: Long): Pointer?

    @JvmStatic
    private external fun beaver_fast_list_get(list: Long, index: Long): Pointer?
}
