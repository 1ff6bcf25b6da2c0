/// Errors as values, for who does not want exceptions. Part of beaver.hpp.
#ifndef BEAVER_EXPECTED_HPP
#define BEAVER_EXPECTED_HPP

#include <type_traits>
#include <utility>
#include <variant>

#if __has_include(<version>)
#include <version>
#endif
#ifdef __cpp_lib_expected
#include <expected>
#endif

#include "error.hpp"

namespace beaver {

#ifdef __cpp_lib_expected

/// What a call gave, or its Error.
template <class T>
using Expected = std::expected<T, Error>;

namespace detail {

template <class T>
Expected<T> failed(const Error& error) {
    return Expected<T>(std::unexpect, error);
}

}  // namespace detail

#else

/// What a call gave, or its Error: what std::expected is from C++23 on, as far as both say the same.
template <class T>
class [[nodiscard]] Expected {
    using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

public:
    /// What a call gave.
    Expected(Value value = Value()) : held_(std::in_place_index<0>, std::move(value)) {}
    /// What it threw.
    explicit Expected(const Error& error) : held_(std::in_place_index<1>, error) {}

    /// Whether it gave something.
    bool has_value() const noexcept { return held_.index() == 0; }
    /// The same.
    explicit operator bool() const noexcept { return has_value(); }

    /// What it gave; only if it did.
    std::add_lvalue_reference_t<T> operator*() & {
        if constexpr (!std::is_void_v<T>) return std::get<0>(held_);
    }
    /// The same.
    std::add_lvalue_reference_t<std::add_const_t<T>> operator*() const& {
        if constexpr (!std::is_void_v<T>) return std::get<0>(held_);
    }
    /// The same.
    std::add_rvalue_reference_t<T> operator*() && {
        if constexpr (!std::is_void_v<T>) return std::get<0>(std::move(held_));
    }
    /// Its members.
    Value* operator->() { return &std::get<0>(held_); }
    /// The same.
    const Value* operator->() const { return &std::get<0>(held_); }
    /// What it gave, or another.
    template <class Other>
    Value value_or(Other&& otherwise) const& {
        return has_value() ? std::get<0>(held_) : static_cast<Value>(std::forward<Other>(otherwise));
    }

    /// What it threw; only if it did.
    const Error& error() const { return std::get<1>(held_); }

private:
    std::variant<Value, Error> held_;
};

namespace detail {

template <class T>
Expected<T> failed(const Error& error) {
    return Expected<T>(error);
}

}  // namespace detail

#endif

/// Makes any calls, and gives what they give or the Error that they throw. What else is thrown, by a function of your
/// own, passes.
///
///     auto theme = beaver::attempt([&] { return config.get("theme"); });
///     if (!theme) return complain(theme.error());
template <class Work>
auto attempt(Work&& work) -> Expected<std::decay_t<std::invoke_result_t<Work>>> {
    using T = std::decay_t<std::invoke_result_t<Work>>;
    try {
        if constexpr (std::is_void_v<T>) {
            std::forward<Work>(work)();
            return {};
        } else {
            return std::forward<Work>(work)();
        }
    } catch (const Error& error) {
        return detail::failed<T>(error);
    }
}

}  // namespace beaver

#endif
