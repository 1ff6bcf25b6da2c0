/// Ending the waits of one thread. Part of beaver.hpp.
#ifndef BEAVER_CANCEL_HPP
#define BEAVER_CANCEL_HPP

#include <memory>
#include <utility>

#if __has_include(<version>)
#include <version>
#endif
#ifdef __cpp_lib_jthread
#include <stop_token>
#endif

#include "handle.hpp"

namespace beaver {

/// Ends the calls that wait in one piece of work, and no others: a task that is cancelled does not disturb the rest.
///
///     beaver::Cancel cancel;
///     std::thread worker([&] { beaver::attempt([&] { cancel.during([&] { work(jobs.get()); }); }); });
///     cancel.cancel();
///
/// Copied, it is the same one. Any thread may cancel, and any number of threads may wait under one.
class Cancel {
public:
    /// One that nobody has cancelled.
    Cancel() {
        beaver_cancel* cancel = nullptr;
        detail::call(beaver_cancel_new, &cancel);
        handle_.reset(cancel, detail::Free());
    }

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_cancel* handle() const noexcept { return handle_.get(); }

    /// Does a piece of work on this thread, and gives what that gives. Once this is cancelled, before or meanwhile, calls
    /// that wait in it throw Interrupted, and so do long searches; what neither waits nor searches goes on. A call has
    /// taken its item, or throws, never both; who cannot use an item any more gives it back by Queue::put_back().
    template <class Work>
    decltype(auto) during(Work&& work) const {
        if (cancelled()) throw Error(ErrorKind::Interrupted, "the call was cancelled");
        const Bound bound(handle_);
        return std::forward<Work>(work)();
    }

    /// Ends the waits, now and for good. Does not wait for them.
    void cancel() const { detail::call(beaver_cancel_cancel, handle()); }

    /// Whether it was cancelled.
    bool cancelled() const {
        bool cancelled = false;
        detail::call(beaver_cancel_cancelled, handle(), &cancelled);
        return cancelled;
    }

private:
    /// A thread that is bound, as long as this lives.
    class Bound {
    public:
        explicit Bound(std::shared_ptr<beaver_cancel> cancel) : cancel_(std::move(cancel)) {
            detail::call(beaver_cancel_bind, cancel_.get());
        }
        Bound(const Bound&) = delete;
        Bound& operator=(const Bound&) = delete;
        ~Bound() { beaver_cancel_unbind(cancel_.get(), nullptr); }

    private:
        std::shared_ptr<beaver_cancel> cancel_;
    };

    std::shared_ptr<beaver_cancel> handle_;
};

#ifdef __cpp_lib_jthread

/// Does a piece of work under a stop token, as Cancel::during() does: what asks for the stop ends its waits.
///
///     std::jthread worker([&](std::stop_token stop) { beaver::during(stop, [&] { for (;;) work(jobs.get()); }); });
template <class Work>
decltype(auto) during(std::stop_token stop, Work&& work) {
    const Cancel cancel;
    const std::stop_callback end(std::move(stop), [&]() noexcept { beaver_cancel_cancel(cancel.handle(), nullptr); });
    return cancel.during(std::forward<Work>(work));
}

#endif

}  // namespace beaver

#endif
