/* beaver: a multi-modal database in one SQLite file.
 * Generated from ffi/ by `cargo xtask header`: do not edit.
 *
 * CONVENTIONS
 * What this chapter says holds for every function; the comments of the functions do not repeat it.
 *
 * Names
 *   beaver_<object>_<verb>: the object first. Macros begin with BEAVER_.
 *   Arguments come in one order: the object, inputs, outputs (out_...), out_error.
 *
 * Status and errors
 *   Every call that can fail returns a beaver_status. BEAVER_OK (0), BEAVER_NOT_FOUND, BEAVER_TIMEOUT and BEAVER_END
 *   (1 to 9) are answers; from 10 on it is an error, and what it means says what to do about it.
 *   The detail travels with the call: out_error may be NULL; if not, it is set to NULL, or for an error to an object
 *   (caller frees with beaver_error_free()). There is no last error of a thread.
 *   Outputs are emptied first: unless the call gives OK, handles are NULL, buffers are empty, numbers 0, flags
 *   false; so outputs may be freed whatever happened. A call that fails changes nothing.
 *   "What all reads give" is INVALID_ARGUMENT (an argument is NULL or out of its range), CLOSED, PAUSED, INTERRUPTED,
 *   BUSY, IO, CORRUPT, UNSUPPORTED, INTERNAL, PANIC. "What all writes give" is the same and READ_ONLY, FULL.
 *   BUSY: other processes, or the owner who acquired the structure, were in the way for longer than the busy
 *   timeout.
 *   Messages are for people and can change; the kinds and numbers cannot.
 *
 * Ownership, in three phrases
 *   "caller frees with X": the caller owns it and frees it once, with X.
 *   "borrowed until Y": it is the library's, and valid until Y.
 *   "copied before return": the library keeps no pointer to it. True of every input, said or not.
 *   Every free takes NULL, never fails, and leaves nothing to the caller but the pointer. Objects may be freed in any
 *   order: a child keeps its database alive. close ends the use, free releases the memory.
 *
 * NULL
 *   Pointers must not be NULL, unless the comment says so: NULL gives INVALID_ARGUMENT, which names the argument. So
 *   does a handle that is NULL. Any other pointer must be valid.
 *
 * Text, JSON, bytes
 *   Text is UTF-8 and checked. Names and keys are NUL-terminated. JSON comes with its length in bytes, or
 *   BEAVER_NUL_TERMINATED. It is validated once and stored as it was written: numbers, white space and the order of
 *   members come back so. A stored null is a value, not NOT_FOUND.
 *   JSON is equal by value: key order, white space and escapes do not matter, 1 equals 1.0.
 *   Values, rows, options and listings are JSON; blobs are bytes, never JSON.
 *   Options are a JSON object, NULL for the defaults; an unknown key is INVALID_ARGUMENT, which names it.
 *   What comes out is a beaver_buf; its bytes are followed by a NUL.
 *   The limits are BEAVER_MAX_...; beyond them is LIMIT.
 *
 * Vectors
 *   A vector goes in as a pointer to its components, floats, and their number; it is never JSON. One that may be left out
 *   is NULL with a dimension of 0. Each component is finite: a NaN or an infinity is INVALID_ARGUMENT. Many vectors are
 *   rows, one after the other, in one array. A vector comes out as a beaver_buf of its floats, `len` counting bytes;
 *   `data` is aligned, so that it can be read as const float *.
 *
 * Times
 *   Points in time are int64_t microseconds since 1970-01-01 UTC, from the year 1 to the end of the year 9999, and
 *   named _us. Waits are timeout_ms: 0 tries, -1 waits for ever. Times to live and leases are seconds as a double,
 *   above 0 and at most a hundred years; where a key may have none, 0 says so.
 *
 * Threads
 *   "@thread any, concurrently": any number of threads at once. "@thread one at a time": from any thread, but not
 *   two at once on the same object. Handles are the first, iterators, streams, batches, buffers and errors the second,
 *   and so is every free. A call that waits is ended by beaver_db_interrupt(), beaver_db_pause() and beaver_db_close();
 *   that of one thread alone by a beaver_cancel.
 *
 * Waiting for what comes
 *   Messages, events and the results of live views are pulled: beaver_subscription_next() and beaver_live_view_next()
 *   wait up to timeout_ms and give TIMEOUT if nothing came. One thread at a time pulls; any thread may close: a pull
 *   that waits then gives CLOSED.
 *   Event loops do not wait in a pull. beaver_subscription_on_ready() wakes them by a callback, or
 *   beaver_subscription_fd() gives a descriptor that can be read from; then they pull with a timeout of 0 until
 *   it gives TIMEOUT.
 *   What was not pulled yet waits in the file. If messages were deleted before they were pulled, because their channel
 *   keeps them no longer, the pull gives LIMIT, once, and the next one goes on with the oldest that is left.
 *   As long as somebody waits or is subscribed, the library has one thread of its own for each open database, which
 *   sleeps until another process commits.
 *
 * Callbacks
 *   A callback is a function, userdata and destroy. destroy is called with userdata exactly once when the callback will
 *   not be called again, also when the call fails; it may be NULL. No lock of the library is held meanwhile. A callback
 *   must return: no exception, no longjmp.
 *
 * Panics
 *   A fault inside the library does not end the process: the call gives PANIC, and the database's handles give it from
 *   then on. Free them and open the database again; the file is sound.
 *
 * Fork
 *   In a forked child, the parent's databases give CLOSED; freeing their handles is allowed. Open the file again.
 *
 * One library for one file
 *   Two copies of SQLite in one process break each other's locks: do not open a file with this library and with another
 *   copy of SQLite (or of beaver) in one process. Other processes may.
 *
 * Versions
 *   BEAVER_VERSION_ is of the header, beaver_version_number() of the library. Functions and numbers are added, not
 *   changed; @since says when. Before 1.0, a minor version may change them.
 */

#ifndef BEAVER_H
#define BEAVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef BEAVER_API
#define BEAVER_API
#endif

/**
 * For a length: the text ends at its NUL.
 */
#define BEAVER_NUL_TERMINATED SIZE_MAX

/**
 * A diagnostic: something failed that should not.
 */
#define BEAVER_LOG_ERROR 1

/**
 * A diagnostic: something works, but not as it should.
 */
#define BEAVER_LOG_WARN 2

/**
 * A diagnostic: opened, upgraded, paused, closed.
 */
#define BEAVER_LOG_INFO 3

/**
 * A diagnostic: what helps to find a fault.
 */
#define BEAVER_LOG_DEBUG 4

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
 * The largest blob, in bytes, its key and metadata included.
 */
#define BEAVER_MAX_BLOB_BYTES 1000000000

/**
 * How many items one call or one batch may carry.
 */
#define BEAVER_MAX_ITEMS 100000

/**
 * How many components a vector may have.
 */
#define BEAVER_MAX_DIMENSION 8192

/**
 * How many results one search or query gives: the largest `k` and `limit`.
 */
#define BEAVER_MAX_HITS 10000

/**
 * The longest text of a full-text query, in bytes.
 */
#define BEAVER_MAX_QUERY_BYTES 1048576

/**
 * How many fields a full-text search may be limited to.
 */
#define BEAVER_MAX_FIELDS 64

/**
 * How many fields of a collection may be indexed.
 */
#define BEAVER_MAX_INDEXES 64

/**
 * How many neighbours of a document are given.
 */
#define BEAVER_MAX_NEIGHBORS 10000

/**
 * How many documents a walk or a search for a path visits: the largest `max_nodes`.
 */
#define BEAVER_MAX_NODES 1000000

/**
 * The longest text of a filter, in bytes.
 */
#define BEAVER_MAX_FILTER_BYTES 1048576

/**
 * How deep "and", "or" and "not" may nest in a filter.
 */
#define BEAVER_MAX_FILTER_DEPTH 32

/**
 * How many conditions a filter may have.
 */
#define BEAVER_MAX_FILTER_CONDITIONS 1000

/**
 * How many values one "in" of a filter may have.
 */
#define BEAVER_MAX_IN_VALUES 10000

/**
 * How many aggregates a live view may have.
 */
#define BEAVER_MAX_AGGREGATES 64

/**
 * How many entries the window of a live view may hold.
 */
#define BEAVER_MAX_WINDOW_ENTRIES 10000000

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
 * Changes that are collected first and then made in one commit: all of them, or none. A condition is
 * {"if": "absent"}, {"if": {"equals": value}}, or NULL; one that is not met fails the whole batch as CONFLICT. A
 * handle that `acquire` gave passes its lock. A function that fails adds nothing.
 */
typedef struct beaver_batch beaver_batch;

/**
 * Reads one blob piece by piece, as it was when the reader was made.
 */
typedef struct beaver_blob_reader beaver_blob_reader;

/**
 * Writes one blob piece by piece. Freed before it is finished, it leaves nothing behind.
 */
typedef struct beaver_blob_writer beaver_blob_writer;

/**
 * Bytes by key, each with metadata (JSON) if it was given some.
 */
typedef struct beaver_blobs beaver_blobs;

/**
 * Ends the waits of the threads that it is bound to, and no others: for a task that is cancelled while a thread of its
 * waits. Where beaver_db_interrupt() ends what runs now on a database, this ends what it is bound to, now and later, on
 * any.
 */
typedef struct beaver_cancel beaver_cancel;

/**
 * Messages between programs, through the file: what one publishes, every subscriber in any process gets, once and in
 * the order of the commits. They stay for a while, a day and up to 100,000 of them unless beaver_channel_set_retention()
 * says otherwise. A message as a row: {"timestamp_us", "payload"}.
 */
typedef struct beaver_channel beaver_channel;

/**
 * Documents (any JSON) by id, each with an embedding if it was given one, found by vector, by text, by their fields
 * and by the edges between them.
 *
 * Where only some documents are wanted, a filter on their bodies says which: a JSON object whose members all hold. A
 * member is a path and what it equals, {"state": "new"}, or a path and tests, {"year": {">=": 2020, "<": 2025}}; or
 * "and" or "or" with an array of filters, or "not" with a filter. The tests are "=", "!=", "<", "<=", ">", ">=", "in"
 * (an array of values), "contains" (an element of an array, a part of a string) and "exists" (true or false). The keys
 * of a path are joined by dots: "author.name". Values of different types are neither equal nor ordered.
 */
typedef struct beaver_collection beaver_collection;

/**
 * An open database.
 */
typedef struct beaver_db beaver_db;

/**
 * JSON values by key, each with a time to live if one is given. A key whose time is over is absent for every
 * function.
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
 * JSON values in order. A negative index counts from the end: -1 is the last. Ranges are clamped: from `start`
 * (included) to `stop` (excluded); 0 and INT64_MAX are the whole list.
 */
typedef struct beaver_list beaver_list;

/**
 * What the last while of a log looks like, again and again: numbers made of its entries, or the entries. Each time it
 * reads only what has come since the last.
 */
typedef struct beaver_live_view beaver_live_view;

/**
 * A lock between processes: first come, first served, and ended by a time to live if its holder dies. Each handle
 * is an owner of its own; for two owners, use two handles.
 */
typedef struct beaver_lock beaver_lock;

/**
 * JSON values in the order of time. Each entry has a time of its own: one that is taken becomes the next free
 * microsecond. An entry as a row: {"timestamp_us", "data"}.
 */
typedef struct beaver_log beaver_log;

/**
 * A priority queue: the lowest priority number comes first, among equals what was put first. `get` takes an item
 * for good; `lease` lends it out until it is acknowledged, so that work survives a worker that dies. An item as a
 * row: {"priority", "timestamp_us", "data"}.
 */
typedef struct beaver_queue beaver_queue;

/**
 * The messages of a channel, or events, from a place on, each once and in the order of the commits, whichever process
 * made them. A message comes as {"timestamp_us", "payload"}, an event as {"timestamp_us", "topic", "event", "payload"}.
 * What was not pulled yet waits in the file: a slow subscriber takes no memory, and slows nobody down.
 */
typedef struct beaver_subscription beaver_subscription;

/**
 * What a call came to. The numbers never change their meaning.
 */
typedef int32_t beaver_status;

/**
 * Bytes that the caller owns. After `len` bytes there is a NUL, so that text is a C string. Freed with
 * beaver_buf_free(); an empty one, with `data` NULL, need not be.
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
 * Told how far a long call is: in pages of a backup or a restore, else in documents, edges or vectors. `total` may
 * grow as the work goes on. Returns false to stop the call, which fails as INTERRUPTED.
 */
typedef bool (*beaver_progress_fn)(void *userdata, uint64_t done, uint64_t total);

/**
 * Frees the userdata of a callback.
 */
typedef void (*beaver_destroy_fn)(void *userdata);

/**
 * Receives a diagnostic: one of BEAVER_LOG_, the module that speaks, one line of text, both borrowed until it
 * returns. May come from any thread, several at once; must not call back into the same database.
 */
typedef void (*beaver_log_fn)(void *userdata, int32_t level, const char *target, const char *message);

/**
 * Told that a subscription may have something to pull. May come from any thread; must return soon, and must not call
 * back into the library.
 */
typedef void (*beaver_ready_fn)(void *userdata);

/**
 * Takes the next bytes of a dump; returns false to stop it, which fails as INTERRUPTED.
 */
typedef bool (*beaver_write_fn)(void *userdata, const uint8_t *data, size_t len);

/**
 * Gives the next bytes of a dump: writes up to `capacity` of them and returns how many, 0 at the end, or a
 * negative number to stop the call, which fails as INTERRUPTED.
 */
typedef int64_t (*beaver_read_fn)(void *userdata, uint8_t *buffer, size_t capacity);

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
 * A limit is exceeded: send less at a time. Of a subscription: messages were deleted before they were pulled.
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
 * beaver_db_interrupt(), a beaver_cancel or a callback stopped the call: nothing was done.
 */
#define BEAVER_INTERRUPTED 22

