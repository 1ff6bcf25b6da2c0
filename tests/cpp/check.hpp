// What the tests of the C++ header share, on top of tests/c/check.h.
#ifndef BEAVER_TESTS_CHECK_HPP
#define BEAVER_TESTS_CHECK_HPP

#include <beaver.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "check.h"

using namespace std::chrono_literals;

// The call throws a beaver::Error of that kind, and its message has this word in it.
#define CHECK_THROWS(expected, word, call)                                                   \
    do {                                                                               \
        bool check_thrown = false;                                                           \
        try {                                                                          \
            call;                                                                      \
        } catch (const beaver::Error& error) {                                               \
            check_thrown = true;                                                                \
            CHECK_STR(beaver_status_name(static_cast<beaver_status>(expected)), error.name()); \
            if (std::string(error.what()).find(word) == std::string::npos) CHECK_STR(word, error.what()); \
        }                                                                              \
        if (!check_thrown) CHECK(!"" #call " throws");                                             \
    } while (0)

// These are the texts, joined by commas.
#define CHECK_TEXTS(expected, texts) CHECK_STR(expected, joined(texts).c_str())

// The rows have these ids, joined by commas.
#define CHECK_IDS(expected, rows) CHECK_STR(expected, ids(rows).c_str())

// This is the text; nothing counts as "(none)".
#define CHECK_TEXT(expected, found) CHECK_STR(expected, text_of(found).c_str())

using beaver::ErrorKind;

inline std::string text_of(const std::optional<std::string>& text) { return text.value_or("(none)"); }

template <class Texts>
std::string joined(Texts&& texts) {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : ",") + text_of(text);
    return all;
}

template <class Rows>
std::string ids(Rows&& rows) {
    std::string all;
    for (const auto& row : rows) all += (all.empty() ? "" : ",") + row.id;
    return all;
}

inline std::int64_t microseconds(beaver::Time time) { return time.time_since_epoch().count(); }
inline beaver::Time at(std::int64_t microseconds) { return beaver::Time(std::chrono::microseconds(microseconds)); }

#endif
