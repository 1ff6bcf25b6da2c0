/* beaver: the multi-modal embedded database. Generated from ffi/ by `cargo xtask header`. */

#ifndef BEAVER_H
#define BEAVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifndef BEAVER_API
#define BEAVER_API
#endif




/**
 * The longest name of a structure, in bytes.
 */
#define BEAVER_MAX_NAME_BYTES 255

/**
 * The longest key of a dict or blob store, in bytes.
 */
#define BEAVER_MAX_KEY_BYTES 4096

/**
 * The longest JSON value, in bytes.
 */
#define BEAVER_MAX_JSON_BYTES 67108864

/**
 * How deep a JSON value may nest.
 */
#define BEAVER_MAX_JSON_DEPTH 128

/**
 * The largest blob, in bytes.
 */
#define BEAVER_MAX_BLOB_BYTES 1000000000

/**
 * How many items one call or one batch may carry.
 */
#define BEAVER_MAX_ITEMS 100000

/**
 * The version of this header: major.
 */
#define BEAVER_VERSION_MAJOR 0

/**
 * The version of this header: minor.
 */
#define BEAVER_VERSION_MINOR 1

/**
 * The version of this header: patch.
 */
#define BEAVER_VERSION_PATCH 0

/**
 * An open database.
 */
typedef struct beaver_db beaver_db;

/**
 * JSON values by key, each with a time to live if one is given.
 */
typedef struct beaver_dict beaver_dict;

/**
 * What went wrong in one call, beyond the status.
 */
typedef struct beaver_error beaver_error;

/**
 * Goes through a structure. It fetches rows in portions and holds nothing in between: a concurrent
 * change may show or not, but no row comes twice.
 */
typedef struct beaver_iter beaver_iter;

/**
 * Bytes that the caller owns. After `len` bytes there is a NUL, so that text is a C string. Freed with
 *  beaver_buf_free(); an empty one, with `data` NULL, need not be.
 */
typedef struct {
  /**
   * The bytes, or NULL.
   */
  uint8_t *data;
  /**
   * How many there are, the NUL not counted.
   */
  size_t len;
  /**
   * For the library: how much is allocated.
   */
  size_t capacity;
} beaver_buf;

/**
 * What a call came to. The numbers never change their meaning.
 */
typedef int32_t beaver_status;

/**
 * The call did what it should.
 */
#define BEAVER_OK 0

/**
 * Not an error: what was asked for is not there.
 */
#define BEAVER_NOT_FOUND 1

/**
 * Not an error: the time given to the call ran out.
 */
#define BEAVER_TIMEOUT 2

/**
 * Not an error: an iterator or a stream has no more.
 */
#define BEAVER_END 3

/**
 * An argument is wrong: mend the call.
 */
#define BEAVER_INVALID_ARGUMENT 10

/**
 * A text is not UTF-8: mend the call. beaver_error_offset() says where.
 */
#define BEAVER_INVALID_UTF8 11

/**
 * A text is not JSON: mend the call. beaver_error_offset() says where.
 */
#define BEAVER_INVALID_JSON 12

/**
 * A stored or given value is of another type than the call needs.
 */
#define BEAVER_TYPE_MISMATCH 13

/**
 * A limit is exceeded: send less at a time.
 */
#define BEAVER_LIMIT 14

/**
 * This library or this file format cannot do it: use a newer library, or import the file.
 */
#define BEAVER_UNSUPPORTED 15

/**
 * A condition was not met, or somebody else was faster: read again and decide.
 */
#define BEAVER_CONFLICT 20

/**
 * Another process or lock holder kept the database for too long: retry later.
 */
#define BEAVER_BUSY 21

/**
 * beaver_db_interrupt() or a callback stopped the call: nothing was done.
 */
#define BEAVER_INTERRUPTED 22

/**
 * The database is closed, or was opened before a fork: open it again.
 */
#define BEAVER_CLOSED 23

/**
 * The database is paused: resume it.
 */
#define BEAVER_PAUSED 24

/**
 * The database was opened read-only, or the file cannot be written.
 */
#define BEAVER_READ_ONLY 25

/**
 * The server refused the key.
 */
#define BEAVER_DENIED 26

/**
 * The server is out of reach: retry later.
 */
#define BEAVER_UNAVAILABLE 27

/**
 * The disk is full: make room and repeat.
 */
#define BEAVER_FULL 30

/**
 * The operating system failed a file operation: look at path, rights and disk.
 */
#define BEAVER_IO 31

/**
 * The file is damaged, or is no database: restore it from a backup.
 */
#define BEAVER_CORRUPT 32

/**
 * A fault of the library itself: please report it.
 */
#define BEAVER_INTERNAL 40

/**
 * A panic was caught; the database handle is broken: free it and open it again.
 */
#define BEAVER_PANIC 41

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Frees the bytes and empties the buffer; an empty one stays as it is.
 * @param buf  a buffer, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_buf_free(beaver_buf *buf);

