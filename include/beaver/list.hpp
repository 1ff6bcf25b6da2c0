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

/// JSON values in order. A negative index counts from the end: -1 is the last. Ranges go from `start` (included) to `stop`
/// (excluded) and are clamped; without both they are the whole list.
class List : public Structure<List, beaver_list> {
public:
    using Structure::Structure;
    /// Behind the last value, whatever their number.
    static constexpr std::int64_t end = std::numeric_limits<std::int64_t>::max();

    /// Appends a value.
    void push(std::string_view value) { detail::call(beaver_list_push, handle(), detail::data(value), value.size()); }

    /// Puts a value before the first.
    void prepend(std::string_view value) { detail::call(beaver_list_prepend, handle(), detail::data(value), value.size()); }

    /// Puts a value before that index, which is clamped: a large one appends.
    void insert(std::int64_t index, std::string_view value) {
        detail::call(beaver_list_insert, handle(), index, detail::data(value), value.size());
    }

    /// Appends many values in one commit: any container of texts.
    template <class Values = std::initializer_list<std::string_view>>
    void extend(const Values& values) {
        const std::string json = detail::array(values);
        detail::call(beaver_list_extend, handle(), json.data(), json.size());
    }

    /// Takes the last value.
    std::optional<std::string> pop() { return json(beaver_list_pop); }

    /// Takes the first value.
    std::optional<std::string> deque() { return json(beaver_list_deque); }

    /// The value at an index.
    std::optional<std::string> get(std::int64_t index) const { return json(beaver_list_get, index); }

    /// Replaces the value at an index; false if it is out of range.
    bool set(std::int64_t index, std::string_view value) {
        return detail::call(beaver_list_set, handle(), index, detail::data(value), value.size()) == BEAVER_OK;
    }

    /// Deletes the value at an index; false if it is out of range.
    bool erase(std::int64_t index) { return detail::call(beaver_list_delete, handle(), index) == BEAVER_OK; }

    /// Deletes the first value that equals another; tells whether there was one.
    bool remove(std::string_view value) {
        return detail::call(beaver_list_remove, handle(), detail::data(value), value.size()) == BEAVER_OK;
    }

    /// The values of a range.
    std::vector<std::string> slice(std::int64_t start = 0, std::int64_t stop = end) const {
        detail::Buffer array;
        detail::call(beaver_list_slice, handle(), start, stop, array.out());
        std::vector<std::string> values;
        detail::each_part(array.view(), [&](std::string_view value) { values.emplace_back(value); });
        return values;
    }

    /// Goes through the values in order.
    Range<std::string> items() const { return rows(detail::as_it_is, beaver_list_items); }

    /// Whether a value is in the list, by value: 1 equals 1.0. Looks at every item.
    bool contains(std::string_view value) const {
        return flag(beaver_list_contains, detail::data(value), value.size());
    }

    /// The index of the first value in a range that equals another.
    std::optional<std::uint64_t> index_of(std::string_view value, std::int64_t start = 0, std::int64_t stop = end) const {
        std::uint64_t index = 0;
        const auto status =
            detail::call(beaver_list_index_of, handle(), detail::data(value), value.size(), start, stop, &index);
        return status == BEAVER_OK ? std::optional<std::uint64_t>(index) : std::nullopt;
    }

    /// How many values equal another.
    std::uint64_t count_of(std::string_view value) const {
        return number(beaver_list_count_of, detail::data(value), value.size());
    }

    /// Turns the order of the values round.
    void reverse() { detail::call(beaver_list_reverse, handle()); }

    /// Deletes a range and tells how many values it had.
    std::uint64_t erase_range(std::int64_t start = 0, std::int64_t stop = end) {
        return number(beaver_list_delete_range, start, stop);
    }

    /// Replaces a range by any number of values, in one commit, and tells how many it had.
    template <class Values = std::initializer_list<std::string_view>>
    std::uint64_t replace_range(std::int64_t start, std::int64_t stop, const Values& values) {
        const std::string json = detail::array(values);
        return number(beaver_list_replace_range, start, stop, json.data(), json.size());
    }
};

}  // namespace beaver

#endif