/**
 * The database, or the subscription or live view, is closed, or was opened before a fork: open it again.
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
 * Tells whether the library was built with a part: "dict", "list", "queue", "blob", "log",
 * "collection", "lock", "batch", "channel", "event", "live".
 * @param name  NUL-terminated UTF-8; NULL and unknown names give false.
 * @return true if it is there.
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API bool beaver_has_feature(const char *name);

/**
 * Counts the objects (handles, buffers, errors) that were handed out and not yet freed. For tests.
 * @return the count; 0 when everything was freed.
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API int64_t beaver_live_objects(void);

/**
 * Frees the bytes and empties the buffer; an empty one stays as it is.
 * @param buf  a buffer, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_buf_free(beaver_buf *buf);

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
 * Opens the database in a file, and creates it if there is none; or one at a server. Takes a time that does not
 * depend on the data.
 * @param path          NUL-terminated UTF-8; ":memory:" for a new one that lives only as long as it is open;
 *                      "http://host:port" or "https://host:port" for one that `beaver serve` serves there.
 * @param options_json  a JSON object, or NULL for the defaults: {"read_only": false, "create": true,
 *                      "durability": "normal", "busy_timeout_ms": 30000, "cache_kib": 2000,
 *                      "mmap_bytes": 0, "low_memory": false, "read_cache_bytes": 0,
 *                      "portable_watch": false}. With the durability "full" each commit also outlasts a loss of
 *                      power. Up to "read_cache_bytes" of what was read are remembered for as long as nobody
 *                      commits to the file. With "portable_watch", commits of other processes are seen by a look
 *                      every few milliseconds while somebody waits, as on systems that have no better way.
 *                      For a server: {"key": "…"} (else that of the environment variable BEAVER_KEY), "ca_file" (a
 *                      file of certificates in PEM form by which it is known), "read_only", "busy_timeout_ms";
 *                      the others are the server's own.
 * @param out_db        On OK: the database; caller frees with beaver_db_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, IO (the path cannot be opened), CORRUPT (no
 *         database), UNSUPPORTED (a newer format, or a file of BeaverDB 2.x), READ_ONLY, FULL, BUSY; of a server DENIED (a
 *         wrong key, or none), UNAVAILABLE (out of reach)
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_open(const char *path,
                             const char *options_json,
                             beaver_db **out_db,
                             beaver_error **out_error);

/**
 * Closes the database for all its handles: what other threads are doing on it ends as CLOSED. The handles
 * stay valid and have to be freed. Closing again does nothing.
 * @return OK, INVALID_ARGUMENT, CLOSED (only in a forked child), PANIC
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_db_close(const beaver_db *db, beaver_error **out_error);

/**
 * Frees the handle. The file is closed with the last handle of the database or of anything in it.
 * @param db  a database, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_db_free(beaver_db *db);

/**
 * Finishes the running write, ends reads, streams and waits, and lets go of the file and of every lock on
 * it; calls fail as PAUSED until beaver_db_resume(). For phones, before the app is suspended.
 * @return OK, INVALID_ARGUMENT, CLOSED, PAUSED, PANIC
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_db_pause(const beaver_db *db, beaver_error **out_error);

/**
 * Opens the file again after a pause. Without one, does nothing.
 * @return OK, INVALID_ARGUMENT, CLOSED, and what beaver_db_open() gives: the database then stays paused
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_db_resume(const beaver_db *db, beaver_error **out_error);

/**
 * Ends what other threads are doing on the database right now, waits too: they fail as INTERRUPTED. What
 * begins later is not concerned.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_db_interrupt(const beaver_db *db, beaver_error **out_error);

/**
 * Opens the dict of that name. Nothing is created until something is stored.
 * @param name      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
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
 * Opens the list of that name. See beaver_db_dict().
 * @param name      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_list  On OK: the handle; caller frees with beaver_list_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_list(const beaver_db *db,
                             const char *name,
                             beaver_list **out_list,
                             beaver_error **out_error);

/**
 * Opens the queue of that name. See beaver_db_dict().
 * @param name       NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_queue  On OK: the handle; caller frees with beaver_queue_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_queue(const beaver_db *db,
                              const char *name,
                              beaver_queue **out_queue,
                              beaver_error **out_error);

/**
 * Opens the blob store of that name. See beaver_db_dict().
 * @param name       NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_blobs  On OK: the handle; caller frees with beaver_blobs_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_blobs(const beaver_db *db,
                              const char *name,
                              beaver_blobs **out_blobs,
                              beaver_error **out_error);

/**
 * Opens the log of that name. See beaver_db_dict().
 * @param name     NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_log  On OK: the handle; caller frees with beaver_log_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_log(const beaver_db *db,
                            const char *name,
                            beaver_log **out_log,
                            beaver_error **out_error);

/**
 * Opens the collection of that name. See beaver_db_dict().
 * @param name            NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_collection  On OK: the handle; caller frees with beaver_collection_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_collection(const beaver_db *db,
                                   const char *name,
                                   beaver_collection **out_collection,
                                   beaver_error **out_error);

/**
 * Opens the channel of that name. See beaver_db_dict().
 * @param name         NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_channel  On OK: the handle; caller frees with beaver_channel_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_channel(const beaver_db *db,
                                const char *name,
                                beaver_channel **out_channel,
                                beaver_error **out_error);

/**
 * Makes a handle on the lock of that name. Each handle is an owner of its own.
 * @param name      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__"; copied before return.
 * @param out_lock  On OK: the handle; caller frees with beaver_lock_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_lock(const beaver_db *db,
                             const char *name,
                             beaver_lock **out_lock,
                             beaver_error **out_error);

/**
 * Begins to collect changes that are to be made in one commit.
 * @param out_batch  On OK: an empty batch; caller frees with beaver_batch_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_batch(const beaver_db *db,
                              beaver_batch **out_batch,
                              beaver_error **out_error);

/**
 * Tells what the database holds.
 * @param out_json  On OK: {"path", "format", "structures": [{"kind", "name", "count"}]}, all as of one
 *                  moment; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_info(const beaver_db *db,
                             beaver_buf *out_json,
                             beaver_error **out_error);

/**
 * Lists the structures of one kind that hold anything.
 * @param kind      "dict", "list", "queue", "blob", "log", "collection", "channel" or "lock".
 * @param out_json  On OK: a JSON array of names, sorted; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_names(const beaver_db *db,
                              const char *kind,
                              beaver_buf *out_json,
                              beaver_error **out_error);

/**
 * Reads the whole file and checks it. Damage is not an error but a finding.
 * @param out_json  On OK: {"ok", "problems": [text]}; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_verify(const beaver_db *db,
                               beaver_buf *out_json,
                               beaver_error **out_error);

/**
 * Makes everything anew that is derived from the documents of all collections, in small steps between which
 * others write, and verifies the file.
 * @param progress  called after each step, of one collection after the other; or NULL.
 * @param userdata  given to `progress` and `destroy`.
 * @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
 * @param out_json  On OK: {"rebuilt": [names of collections], "problems": [text]}, what beaver_db_verify() finds
 *                  afterwards: faults that only a backup can mend; caller frees with beaver_buf_free().
 * @return OK, and what all writes give; INTERRUPTED if `progress` returned false: what was done stays
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_repair(const beaver_db *db,
                               beaver_progress_fn progress,
                               void *userdata,
                               beaver_destroy_fn destroy,
                               beaver_buf *out_json,
                               beaver_error **out_error);

/**
 * Gives sizes and counts for diagnosis, in constant time.
 * @param out_json  On OK: {"file_bytes", "free_bytes", "wal_bytes", "readers", "waiters",
 *                  "writers_waiting", "cache_hits", "cache_misses"}; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_stats(const beaver_db *db,
                              beaver_buf *out_json,
                              beaver_error **out_error);

/**
 * Rewrites the file without its free pages; needs as much room on the disk again.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_db_vacuum(const beaver_db *db, beaver_error **out_error);

/**
 * Moves the write-ahead log into the file and empties it.
 * @return OK, and what all writes give; BUSY if a reader still needs it
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_db_checkpoint(const beaver_db *db, beaver_error **out_error);

/**
 * Copies the whole database into another file while others go on working. A file that is there already is
 * replaced when the copy is whole.
 * @param path      where to; NUL-terminated UTF-8.
 * @param progress  called after each step, or NULL.
 * @param userdata  given to `progress` and `destroy`.
 * @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
 * @return OK, INVALID_UTF8, FULL, and what all reads give; INTERRUPTED if `progress` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_backup(const beaver_db *db,
                               const char *path,
                               beaver_progress_fn progress,
                               void *userdata,
                               beaver_destroy_fn destroy,
                               beaver_error **out_error);

/**
 * Puts a backup in the place of a database that nobody has open. The backup is verified first; the database
 * is replaced as a whole, or not at all.
 * @param backup_path  the backup; NUL-terminated UTF-8.
 * @param path         the database; NUL-terminated UTF-8.
 * @param progress     called after each step, or NULL.
 * @param userdata     given to `progress` and `destroy`.
 * @param destroy      called once with `userdata` before the function returns, whatever happens; or NULL.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, CORRUPT or UNSUPPORTED (the backup is no sound database), BUSY
 *         (the database is open), INTERRUPTED (`progress` returned false), FULL, IO
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_restore(const char *backup_path,
                                const char *path,
                                beaver_progress_fn progress,
                                void *userdata,
                                beaver_destroy_fn destroy,
                                beaver_error **out_error);

/**
 * Sets who receives the database's diagnostics, in the place of whom it was before.
 * @param log       called with each diagnostic, from any thread; NULL for nobody.
 * @param userdata  given to `log` and `destroy`.
 * @param destroy   called once with `userdata` when `log` will not be called again: after the next
 *                  beaver_db_set_log(), with the last handle of the database, or at once if this call fails
 *                  or `log` is NULL; or NULL.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_set_log(const beaver_db *db,
                                beaver_log_fn log,
                                void *userdata,
                                beaver_destroy_fn destroy,
                                beaver_error **out_error);

/**
 * Sets a key.
 * @param key          NUL-terminated UTF-8, up to 4096 bytes.
 * @param json         JSON text; copied before return.
 * @param json_len     its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param ttl_seconds  after how many seconds the key is absent again; 0 for never.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
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
 * Sets a key only if it is absent.
 * @param key          NUL-terminated UTF-8, up to 4096 bytes.
 * @param json         JSON text; copied before return.
 * @param json_len     its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param ttl_seconds  after how many seconds the key is absent again; 0 for never.
 * @param out_set      On OK: whether it was set.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_set_if_absent(const beaver_dict *dict,
                                        const char *key,
                                        const char *json,
                                        size_t json_len,
                                        double ttl_seconds,
                                        bool *out_set,
                                        beaver_error **out_error);

/**
 * Sets a key only if its value equals another: by value, so that key order and white space do not
 * matter, and 1 equals 1.0. An absent key equals nothing.
 * @param key           NUL-terminated UTF-8, up to 4096 bytes.
 * @param expected      the value that it must have, JSON text.
 * @param expected_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param json          JSON text; copied before return.
 * @param json_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param ttl_seconds   after how many seconds the key is absent again; 0 for never.
 * @param out_set       On OK: whether it was set.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_compare_and_set(const beaver_dict *dict,
                                          const char *key,
                                          const char *expected,
                                          size_t expected_len,
                                          const char *json,
                                          size_t json_len,
                                          double ttl_seconds,
                                          bool *out_set,
                                          beaver_error **out_error);

/**
 * Sets many keys in one commit, all with the same time to live.
 * @param items_json      a JSON object of keys and values, up to BEAVER_MAX_ITEMS.
 * @param items_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param ttl_seconds     after how many seconds the key is absent again; 0 for never.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
 *         a bad item
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_set_many(const beaver_dict *dict,
                                   const char *items_json,
                                   size_t items_json_len,
                                   double ttl_seconds,
                                   beaver_error **out_error);

/**
 * Reads one value.
 * @param key       NUL-terminated UTF-8, up to 4096 bytes.
 * @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_get(const beaver_dict *dict,
                              const char *key,
                              beaver_buf *out_json,
                              beaver_error **out_error);

/**
 * Reads many values as of one moment.
 * @param keys      an array of NUL-terminated UTF-8 texts, up to BEAVER_MAX_ITEMS.
 * @param count     how many keys there are.
 * @param out_json  On OK: a JSON object of the keys that are there, and their values; caller frees with
 *                  beaver_buf_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_get_many(const beaver_dict *dict,
                                   const char *const *keys,
                                   size_t count,
                                   beaver_buf *out_json,
                                   beaver_error **out_error);

/**
 * Tells whether a key is there.
 * @param key           NUL-terminated UTF-8, up to 4096 bytes.
 * @param out_contains  On OK: whether it is.
 * @return OK, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_contains(const beaver_dict *dict,
                                   const char *key,
                                   bool *out_contains,
                                   beaver_error **out_error);

/**
 * Deletes a key.
 * @param key  NUL-terminated UTF-8, up to 4096 bytes.
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_delete(const beaver_dict *dict,
                                 const char *key,
                                 beaver_error **out_error);

/**
 * Deletes a key and gives the value that it had.
 * @param key       NUL-terminated UTF-8, up to 4096 bytes.
 * @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_pop(const beaver_dict *dict,
                              const char *key,
                              beaver_buf *out_json,
                              beaver_error **out_error);

/**
 * Counts the keys. Takes time in proportion to their number, some ten million a second.
 * @param out_count  On OK: the count.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_len(const beaver_dict *dict,
                              uint64_t *out_count,
                              beaver_error **out_error);

/**
 * Deletes every key.
 * @param out_count  On OK: how many there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_clear(const beaver_dict *dict,
                                uint64_t *out_count,
                                beaver_error **out_error);

/**
 * Goes through the items in the order of their keys, byte by byte.
 * @param out_iter  On OK: an iterator over rows {"key", "value"}; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_items(const beaver_dict *dict,
                                beaver_iter **out_iter,
                                beaver_error **out_error);

/**
 * Goes through the keys, byte by byte in order.
 * @param out_iter  On OK: an iterator over JSON strings; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_keys(const beaver_dict *dict,
                               beaver_iter **out_iter,
                               beaver_error **out_error);

/**
 * Goes through the values in the order of their keys.
 * @param out_iter  On OK: an iterator over the values; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_values(const beaver_dict *dict,
                                 beaver_iter **out_iter,
                                 beaver_error **out_error);

/**
 * Frees the handle.
 * @param dict  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_dict_free(beaver_dict *dict);

/**
 * Appends a value.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_push(const beaver_list *list,
                               const char *json,
                               size_t json_len,
                               beaver_error **out_error);

/**
 * Puts a value before the first.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_prepend(const beaver_list *list,
                                  const char *json,
                                  size_t json_len,
                                  beaver_error **out_error);

/**
 * Puts a value before that index, which is clamped: a large one appends.
 * @param index     from 0, or from the end if negative.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_insert(const beaver_list *list,
                                 int64_t index,
                                 const char *json,
                                 size_t json_len,
                                 beaver_error **out_error);

/**
 * Appends many values in one commit.
 * @param values_json      a JSON array of values; copied before return.
 * @param values_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_extend(const beaver_list *list,
                                 const char *values_json,
                                 size_t values_json_len,
                                 beaver_error **out_error);

/**
 * Takes the last value.
 * @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND (the list is empty), and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_pop(const beaver_list *list,
                              beaver_buf *out_json,
                              beaver_error **out_error);

/**
 * Takes the first value.
 * @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND (the list is empty), and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_deque(const beaver_list *list,
                                beaver_buf *out_json,
                                beaver_error **out_error);

/**
 * Reads the value at an index.
 * @param index     from 0, or from the end if negative.
 * @param out_json  On OK: JSON text; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND (out of range), and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_get(const beaver_list *list,
                              int64_t index,
                              beaver_buf *out_json,
                              beaver_error **out_error);

/**
 * Replaces the value at an index.
 * @param index     from 0, or from the end if negative.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, NOT_FOUND (out of range), INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_set(const beaver_list *list,
                              int64_t index,
                              const char *json,
                              size_t json_len,
                              beaver_error **out_error);

/**
 * Deletes the value at an index.
 * @param index  from 0, or from the end if negative.
 * @return OK, NOT_FOUND (out of range), and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_delete(const beaver_list *list,
                                 int64_t index,
                                 beaver_error **out_error);

/**
 * Deletes the first value that equals another.
 * @param json      the value, JSON text.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, NOT_FOUND, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_remove(const beaver_list *list,
                                 const char *json,
                                 size_t json_len,
                                 beaver_error **out_error);

/**
 * Reads a range.
 * @param start     the first index.
 * @param stop      the index behind the last; INT64_MAX for the end.
 * @param out_json  On OK: a JSON array of the values; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_slice(const beaver_list *list,
                                int64_t start,
                                int64_t stop,
                                beaver_buf *out_json,
                                beaver_error **out_error);

/**
 * Goes through the values in order.
 * @param out_iter  On OK: an iterator over the values; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_items(const beaver_list *list,
                                beaver_iter **out_iter,
                                beaver_error **out_error);

/**
 * Tells whether a value is in the list, by value: 1 equals 1.0. Looks at every item.
 * @param json          the value, JSON text.
 * @param json_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_contains  On OK: whether it is.
 * @return OK, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_contains(const beaver_list *list,
                                   const char *json,
                                   size_t json_len,
                                   bool *out_contains,
                                   beaver_error **out_error);

/**
 * Finds the first value in a range that equals another.
 * @param json       the value, JSON text.
 * @param json_len   its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param start      the first index.
 * @param stop       the index behind the last; INT64_MAX for the end.
 * @param out_index  On OK: its index in the list.
 * @return OK, NOT_FOUND, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_index_of(const beaver_list *list,
                                   const char *json,
                                   size_t json_len,
                                   int64_t start,
                                   int64_t stop,
                                   uint64_t *out_index,
                                   beaver_error **out_error);

/**
 * Counts the values that equal another.
 * @param json       the value, JSON text.
 * @param json_len   its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_count  On OK: how many.
 * @return OK, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_count_of(const beaver_list *list,
                                   const char *json,
                                   size_t json_len,
                                   uint64_t *out_count,
                                   beaver_error **out_error);

/**
 * Counts the values.
 * @param out_count  On OK: the count.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_len(const beaver_list *list,
                              uint64_t *out_count,
                              beaver_error **out_error);

/**
 * Turns the order of the values round.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_list_reverse(const beaver_list *list, beaver_error **out_error);

/**
 * Deletes a range.
 * @param start      the first index.
 * @param stop       the index behind the last; INT64_MAX for the end.
 * @param out_count  On OK: how many values it had; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_delete_range(const beaver_list *list,
                                       int64_t start,
                                       int64_t stop,
                                       uint64_t *out_count,
                                       beaver_error **out_error);

/**
 * Replaces a range by any number of values, in one commit.
 * @param start            the first index.
 * @param stop             the index behind the last; INT64_MAX for the end.
 * @param values_json      a JSON array of values; copied before return.
 * @param values_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_count        On OK: how many values the range had; or NULL.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_replace_range(const beaver_list *list,
                                        int64_t start,
                                        int64_t stop,
                                        const char *values_json,
                                        size_t values_json_len,
                                        uint64_t *out_count,
                                        beaver_error **out_error);

/**
 * Deletes every value.
 * @param out_count  On OK: how many there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_clear(const beaver_list *list,
                                uint64_t *out_count,
                                beaver_error **out_error);

/**
 * Frees the handle.
 * @param list  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_list_free(beaver_list *list);

/**
 * Puts an item. Who waits for one wakes at once.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param priority  any finite number; the lowest comes first.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_put(const beaver_queue *queue,
                               const char *json,
                               size_t json_len,
                               double priority,
                               beaver_error **out_error);

/**
 * Puts many items in one commit.
 * @param items_json      a JSON array of {"data", "priority"}, up to BEAVER_MAX_ITEMS; copied before
 *                        return.
 * @param items_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
 *         a bad item
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_put_many(const beaver_queue *queue,
                                    const char *items_json,
                                    size_t items_json_len,
                                    beaver_error **out_error);

/**
 * Takes the first item; waits for one if there is none.
 * @param timeout_ms  how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param out_json    On OK: the item as a row; caller frees with beaver_buf_free().
 * @return OK, TIMEOUT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_get(const beaver_queue *queue,
                               int64_t timeout_ms,
                               beaver_buf *out_json,
                               beaver_error **out_error);

/**
 * Takes up to so many of the first items in one commit, as soon as there is one.
 * @param most        how many at the most, 1 to BEAVER_MAX_ITEMS.
 * @param timeout_ms  how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param out_json    On OK: a JSON array of items as rows; caller frees with beaver_buf_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_get_many(const beaver_queue *queue,
                                    size_t most,
                                    int64_t timeout_ms,
                                    beaver_buf *out_json,
                                    beaver_error **out_error);

/**
 * Puts an item that was taken back to its place in the order, for who took it and cannot have it: a task that was
 * cancelled just then. Who waits for one wakes at once. Between taking it and this the item is in no file: what must
 * survive a crash is leased.
 * @param json          the item's data, JSON text; copied before return.
 * @param json_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param priority      the item's priority.
 * @param timestamp_us  the item's time.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_put_back(const beaver_queue *queue,
                                    const char *json,
                                    size_t json_len,
                                    double priority,
                                    int64_t timestamp_us,
                                    beaver_error **out_error);

/**
 * Reads the item that beaver_queue_get() would take now.
 * @param out_json  On OK: the item as a row; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND (there is none), and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_peek(const beaver_queue *queue,
                                beaver_buf *out_json,
                                beaver_error **out_error);

/**
 * Counts the items that could be taken now.
 * @param out_count  On OK: the count, without those out on a lease or delayed.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_len(const beaver_queue *queue,
                               uint64_t *out_count,
                               beaver_error **out_error);

/**
 * Goes through the items that could be taken now, in order.
 * @param out_iter  On OK: an iterator over items as rows; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_items(const beaver_queue *queue,
                                 beaver_iter **out_iter,
                                 beaver_error **out_error);

/**
 * Deletes every item, leased ones too.
 * @param out_count  On OK: how many there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_clear(const beaver_queue *queue,
                                 uint64_t *out_count,
                                 beaver_error **out_error);

/**
 * Lends the first item out; waits for one if there is none. Unless it is settled by beaver_queue_ack()
 * it comes back when its time is over, in its old place and under another id.
 * @param lease_seconds  how long it is lent; above 0.
 * @param timeout_ms     how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param options_json   {"max_attempts", "dead_letter"}, both or neither, or NULL: an item that was
 *                       given out so often is moved to the queue of that name instead.
 * @param out_id         On OK: what to settle the item by; never used twice.
 * @param out_json       On OK: the item as a row, with "id" and "attempts"; caller frees with
 *                       beaver_buf_free().
 * @return OK, TIMEOUT, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_lease(const beaver_queue *queue,
                                 double lease_seconds,
                                 int64_t timeout_ms,
                                 const char *options_json,
                                 uint64_t *out_id,
                                 beaver_buf *out_json,
                                 beaver_error **out_error);

/**
 * Settles a leased item: its work is done, and it is gone.
 * @param id  the id that beaver_queue_lease() gave.
 * @return OK, NOT_FOUND (the lease was over already), and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_queue_ack(const beaver_queue *queue, uint64_t id, beaver_error **out_error);

/**
 * Gives a leased item back before its time.
 * @param id             the id that beaver_queue_lease() gave.
 * @param delay_seconds  after how long it may be taken again; 0 for at once.
 * @return OK, NOT_FOUND (the lease was over already), and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_nack(const beaver_queue *queue,
                                uint64_t id,
                                double delay_seconds,
                                beaver_error **out_error);

/**
 * Lets a lease end so many seconds from now instead.
 * @param id             the id that beaver_queue_lease() gave.
 * @param lease_seconds  how long from now on; above 0.
 * @return OK, NOT_FOUND (the lease was over already), and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_extend(const beaver_queue *queue,
                                  uint64_t id,
                                  double lease_seconds,
                                  beaver_error **out_error);

/**
 * Counts the items that are out on a lease.
 * @param out_count  On OK: the count.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_leased(const beaver_queue *queue,
                                  uint64_t *out_count,
                                  beaver_error **out_error);

/**
 * Frees the handle.
 * @param queue  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_queue_free(beaver_queue *queue);

/**
 * Stores bytes, in the place of what was there.
 * @param key           NUL-terminated UTF-8, up to 4096 bytes.
 * @param data          the bytes, up to BEAVER_MAX_BLOB_BYTES; copied before return.
 * @param len           how many; with 0, `data` may be NULL.
 * @param metadata      JSON text, or NULL for none; copied before return.
 * @param metadata_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_put(const beaver_blobs *blobs,
                               const char *key,
                               const uint8_t *data,
                               size_t len,
                               const char *metadata,
                               size_t metadata_len,
                               beaver_error **out_error);

/**
 * Reads a blob.
 * @param key           NUL-terminated UTF-8, up to 4096 bytes.
 * @param out_data      On OK: the bytes; caller frees with beaver_buf_free().
 * @param out_metadata  On OK: its metadata as JSON text, empty (with `data` NULL) if it has none; caller
 *                      frees with beaver_buf_free(); or NULL.
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_get(const beaver_blobs *blobs,
                               const char *key,
                               beaver_buf *out_data,
                               beaver_buf *out_metadata,
                               beaver_error **out_error);

/**
 * Reads the length and the metadata of a blob, not its bytes.
 * @param key           NUL-terminated UTF-8, up to 4096 bytes.
 * @param out_len       On OK: how many bytes it has; or NULL.
 * @param out_metadata  On OK: its metadata as JSON text, empty (with `data` NULL) if it has none; caller
 *                      frees with beaver_buf_free(); or NULL.
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_stat(const beaver_blobs *blobs,
                                const char *key,
                                uint64_t *out_len,
                                beaver_buf *out_metadata,
                                beaver_error **out_error);

/**
 * Tells whether a key is there.
 * @param key           NUL-terminated UTF-8, up to 4096 bytes.
 * @param out_contains  On OK: whether it is.
 * @return OK, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_contains(const beaver_blobs *blobs,
                                    const char *key,
                                    bool *out_contains,
                                    beaver_error **out_error);

/**
 * Deletes a blob.
 * @param key  NUL-terminated UTF-8, up to 4096 bytes.
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_delete(const beaver_blobs *blobs,
                                  const char *key,
                                  beaver_error **out_error);

/**
 * Goes through the keys, byte by byte in order.
 * @param out_iter  On OK: an iterator over JSON strings; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_keys(const beaver_blobs *blobs,
                                beaver_iter **out_iter,
                                beaver_error **out_error);

/**
 * Counts the blobs.
 * @param out_count  On OK: the count.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_len(const beaver_blobs *blobs,
                               uint64_t *out_count,
                               beaver_error **out_error);

/**
 * Deletes every blob.
 * @param out_count  On OK: how many there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_clear(const beaver_blobs *blobs,
                                 uint64_t *out_count,
                                 beaver_error **out_error);

/**
 * Begins to write a blob piece by piece. Nobody sees it before beaver_blob_writer_finish().
 * @param key           NUL-terminated UTF-8, up to 4096 bytes.
 * @param metadata      JSON text, or NULL for none; copied before return.
 * @param metadata_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_writer    On OK: the writer; caller frees with beaver_blob_writer_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_writer(const beaver_blobs *blobs,
                                  const char *key,
                                  const char *metadata,
                                  size_t metadata_len,
                                  beaver_blob_writer **out_writer,
                                  beaver_error **out_error);

/**
 * Begins to read a blob piece by piece, as it is at this moment.
 * @param key         NUL-terminated UTF-8, up to 4096 bytes.
 * @param out_reader  On OK: the reader; caller frees with beaver_blob_reader_free().
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_reader(const beaver_blobs *blobs,
                                  const char *key,
                                  beaver_blob_reader **out_reader,
                                  beaver_error **out_error);

/**
 * Frees the handle.
 * @param blobs  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_blobs_free(beaver_blobs *blobs);

/**
 * Writes the next bytes.
 * @param data  the bytes; copied before return.
 * @param len   how many; with 0, `data` may be NULL.
 * @return OK, LIMIT, and what all writes give
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blob_writer_write(beaver_blob_writer *writer,
                                       const uint8_t *data,
                                       size_t len,
                                       beaver_error **out_error);

/**
 * Makes what was written the blob of its key, in the place of what was there. The writer is used up,
 * also if this fails, and has to be freed.
 * @return OK, and what all writes give
 * @thread one at a time.  @since 0.1
 */
