/// JSON text: strings in it, and the parts of what the library gives. Part of beaver.hpp.
#ifndef BEAVER_TEXT_HPP
#define BEAVER_TEXT_HPP

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "error.hpp"

namespace beaver {

/// Text as a JSON string: `json_string("a\"b")` is `"a\"b"` with its quotation marks and escapes.
inline std::string json_string(std::string_view text) {
    static const char* const hex = "0123456789abcdef";
    std::string json;
    json.reserve(text.size() + 2);
    json += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (byte < 0x20) {
            json += "\\u00";
            json += hex[byte >> 4];
            json += hex[byte & 15];
        } else {
            json += c;
        }
    }
    json += '"';
    return json;
}

namespace detail {

[[noreturn]] inline void not_json(const char* what, std::optional<std::size_t> operation = std::nullopt) {
    throw Error(ErrorKind::InvalidJson, what, operation);
}

/// Where the next thing that is not white space begins.
inline std::size_t skip_space(std::string_view text, std::size_t at) {
    const std::size_t next = text.find_first_not_of(" \t\r\n", at);
    return next == std::string_view::npos ? text.size() : next;
}

/// Behind the string whose quotation mark is at `at`; npos if it does not end.
inline std::size_t skip_string(std::string_view text, std::size_t at) {
    for (++at; (at = text.find_first_of("\"\\", at)) != std::string_view::npos; at += 2) {
        if (text[at] == '"') return at + 1;
    }
    return at;
}

/// Behind the value that begins at `at`; npos if none does. Looks only for where it ends, not whether it is right.
inline std::size_t skip_value(std::string_view text, std::size_t at) {
    if (at >= text.size()) return std::string_view::npos;
    if (text[at] == '"') return skip_string(text, at);
    if (text[at] != '[' && text[at] != '{') {
        const std::size_t end = text.find_first_of(" \t\r\n,:[]{}\"", at);
        return end == at ? std::string_view::npos : end == std::string_view::npos ? text.size() : end;
    }
    std::size_t depth = 0;
    while ((at = text.find_first_of("[]{}\"", at)) != std::string_view::npos) {
        if (text[at] == '"') {
            if ((at = skip_string(text, at)) == std::string_view::npos) break;
            continue;
        }
        depth = text[at] == '[' || text[at] == '{' ? depth + 1 : depth - 1;
        ++at;
        if (depth == 0) return at;
    }
    return std::string_view::npos;
}

/// Calls `visit` with each part of an array or object of the library: of an object with keys, as they are written, and
/// values in turn.
template <class Visit>
void each_part(std::string_view json, Visit visit) {
    for (std::size_t at = skip_space(json, 1); at + 1 < json.size();) {
        const std::size_t end = skip_value(json, at);
        if (end == std::string_view::npos) not_json("the library gave what is no JSON");
        visit(json.substr(at, end - at));
        at = skip_space(json, end);
        if (at < json.size() && (json[at] == ',' || json[at] == ':')) at = skip_space(json, at + 1);
    }
}

/// Calls `visit` with each key, as it is written, and value of an object.
template <class Visit>
void each_member(std::string_view json, Visit visit) {
    std::optional<std::string_view> key;
    each_part(json, [&](std::string_view part) {
        if (key) {
            visit(*key, part);
            key.reset();
        } else {
            key = part;
        }
    });
}

/// The rows of an array.
template <class Row>
std::vector<Row> all(std::string_view array, Row (*parse)(std::string_view)) {
    std::vector<Row> rows;
    each_part(array, [&](std::string_view json) { rows.push_back(parse(json)); });
    return rows;
}

/// Whether a key, as it is written, is that name, which needs no escapes.
inline bool is(std::string_view key, std::string_view name) {
    return key.size() == name.size() + 2 && key.substr(1, name.size()) == name;
}

/// A whole number of the library.
template <class Integer>
Integer integer(std::string_view json) {
    Integer number{};
    const auto read = std::from_chars(json.data(), json.data() + json.size(), number);
    if (read.ec != std::errc{}) not_json("the library gave no whole number");
    return number;
}

/// A number of the library, whatever the locale. One that is larger than every double reads as infinite.
inline double number(std::string_view json) {
    std::istringstream stream{std::string(json)};
    stream.imbue(std::locale::classic());
    double value = 0;
    if (stream >> value) return value;
    const double most = std::numeric_limits<double>::max();
    if (value != most && value != -most) not_json("the library gave no number");
    return value * 2;
}

/// A number as JSON that reads back as the very same.
inline std::string number(double value) {
    std::ostringstream stream;
    stream.imbue(std::locale::classic());
    stream.precision(std::numeric_limits<double>::max_digits10);
    stream << value;
    return stream.str();
}

/// A caller's value that is to become part of a larger text: one value, so that it cannot become several.
inline std::string_view one_value(std::string_view json, std::optional<std::size_t> operation = std::nullopt) {
    const std::size_t end = skip_value(json, skip_space(json, 0));
    if (end == std::string_view::npos || skip_space(json, end) != json.size())
        not_json("the value is not one JSON value", operation);
    return json;
}

/// An array of what `element` makes of each value and its index.
template <class Values, class Element>
std::string array(const Values& values, Element element) {
    std::string json = "[";
    std::size_t index = 0;
    for (const auto& value : values) {
        if (index > 0) json += ',';
        json += element(value, index++);
    }
    return json + ']';
}

/// The four hexadecimal digits behind a \u.
inline std::uint32_t code_unit(std::string_view json, std::size_t at) {
    std::uint32_t unit = 0;
    const std::string_view digits = json.substr(at < json.size() ? at : json.size(), 4);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() != 4 || read.ptr != digits.data() + 4) not_json("an escape of the JSON string is wrong");
    return unit;
}

