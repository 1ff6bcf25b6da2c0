/// Functions that are called for messages and events. Part of beaver.hpp.
#ifndef BEAVER_LISTENER_HPP
#define BEAVER_LISTENER_HPP

#include <exception>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "subscription.hpp"

namespace beaver {

/// Decides whether a listener goes on after an error of the library: true if it does.
using OnError = std::function<bool(const Error& error)>;

/// Calls a function for each message or event, one after the other, from a thread of its own. It ends with the object,
/// which waits for the function to return.
///
///     auto listener = config.on("set", [](const beaver::Event& event) { std::cout << event.payload << '\n'; });
///
/// What the function throws ends the listener, and comes out of off(). So does an error of the library, such as Limit for
/// messages that were missed or Paused, unless an OnError lets it go on; an interrupt is no reason to end.
class Listener {
public:
    /// Begins to pull and call.
    template <class Item, class Function>
    Listener(Feed<Item> feed, Function function, OnError on_error = {}) : state_(std::make_shared<State>()) {
        const auto pulled = std::make_shared<Feed<Item>>(std::move(feed));
        state_->close = [pulled] { pulled->close(); };
        state_->thread = std::thread(
            [state = state_, pulled, function = std::move(function), on_error = std::move(on_error)]() mutable {
                try {
                    listen(*pulled, function, on_error);
                } catch (...) {
                    state->thrown = std::current_exception();
                }
            });
    }

    Listener(Listener&&) noexcept = default;

    Listener& operator=(Listener&& other) noexcept {
        if (this != &other) {
            end();
            state_ = std::move(other.state_);
        }
        return *this;
    }

    ~Listener() { end(); }

    /// Ends it: waits for the function to return, unless it is called from there, and throws what ended the listener
    /// before, if anything did.
    void off() {
        end();
        if (!state_ || state_->thread.get_id() == std::this_thread::get_id()) return;
        if (auto thrown = std::exchange(state_->thrown, nullptr)) std::rethrow_exception(thrown);
    }

private:
    /// Shared with the thread, as a function may end its own listener.
    struct State {
        State() = default;
        State(const State&) = delete;
        State& operator=(const State&) = delete;
        ~State() {
            // Then it is the thread itself that ends it.
            if (thread.joinable()) thread.detach();
        }

        std::function<void()> close;
        std::thread thread;
        std::exception_ptr thrown;
    };

    template <class Item, class Function>
    static void listen(Feed<Item>& feed, Function& function, const OnError& on_error) {
        for (;;) {
            std::optional<Item> item;
            try {
                item = feed.next();
            } catch (const Error& error) {
                if (error.kind() == ErrorKind::Closed) return;
                if (error.kind() == ErrorKind::Interrupted) continue;
                if (!on_error || !on_error(error)) throw;
            }
            if (item) function(std::as_const(*item));
        }
    }

    void end() noexcept {
        if (!state_) return;
        try {
            state_->close();
        } catch (...) {  // closing does not fail
        }
        auto& thread = state_->thread;
        if (thread.joinable() && thread.get_id() != std::this_thread::get_id()) thread.join();
    }

    std::shared_ptr<State> state_;
};

}  // namespace beaver

#endif