BEAVER_API beaver_status beaver_blob_writer_finish(beaver_blob_writer *writer, beaver_error **out_error);

/**
 * Gives up what was written. The writer is used up and has to be freed.
 * @return OK, and what all writes give
 * @thread one at a time.  @since 0.1
 */
BEAVER_API beaver_status beaver_blob_writer_abort(beaver_blob_writer *writer, beaver_error **out_error);

/**
 * Frees the writer; what was not finished is given up.
 * @param writer  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_blob_writer_free(beaver_blob_writer *writer);

/**
 * Tells how many bytes the blob has.
 * @param out_len  On OK: the count.
 * @return OK, INVALID_ARGUMENT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blob_reader_len(const beaver_blob_reader *reader,
                                     uint64_t *out_len,
                                     beaver_error **out_error);

/**
 * Reads the next bytes.
 * @param buffer    where to; not NULL unless `capacity` is 0.
 * @param capacity  how many bytes at the most.
 * @param out_len   On OK: how many were read, at least 1 (0 if `capacity` is 0).
 * @return OK, END, and what all reads give
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blob_reader_read(beaver_blob_reader *reader,
                                      uint8_t *buffer,
                                      size_t capacity,
                                      size_t *out_len,
                                      beaver_error **out_error);

/**
 * Frees the reader.
 * @param reader  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_blob_reader_free(beaver_blob_reader *reader);

/**
 * Appends an entry at the time of now.
 * @param json              JSON text; copied before return.
 * @param json_len          its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_timestamp_us  On OK: the time it got; or NULL.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_append(const beaver_log *log,
                                const char *json,
                                size_t json_len,
                                int64_t *out_timestamp_us,
                                beaver_error **out_error);

/**
 * Appends an entry at a time of your own.
 * @param json              JSON text; copied before return.
 * @param json_len          its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param at_us             microseconds since 1970.
 * @param out_timestamp_us  On OK: the time it got; or NULL.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_append_at(const beaver_log *log,
                                   const char *json,
                                   size_t json_len,
                                   int64_t at_us,
                                   int64_t *out_timestamp_us,
                                   beaver_error **out_error);

/**
 * Appends many entries in one commit.
 * @param items_json      a JSON array of {"data"} or {"data", "timestamp_us"}, up to BEAVER_MAX_ITEMS;
 *                        copied before return.
 * @param items_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_json        On OK: a JSON array of the times that they got; caller frees with
 *                        beaver_buf_free(); or NULL.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
 *         a bad item
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_append_many(const beaver_log *log,
                                     const char *items_json,
                                     size_t items_json_len,
                                     beaver_buf *out_json,
                                     beaver_error **out_error);

/**
 * Goes through the entries between two times.
 * @param start_us      the first time, included; INT64_MIN for the first entry.
 * @param end_us        the time behind the last, excluded; INT64_MAX for all that follow.
 * @param options_json  {"limit", "reverse": false}, or NULL: at most so many entries, the newest first.
 * @param out_iter      On OK: an iterator over entries as rows, the oldest first; caller frees with
 *                      beaver_iter_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_range(const beaver_log *log,
                               int64_t start_us,
                               int64_t end_us,
                               const char *options_json,
                               beaver_iter **out_iter,
                               beaver_error **out_error);

/**
 * Goes through all entries, the oldest first.
 * @param out_iter  On OK: an iterator over entries as rows; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_items(const beaver_log *log,
                               beaver_iter **out_iter,
                               beaver_error **out_error);

/**
 * Reads the newest entries.
 * @param most      how many at the most.
 * @param out_json  On OK: a JSON array of entries as rows, the newest first; caller frees with
 *                  beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_latest(const beaver_log *log,
                                size_t most,
                                beaver_buf *out_json,
                                beaver_error **out_error);

/**
 * Counts the entries.
 * @param out_count  On OK: the count.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_len(const beaver_log *log,
                             uint64_t *out_count,
                             beaver_error **out_error);

/**
 * Deletes what is older than a time.
 * @param older_than_us  microseconds since 1970; an entry of this very time stays.
 * @param out_count      On OK: how many entries that were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_prune_older(const beaver_log *log,
                                     int64_t older_than_us,
                                     uint64_t *out_count,
                                     beaver_error **out_error);

/**
 * Deletes all but the newest entries.
 * @param keep_last  how many stay.
 * @param out_count  On OK: how many entries were deleted; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_prune_keep(const beaver_log *log,
                                    uint64_t keep_last,
                                    uint64_t *out_count,
                                    beaver_error **out_error);

/**
 * Deletes every entry.
 * @param out_count  On OK: how many there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_clear(const beaver_log *log,
                               uint64_t *out_count,
                               beaver_error **out_error);

/**
 * Frees the handle.
 * @param log  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_log_free(beaver_log *log);

/**
 * Begins a live view of a log: every "period", what the "aggregates" make of the entries of the last "window".
 * An aggregate is {"op": "count"} or {"op": "rate"} (count for each second of the window), of the entries or, with a
 * "path", of the numbers there; {"op": "sum"}, "mean", "min", "max" with a "path"; {"op": "percentile", "p": 0 to 100}
 * with a "path". Entries that have no number at the path do not take part; without any number, what is not a count, a sum
 * or a rate is null. An entry that is itself a number has the path "value".
 * @param options_json  {"window": seconds, "period": seconds, "aggregates": {name: aggregate}}, both times above 0, 1
 *                      to BEAVER_MAX_AGGREGATES aggregates; without "aggregates" the view gives the entries.
 * @param out_view      On OK: the view; caller frees with beaver_live_view_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_live(const beaver_log *log,
                              const char *options_json,
                              beaver_live_view **out_view,
                              beaver_error **out_error);

/**
 * Waits until the next result is due: the first is at once, the others one period after each other. Those that
 * nobody waited for are left out.
 * @param timeout_ms  how long to wait, in milliseconds; 0 for a result only if it is due, -1 for ever.
 * @param out_json    On OK: a JSON object of a number for each aggregate, or a JSON array of the entries of the
 *                    window as rows, {"timestamp_us", "data"}, the oldest first; caller frees with
 *                    beaver_buf_free().
 * @return OK, TIMEOUT, LIMIT (the window holds more than BEAVER_MAX_WINDOW_ENTRIES), CLOSED also if the view is, and
 *         what all reads give
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_live_view_next(const beaver_live_view *view,
                                    int64_t timeout_ms,
                                    beaver_buf *out_json,
                                    beaver_error **out_error);

/**
 * Ends the view: a call that waits, and each later one, gives CLOSED. Closing again does nothing.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_live_view_close(const beaver_live_view *view, beaver_error **out_error);

/**
 * Frees the view. Not while another thread is in a call on it: close it, and let that thread end.
 * @param view  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_live_view_free(beaver_live_view *view);

/**
 * Publishes a message. Who waits for it wakes at once.
 * @param json              JSON text; copied before return.
 * @param json_len          its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_timestamp_us  On OK: its time, unique among the messages of all channels and later than those of all
 *                          before it; or NULL.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_publish(const beaver_channel *channel,
                                     const char *json,
                                     size_t json_len,
                                     int64_t *out_timestamp_us,
                                     beaver_error **out_error);

/**
 * Publishes many messages in one commit, in their order.
 * @param payloads_json      a JSON array of messages, up to BEAVER_MAX_ITEMS; copied before return.
 * @param payloads_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_json           On OK: a JSON array of their times; caller frees with beaver_buf_free(); or NULL.
 * @return OK, INVALID_JSON, LIMIT, and what all writes give; beaver_error_operation() tells the index of
 *         a bad message
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_publish_many(const beaver_channel *channel,
                                          const char *payloads_json,
                                          size_t payloads_json_len,
                                          beaver_buf *out_json,
                                          beaver_error **out_error);

/**
 * Begins to listen. Every message that is published after this returned is given, and with another start also
 * those that are there.
 * @param options_json      {"start": "now"}; {"start": "oldest"} for what is there too; {"after_us": time of a
 *                          message} to go on behind it, where an earlier subscription ended; or NULL for "now".
 * @param out_subscription  On OK: the subscription; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, READ_ONLY (only for a file of an earlier format), and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_subscribe(const beaver_channel *channel,
                                       const char *options_json,
                                       beaver_subscription **out_subscription,
                                       beaver_error **out_error);

/**
 * Goes through the messages that are there, the oldest first.
 * @param out_iter  On OK: an iterator over messages as rows; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_items(const beaver_channel *channel,
                                   beaver_iter **out_iter,
                                   beaver_error **out_error);

/**
 * Counts the messages that are there.
 * @param out_count  On OK: the count.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_len(const beaver_channel *channel,
                                 uint64_t *out_count,
                                 beaver_error **out_error);

/**
 * Deletes every message. A subscriber that misses some is told by LIMIT.
 * @param out_count  On OK: how many there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_clear(const beaver_channel *channel,
                                   uint64_t *out_count,
                                   beaver_error **out_error);

/**
 * Tells how long messages are kept.
 * @param out_json  On OK: {"max_age": seconds or null, "max_messages": count or null}; caller frees with
 *                  beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_retention(const beaver_channel *channel,
                                       beaver_buf *out_json,
                                       beaver_error **out_error);

/**
 * Chooses how long messages are kept, for all processes. What is too old, or too many, is deleted in passing by
 * those who publish; a sixteenth more, or 64, may stand for a while.
 * @param options_json  {"max_age": 86400, "max_messages": 100000}, each of them optional: seconds, above 0, or null
 *                      for as long as the file; a count, or null for all. NULL for these defaults.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_set_retention(const beaver_channel *channel,
                                           const char *options_json,
                                           beaver_error **out_error);

/**
 * Frees the handle. Subscriptions go on.
 * @param channel  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_channel_free(beaver_channel *channel);

/**
 * Waits for the next message or event.
 * @param timeout_ms  how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param out_json    On OK: the message or event as JSON text; caller frees with beaver_buf_free().
 * @return OK, TIMEOUT, LIMIT (some were deleted before this subscription pulled them: said once, the next call goes
 *         on with the oldest that is left), CLOSED also if the subscription is, IO also if the file was replaced or
 *         deleted, and what all reads give
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_subscription_next(const beaver_subscription *subscription,
                                       int64_t timeout_ms,
                                       beaver_buf *out_json,
                                       beaver_error **out_error);

/**
 * Waits for the next message or event, and gives all that are there by then.
 * @param most        how many at the most; 0 counts as 1.
 * @param timeout_ms  how long to wait for the first, in milliseconds; 0 to try, -1 for ever.
 * @param out_json    On OK: a JSON array of at least one; caller frees with beaver_buf_free().
 * @return as beaver_subscription_next()
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_subscription_next_many(const beaver_subscription *subscription,
                                            size_t most,
                                            int64_t timeout_ms,
                                            beaver_buf *out_json,
                                            beaver_error **out_error);

/**
 * Sets who is told that there may be something to pull, or that there will be nothing more, in the place of whom it was
 * before. Told once; again only after beaver_subscription_next() with a timeout of 0 gave TIMEOUT. If something is
 * there already, it is told at once, by this call.
 * @param ready     called from any thread; must return soon and must not call back into the library: it wakes an event
 *                  loop. NULL for nobody.
 * @param userdata  given to `ready` and `destroy`.
 * @param destroy   called once with `userdata` when `ready` will not be called again: after the next
 *                  beaver_subscription_on_ready(), after beaver_subscription_free(), or at once if this call fails
 *                  or `ready` is NULL; or NULL. A call of `ready` that is running then ends first.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_subscription_on_ready(const beaver_subscription *subscription,
                                           beaver_ready_fn ready,
                                           void *userdata,
                                           beaver_destroy_fn destroy,
                                           beaver_error **out_error);

/**
 * Gives a descriptor for poll(), epoll and the loops built on them: it can be read from as long as there may be
 * something to pull. Do not read from it: call beaver_subscription_next() with a timeout of 0 until it gives TIMEOUT.
 * @param out_fd  On OK: the descriptor, borrowed until beaver_subscription_free(); -1 otherwise.
 * @return OK, INVALID_ARGUMENT, IO, UNSUPPORTED (this system has none: Windows)
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_subscription_fd(const beaver_subscription *subscription,
                                     int *out_fd,
                                     beaver_error **out_error);

/**
 * Ends the subscription: a call that waits, and each later one, gives CLOSED. Closing again does nothing.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_subscription_close(const beaver_subscription *subscription,
                                        beaver_error **out_error);

/**
 * Frees the subscription. Not while another thread is in a call on it: close it, and let that thread end.
 * @param subscription  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_subscription_free(beaver_subscription *subscription);

/**
 * Listens to an event of the dict, in this process and all others, from now on. An event is written in the commit of
 * the change that it tells of, and only if somebody listens; what changed nothing is no event, but a clear and a prune
 * always are. Freeing the subscription ends the listening.
 * @param event             "set" and "del", with {"key"}, and "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_on(const beaver_dict *dict,
                             const char *event,
                             beaver_subscription **out_subscription,
                             beaver_error **out_error);

/**
 * Listens to an event of the list. See beaver_dict_on().
 * @param event             "push", "prepend", "pop", "deque", "insert" and "set" with {"index"}, "del" with {"index"} or {}, "reverse",
 *                          "replace" and "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_on(const beaver_list *list,
                             const char *event,
                             beaver_subscription **out_subscription,
                             beaver_error **out_error);

/**
 * Listens to an event of the queue. See beaver_dict_on().
 * @param event             "put", "get" (also for a lease), "ack" and "nack" with {"id"}, and "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_on(const beaver_queue *queue,
                              const char *event,
                              beaver_subscription **out_subscription,
                              beaver_error **out_error);

/**
 * Listens to an event of the blob store. See beaver_dict_on().
 * @param event             "put" and "del", with {"key"}, and "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_on(const beaver_blobs *blobs,
                              const char *event,
                              beaver_subscription **out_subscription,
                              beaver_error **out_error);

/**
 * Listens to an event of the log. See beaver_dict_on().
 * @param event             "append" with {"timestamp_us"} of the last entry, "prune" and "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_on(const beaver_log *log,
                            const char *event,
                            beaver_subscription **out_subscription,
                            beaver_error **out_error);

/**
 * Listens to an event of the collection. See beaver_dict_on().
 * @param event             "index" and "drop" with {"id"}, "connect" and "disconnect" with {"src_id", "tgt_id"}, and
 *                          "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_on(const beaver_collection *collection,
                                   const char *event,
                                   beaver_subscription **out_subscription,
                                   beaver_error **out_error);

/**
 * Listens to an event of the channel. See beaver_dict_on().
 * @param event             "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_on(const beaver_channel *channel,
                                const char *event,
                                beaver_subscription **out_subscription,
                                beaver_error **out_error);

/**
 * Listens to an event of the lock. See beaver_dict_on(). That a lock ends by its time to live is no event.
 * @param event             "acquire", "release" and "clear"; "*" for all of them.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_lock_on(const beaver_lock *lock,
                             const char *event,
                             beaver_subscription **out_subscription,
                             beaver_error **out_error);

/**
 * Listens to an event of a topic, in this process and all others, from now on: a topic of your own, as
 * beaver_db_emit() names it, or that of a structure, "dict:app_config", for which beaver_dict_on() is easier. A process
 * that does not run for minutes while there are events is taken for dead; if it lives after all, its subscriptions
 * are told by LIMIT that they may have missed some.
 * @param topic             NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__".
 * @param event             the same; "*" for all events of the topic.
 * @param out_subscription  On OK: the events; caller frees with beaver_subscription_free().
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give: who listens stands in the file
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_on(const beaver_db *db,
                           const char *topic,
                           const char *event,
                           beaver_subscription **out_subscription,
                           beaver_error **out_error);

/**
 * Tells those who listen to an event of a topic, in any process. If nobody does, nothing is written.
 * @param topic      NUL-terminated UTF-8, 1 to 255 bytes, not beginning with "__".
 * @param event      the same; not "*".
 * @param json       the payload, JSON text; copied before return.
 * @param json_len   its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param out_heard  On OK: whether anybody listens; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_db_emit(const beaver_db *db,
                             const char *topic,
                             const char *event,
                             const char *json,
                             size_t json_len,
                             bool *out_heard,
                             beaver_error **out_error);

/**
 * Chooses how vectors are compared and how text is cut into words, while the collection is empty. Choosing
 * what is chosen already does nothing.
 * @param settings_json  {"metric": "l2", "tokenizer": "porter"}, each optional: these are the defaults. The
 *                       metrics are "l2" (squared Euclidean), "cosine" (one minus the cosine) and "dot"
 *                       (minus the inner product), the tokenizers "porter" (words of English, by their
 *                       stems), "unicode61" (words) and "trigram" (parts of words, languages without spaces).
 * @return OK, CONFLICT (it holds documents under others), INVALID_UTF8, INVALID_JSON, and what all writes
 *         give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_configure(const beaver_collection *collection,
                                          const char *settings_json,
                                          beaver_error **out_error);

/**
 * Tells the settings, and the dimension that the first embedding has fixed.
 * @param out_json  On OK: {"metric", "tokenizer", "dimension"}, the last null as long as there was no
 *                  embedding; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_settings(const beaver_collection *collection,
                                         beaver_buf *out_json,
                                         beaver_error **out_error);

/**
 * Tells how many documents there are and how their vectors are indexed, as of one moment. Counts through indexes,
 * without reading documents or codes: O(n), as beaver_collection_len().
 * @param out_json  On OK: {"documents", "dimension", "vectors": {"tier", "partitions", "codes", "stale", "bytes",
 *                  "epoch", "building"}}, whole numbers but for "tier" and "building". The dimension is null as
 *                  long as there was no embedding. The tier is "exact" (there are no codes, the other numbers
 *                  are 0), "flat" (all codes are searched) or "partitioned". Codes are those that are searched;
 *                  stale ones, of vectors that are gone, are among them; bytes are what they take in the file.
 *                  The epoch grows whenever the partitions change or all codes were made anew; building tells
 *                  whether they are being made; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_stats(const beaver_collection *collection,
                                      beaver_buf *out_json,
                                      beaver_error **out_error);

/**
 * Stores a document, or puts it in the place of the one that has its id, with its text, its embedding and its
 * indexed fields, in one commit; its edges stay. An unchanged document writes nothing.
 * @param id            NUL-terminated UTF-8, 1 to 4096 bytes; NULL for a random UUID.
 * @param body          JSON text; copied before return.
 * @param body_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param embedding     the vector, or NULL for none; copied before return.
 * @param dim           how many components it has: as many as the collection's first, up to
 *                      BEAVER_MAX_DIMENSION; 0 for none.
 * @param options_json  {"fts": true, "fuzzy": false}, or NULL for these: which text full-text search finds, all
 *                      (true), none (false) or that of some paths (["title", "author.name"]), and whether its
 *                      words are to be found by misspelt ones too.
 * @param out_id        On OK: the document's id, plain text; caller frees with beaver_buf_free(); or NULL.
 * @param out_written   On OK: whether anything had to be written; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_index(const beaver_collection *collection,
                                      const char *id,
                                      const char *body,
                                      size_t body_len,
                                      const float *embedding,
                                      size_t dim,
                                      const char *options_json,
                                      beaver_buf *out_id,
                                      bool *out_written,
                                      beaver_error **out_error);

/**
 * Indexes many documents in one commit: all of them, or none. Others wait to write meanwhile.
 * @param documents_json      a JSON array of {"id", "body"}, up to BEAVER_MAX_ITEMS; without "id", a document
 *                            gets a random UUID; copied before return.
 * @param documents_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param embeddings          a row of `dim` floats for each document, in their order, one row after the other; or
 *                            NULL if none has an embedding; copied before return.
 * @param rows                how many rows there are: as many as documents; 0 with NULL.
 * @param dim                 how many components each has; 0 with NULL.
 * @param has_embedding       a byte for each document, 0 if it has no embedding, whose row is not looked at then;
 *                            or NULL: all have one.
 * @param options_json        as beaver_collection_index() takes them, for all; or NULL.
 * @param progress            called now and then, or NULL.
 * @param userdata            given to `progress` and `destroy`.
 * @param destroy             called once with `userdata` before the function returns, whatever happens; or NULL.
 * @param out_count           On OK: how many documents there were; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes give; INTERRUPTED if `progress` returned
 *         false; beaver_error_operation() tells the index of a bad document
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_index_many(const beaver_collection *collection,
                                           const char *documents_json,
                                           size_t documents_json_len,
                                           const float *embeddings,
                                           size_t rows,
                                           size_t dim,
                                           const uint8_t *has_embedding,
                                           const char *options_json,
                                           beaver_progress_fn progress,
                                           void *userdata,
                                           beaver_destroy_fn destroy,
                                           uint64_t *out_count,
                                           beaver_error **out_error);

/**
 * Reads a document.
 * @param id             NUL-terminated UTF-8, 1 to 4096 bytes.
 * @param out_body       On OK: its body, JSON text; caller frees with beaver_buf_free().
 * @param out_embedding  On OK: its embedding as floats, empty (with `data` NULL) if it has none; caller frees with
 *                       beaver_buf_free(); or NULL.
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_get(const beaver_collection *collection,
                                    const char *id,
                                    beaver_buf *out_body,
                                    beaver_buf *out_embedding,
                                    beaver_error **out_error);

/**
 * Removes a document with everything that belongs to it, its edges included.
 * @param id  NUL-terminated UTF-8, 1 to 4096 bytes.
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_drop(const beaver_collection *collection,
                                     const char *id,
                                     beaver_error **out_error);

/**
 * Tells whether there is a document of that id.
 * @param id            NUL-terminated UTF-8, 1 to 4096 bytes.
 * @param out_contains  On OK: whether there is.
 * @return OK, INVALID_UTF8, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_contains(const beaver_collection *collection,
                                         const char *id,
                                         bool *out_contains,
                                         beaver_error **out_error);

/**
 * Counts the documents, through an index, in time that grows with their number.
 * @param out_count  On OK: the count.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_len(const beaver_collection *collection,
                                    uint64_t *out_count,
                                    beaver_error **out_error);

/**
 * Removes every document and edge. The settings and the indexed fields stay, the dimension is forgotten.
 * @param out_count  On OK: how many documents there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_clear(const beaver_collection *collection,
                                      uint64_t *out_count,
                                      beaver_error **out_error);

/**
 * Makes everything anew that is derived from the documents: the text index, the codes of the vectors, the indexed
 * fields; in small steps, between which others write; a search meanwhile may miss what is not made yet. Only
 * needed where beaver_db_verify() finds a fault.
 * @param progress  called after each step, or NULL.
 * @param userdata  given to `progress` and `destroy`.
 * @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
 * @return OK, and what all writes give; INTERRUPTED if `progress` returned false: do it again
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_rebuild(const beaver_collection *collection,
                                        beaver_progress_fn progress,
                                        void *userdata,
                                        beaver_destroy_fn destroy,
                                        beaver_error **out_error);

/**
 * Goes through the documents in the order of their ids, byte by byte.
 * @param out_iter  On OK: an iterator over rows {"id", "body"}; caller frees with beaver_iter_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_items(const beaver_collection *collection,
                                      beaver_iter **out_iter,
                                      beaver_error **out_error);

/**
 * Frees the handle.
 * @param collection  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_collection_free(beaver_collection *collection);

/**
 * Finds the documents whose embeddings are nearest to a vector, nearest first. Few are all compared; of many,
 * codes of one bit a component are scanned and the best compared exactly.
 * @param vector        the components.
 * @param dim           how many there are: as many as the collection's embeddings have.
 * @param options_json  {"k": 10, "where": filter, "effort": "normal"}, each optional: how many documents, 1 to
 *                      BEAVER_MAX_HITS; only documents that the filter matches; how much is done for the very
 *                      nearest, "fast", "normal", "high" or "exact"; or NULL for these without a filter.
 * @param out_json      On OK: a JSON array of {"id", "body", "score"}, the score being the distance in the
 *                      collection's metric; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_search(const beaver_collection *collection,
                                       const float *vector,
                                       size_t dim,
                                       const char *options_json,
                                       beaver_buf *out_json,
                                       beaver_error **out_error);

/**
 * Searches as beaver_collection_search() does, and tells how.
 * @param vector        the components.
 * @param dim           how many there are.
 * @param options_json  as beaver_collection_search() takes them, or NULL.
 * @param out_json      On OK: {"path", "filter", "scored", "compared", "bytes_read"}: "exact", "flat" or "partitioned"; how the
 *                      filter was applied, "none", "index" or "candidates"; how many codes were scored and vectors
 *                      compared, and the bytes of both; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_explain_search(const beaver_collection *collection,
                                               const float *vector,
                                               size_t dim,
                                               const char *options_json,
                                               beaver_buf *out_json,
                                               beaver_error **out_error);

/**
 * Measures how much of what an exact search finds the searches find, on the collection's own vectors.
 * @param sample        how many of its vectors are searched for, spread evenly: 1 to BEAVER_MAX_HITS.
 * @param options_json  as beaver_collection_search() takes them, or NULL.
 * @param out_json      On OK: {"queries", "recall"}, the share found from 0 to 1; caller frees with
 *                      beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_recall_check(const beaver_collection *collection,
                                             size_t sample,
                                             const char *options_json,
                                             beaver_buf *out_json,
                                             beaver_error **out_error);

/**
 * Brings the codes of the vectors to the state of a fresh build, in small steps between which others write and
 * search. Collections do it by themselves in passing; calling it is never necessary.
 * @param progress  called after each step, or NULL.
 * @param userdata  given to `progress` and `destroy`.
 * @param destroy   called once with `userdata` before the function returns, whatever happens; or NULL.
 * @return OK, and what all writes give; INTERRUPTED if `progress` returned false: what was done stays
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_compact(const beaver_collection *collection,
                                        beaver_progress_fn progress,
                                        void *userdata,
                                        beaver_destroy_fn destroy,
                                        beaver_error **out_error);

/**
 * Finds the documents whose text matches a query, best first. Any text is a query: an expression of FTS5
 * ("a phrase", begin*, AND, OR, NOT, NEAR) keeps its meaning, anything else is searched as its words, all of
 * which must occur.
 * @param query         UTF-8, up to BEAVER_MAX_QUERY_BYTES.
 * @param query_len     its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  a JSON object, each member optional, or NULL: {"k": 10, "where": filter, "on": the path of a
 *                      field, an array of them, or an object of paths and their weights, "fuzziness": how many
 *                      letters may be wrong, 0 to 3 or "auto", "prefix": whether the last word may be a beginning,
 *                      "highlight": {"before": "<b>", "after": "</b>"}, "snippet": {"before": "<b>", "after":
 *                      "</b>", "ellipsis": "...", "words": 16}}.
 * @param out_json      On OK: a JSON array of {"id", "body", "score"}: FTS5's rank, negative, the best the smallest;
 *                      with fuzziness the number of edits. If highlight or snippet was asked for, each with
 *                      "fragments": [{"path", "text"}], the path empty for the whole text; caller frees with
 *                      beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_match(const beaver_collection *collection,
                                      const char *query,
                                      size_t query_len,
                                      const char *options_json,
                                      beaver_buf *out_json,
                                      beaver_error **out_error);

/**
 * Finds the documents that a filter matches, in order, a portion at a time. With the fields indexed it takes time
 * in what is found; without, every body is read.
 * @param query_json  {"where": filter, "order": ["-year", "title"], "limit": 100, "cursor": text}, each optional:
 *                    all documents if there is no filter, ordered by their ids after these fields (a minus makes
 *                    one descend), 1 to BEAVER_MAX_HITS of them, going on where the cursor says; or NULL.
 * @param out_json    On OK: {"documents": [{"id", "body"}], "cursor"}, the last for the next portion, or null at the
 *                    end; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_find(const beaver_collection *collection,
                                     const char *query_json,
                                     beaver_buf *out_json,
                                     beaver_error **out_error);

/**
 * Runs a query, and tells how.
 * @param query_json  as beaver_collection_find() takes it, or NULL.
 * @param out_json    On OK: {"indexes": [paths], "ordered", "examined", "matched"}: the indexed fields that were used,
 *                    whether the order came out of one, how many bodies were looked at, how many documents are given;
 *                    caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_explain_find(const beaver_collection *collection,
                                             const char *query_json,
                                             beaver_buf *out_json,
                                             beaver_error **out_error);

/**
 * Counts the documents that a filter matches.
 * @param where_json  the filter; NULL for all documents.
 * @param out_count   On OK: the count.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_count(const beaver_collection *collection,
                                      const char *where_json,
                                      uint64_t *out_count,
                                      beaver_error **out_error);

/**
 * Indexes a field of the bodies, so that filters and orders by it need not read every document. The documents
 * that are there are indexed in small steps, between which others write; the index is used once it is whole.
 * Stopped, it goes on with the next call.
 * @param path         the path of the field, its keys with dots between them: "author.name"; NUL-terminated UTF-8.
 * @param progress     called after each step, or NULL.
 * @param userdata     given to `progress` and `destroy`.
 * @param destroy      called once with `userdata` before the function returns, whatever happens; or NULL.
 * @param out_created  On OK: whether it is new; false if the field was indexed already; or NULL.
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give; INTERRUPTED if `progress` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_create_index(const beaver_collection *collection,
                                             const char *path,
                                             beaver_progress_fn progress,
                                             void *userdata,
                                             beaver_destroy_fn destroy,
                                             bool *out_created,
                                             beaver_error **out_error);

/**
 * Removes the index of a field.
 * @param path  the path of the field; NUL-terminated UTF-8.
 * @return OK, NOT_FOUND, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_drop_index(const beaver_collection *collection,
                                           const char *path,
                                           beaver_error **out_error);

/**
 * Lists the indexed fields.
 * @param out_json  On OK: a JSON array of their paths, sorted; caller frees with beaver_buf_free().
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_indexes(const beaver_collection *collection,
                                        beaver_buf *out_json,
                                        beaver_error **out_error);

/**
 * Connects two documents, or gives the edge that is there another weight and other metadata. There is one edge for
 * each source, target and label.
 * @param source        the id of the document where it begins; NUL-terminated UTF-8.
 * @param target        the id of the document where it ends; NUL-terminated UTF-8.
 * @param label         what it means, 1 to 4096 bytes; NUL-terminated UTF-8.
 * @param options_json  {"weight": 1.0, "metadata": any JSON}, each optional; the weight is not below 0; or NULL.
 * @return OK, NOT_FOUND (an error: one of the documents is not there), INVALID_UTF8, INVALID_JSON, LIMIT, and what all
 *         writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_connect(const beaver_collection *collection,
                                        const char *source,
                                        const char *target,
                                        const char *label,
                                        const char *options_json,
                                        beaver_error **out_error);

/**
 * Connects many documents in one commit: all of them, or none.
 * @param edges_json      a JSON array of {"source", "target", "label", "weight", "metadata"}, the last two optional, up
 *                        to BEAVER_MAX_ITEMS; copied before return.
 * @param edges_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param progress        called now and then, or NULL.
 * @param userdata        given to `progress` and `destroy`.
 * @param destroy         called once with `userdata` before the function returns, whatever happens; or NULL.
 * @param out_count       On OK: how many edges there were; or NULL.
 * @return OK, NOT_FOUND (an error: a document is not there), INVALID_UTF8, INVALID_JSON, LIMIT, and what all writes
 *         give; INTERRUPTED if `progress` returned false; beaver_error_operation() tells the index of a bad edge
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_connect_many(const beaver_collection *collection,
                                             const char *edges_json,
                                             size_t edges_json_len,
                                             beaver_progress_fn progress,
                                             void *userdata,
                                             beaver_destroy_fn destroy,
                                             uint64_t *out_count,
                                             beaver_error **out_error);

/**
 * Removes the edge of a label from one document to another, or all edges from the one to the other.
 * @param source     the id of the document where it begins; NUL-terminated UTF-8.
 * @param target     the id of the document where it ends; NUL-terminated UTF-8.
 * @param label      of which label, or NULL for all.
 * @param out_count  On OK: how many edges there were; or NULL.
 * @return OK, INVALID_UTF8, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_disconnect(const beaver_collection *collection,
                                           const char *source,
                                           const char *target,
                                           const char *label,
                                           uint64_t *out_count,
                                           beaver_error **out_error);

/**
 * Gives the documents one edge away, ordered by label and id.
 * @param id            where from; NUL-terminated UTF-8.
 * @param options_json  {"labels": [labels], "direction": "outgoing", "limit": 10000}, each optional: only edges of
 *                      these labels; "outgoing", "incoming" or "both"; 1 to BEAVER_MAX_NEIGHBORS documents; or NULL.
 * @param out_json      On OK: a JSON array of {"id", "body", "edge": {"source", "target", "label", "weight",
 *                      "metadata"}}; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_neighbors(const beaver_collection *collection,
                                          const char *id,
                                          const char *options_json,
                                          beaver_buf *out_json,
                                          beaver_error **out_error);

/**
 * Gives the documents within some edges of one, nearest first, each once; not the one itself.
 * @param source        where the walk begins; NUL-terminated UTF-8.
 * @param options_json  {"labels": [labels], "direction": "outgoing", "depth": 1, "max_nodes": 10000, "fan_out": 100,
 *                      "paths": false, "where": filter}, each optional: how many edges away, how many documents (1 to
 *                      BEAVER_MAX_NODES), how many edges of one document are followed (all, if it is not said),
 *                      whether each comes with the path to it, which are given (the walk goes on through the
 *                      others); or NULL.
 * @param out_json      On OK: a JSON array of {"id", "body", "distance"}, with "path": [ids] from the source to it if
 *                      asked for; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_walk(const beaver_collection *collection,
                                     const char *source,
                                     const char *options_json,
                                     beaver_buf *out_json,
                                     beaver_error **out_error);

/**
 * Finds a shortest way from one document to another.
 * @param source        where from; NUL-terminated UTF-8.
 * @param target        where to; NUL-terminated UTF-8.
 * @param options_json  {"labels": [labels], "direction": "outgoing", "weighted": false, "max_nodes": 1000000}, each
 *                      optional: whether the sum of the weights counts and not the number of edges; how many
 *                      documents are visited before it is given up as LIMIT; or NULL.
 * @param out_json      On OK: {"ids": [from source to target], "cost"}; caller frees with beaver_buf_free().
 * @return OK, NOT_FOUND (there is no way), INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_shortest_path(const beaver_collection *collection,
                                              const char *source,
                                              const char *target,
                                              const char *options_json,
                                              beaver_buf *out_json,
                                              beaver_error **out_error);

/**
 * Counts the edges of a document; with "both", an edge to itself twice.
 * @param id            of which document; NUL-terminated UTF-8.
 * @param options_json  {"labels": [labels], "direction": "outgoing"}, each optional; or NULL.
 * @param out_count     On OK: the count.
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_degree(const beaver_collection *collection,
                                       const char *id,
                                       const char *options_json,
                                       uint64_t *out_count,
                                       beaver_error **out_error);

/**
 * Searches by text, by vector and by relations, and fuses what they find as beaver_rerank() does. At least one of
 * them must be given.
 * @param vector      the components of what is searched for by vector, or NULL.
 * @param dim         how many there are; 0 with NULL.
 * @param query_json  a JSON object, each member optional, or NULL: {"text": as beaver_collection_match() takes it,
 *                    "graph": {"from": [ids], "labels": [labels], "direction": "outgoing", "depth": 1, "seeds": 5}: what
 *                    lies within a walk that begins at these documents, or without them at so many of the best results
 *                    of the others, "where": filter, "k": 10, "weights": {"text": 1, "vector": 1, "graph": 1},
 *                    "rrf_k": 60, "candidates": how many each search contributes (five times k, and 50 at least),
 *                    "on", "fuzziness", "prefix": as for text, "effort": as for vectors}.
 * @param out_json    On OK: a JSON array of {"id", "body", "score", "legs"}, the largest score first; "legs" has, of
 *                    "text", "vector" and "graph", those that found the document, each as {"rank", "score"}, ranks
 *                    from 0; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, LIMIT, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_hybrid(const beaver_collection *collection,
                                       const float *vector,
                                       size_t dim,
                                       const char *query_json,
                                       beaver_buf *out_json,
                                       beaver_error **out_error);

/**
 * Fuses rankings by reciprocal rank fusion: each id gets from each list that has it weight / (k + rank), ranks from
 * 0, and the ids come ordered by their sums, the largest first.
 * @param lists_json      a JSON array of lists of ids, each the best first; copied before return.
 * @param lists_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json    {"weights": [one for each list], "k": 60}, each optional; or NULL.
 * @param out_json        On OK: a JSON array of {"id", "score"}; caller frees with beaver_buf_free().
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_rerank(const char *lists_json,
                            size_t lists_json_len,
                            const char *options_json,
                            beaver_buf *out_json,
                            beaver_error **out_error);

/**
 * Acquires the dict for one owner, who uses the handle that this gives: until it is released, freed or
 * its time is over, every change and take by anybody else, in any process, waits, up to the busy
 * timeout. Served in the order of the calls.
 * @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
 * @param out_dict     On OK: a handle that passes; caller frees with beaver_dict_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_acquire(const beaver_dict *dict,
                                  int64_t timeout_ms,
                                  double ttl_seconds,
                                  beaver_dict **out_dict,
                                  beaver_error **out_error);

/**
 * Ends what beaver_dict_acquire() began, called on the handle that it gave.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_dict_release(const beaver_dict *dict, beaver_error **out_error);

/**
 * Holds the acquired dict for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_renew(const beaver_dict *dict,
                                double ttl_seconds,
                                beaver_error **out_error);

/**
 * Tells whether anybody has acquired the dict.
 * @param out_locked  On OK: whether anybody has.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_locked(const beaver_dict *dict,
                                 bool *out_locked,
                                 beaver_error **out_error);

/**
 * Acquires the list for one owner. See beaver_dict_acquire().
 * @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
 * @param out_list     On OK: a handle that passes; caller frees with beaver_list_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_acquire(const beaver_list *list,
                                  int64_t timeout_ms,
                                  double ttl_seconds,
                                  beaver_list **out_list,
                                  beaver_error **out_error);

/**
 * Ends what beaver_list_acquire() began, called on the handle that it gave.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_list_release(const beaver_list *list, beaver_error **out_error);

/**
 * Holds the acquired list for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_renew(const beaver_list *list,
                                double ttl_seconds,
                                beaver_error **out_error);

/**
 * Tells whether anybody has acquired the list.
 * @param out_locked  On OK: whether anybody has.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_locked(const beaver_list *list,
                                 bool *out_locked,
                                 beaver_error **out_error);

/**
 * Acquires the queue for one owner. See beaver_dict_acquire().
 * @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
 * @param out_queue    On OK: a handle that passes; caller frees with beaver_queue_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_acquire(const beaver_queue *queue,
                                   int64_t timeout_ms,
                                   double ttl_seconds,
                                   beaver_queue **out_queue,
                                   beaver_error **out_error);

/**
 * Ends what beaver_queue_acquire() began, called on the handle that it gave.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_queue_release(const beaver_queue *queue, beaver_error **out_error);

/**
 * Holds the acquired queue for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_renew(const beaver_queue *queue,
                                 double ttl_seconds,
                                 beaver_error **out_error);

/**
 * Tells whether anybody has acquired the queue.
 * @param out_locked  On OK: whether anybody has.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_locked(const beaver_queue *queue,
                                  bool *out_locked,
                                  beaver_error **out_error);

/**
 * Acquires the blob store for one owner. See beaver_dict_acquire().
 * @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
 * @param out_blobs    On OK: a handle that passes; caller frees with beaver_blobs_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_acquire(const beaver_blobs *blobs,
                                   int64_t timeout_ms,
                                   double ttl_seconds,
                                   beaver_blobs **out_blobs,
                                   beaver_error **out_error);

/**
 * Ends what beaver_blobs_acquire() began, called on the handle that it gave.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_blobs_release(const beaver_blobs *blobs, beaver_error **out_error);

/**
 * Holds the acquired blob store for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_renew(const beaver_blobs *blobs,
                                 double ttl_seconds,
                                 beaver_error **out_error);

/**
 * Tells whether anybody has acquired the blob store.
 * @param out_locked  On OK: whether anybody has.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_locked(const beaver_blobs *blobs,
                                  bool *out_locked,
                                  beaver_error **out_error);

/**
 * Acquires the log for one owner. See beaver_dict_acquire().
 * @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
 * @param out_log      On OK: a handle that passes; caller frees with beaver_log_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_acquire(const beaver_log *log,
                                 int64_t timeout_ms,
                                 double ttl_seconds,
                                 beaver_log **out_log,
                                 beaver_error **out_error);

/**
 * Ends what beaver_log_acquire() began, called on the handle that it gave.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_log_release(const beaver_log *log, beaver_error **out_error);

/**
 * Holds the acquired log for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_renew(const beaver_log *log,
                               double ttl_seconds,
                               beaver_error **out_error);

/**
 * Tells whether anybody has acquired the log.
 * @param out_locked  On OK: whether anybody has.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_locked(const beaver_log *log,
                                bool *out_locked,
                                beaver_error **out_error);

/**
 * Acquires the collection for one owner. See beaver_dict_acquire().
 * @param timeout_ms      how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds     how long it is held at the most, above 0; 60 is usual.
 * @param out_collection  On OK: a handle that passes; caller frees with beaver_collection_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_acquire(const beaver_collection *collection,
                                        int64_t timeout_ms,
                                        double ttl_seconds,
                                        beaver_collection **out_collection,
                                        beaver_error **out_error);

/**
 * Ends what beaver_collection_acquire() began, called on the handle that it gave.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_release(const beaver_collection *collection,
                                        beaver_error **out_error);

/**
 * Holds the acquired collection for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_renew(const beaver_collection *collection,
                                      double ttl_seconds,
                                      beaver_error **out_error);

/**
 * Tells whether anybody has acquired the collection.
 * @param out_locked  On OK: whether anybody has.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_locked(const beaver_collection *collection,
                                       bool *out_locked,
                                       beaver_error **out_error);

/**
 * Acquires the channel for one owner. See beaver_dict_acquire().
 * @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
 * @param out_channel      On OK: a handle that passes; caller frees with beaver_channel_free().
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_acquire(const beaver_channel *channel,
                                     int64_t timeout_ms,
                                     double ttl_seconds,
                                     beaver_channel **out_channel,
                                     beaver_error **out_error);

/**
 * Ends what beaver_channel_acquire() began, called on the handle that it gave.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended), and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_channel_release(const beaver_channel *channel, beaver_error **out_error);

/**
 * Holds the acquired channel for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_renew(const beaver_channel *channel,
                                   double ttl_seconds,
                                   beaver_error **out_error);

/**
 * Tells whether anybody has acquired the channel.
 * @param out_locked  On OK: whether anybody has.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_locked(const beaver_channel *channel,
                                    bool *out_locked,
                                    beaver_error **out_error);

/**
 * Writes the whole dict as JSON text, as of one moment. Its items are {"key", "value"}, with
 * "expires_at" (seconds since 1970) where there is one.
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param out_text      On OK: the dump; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_dump(const beaver_dict *dict,
                               const char *options_json,
                               beaver_buf *out_text,
                               beaver_error **out_error);

/**
 * Writes a dump piece by piece. See beaver_dict_dump().
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param write         called with each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_dump_to(const beaver_dict *dict,
                                  const char *options_json,
                                  beaver_write_fn write,
                                  void *userdata,
                                  beaver_destroy_fn destroy,
                                  beaver_error **out_error);

/**
 * Writes the whole list as JSON text, as of one moment. Its items are the values.
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param out_text      On OK: the dump; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_dump(const beaver_list *list,
                               const char *options_json,
                               beaver_buf *out_text,
                               beaver_error **out_error);

/**
 * Writes a dump piece by piece. See beaver_list_dump().
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param write         called with each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_dump_to(const beaver_list *list,
                                  const char *options_json,
                                  beaver_write_fn write,
                                  void *userdata,
                                  beaver_destroy_fn destroy,
                                  beaver_error **out_error);

/**
 * Writes the whole queue as JSON text, as of one moment. Its items are {"priority", "timestamp",
 * "data"}, times in seconds since 1970.
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param out_text      On OK: the dump; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_dump(const beaver_queue *queue,
                                const char *options_json,
                                beaver_buf *out_text,
                                beaver_error **out_error);

/**
 * Writes a dump piece by piece. See beaver_queue_dump().
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param write         called with each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_dump_to(const beaver_queue *queue,
                                   const char *options_json,
                                   beaver_write_fn write,
                                   void *userdata,
                                   beaver_destroy_fn destroy,
                                   beaver_error **out_error);

/**
 * Writes the whole blob store as JSON text, as of one moment. Its items are {"key", "metadata",
 * "data_b64"}.
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param out_text      On OK: the dump; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_dump(const beaver_blobs *blobs,
                                const char *options_json,
                                beaver_buf *out_text,
                                beaver_error **out_error);

/**
 * Writes a dump piece by piece. See beaver_blobs_dump().
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param write         called with each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_dump_to(const beaver_blobs *blobs,
                                   const char *options_json,
                                   beaver_write_fn write,
                                   void *userdata,
                                   beaver_destroy_fn destroy,
                                   beaver_error **out_error);

/**
 * Writes the whole log as JSON text, as of one moment. Its items are {"timestamp", "data"}, times in
 * seconds since 1970.
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param out_text      On OK: the dump; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_dump(const beaver_log *log,
                              const char *options_json,
                              beaver_buf *out_text,
                              beaver_error **out_error);

/**
 * Writes a dump piece by piece. See beaver_log_dump().
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param write         called with each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_dump_to(const beaver_log *log,
                                 const char *options_json,
                                 beaver_write_fn write,
                                 void *userdata,
                                 beaver_destroy_fn destroy,
                                 beaver_error **out_error);

/**
 * Writes the whole collection as JSON text, as of one moment, its settings and indexed fields with it. Its
 * items are the documents, {"id", "embedding", "body"}, with "fts" and "fuzzy" where they are not the
 * defaults, then the edges, {"edge": {"source", "target", "label", "weight", "metadata"}}.
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param out_text      On OK: the dump; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_dump(const beaver_collection *collection,
                                     const char *options_json,
                                     beaver_buf *out_text,
                                     beaver_error **out_error);

/**
 * Writes a dump piece by piece. See beaver_collection_dump().
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param write         called with each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_dump_to(const beaver_collection *collection,
                                        const char *options_json,
                                        beaver_write_fn write,
                                        void *userdata,
                                        beaver_destroy_fn destroy,
                                        beaver_error **out_error);

/**
 * Writes the whole channel as JSON text, as of one moment. Its items are {"timestamp", "payload"}, times in
 * seconds since 1970.
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param out_text      On OK: the dump; caller frees with beaver_buf_free().
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_dump(const beaver_channel *channel,
                                  const char *options_json,
                                  beaver_buf *out_text,
                                  beaver_error **out_error);

/**
 * Writes a dump piece by piece. See beaver_channel_dump().
 * @param options_json  {"format": "json"} or {"format": "jsonl"}, one item a line; or NULL for "json".
 * @param write         called with each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, and what all reads give; INTERRUPTED if `write` returned false
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_dump_to(const beaver_channel *channel,
                                     const char *options_json,
                                     beaver_write_fn write,
                                     void *userdata,
                                     beaver_destroy_fn destroy,
                                     beaver_error **out_error);

/**
 * Reads a dump, of BeaverDB 1.x too, into the dict: all of it, or nothing. Appended, the keys of the
 * dump win.
 * @param text          the dump.
 * @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_load(const beaver_dict *dict,
                               const char *text,
                               size_t text_len,
                               const char *options_json,
                               uint64_t *out_count,
                               beaver_error **out_error);

/**
 * Reads a dump piece by piece. See beaver_dict_load().
 * @param read          called for each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give; INTERRUPTED if `read` returned a negative number
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_dict_load_from(const beaver_dict *dict,
                                    beaver_read_fn read,
                                    void *userdata,
                                    beaver_destroy_fn destroy,
                                    const char *options_json,
                                    uint64_t *out_count,
                                    beaver_error **out_error);

/**
 * Reads a dump, of BeaverDB 1.x too, into the list: all of it, or nothing.
 * @param text          the dump.
 * @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_load(const beaver_list *list,
                               const char *text,
                               size_t text_len,
                               const char *options_json,
                               uint64_t *out_count,
                               beaver_error **out_error);

/**
 * Reads a dump piece by piece. See beaver_list_load().
 * @param read          called for each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give; INTERRUPTED if `read` returned a negative number
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_list_load_from(const beaver_list *list,
                                    beaver_read_fn read,
                                    void *userdata,
                                    beaver_destroy_fn destroy,
                                    const char *options_json,
                                    uint64_t *out_count,
                                    beaver_error **out_error);

/**
 * Reads a dump, of BeaverDB 1.x too, into the queue: all of it, or nothing.
 * @param text          the dump.
 * @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_load(const beaver_queue *queue,
                                const char *text,
                                size_t text_len,
                                const char *options_json,
                                uint64_t *out_count,
                                beaver_error **out_error);

/**
 * Reads a dump piece by piece. See beaver_queue_load().
 * @param read          called for each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give; INTERRUPTED if `read` returned a negative number
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_queue_load_from(const beaver_queue *queue,
                                     beaver_read_fn read,
                                     void *userdata,
                                     beaver_destroy_fn destroy,
                                     const char *options_json,
                                     uint64_t *out_count,
                                     beaver_error **out_error);

/**
 * Reads a dump, of BeaverDB 1.x too, into the blob store: all of it, or nothing. Appended, the keys of
 * the dump win.
 * @param text          the dump.
 * @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_load(const beaver_blobs *blobs,
                                const char *text,
                                size_t text_len,
                                const char *options_json,
                                uint64_t *out_count,
                                beaver_error **out_error);

/**
 * Reads a dump piece by piece. See beaver_blobs_load().
 * @param read          called for each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give; INTERRUPTED if `read` returned a negative number
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_blobs_load_from(const beaver_blobs *blobs,
                                     beaver_read_fn read,
                                     void *userdata,
                                     beaver_destroy_fn destroy,
                                     const char *options_json,
                                     uint64_t *out_count,
                                     beaver_error **out_error);

/**
 * Reads a dump, of BeaverDB 1.x too, into the log: all of it, or nothing.
 * @param text          the dump.
 * @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_load(const beaver_log *log,
                              const char *text,
                              size_t text_len,
                              const char *options_json,
                              uint64_t *out_count,
                              beaver_error **out_error);

/**
 * Reads a dump piece by piece. See beaver_log_load().
 * @param read          called for each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give; INTERRUPTED if `read` returned a negative number
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_log_load_from(const beaver_log *log,
                                   beaver_read_fn read,
                                   void *userdata,
                                   beaver_destroy_fn destroy,
                                   const char *options_json,
                                   uint64_t *out_count,
                                   beaver_error **out_error);

/**
 * Reads a dump, of BeaverDB 1.x too, into the collection: all of it, or nothing. Appended,
 * the documents of the dump win.
 * @param text          the dump.
 * @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_load(const beaver_collection *collection,
                                     const char *text,
                                     size_t text_len,
                                     const char *options_json,
                                     uint64_t *out_count,
                                     beaver_error **out_error);

/**
 * Reads a dump piece by piece. See beaver_collection_load().
 * @param read          called for each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give; INTERRUPTED if `read` returned a negative number
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_collection_load_from(const beaver_collection *collection,
                                          beaver_read_fn read,
                                          void *userdata,
                                          beaver_destroy_fn destroy,
                                          const char *options_json,
                                          uint64_t *out_count,
                                          beaver_error **out_error);

/**
 * Reads a dump into the channel: all of it, or nothing. The messages are published anew, at times of now.
 * @param text          the dump.
 * @param text_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_load(const beaver_channel *channel,
                                  const char *text,
                                  size_t text_len,
                                  const char *options_json,
                                  uint64_t *out_count,
                                  beaver_error **out_error);

/**
 * Reads a dump piece by piece. See beaver_channel_load().
 * @param read          called for each piece.
 * @param userdata      given to both callbacks.
 * @param destroy       called once with `userdata` before the function returns, whatever happens; or
 *                      NULL.
 * @param options_json  {"mode": "replace"} or {"mode": "append"}; or NULL for "replace".
 * @param out_count     On OK: how many items it had; or NULL.
 * @return OK, INVALID_UTF8, INVALID_JSON, TYPE_MISMATCH (a dump of another kind, or none), LIMIT, and
 *         what all writes give; INTERRUPTED if `read` returned a negative number
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_channel_load_from(const beaver_channel *channel,
                                       beaver_read_fn read,
                                       void *userdata,
                                       beaver_destroy_fn destroy,
                                       const char *options_json,
                                       uint64_t *out_count,
                                       beaver_error **out_error);

/**
 * Waits for the lock and holds it. A handle that holds it acquires it again at once, and must then
 * release it as often.
 * @param timeout_ms   how long to wait, in milliseconds; 0 to try, -1 for ever.
 * @param ttl_seconds  how long it is held at the most, above 0; 60 is usual.
 * @return OK, TIMEOUT, LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_lock_acquire(const beaver_lock *lock,
                                  int64_t timeout_ms,
                                  double ttl_seconds,
                                  beaver_error **out_error);

/**
 * Gives the lock to the next who waits.
 * @return OK, NOT_FOUND (this handle holds nothing: it never did, or its time to live ended),
 *         and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_lock_release(const beaver_lock *lock, beaver_error **out_error);

/**
 * Holds the lock for so long from now on.
 * @param ttl_seconds  how long, above 0.
 * @return OK, NOT_FOUND (this handle does not hold it), LIMIT, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_lock_renew(const beaver_lock *lock,
                                double ttl_seconds,
                                beaver_error **out_error);

/**
 * Tells whether this handle holds the lock.
 * @param out_held  On OK: whether it does.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_lock_held(const beaver_lock *lock,
                               bool *out_held,
                               beaver_error **out_error);

/**
 * Tells whether anybody holds the lock.
 * @param out_locked  On OK: whether anybody does.
 * @return OK, and what all reads give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_lock_locked(const beaver_lock *lock,
                                 bool *out_locked,
                                 beaver_error **out_error);

/**
 * Takes the lock from its holder and everybody out of the line. For repairs.
 * @param out_count  On OK: how many there were; or NULL.
 * @return OK, and what all writes give
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_lock_clear(const beaver_lock *lock,
                                uint64_t *out_count,
                                beaver_error **out_error);

/**
 * Frees the handle; a lock that it holds is released.
 * @param lock  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_lock_free(beaver_lock *lock);

/**
 * Makes one that nobody has cancelled. It belongs to no database.
 * @param out_cancel  On OK: the new one; caller frees with beaver_cancel_free().
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_cancel_new(beaver_cancel **out_cancel, beaver_error **out_error);

/**
 * Binds the calling thread: until beaver_cancel_unbind(), its calls that wait are ended by beaver_cancel_cancel(). So are
 * those that it makes later: calls with a timeout_ms then give INTERRUPTED at once, even if something is there. A call
 * has taken its item, or gives the error, never both. Long searches end too. What neither waits nor searches goes on, so
 * that a thread can settle what it has. A wait for another process that writes is not ended: it ends with the busy
 * timeout.
 * A thread can be bound to several, and one can be bound to several threads: each of them ends the waits. Bound twice
 * is to be unbound twice.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_cancel_bind(const beaver_cancel *cancel,
                                 beaver_error **out_error);

/**
 * Ends what beaver_cancel_bind() began on the calling thread. Other threads stay bound.
 * @return OK, NOT_FOUND (it is not bound to this thread), INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API beaver_status beaver_cancel_unbind(const beaver_cancel *cancel, beaver_error **out_error);

/**
 * Ends the waits of all threads that it is bound to, now and for good. Does not wait for them. Cancelling again does
 * nothing.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_cancel_cancel(const beaver_cancel *cancel,
                                   beaver_error **out_error);

/**
 * Tells whether it was cancelled.
 * @param out_cancelled  On OK: whether it was.
 * @return OK, INVALID_ARGUMENT
 * @thread any, concurrently.  @since 0.1
 */