/**
 * Opens the database in a file, and creates it if there is none. Constant time.
 * @param path          NUL-terminated UTF-8; ":memory:" for one that lives only as long as it is open.
 * @param options_json  a JSON object, or NULL for the defaults: {"read_only": false, "create": true,
 *                      "durability": "normal" (or "full"), "busy_timeout_ms": 30000, "cache_kib": 2000,
 *                      "mmap_bytes": 0, "low_memory": false}
 * @param out_db        On OK: the database; caller frees with beaver_db_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, IO, CORRUPT (no database), UNSUPPORTED (a
 *         newer format, or a file of BeaverDB 2.x), READ_ONLY, FULL, BUSY
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_open(const char *path,
                             const char *options_json,
                             beaver_db **out_db,
                             beaver_error **out_error);

/**
 * Opens the dict of that name. Nothing is created until something is stored.
 * @param db        a database.
 * @param name      NUL-terminated UTF-8; 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_dict  On OK: the handle; caller frees with beaver_dict_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_dict(const beaver_db *db,
                             const char *name,
                             beaver_dict **out_dict,
                             beaver_error **out_error);

/**
 * Frees the handle; the last handle of a database closes it.
 * @param db  a database, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_db_free(beaver_db *db);

/**
 * Sets a key.
 * @param dict         a dict.
 * @param key          NUL-terminated UTF-8, not NULL; copied before return.
 * @param json         JSON text; copied before return.
 * @param json_len     its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param ttl_seconds  after how long the key is absent again; 0 for never.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_set(const beaver_dict *dict,
                              const char *key,
                              const char *json,
                              size_t json_len,
                              double ttl_seconds,
                              beaver_error **out_error);

/**
 * Reads one value.
 * @param dict      a dict.
 * @param key       NUL-terminated UTF-8, not NULL.
 * @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND, INVALID_ARGUMENT, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_get(const beaver_dict *dict,
                              const char *key,
                              beaver_buf *out_json,
                              beaver_error **out_error);

/**
 * Frees the handle.
 * @param dict  a dict, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_dict_free(beaver_dict *dict);

/**
 * The status of the call that failed.
 * @param error  an error; NULL gives BEAVER_OK.
 * @return the status.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API beaver_status beaver_error_status(const beaver_error *error);

/**
 * One line for a person; not part of the API.
 * @param error  an error; NULL gives "".
 * @return text, borrowed until beaver_error_free().
 * @thread one at a time.  @since 0.1
 */
BEAVER_API const char *beaver_error_message(const beaver_error *error);

/**
 * The byte of the input at which invalid UTF-8 or JSON was found.
 * @param error  an error; NULL gives -1.
 * @return the offset, or -1.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API int64_t beaver_error_offset(const beaver_error *error);

/**
 * The index of the operation or item that failed, in a batch or a call with many items.
 * @param error  an error; NULL gives -1.
 * @return the index, or -1.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API int64_t beaver_error_operation(const beaver_error *error);

/**
 * SQLite's extended result code, where SQLite reported the fault.
 * @param error  an error; NULL gives 0.
 * @return the code, or 0.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API int32_t beaver_error_sqlite_code(const beaver_error *error);

/**
 * Everything about the error as a JSON object: kind, message, offset, operation, sqlite_code.
 * @param error  an error; NULL gives "{}".
 * @return JSON text, borrowed until beaver_error_free().
 * @thread one at a time.  @since 0.1
 */
BEAVER_API const char *beaver_error_detail(const beaver_error *error);

/**
 * Frees an error.
 * @param error  an error, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_error_free(beaver_error *error);

/**
 * Gives the next row.
 * @param iter      an iterator.
 * @param out_json  On OK: the row as JSON text; caller frees with beaver_buf_free().
 * @return OK, END, INVALID_ARGUMENT, CLOSED, PAUSED, INTERRUPTED, IO, CORRUPT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_iter_next(beaver_iter *iter,
                               beaver_buf *out_json,
                               beaver_error **out_error);

/**
 * Gives up to so many of the next rows at once.
 * @param iter      an iterator.
 * @param most      how many rows at the most, at least 1.
 * @param out_json  On OK: a JSON array of the rows; caller frees with beaver_buf_free().
 * @return OK, END, INVALID_ARGUMENT, CLOSED, PAUSED, INTERRUPTED, IO, CORRUPT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_iter_next_batch(beaver_iter *iter,
                                     size_t most,
                                     beaver_buf *out_json,
                                     beaver_error **out_error);

/**
 * Frees an iterator.
 * @param iter  an iterator, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_iter_free(beaver_iter *iter);

/**
 * Counts the objects (handles, buffers, errors) that were handed out and not yet freed. For tests.
 * @return the count; 0 when everything was freed.
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API int64_t beaver_live_objects(void);

/**
 * Names a status: "INVALID_ARGUMENT", "NOT_FOUND".
 * @param status  any number.
 * @return a static text, "UNKNOWN" for a number that is no status.
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API const char *beaver_status_name(beaver_status status);

/**
 * The version of the library that is loaded: major * 1000000 + minor * 1000 + patch.
 * @return the number; the header's own is made of the BEAVER_VERSION_ macros.
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API uint32_t beaver_version_number(void);

/**
 * Tells whether the library was built with a part: "dict", "list", "queue", "blob", "log", "lock",
 *  "batch".
 * @param name  NUL-terminated UTF-8; NULL and unknown names give false.
 * @return true if it is there.
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API bool beaver_has_feature(const char *name);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /*BEAVER_H */
