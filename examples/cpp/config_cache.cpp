// A cache in front of something slow: values that are absent again after their time, and a lock so that only one process
// at a time refreshes. It leaves cache.db in the current folder.
#include <beaver.hpp>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

using namespace std::chrono_literals;

static std::string capital(const beaver::Database& db, const std::string& country) {
    beaver::Dict cache = db.dict("capitals");
    if (const auto known = cache.get(country)) return *known;
    beaver::Lock refresh = db.lock("refresh_capitals");  // released when it goes out of scope
    if (!refresh.acquire(5s, 30s)) throw std::runtime_error("somebody else refreshes for too long");
    // Somebody else may have been faster while this one waited.
    if (const auto known = cache.get(country)) return *known;
    std::cout << "asking for the capital of " << country << " …\n";
    const std::string answer = R"("Quito")";
    cache.set(country, answer, 200ms);
    return answer;
}

static void run() {
    beaver::Database db("cache.db");
    db.dict("capitals").clear();
    const auto tell = [&db](const std::string& when) {
        const auto answer = capital(db, "Ecuador");
        std::cout << when << ": " << answer << '\n';
    };
    tell("attempt 1");
    tell("attempt 2");
    std::this_thread::sleep_for(250ms);
    tell("after the expiry");
}

int main() {
    try {
        run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