BEAVER_API
beaver_status beaver_cancel_cancelled(const beaver_cancel *cancel,
                                      bool *out_cancelled,
                                      beaver_error **out_error);

/**
 * Frees it. A wait that it has ended stays ended; threads that are still bound to it are free.
 * @param cancel  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_cancel_free(beaver_cancel *cancel);

/**
 * Sets a key of a dict.
 * @param dict            the dict; need not outlive the call.
 * @param key             NUL-terminated UTF-8, up to 4096 bytes.
 * @param json            JSON text; copied before return.
 * @param json_len        its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param ttl_seconds     after how many seconds the key is absent again; 0 for never.
 * @param condition_json  when it applies, or NULL for always.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_dict_set(beaver_batch *batch,
                                    const beaver_dict *dict,
                                    const char *key,
                                    const char *json,
                                    size_t json_len,
                                    double ttl_seconds,
                                    const char *condition_json,
                                    beaver_error **out_error);

/**
 * Deletes a key of a dict.
 * @param dict            the dict; need not outlive the call.
 * @param key             NUL-terminated UTF-8, up to 4096 bytes.
 * @param condition_json  when it applies, or NULL for always.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_dict_delete(beaver_batch *batch,
                                       const beaver_dict *dict,
                                       const char *key,
                                       const char *condition_json,
                                       beaver_error **out_error);

/**
 * Deletes every key of a dict.
 * @param dict  the dict; need not outlive the call.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_dict_clear(beaver_batch *batch,
                                      const beaver_dict *dict,
                                      beaver_error **out_error);

/**
 * Appends a value to a list.
 * @param list      the list; need not outlive the call.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_push(beaver_batch *batch,
                                     const beaver_list *list,
                                     const char *json,
                                     size_t json_len,
                                     beaver_error **out_error);

/**
 * Puts a value before the first of a list.
 * @param list      the list; need not outlive the call.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_prepend(beaver_batch *batch,
                                        const beaver_list *list,
                                        const char *json,
                                        size_t json_len,
                                        beaver_error **out_error);

/**
 * Appends many values to a list.
 * @param list             the list; need not outlive the call.
 * @param values_json      a JSON array of values; copied before return.
 * @param values_json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_extend(beaver_batch *batch,
                                       const beaver_list *list,
                                       const char *values_json,
                                       size_t values_json_len,
                                       beaver_error **out_error);

/**
 * Puts a value before an index of a list, which is clamped.
 * @param list      the list; need not outlive the call.
 * @param index     from 0, or from the end if negative, as the list is at that point of the batch.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_insert(beaver_batch *batch,
                                       const beaver_list *list,
                                       int64_t index,
                                       const char *json,
                                       size_t json_len,
                                       beaver_error **out_error);

/**
 * Replaces the value at an index of a list; out of range fails the batch as NOT_FOUND.
 * @param list            the list; need not outlive the call.
 * @param index           from 0, or from the end if negative, as the list is at that point of the batch.
 * @param json            JSON text; copied before return.
 * @param json_len        its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param condition_json  when it applies, or NULL for always.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_set(beaver_batch *batch,
                                    const beaver_list *list,
                                    int64_t index,
                                    const char *json,
                                    size_t json_len,
                                    const char *condition_json,
                                    beaver_error **out_error);

/**
 * Deletes the value at an index of a list; out of range fails the batch as NOT_FOUND.
 * @param list            the list; need not outlive the call.
 * @param index           from 0, or from the end if negative, as the list is at that point of the batch.
 * @param condition_json  when it applies, or NULL for always.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_delete(beaver_batch *batch,
                                       const beaver_list *list,
                                       int64_t index,
                                       const char *condition_json,
                                       beaver_error **out_error);

/**
 * Deletes the first value of a list that equals another, if there is one.
 * @param list      the list; need not outlive the call.
 * @param json      the value, JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_remove(beaver_batch *batch,
                                       const beaver_list *list,
                                       const char *json,
                                       size_t json_len,
                                       beaver_error **out_error);

/**
 * Deletes every value of a list.
 * @param list  the list; need not outlive the call.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_list_clear(beaver_batch *batch,
                                      const beaver_list *list,
                                      beaver_error **out_error);

/**
 * Puts an item into a queue.
 * @param queue     the queue; need not outlive the call.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param priority  any finite number; the lowest comes first.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_queue_put(beaver_batch *batch,
                                     const beaver_queue *queue,
                                     const char *json,
                                     size_t json_len,
                                     double priority,
                                     beaver_error **out_error);

/**
 * Settles a leased item of a queue: work and its result in one commit.
 * @param queue  the queue; need not outlive the call.
 * @param id     the id that beaver_queue_lease() gave.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_queue_ack(beaver_batch *batch,
                                     const beaver_queue *queue,
                                     uint64_t id,
                                     beaver_error **out_error);

/**
 * Deletes every item of a queue.
 * @param queue  the queue; need not outlive the call.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_queue_clear(beaver_batch *batch,
                                       const beaver_queue *queue,
                                       beaver_error **out_error);

/**
 * Stores a blob. Its condition looks at the metadata.
 * @param blobs           the blob store; need not outlive the call.
 * @param key             NUL-terminated UTF-8, up to 4096 bytes.
 * @param data            the bytes, up to BEAVER_MAX_BLOB_BYTES; copied before return.
 * @param len             how many; with 0, `data` may be NULL.
 * @param metadata        JSON text, or NULL for none; copied before return.
 * @param metadata_len    its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param condition_json  when it applies, or NULL for always.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_blobs_put(beaver_batch *batch,
                                     const beaver_blobs *blobs,
                                     const char *key,
                                     const uint8_t *data,
                                     size_t len,
                                     const char *metadata,
                                     size_t metadata_len,
                                     const char *condition_json,
                                     beaver_error **out_error);

/**
 * Deletes a blob.
 * @param blobs  the blob store; need not outlive the call.
 * @param key    NUL-terminated UTF-8, up to 4096 bytes.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_blobs_delete(beaver_batch *batch,
                                        const beaver_blobs *blobs,
                                        const char *key,
                                        beaver_error **out_error);

/**
 * Deletes every blob of a store.
 * @param blobs  the blob store; need not outlive the call.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_blobs_clear(beaver_batch *batch,
                                       const beaver_blobs *blobs,
                                       beaver_error **out_error);

/**
 * Appends an entry to a log, at the time of the commit.
 * @param log       the log; need not outlive the call.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_log_append(beaver_batch *batch,
                                      const beaver_log *log,
                                      const char *json,
                                      size_t json_len,
                                      beaver_error **out_error);

/**
 * Appends an entry to a log at a time of your own.
 * @param log       the log; need not outlive the call.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param at_us     microseconds since 1970.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_log_append_at(beaver_batch *batch,
                                         const beaver_log *log,
                                         const char *json,
                                         size_t json_len,
                                         int64_t at_us,
                                         beaver_error **out_error);

/**
 * Deletes every entry of a log.
 * @param log  the log; need not outlive the call.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_log_clear(beaver_batch *batch,
                                     const beaver_log *log,
                                     beaver_error **out_error);

/**
 * Publishes a message on a channel.
 * @param channel   the channel; need not outlive the call.
 * @param json      JSON text; copied before return.
 * @param json_len  its length in bytes, or BEAVER_NUL_TERMINATED.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_channel_publish(beaver_batch *batch,
                                           const beaver_channel *channel,
                                           const char *json,
                                           size_t json_len,
                                           beaver_error **out_error);

/**
 * Deletes every message of a channel.
 * @param channel  the channel; need not outlive the call.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_channel_clear(beaver_batch *batch,
                                         const beaver_channel *channel,
                                         beaver_error **out_error);

/**
 * Counts the operations that it holds.
 * @param out_count  On OK: the count.
 * @return OK, INVALID_ARGUMENT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_len(const beaver_batch *batch,
                               uint64_t *out_count,
                               beaver_error **out_error);

/**
 * Makes all the changes in one commit, in order, or none of them. The batch is empty afterwards,
 * whatever happens, and can collect again.
 * @param options_json  {"durable": true} for a commit that outlasts a loss of power, {"durable": false}
 *                      for one that need not, or NULL for what the database was opened with.
 * @param out_json      On OK: a JSON array of what each operation did: true for done, true or false for
 *                      whether there was anything to do, a count of what was deleted, an array of the
 *                      times of log entries or messages; caller frees with beaver_buf_free(); or NULL.
 * @return OK, CONFLICT (a condition was not met), NOT_FOUND (an index of a list, a lease, or a document that
 *         was to be connected, was not there), INVALID_UTF8, INVALID_JSON, and what all writes give;
 *         beaver_error_operation() tells which operation failed
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_commit(beaver_batch *batch,
                                  const char *options_json,
                                  beaver_buf *out_json,
                                  beaver_error **out_error);

/**
 * Frees the batch; what was not committed is forgotten.
 * @param batch  what to free, or NULL.
 * @thread one at a time.  @since 0.1
 */
