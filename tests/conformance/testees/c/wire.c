#include "wire.h"

#include <stdlib.h>
#include <string.h>

const cJSON *args = NULL;
beaver_error *error = NULL;
struct outputs out;

/* --- reading --- */

/* Puts every number of a JSON text into quotes: cJSON would make doubles of them, which do not hold 64-bit integers. */
static char *quote_numbers(const char *json) {
    char *quoted = malloc(2 * strlen(json) + 3), *end = quoted;
    while (*json != '\0') {
        size_t number = (*json == '-' || (*json >= '0' && *json <= '9')) ? strspn(json, "+-.0123456789eE") : 0;
        size_t run = number;
        if (*json == '"') {
            for (run = 1; json[run] != '"'; run++) run += json[run] == '\\';
        }
        run += number == 0; /* the quote that closes the string, or any other character */
        if (number > 0) *end++ = '"';
        memcpy(end, json, run);
        end += run;
        json += run;
        if (number > 0) *end++ = '"';
    }
    *end = '\0';
    return quoted;
}

static void decode_hex(cJSON *item) {
    char *bytes = item->valuestring;
    size_t len = strlen(bytes) / 2;
    for (size_t at = 0; at < len; at++) {
        char pair[3] = {bytes[2 * at], bytes[2 * at + 1], '\0'};
        bytes[at] = (char)strtol(pair, NULL, 16);
    }
    bytes[len] = '\0';
    item->valuedouble = (double)len;
}

/* Makes strings of tagged objects (an array of a vector), and gives every string its length, in the member that is free: valuedouble. */
static void settle(cJSON *item) {
    if (cJSON_IsString(item)) item->valuedouble = (double)strlen(item->valuestring);
    for (cJSON *child = item->child; child != NULL; child = child->next) settle(child);

    cJSON *tagged = item->child;
    if (cJSON_IsObject(item) && tagged != NULL && strcmp(tagged->string, "$vec") == 0) {
        item->type = cJSON_Array;
        item->child = tagged->child;
        tagged->child = NULL;
        cJSON_Delete(tagged);
    } else if (cJSON_IsObject(item) && tagged != NULL && tagged->string[0] == '$') {
        if (strcmp(tagged->string, "$bytes") == 0) decode_hex(tagged);
        item->type = cJSON_String;
        item->valuestring = tagged->valuestring;
        item->valuedouble = tagged->valuedouble;
        item->child = NULL;
        tagged->valuestring = NULL;
        cJSON_Delete(tagged);
    }
}

cJSON *parse(const char *json) {
    char *quoted = quote_numbers(json);
    cJSON *parsed = cJSON_Parse(quoted);
    free(quoted);
    if (parsed != NULL) settle(parsed);
    return parsed;
}

const cJSON *member(const char *name) {
    const cJSON *found = cJSON_GetObjectItemCaseSensitive(args, name);
    return cJSON_IsNull(found) ? NULL : found;
}

const char *text(const char *name) { return cJSON_GetStringValue(member(name)); }

size_t length(const char *name) { return text(name) == NULL ? 0 : (size_t)member(name)->valuedouble; }

int64_t integer(const char *name, int64_t otherwise) {
    return text(name) == NULL ? otherwise : strtoll(text(name), NULL, 10);
}

double number(const char *name, double otherwise) {
    return text(name) == NULL ? otherwise : strtod(text(name), NULL); /* reads "nan" and "inf" too */
}

float *vector(const char *name, size_t *dim) {
    const cJSON *components = member(name), *component = NULL;
    float *made = components == NULL ? NULL : malloc(((size_t)cJSON_GetArraySize(components) + 1) * sizeof *made);
    *dim = 0;
    cJSON_ArrayForEach(component, components) made[(*dim)++] = strtof(component->valuestring, NULL);
    return made;
}

int64_t timeout_ms(void) { return member("timeout") == NULL ? -1 : (int64_t)(number("timeout", 0) * 1000 + 0.5); }

/* --- JSON texts --- */

