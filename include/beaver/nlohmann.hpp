/// beaver with nlohmann/json: include it beside beaver.hpp, and its values, and all that its to_json() and from_json()
/// know, go wherever JSON goes.
///
///     struct User { std::string name; int age; };
///     NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(User, name, age)
///
///     auto users = db.dict<User>("users");
///     users.set("alice", {"Alice", 30});
///     std::optional<User> alice = users.get("alice");
///
/// What is stored and is no such value throws TypeMismatch. A number that is not finite throws InvalidArgument, as JSON
/// has no word for it, and text that is not UTF-8 InvalidUtf8.
#ifndef BEAVER_NLOHMANN_HPP
#define BEAVER_NLOHMANN_HPP

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "json.hpp"

namespace beaver {
namespace detail {

/// nlohmann::json, nlohmann::ordered_json and their like.
template <class T, class = void>
struct IsNlohmann : std::false_type {};
template <class T>
struct IsNlohmann<T, std::void_t<typename T::value_t, typename T::json_pointer,
                                 decltype(T::parse(std::declval<const std::string&>()))>> : std::true_type {};

/// What becomes one of them and is made of one again.
template <class T, class = void>
struct NlohmannKnows : std::false_type {};
template <class T>
struct NlohmannKnows<T, std::void_t<decltype(nlohmann::json(std::declval<const T&>())),
                                    decltype(std::declval<const nlohmann::json&>().template get<T>())>>
    : std::negation<IsNlohmann<T>> {};

template <class J>
bool is_finite(const J& json) {
    if (json.is_number_float()) return std::isfinite(json.template get<double>());
    return !json.is_structured() || std::all_of(json.begin(), json.end(), is_finite<J>);
}

template <class J>
std::string nlohmann_text(const J& json) {
    if (!is_finite(json)) throw Error(ErrorKind::InvalidArgument, "a number of the value is not finite");
    try {
        return json.dump();
    } catch (const typename J::type_error&) {
        throw Error(ErrorKind::InvalidUtf8, "a text of the value is not UTF-8");
    }
}

template <class J>
J nlohmann_parsed(std::string_view text) {
    try {
        return J::parse(text.begin(), text.end());
    } catch (const typename J::parse_error& error) {  // its text repeats the input
        throw Error(ErrorKind::InvalidJson, "the text is not JSON, at byte " + std::to_string(error.byte));
    } catch (const typename J::exception&) {
        throw Error(ErrorKind::TypeMismatch, "a number of the value is out of range");
    }
}

}  // namespace detail

/// Values of the library itself.
template <class J>
struct json_traits<J, std::enable_if_t<detail::IsNlohmann<J>::value>> {
    static std::string to_json(const J& json) { return detail::nlohmann_text(json); }
    static J from_json(std::string_view text) { return detail::nlohmann_parsed<J>(text); }
};

/// Types that it knows.
template <class T>
struct json_traits<T, std::enable_if_t<detail::NlohmannKnows<T>::value>> {
    static std::string to_json(const T& value) { return detail::nlohmann_text(nlohmann::json(value)); }
    static T from_json(std::string_view text) {
        const auto json = detail::nlohmann_parsed<nlohmann::json>(text);
        try {
            return json.get<T>();
        } catch (const nlohmann::json::exception& error) {
            throw Error(ErrorKind::TypeMismatch, std::string("the value is of another type: ") + error.what());
        }
    }
};

}  // namespace beaver

#endif
