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
    /// An input iterator. A row is read when it is looked at, or compared with the end, and not before: going past the last
    /// row that is wanted does not wait for another. Reading throws what reads throw.
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
        reference operator*() const {
            range_->is_there();
            return *range_->row_;
        }
        /// The row's members.
        pointer operator->() const { return &**this; }
        /// Goes to the next row.
        iterator& operator++() {
            range_->is_there();
            range_->unread_ = true;
            return *this;
        }
        /// Goes to the next row; what it gives holds the one before.
        auto operator++(int) {
            struct Before {
                Row row;
                Row& operator*() { return row; }
            } before{std::move(**this)};
            ++*this;
            return before;
        }
        /// Equal if both are, or neither is, at the end.
        friend bool operator==(const iterator& a, const iterator& b) { return a.is_at_end() == b.is_at_end(); }
        /// The reverse.
        friend bool operator!=(const iterator& a, const iterator& b) { return !(a == b); }

    private:
        friend class Rows;
        explicit iterator(Rows* range) : range_(range) { range_->unread_ = true; }
        bool is_at_end() const { return range_ == nullptr || !range_->is_there(); }
        Rows* range_ = nullptr;
    };

    /// The first row that was not read yet.
    iterator begin() { return iterator(this); }
    /// Behind the last row.
    iterator end() noexcept { return {}; }

private:
    /// Reads the row that is next, unless it is here; false at the end.
    bool is_there() {
        if (unread_) {
            row_ = static_cast<Self*>(this)->following();
            unread_ = false;
        }
        return row_.has_value();
    }

    std::optional<Row> row_;
    bool unread_ = false;
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