void put_string(FILE *file, const char *data, size_t len) {
    fputc('"', file);
    for (size_t at = 0; at < len; at++) {
        unsigned char byte = (unsigned char)data[at];
        if (byte == '"' || byte == '\\') {
            fprintf(file, "\\%c", byte);
        } else if (byte < 0x20) {
            fprintf(file, "\\u%04x", byte);
        } else {
            fputc(byte, file);
        }
    }
    fputc('"', file);
}

made_text join(const char *name, const char *brackets, void (*put)(FILE *file, const cJSON *element)) {
    made_text made = {NULL, 0};
    FILE *file = open_memstream(&made.data, &made.len);
    fputc(brackets[0], file);
    const cJSON *all = args, *element = NULL;
    cJSON_ArrayForEach(element, member(name)) {
        if (element->prev->next != NULL) fputc(',', file); /* the first one's prev is the last, whose next is NULL */
        args = element;
        put(file, element);
        args = all;
    }
    fputc(brackets[1], file);
    fclose(file);
    return made;
}

/* The end of a JSON value that the library wrote: its separator or the bracket around it. */
static const char *skip(const char *at) {
    for (int depth = 0; *at != '\0'; at++) {
        if (*at == '"') {
            for (at++; *at != '"'; at++) at += *at == '\\';
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if ((*at == '}' || *at == ']') && depth-- == 0) {
            break;
        } else if ((*at == ',' || *at == ':') && depth == 0) {
            break;
        }
    }
    return at;
}

/* --- answering --- */

static void put_json(FILE *file, const char *json, const char *end) {
    for (; json < end; json++) fputc(*json == '\n' || *json == '\r' ? ' ' : *json, file);
}

/* The header calls the time of a row timestamp_us, the wire timestamp. No text of the user's comes before it. */
static void put_row(FILE *file, const char *row, const char *end) {
    const char *unit = strstr(row, "_us\"");
    put_json(file, row, unit);
    put_json(file, unit + 3, end);
}

static const char *begin(const beaver_buf *buf) { return (const char *)buf->data; }
static const char *end(const beaver_buf *buf) { return begin(buf) + buf->len; }

static void clean_up(void) {
    beaver_error_free(error);
    beaver_buf_free(&out.json);
    beaver_buf_free(&out.metadata);
    beaver_iter_free(out.iter);
    error = NULL;
    memset(&out, 0, sizeof out);
}

void give_error(const char *kind, const char *message, int64_t index) {
    printf("\"error\":{\"kind\":\"%s\",\"message\":", kind);
    put_string(stdout, message, strlen(message));
    if (index >= 0) printf(",\"index\":%lld", (long long)index);
    printf("}");
}

void give_failure(beaver_status status, int64_t index) {
    give_error(beaver_status_name(status), beaver_error_message(error), index);
    clean_up();
}

/* Begins the answer of a status; true if it is OK and what was got has to follow. */
static bool got(beaver_status status) {
    if (status == BEAVER_OK) {
        printf("\"result\":");
    } else if (error != NULL) {
        give_failure(status, beaver_error_operation(error));
    } else {
        printf("\"%s\":true", status == BEAVER_TIMEOUT ? "timeout" : "absent");
    }
    return status == BEAVER_OK;
}

static void give(beaver_status status, const char *result) {
    if (got(status)) printf("%s", result);
    clean_up();
}

void give_null(beaver_status status) { give(status, "null"); }

void give_flag(beaver_status status) { give(status, out.flag ? "true" : "false"); }

void give_found(beaver_status status) {
    bool nothing = status == BEAVER_NOT_FOUND || status == BEAVER_TIMEOUT;
    give(nothing ? BEAVER_OK : status, nothing ? "false" : "true");
}

void give_number(beaver_status status) {
    if (got(status)) printf("%lld", (long long)out.number + (long long)out.count);
    clean_up();
}

void give_json(beaver_status status) {
    if (got(status)) put_json(stdout, begin(&out.json), end(&out.json));
    clean_up();
}

void give_string(beaver_status status) {
    if (got(status)) put_string(stdout, begin(&out.json), out.json.len);
    clean_up();
}

void give_row(beaver_status status) {
    if (got(status)) put_row(stdout, begin(&out.json), end(&out.json));
    clean_up();
}

void give_rows(beaver_status status) {
    if (got(status)) {
        for (const char *at = begin(&out.json); *at != ']'; at = skip(at + 1)) {
            putchar(*at); /* the bracket or comma before it */
            put_row(stdout, at + 1, skip(at + 1));
        }
        putchar(']');
    }
    clean_up();
}

/* The answer begins when the last row was got: until then, it can be an error. */
static void give_all(beaver_status status, void (*put)(FILE *file, const char *row, const char *end)) {
    made_text rows = {NULL, 0};
    FILE *file = open_memstream(&rows.data, &rows.len);
    while (status == BEAVER_OK && (status = beaver_iter_next(out.iter, &out.json, &error)) == BEAVER_OK) {
        fputc(ftell(file) == 0 ? '[' : ',', file);
        put(file, begin(&out.json), end(&out.json));
        beaver_buf_free(&out.json);
    }
    fputs(ftell(file) == 0 ? "[]" : "]", file);
    fclose(file);
    give(status == BEAVER_END ? BEAVER_OK : status, rows.data);
    free(rows.data);
}

void give_each(beaver_status status) { give_all(status, put_json); }

void give_each_row(beaver_status status) { give_all(status, put_row); }

void give_members(beaver_status status, const char *keys) {
    const cJSON *asked = NULL;
    if (got(status)) {
        putchar('[');
        cJSON_ArrayForEach(asked, member(keys)) {
            if (asked->prev->next != NULL) putchar(',');
            putchar('{');
            for (const char *at = begin(&out.json); at[0] != '}' && at[1] != '}';) {
                const char *value = skip(at + 1);
                cJSON *key = cJSON_ParseWithLength(at + 1, (size_t)(value - at - 1));
                bool found = strcmp(key->valuestring, asked->valuestring) == 0;
                cJSON_Delete(key);
                at = skip(value + 1);
                if (found) {
                    printf("\"value\"");
                    put_json(stdout, value, at);
                    break;
                }
            }
            putchar('}');
        }
        putchar(']');
    }
    clean_up();
}

static void put_bytes(const uint8_t *data, size_t len) {
    printf("{\"$bytes\":\"");
    for (size_t at = 0; at < len; at++) printf("%02x", data[at]);
    printf("\"}");
}

static void put_metadata(void) {
    if (out.metadata.data == NULL) {
        printf("null");
    } else {
        put_json(stdout, begin(&out.metadata), end(&out.metadata));
    }
}

void give_bytes(beaver_status status, const uint8_t *data, size_t len) {
    if (got(status)) put_bytes(data, len);
    clean_up();
}

void give_metadata(beaver_status status) {
    if (got(status)) put_metadata();
    clean_up();
}

void give_blob(beaver_status status) {
    if (got(status)) {
        printf("{\"bytes\":");
        put_bytes(out.json.data, out.json.len);
        printf(",\"metadata\":");
        put_metadata();
        printf("}");
    }
    clean_up();
}

void give_document(beaver_status status) {
    if (got(status)) {
        printf("{\"id\":");
        put_string(stdout, text("id"), length("id"));
        printf(",\"body\":");
        put_json(stdout, begin(&out.json), end(&out.json));
        printf(",\"embedding\":%s", out.metadata.data == NULL ? "null" : "{\"$vec\":[");
        const float *components = (const float *)(const void *)out.metadata.data;
        for (size_t at = 0; at < out.metadata.len / sizeof *components; at++) {
            printf("%s%.9g", at == 0 ? "" : ",", (double)components[at]);
        }
        printf(out.metadata.data == NULL ? "}" : "]}}");
    }
    clean_up();
}

void give_indexed(beaver_status status) {
    if (got(status)) {
        printf("{\"id\":");
        put_string(stdout, begin(&out.json), out.json.len);
        printf(",\"written\":%s}", out.flag ? "true" : "false");
    }
    clean_up();
}

void give_count(beaver_status status) {
    if (got(status)) printf("{\"count\":%llu}", (unsigned long long)out.count);
    clean_up();
}
