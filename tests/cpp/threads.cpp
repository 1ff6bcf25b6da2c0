// Threads share the objects of beaver.hpp, and end each other's waits.
#include <atomic>
#include <thread>
#include <vector>

#include "check.hpp"

static void a_queue_serves_many() {
    beaver::Database db("threads.db");
    beaver::Queue queue = db.queue("tasks");
    constexpr int count = 200;
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (int worker = 0; worker < 4; worker++) {
        threads.emplace_back([&queue, &sum] {
            while (const auto item = queue.get(2s)) {
                if (item->data == "0") break;
                sum += std::stoi(item->data);
            }
        });
    }
    threads.emplace_back([&queue] {
        for (int number = 1; number <= count; number++) queue.put(std::to_string(number));
        for (int worker = 0; worker < 4; worker++) queue.put("0", 1);
    });
    for (auto& thread : threads) thread.join();
    CHECK_INT(count * (count + 1) / 2, sum.load());
    CHECK(queue.empty());
}

static void compare_and_set_counts() {
    beaver::Database db("counter.db");
    beaver::Dict dict = db.dict("d");
    dict.set("n", "0");
    std::vector<std::thread> threads;
    for (int worker = 0; worker < 4; worker++) {
        threads.emplace_back([&dict] {
            for (int done = 0; done < 25;) {
                const auto before = *dict.get("n");
                if (dict.compare_and_set("n", before, std::to_string(std::stoi(before) + 1))) done++;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK_TEXT("100", dict.get("n"));
}

// Lets a thread wait for an item, ends that by `end`, and gives the kind of the error.
template <class End>
static beaver_status ended(const char* path, End end) {
    beaver::Database db(path);
    std::atomic<beaver_status> status{BEAVER_OK};
    std::thread waiting([&db, &status] {
        try {
            beaver::Queue queue = db.queue("q");
            queue.get();
        } catch (const beaver::Error& error) {
            status = error.status();
        }
    });
    for (int patience = 0; db.stats().waiters == 0 && patience < 500; patience++) std::this_thread::sleep_for(10ms);
    end(db);
    waiting.join();
    return status;
}

static void waits_are_ended() {
    CHECK_STATUS(BEAVER_INTERRUPTED, ended("interrupt.db", [](beaver::Database& db) { db.interrupt(); }));
    CHECK_STATUS(BEAVER_PAUSED, ended("pause.db", [](beaver::Database& db) { db.pause(); }));
    CHECK_STATUS(BEAVER_CLOSED, ended("close.db", [](beaver::Database& db) { db.close(); }));
}

int main() {
    RUN(a_queue_serves_many);
    RUN(compare_and_set_counts);
    RUN(waits_are_ended);
    return check_end();
}
