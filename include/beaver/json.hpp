/// JSON on its way into the library and out of it: as text, as values of a JSON library, as types of your own. Part of
/// beaver.hpp.
#ifndef BEAVER_JSON_HPP
#define BEAVER_JSON_HPP

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "text.hpp"

namespace beaver {

/// How values of a type become JSON text, and are made of it again. Whatever has it goes wherever JSON goes, and can be
/// the type of a structure's values: `db.dict<User>("users")`. Specialize it for the values of your JSON library, or for
/// a type of your own; <beaver/nlohmann.hpp> does for all that nlohmann/json knows.
///
///     template <>
///     struct beaver::json_traits<User> {
///         static std::string to_json(const User& user);
///         static User from_json(std::string_view json);
///     };
///
/// from_json() throws for what is no such value, best an Error of the kind TypeMismatch; it comes out of the call that
/// reads. The second parameter is for enable_if.
template <class T, class = void>
struct json_traits;

/// The values of a structure for which no type is named: JSON text, std::string_view or JsonView in, std::string out.
struct Text {};

namespace detail {

template <class T, class = void>
struct HasJson : std::false_type {};
template <class T>
struct HasJson<T, std::void_t<decltype(json_traits<T>::to_json(std::declval<const T&>()))>> : std::true_type {};

/// Text that is JSON already. A value of a JSON library that converts to text is not.
template <class T>
using IsText = std::disjunction<std::is_same<T, std::string_view>, std::is_base_of<std::string, T>,
                                std::is_convertible<const T&, const char*>>;

template <class T>
using Converts = std::conjunction<std::negation<IsText<T>>, HasJson<T>>;
template <class T>
using ViewsAs = std::conjunction<std::negation<IsText<T>>, std::negation<HasJson<T>>,
                                 std::is_convertible<const T&, std::string_view>>;

}  // namespace detail

/// JSON that goes into the library: text, or anything that json_traits knows. Used during the call only.
class JsonView {
public:
    /// No JSON, where it may be left out.
    JsonView() noexcept = default;

    /// JSON text.
    JsonView(std::string_view text) noexcept : text_(text.data() != nullptr ? text : std::string_view("")) {}
    /// The same.
    JsonView(const std::string& text) noexcept : text_(text) {}
    /// The same.
    JsonView(const char* text) noexcept : text_(text) {}
    /// Not null: that is "null".
    JsonView(std::nullptr_t) = delete;

    /// A text of another type.
    template <class T, std::enable_if_t<detail::ViewsAs<T>::value, int> = 0>
    JsonView(const T& text) : JsonView(static_cast<std::string_view>(text)) {}

    /// A value, of which the text is made.
    template <class T, std::enable_if_t<detail::Converts<T>::value, int> = 0>
    JsonView(const T& value) : made_(json_traits<T>::to_json(value)) {}

    /// The text; empty for no JSON.
    std::string_view view() const noexcept { return made_ ? std::string_view(*made_) : text_; }
    /// Where it begins, never NULL.
    const char* data() const noexcept { return view().data(); }
    /// How many bytes it has.
    std::size_t size() const noexcept { return view().size(); }

private:
    std::string_view text_ = "";
    std::optional<std::string> made_;
};

/// The JSON text of a value.
template <class T>
std::string to_json(const T& value) {
    return json_traits<T>::to_json(value);
}

/// The value that JSON text means.
template <class T>
T from_json(std::string_view json) {
    return json_traits<T>::from_json(json);
}

namespace detail {

template <class T>
inline constexpr bool is_text = std::is_same_v<T, Text>;

/// What a structure of T is given, and what it gives.
template <class T>
using Given = std::conditional_t<is_text<T>, JsonView, T>;
template <class T>
using Stored = std::conditional_t<is_text<T>, std::string, T>;

/// The JSON text of what a structure is given: a std::string_view or a std::string.
template <class T>
auto text_of(const Given<T>& value) {
    if constexpr (is_text<T>) {
        return value.view();
    } else {
        static_assert(HasJson<T>::value, "specialize beaver::json_traits for it, or include <beaver/nlohmann.hpp>");
        return json_traits<T>::to_json(value);
    }
}

/// What a structure gives for JSON text of the library.
template <class T>
Stored<T> parse(std::string_view json) {
    if constexpr (is_text<T>)
        return std::string(json);
    else
        return json_traits<T>::from_json(json);
}

/// What was taken out of a structure; if it is no T, `put_back` undoes that.
template <class Read, class PutBack>
auto taken(Read read, PutBack put_back) {
    try {
        return read();
    } catch (...) {
        try {
            put_back();
        } catch (const Error&) {  // the first one says more
        }
        throw;
    }
}

/// A caller's value as a member of a larger text.
template <class T>
std::string member(const Given<T>& value, std::optional<std::size_t> operation = std::nullopt) {
    return std::string(one_value(text_of<T>(value), operation));
}

/// An array of callers' values.
template <class T, class Values>
std::string array_of(const Values& values) {
    return array(values, [](const Given<T>& value, std::size_t index) { return member<T>(value, index); });
}

/// Options for beaver.h: a JSON object as text, or none for no JSON.
class OptionsText {
public:
    OptionsText(const JsonView& json) : text_("options_json", json.view()), none_(json.size() == 0) {}
    const char* c_str() const noexcept { return none_ ? nullptr : text_.c_str(); }

private:
    CText text_;
    bool none_;
};

}  // namespace detail
}  // namespace beaver

#endif