BEAVER_API void beaver_batch_free(beaver_batch *batch);

/**
 * Indexes a document of a collection. See beaver_collection_index().
 * @param collection    the collection; need not outlive the call.
 * @param id            NUL-terminated UTF-8, 1 to 4096 bytes; NULL for a random UUID.
 * @param body          JSON text; copied before return.
 * @param body_len      its length in bytes, or BEAVER_NUL_TERMINATED.
 * @param embedding     the vector, or NULL for none; copied before return.
 * @param dim           how many components it has; 0 for none.
 * @param options_json  as beaver_collection_index() takes them, or NULL.
 * @param out_id        On OK: the id that the document will have, plain text; caller frees with beaver_buf_free(); or
 *                      NULL.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_collection_index(beaver_batch *batch,
                                            const beaver_collection *collection,
                                            const char *id,
                                            const char *body,
                                            size_t body_len,
                                            const float *embedding,
                                            size_t dim,
                                            const char *options_json,
                                            beaver_buf *out_id,
                                            beaver_error **out_error);

/**
 * Removes a document of a collection with everything that belongs to it, if it is there.
 * @param collection  the collection; need not outlive the call.
 * @param id          NUL-terminated UTF-8, 1 to 4096 bytes.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_collection_drop(beaver_batch *batch,
                                           const beaver_collection *collection,
                                           const char *id,
                                           beaver_error **out_error);

/**
 * Removes every document and edge of a collection.
 * @param collection  the collection; need not outlive the call.
 * @return OK, INVALID_ARGUMENT, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_collection_clear(beaver_batch *batch,
                                            const beaver_collection *collection,
                                            beaver_error **out_error);

/**
 * Connects two documents of a collection. If one of them is not there by then, the batch fails as NOT_FOUND.
 * @param collection    the collection; need not outlive the call.
 * @param source        the id of the document where it begins; NUL-terminated UTF-8.
 * @param target        the id of the document where it ends; NUL-terminated UTF-8.
 * @param label         what it means, 1 to 4096 bytes; NUL-terminated UTF-8.
 * @param options_json  as beaver_collection_connect() takes them, or NULL.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_collection_connect(beaver_batch *batch,
                                              const beaver_collection *collection,
                                              const char *source,
                                              const char *target,
                                              const char *label,
                                              const char *options_json,
                                              beaver_error **out_error);

/**
 * Removes the edge of a label between two documents of a collection, or all edges from the one to the other.
 * @param collection  the collection; need not outlive the call.
 * @param source      the id of the document where it begins; NUL-terminated UTF-8.
 * @param target      the id of the document where it ends; NUL-terminated UTF-8.
 * @param label       of which label, or NULL for all.
 * @return OK, INVALID_ARGUMENT, INVALID_UTF8, LIMIT
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_batch_collection_disconnect(beaver_batch *batch,
                                                 const beaver_collection *collection,
                                                 const char *source,
                                                 const char *target,
                                                 const char *label,
                                                 beaver_error **out_error);

/**
 * Gives the next row.
 * @param out_json  On OK: the row as JSON text; caller frees with beaver_buf_free().
 * @return OK, END, and what all reads give
 * @thread one at a time.  @since 0.1
 */
BEAVER_API
beaver_status beaver_iter_next(beaver_iter *iter,
                               beaver_buf *out_json,
                               beaver_error **out_error);

/**
 * Gives up to so many of the next rows at once.
 * @param most      how many rows at the most; 0 counts as 1.
 * @param out_json  On OK: a JSON array of the rows; caller frees with beaver_buf_free().
 * @return OK, END, and what all reads give
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

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /*BEAVER_H */
