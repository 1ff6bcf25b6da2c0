/// Locks between processes. Part of beaver.hpp.
#ifndef BEAVER_LOCK_HPP
#define BEAVER_LOCK_HPP

#include <cstdint>
#include <string_view>
#include <utility>

#include "handle.hpp"
#include "listener.hpp"
#include "subscription.hpp"
#include "time.hpp"

namespace beaver {

/// A lock between processes: first come, first served, and ended by a time to live if its holder dies. Each object is
/// an owner of its own, and releases the lock when it ends.
class Lock {
public:
    /// Takes over a handle of beaver.h.
    explicit Lock(beaver_lock* handle) noexcept : handle_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_lock* handle() const noexcept { return handle_.get(); }

    /// Waits for the lock and holds it; false if the time runs out. Who holds it acquires it again at once, and must
    /// then release it as often.
    bool acquire(Timeout timeout = forever, Seconds ttl = default_ttl) {
        return detail::call(beaver_lock_acquire, handle(), timeout.milliseconds(), ttl.count()) == BEAVER_OK;
    }

    /// Gives the lock to the next who waits; false if this object did not hold it.
    bool release() { return detail::call(beaver_lock_release, handle()) == BEAVER_OK; }

    /// Holds the lock for so long from now on; false if this object did not hold it.
    bool renew(Seconds ttl = default_ttl) {
        return detail::call(beaver_lock_renew, handle(), ttl.count()) == BEAVER_OK;
    }

    /// Whether this object holds the lock.
    bool held() const {
        bool held = false;
        detail::call(beaver_lock_held, handle(), &held);
        return held;
    }

    /// Whether anybody holds the lock.
    bool locked() const {
        bool locked = false;
        detail::call(beaver_lock_locked, handle(), &locked);
        return locked;
    }

    /// Listens to an event of the lock, in this process and all others, from now on: "acquire", "release", "clear", or "*"
    /// for all of them. That a lock ends by its time to live is no event.
    Events on(std::string_view event) const { return detail::events(beaver_lock_on, handle(), event); }

    /// The same with a function that is called for each event, from a thread of its own.
    template <class Function>
    Listener on(std::string_view event, Function function, OnError on_error = {}) const {
        return Listener(on(event), std::move(function), std::move(on_error));
    }

    /// Takes the lock from its holder and everybody out of the line, and tells how many they were. For repairs.
    std::uint64_t clear() {
        std::uint64_t count = 0;
        detail::call(beaver_lock_clear, handle(), &count);
        return count;
    }

private:
    detail::Handle<beaver_lock> handle_;
};

}  // namespace beaver

#endif
