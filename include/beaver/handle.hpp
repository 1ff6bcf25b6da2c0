/// How objects, buffers and functions go through beaver.h. Part of beaver.hpp, not for use by itself.
#ifndef BEAVER_HANDLE_HPP
#define BEAVER_HANDLE_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"

namespace beaver {

/// Bytes that come out of the library.
using Bytes = std::vector<std::uint8_t>;

namespace detail {

struct Free {
    void operator()(beaver_db* object) const noexcept { beaver_db_free(object); }
    void operator()(beaver_dict* object) const noexcept { beaver_dict_free(object); }
    void operator()(beaver_list* object) const noexcept { beaver_list_free(object); }
    void operator()(beaver_queue* object) const noexcept { beaver_queue_free(object); }
    void operator()(beaver_blobs* object) const noexcept { beaver_blobs_free(object); }
    void operator()(beaver_blob_writer* object) const noexcept { beaver_blob_writer_free(object); }
    void operator()(beaver_blob_reader* object) const noexcept { beaver_blob_reader_free(object); }
    void operator()(beaver_log* object) const noexcept { beaver_log_free(object); }
    void operator()(beaver_collection* object) const noexcept { beaver_collection_free(object); }
    void operator()(beaver_lock* object) const noexcept { beaver_lock_free(object); }
    void operator()(beaver_cancel* object) const noexcept { beaver_cancel_free(object); }
    void operator()(beaver_batch* object) const noexcept { beaver_batch_free(object); }
    void operator()(beaver_channel* object) const noexcept { beaver_channel_free(object); }
    void operator()(beaver_subscription* object) const noexcept { beaver_subscription_free(object); }
    void operator()(beaver_live_view* object) const noexcept { beaver_live_view_free(object); }
    void operator()(beaver_iter* object) const noexcept { beaver_iter_free(object); }
};

/// Owns an object of beaver.h.
template <class C>
using Handle = std::unique_ptr<C, Free>;

/// Owns a buffer of beaver.h.
class Buffer {
public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { beaver_buf_free(&buf_); }

    beaver_buf* out() noexcept { return &buf_; }
    bool empty() const noexcept { return buf_.data == nullptr; }
    std::string_view view() const noexcept {
        return empty() ? std::string_view() : std::string_view(reinterpret_cast<const char*>(buf_.data), buf_.len);
    }
    std::string text() const { return std::string(view()); }
    Bytes bytes() const { return empty() ? Bytes() : Bytes(buf_.data, buf_.data + buf_.len); }

private:
    beaver_buf buf_{nullptr, 0, 0};
};

/// A caller's function on its way through C: what it throws stops the call, and is thrown again behind it.
template <class Function>
class Callback {
public:
    explicit Callback(Function function) : function_(std::move(function)) {}

    /// What beaver.h is given as userdata.
    void* userdata() noexcept { return this; }

    /// Runs the function, or gives `stop` if it throws. A function that returns nothing gives `go_on`.
    template <class Answer, class... Arguments>
    static Answer run(void* userdata, Answer go_on, Answer stop, Arguments... arguments) noexcept {
        auto& self = *static_cast<Callback*>(userdata);
        try {
            if constexpr (std::is_void_v<std::invoke_result_t<Function&, Arguments...>>) {
                self.function_(arguments...);
                return go_on;
            } else {
                return static_cast<Answer>(self.function_(arguments...));
            }
        } catch (...) {
            self.thrown_ = std::current_exception();
            return stop;
        }
    }

    /// Makes the call; the exception of the function comes before the error that it led to.
    template <class Call>
    void around(Call call) {
        try {
            call();
        } catch (const Error&) {
            if (!thrown_) throw;
        }
        if (thrown_) std::rethrow_exception(thrown_);
    }

private:
    Function function_;
    std::exception_ptr thrown_;
};

/// Makes a call that tells how far it is: `progress(done, total)` returns false or throws to stop it.
template <class Progress, class Call>
void watched(Progress progress, Call call) {
    using Watcher = Callback<Progress>;
    Watcher watcher(std::move(progress));
    const beaver_progress_fn function = [](void* userdata, std::uint64_t done, std::uint64_t total) noexcept {
        return Watcher::run(userdata, true, false, done, total);
    };
    watcher.around([&] { call(function, watcher.userdata()); });
}

/// For who does not want to know how far a call is.
inline void unwatched(std::uint64_t, std::uint64_t) {}

}  // namespace detail
}  // namespace beaver

#endif
