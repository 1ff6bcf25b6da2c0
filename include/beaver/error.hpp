/// What calls throw. Part of beaver.hpp.
#ifndef BEAVER_ERROR_HPP
#define BEAVER_ERROR_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "../beaver.h"

namespace beaver {

/// What an error means, and so what to do about it: see the statuses in beaver.h.
enum class ErrorKind : beaver_status {
    InvalidArgument = BEAVER_INVALID_ARGUMENT,
    InvalidUtf8 = BEAVER_INVALID_UTF8,
    InvalidJson = BEAVER_INVALID_JSON,
    TypeMismatch = BEAVER_TYPE_MISMATCH,
    Limit = BEAVER_LIMIT,
    Unsupported = BEAVER_UNSUPPORTED,
    Conflict = BEAVER_CONFLICT,
    Busy = BEAVER_BUSY,
    Interrupted = BEAVER_INTERRUPTED,
    Closed = BEAVER_CLOSED,
    Paused = BEAVER_PAUSED,
    ReadOnly = BEAVER_READ_ONLY,
    Denied = BEAVER_DENIED,
    Unavailable = BEAVER_UNAVAILABLE,
    Full = BEAVER_FULL,
    Io = BEAVER_IO,
    Corrupt = BEAVER_CORRUPT,
    Internal = BEAVER_INTERNAL,
    Panic = BEAVER_PANIC,
    /// Only where an answer would not do: in a batch an index of a list, or a lease, was not there; a document that was to
    /// be connected is not there.
    NotFound = BEAVER_NOT_FOUND
};

/// Thrown by every call that fails. A call that fails changes nothing.
class Error : public std::exception {
public:
    /// An error that the C++ layer itself finds.
    Error(ErrorKind kind, std::string message, std::optional<std::size_t> operation = std::nullopt)
        : Error(Facts{kind, std::move(message), std::nullopt, operation, 0, {}}) {}

    /// The error of a C call; frees `error`, which may be NULL.
    static Error of(beaver_status status, beaver_error* error) {
        const std::unique_ptr<beaver_error, Free> owned(error);
        const auto position = [](std::int64_t at) {
            return at < 0 ? std::nullopt : std::optional<std::size_t>(static_cast<std::size_t>(at));
        };
        std::string message = beaver_error_message(error);
        return Error(Facts{static_cast<ErrorKind>(status), std::move(message), position(beaver_error_offset(error)),
                           position(beaver_error_operation(error)), beaver_error_sqlite_code(error),
                           beaver_error_detail(error)});
    }

    /// One line for a person; not part of the API.
    const char* what() const noexcept override { return facts_->message.c_str(); }
    /// What kind of error it is.
    ErrorKind kind() const noexcept { return facts_->kind; }
    /// The same as the number of beaver.h.
    beaver_status status() const noexcept { return static_cast<beaver_status>(facts_->kind); }
    /// The same as text: "INVALID_ARGUMENT".
    const char* name() const noexcept { return beaver_status_name(status()); }
    /// The byte of the input at which invalid UTF-8 or JSON was found.
    std::optional<std::size_t> offset() const noexcept { return facts_->offset; }
    /// The index of the operation or item that failed, in a batch or a call with many items.
    std::optional<std::size_t> operation() const noexcept { return facts_->operation; }
    /// SQLite's extended result code, or 0.
    int sqlite_code() const noexcept { return facts_->sqlite_code; }
    /// Everything as a JSON object; empty if the library was not asked.
    const std::string& detail() const noexcept { return facts_->detail; }

private:
    struct Free {
        void operator()(beaver_error* error) const noexcept { beaver_error_free(error); }
    };
    struct Facts {
        ErrorKind kind;
        std::string message;
        std::optional<std::size_t> offset;
        std::optional<std::size_t> operation;
        int sqlite_code;
        std::string detail;
    };

    explicit Error(Facts facts) : facts_(std::make_shared<const Facts>(std::move(facts))) {}

    /// Shared, because copying an exception must not throw.
    std::shared_ptr<const Facts> facts_;
};

namespace detail {

/// Calls a function of beaver.h, the last argument left out; throws its error, gives its status otherwise.
template <class Function, class... Arguments>
beaver_status call(Function function, Arguments... arguments) {
    beaver_error* error = nullptr;
    const beaver_status status = function(arguments..., &error);
    if (error != nullptr || status >= BEAVER_INVALID_ARGUMENT) throw Error::of(status, error);
    return status;
}

}  // namespace detail
}  // namespace beaver

#endif
