// What the tests that wait for other threads share.
#ifndef BEAVER_TESTS_WAITS_HPP
#define BEAVER_TESTS_WAITS_HPP

#include <chrono>
#include <thread>

// Whether a condition comes true within ten seconds.
template <class Condition>
bool comes(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

#endif