inline void append_utf8(std::string& text, std::uint32_t code) {
    const auto push = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        push(code);
    } else if (code < 0x800) {
        push(0xC0 | code >> 6);
        push(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        push(0xE0 | code >> 12);
        push(0x80 | (code >> 6 & 0x3F));
        push(0x80 | (code & 0x3F));
    } else {
        push(0xF0 | code >> 18);
        push(0x80 | (code >> 12 & 0x3F));
        push(0x80 | (code >> 6 & 0x3F));
        push(0x80 | (code & 0x3F));
    }
}

/// A name or key for beaver.h, which ends at its NUL: none may hold one.
class CText {
public:
    CText(const char* argument, std::string_view text) : text_(text) {
        if (text_.find('\0') != std::string::npos)
            throw Error(ErrorKind::InvalidArgument, std::string(argument) + " holds a NUL");
    }
    const char* c_str() const noexcept { return text_.c_str(); }

private:
    std::string text_;
};

/// Never NULL, which beaver.h would refuse in the place of empty text.
inline const char* data(std::string_view text) { return text.data() != nullptr ? text.data() : ""; }

}  // namespace detail

/// The text of a JSON string: the reverse of json_string(). Other JSON throws InvalidJson.
inline std::string plain_string(std::string_view json) {
    json = json.substr(detail::skip_space(json, 0));
    if (json.empty() || json[0] != '"') detail::not_json("the value is no JSON string");
    const std::size_t end = detail::skip_string(json, 0);
    if (end == std::string_view::npos || detail::skip_space(json, end) != json.size())
        detail::not_json("the value is not one JSON string");
    std::string text;
    for (std::size_t at = 1; at + 1 < end; ++at) {
        if (json[at] != '\\') {
            text += json[at];
            continue;
        }
        static constexpr std::string_view escapes = "\"\\/bfnrt";
        static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char escape = json[++at];
        if (escape != 'u') {
            const std::size_t which = escapes.find(escape);
            if (which == std::string_view::npos) detail::not_json("an escape of the JSON string is unknown");
            text += meanings[which];
            continue;
        }
        std::uint32_t code = detail::code_unit(json, at + 1);
        at += 4;
        if (code >= 0xD800 && code < 0xE000) {  // half of a surrogate pair
            const bool pair = code < 0xDC00 && json.substr(at + 1, 2) == "\\u";
            const std::uint32_t low = pair ? detail::code_unit(json, at + 3) : 0;
            if (low < 0xDC00 || low >= 0xE000) detail::not_json("the JSON string holds half a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
        }
        detail::append_utf8(text, code);
    }
    return text;
}

namespace detail {

/// The texts of an array of strings of the library.
inline std::vector<std::string> texts(std::string_view array) {
    std::vector<std::string> texts;
    each_part(array, [&](std::string_view text) { texts.push_back(plain_string(text)); });
    return texts;
}

}  // namespace detail
}  // namespace beaver

#endif
