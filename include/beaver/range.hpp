/// Going through a structure. Part of beaver.hpp.
#ifndef BEAVER_RANGE_HPP
#define BEAVER_RANGE_HPP

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "handle.hpp"

namespace beaver {

namespace detail {

/// What makes a range of something that gives rows one after the other: the base of Range, Feed and the live views, whose
/// `following()` gives the next row, or nothing at the end.
template <class Self, class Row>
class Rows {
public:
    /// An input iterator; moving on reads, and throws what reads throw.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Row;
        using difference_type = std::ptrdiff_t;
        using pointer = Row*;
        using reference = Row&;

        /// The end.
        iterator() = default;

        /// The row, which may be moved from.
        reference operator*() const { return *range_->row_; }
        /// The row's members.
        pointer operator->() const { return &*range_->row_; }
        /// Reads the next row.
        iterator& operator++() {
            range_->row_ = static_cast<Self*>(range_)->following();
            if (!range_->row_) range_ = nullptr;
            return *this;
        }
        /// Reads the next row; what it gives holds the one before.
        auto operator++(int) {
            struct Before {
                Row row;
                Row& operator*() { return row; }
            } before{std::move(**this)};
            ++*this;
            return before;
        }
        /// Equal if both are, or neither is, at the end.
        friend bool operator==(const iterator& a, const iterator& b) { return a.range_ == b.range_; }
        /// The reverse.
        friend bool operator!=(const iterator& a, const iterator& b) { return !(a == b); }

    private:
        friend class Rows;
        explicit iterator(Rows* range) : range_(range) { ++*this; }
        Rows* range_ = nullptr;
    };

    /// Reads the first row that was not read yet.
    iterator begin() { return iterator(this); }
    /// Behind the last row.
    iterator end() noexcept { return {}; }

private:
    std::optional<Row> row_;
};

/// What a function gives, or nothing if it finds its object, or the database, closed.
template <class Next>
auto until_closed(Next next) -> decltype(next()) {
    try {
        return next();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Closed) throw;
        return std::nullopt;
    }
}

}  // namespace detail

/// The rows of a structure, read as they are asked for, once: `for (auto& row : list.items())`. It holds nothing in
/// between: a concurrent change may show or not, but no row comes twice. It must stay where it is while its iterators
/// are used; the structure need not outlive it.
template <class Row>
class Range : public detail::Rows<Range<Row>, Row> {
public:
    /// How the JSON of a row becomes a Row.
    using Parse = Row (*)(std::string_view json);

    /// Goes on with an iterator of beaver.h, which it owns.
    Range(beaver_iter* iter, Parse parse) : iter_(iter), parse_(parse) {}

    /// The next row, or nothing at the end.
    std::optional<Row> next() {
        detail::Buffer row;
        if (detail::call(beaver_iter_next, iter_.get(), row.out()) == BEAVER_END) return std::nullopt;
        return parse_(row.view());
    }

private:
    friend detail::Rows<Range<Row>, Row>;

    std::optional<Row> following() { return next(); }

    detail::Handle<beaver_iter> iter_;
    Parse parse_;
};

}  // namespace beaver

#endif
