/// Lists. Part of beaver.hpp.
#ifndef BEAVER_LIST_HPP
#define BEAVER_LIST_HPP

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "structure.hpp"

namespace beaver {

/// Values in order. A negative index counts from the end: -1 is the last. Ranges go from `start` (included) to `stop`
/// (excluded) and are clamped; without both they are the whole list.
template <class T>
class ListOf : public Structure<ListOf<T>, beaver_list, T> {
    using Base = Structure<ListOf, beaver_list, T>;

public:
    using Base::Base;
    using Base::handle;
    /// What is put into the list, and what it then has.
    using Given = detail::Given<T>;
    using Stored = detail::Stored<T>;
    /// Behind the last value, whatever their number.
    static constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();

    /// Appends a value.
    void push(const Given& value) {
        const auto json = detail::text_of<T>(value);
        detail::call(beaver_list_push, handle(), json.data(), json.size());
    }

    /// Puts a value before the first.
    void prepend(const Given& value) {
        const auto json = detail::text_of<T>(value);
        detail::call(beaver_list_prepend, handle(), json.data(), json.size());
    }

    /// Puts a value before that index, which is clamped: a large one appends.
    void insert(std::int64_t index, const Given& value) {
        const auto json = detail::text_of<T>(value);
        detail::call(beaver_list_insert, handle(), index, json.data(), json.size());
    }

    /// Appends many values in one commit: any container of values.
    template <class Values = std::initializer_list<Given>>
    void extend(const Values& values) {
        const std::string json = detail::array_of<T>(values);
        detail::call(beaver_list_extend, handle(), json.data(), json.size());
    }

    /// Takes the last value. One that is no T is put back there.
    std::optional<Stored> pop() { return take(put_back(beaver_list_push), beaver_list_pop); }

    /// Takes the first value. One that is no T is put back there.
    std::optional<Stored> deque() { return take(put_back(beaver_list_prepend), beaver_list_deque); }

    /// The value at an index.
    std::optional<Stored> get(std::int64_t index) const { return value(beaver_list_get, index); }

    /// Replaces the value at an index; false if it is out of range.
    bool set(std::int64_t index, const Given& value) {
        const auto json = detail::text_of<T>(value);
        return detail::call(beaver_list_set, handle(), index, json.data(), json.size()) == BEAVER_OK;
    }

    /// Deletes the value at an index; false if it is out of range.
    bool erase(std::int64_t index) { return detail::call(beaver_list_delete, handle(), index) == BEAVER_OK; }

    /// Deletes the first value that equals another; tells whether there was one.
    bool remove(const Given& value) {
        const auto json = detail::text_of<T>(value);
        return detail::call(beaver_list_remove, handle(), json.data(), json.size()) == BEAVER_OK;
    }

    /// The values of a range.
    std::vector<Stored> slice(std::int64_t start = 0, std::int64_t stop = end) const {
        detail::Buffer array;
        detail::call(beaver_list_slice, handle(), start, stop, array.out());
        return detail::all(array.view(), detail::parse<T>);
    }

    /// Goes through the values in order.
    Range<Stored> items() const { return rows(detail::parse<T>, beaver_list_items); }

    /// Whether a value is in the list, by value: 1 equals 1.0. Looks at every item.
    bool contains(const Given& value) const {
        const auto json = detail::text_of<T>(value);
        return flag(beaver_list_contains, json.data(), json.size());
    }

    /// The index of the first value in a range that equals another.
    std::optional<std::uint64_t> index_of(const Given& value, std::int64_t start = 0, std::int64_t stop = end) const {
        const auto json = detail::text_of<T>(value);
        std::uint64_t index = 0;
        const auto status =
            detail::call(beaver_list_index_of, handle(), json.data(), json.size(), start, stop, &index);
        return status == BEAVER_OK ? std::optional<std::uint64_t>(index) : std::nullopt;
    }

    /// How many values equal another.
    std::uint64_t count_of(const Given& value) const {
        const auto json = detail::text_of<T>(value);
        return number(beaver_list_count_of, json.data(), json.size());
    }

    /// Turns the order of the values round.
    void reverse() { detail::call(beaver_list_reverse, handle()); }

    /// Deletes a range and tells how many values it had.
    std::uint64_t erase_range(std::int64_t start = 0, std::int64_t stop = end) {
        return number(beaver_list_delete_range, start, stop);
    }

    /// Replaces a range by any number of values, in one commit, and tells how many it had.
    template <class Values = std::initializer_list<Given>>
    std::uint64_t replace_range(std::int64_t start, std::int64_t stop, const Values& values) {
        const std::string json = detail::array_of<T>(values);
        return number(beaver_list_replace_range, start, stop, json.data(), json.size());
    }

private:
    using Base::flag;
    using Base::number;
    using Base::rows;
    using Base::take;
    using Base::value;

    template <class Function>
    auto put_back(Function function) const {
        return [this, function](std::string_view json) { detail::call(function, handle(), json.data(), json.size()); };
    }
};

/// A list of JSON text.
using List = ListOf<Text>;

}  // namespace beaver

#endif
