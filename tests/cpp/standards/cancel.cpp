// Ending the waits of one thread through beaver.hpp.
#include <future>
#include <thread>

#include "../check.hpp"
#include "../waits.hpp"

template <class Wait>
static ErrorKind how_it_ends(Wait wait) {
    try {
        wait();
    } catch (const beaver::Error& error) {
        return error.kind();
    }
    return ErrorKind::Internal;
}

static void a_wait_ends_alone() {
    beaver::Database db(":memory:");
    beaver::Queue jobs = db.queue("jobs");
    const beaver::Cancel cancel;
    auto stays = std::async(std::launch::async, [&] { return jobs.get(); });
    CHECK(comes([&] { return db.stats().waiters == 1; }));
    auto ends = std::async(std::launch::async, [&, copy = cancel] {
        return how_it_ends([&] { copy.during([&] { return jobs.get(); }); });
    });
    CHECK(comes([&] { return db.stats().waiters == 2; }));
    CHECK(!cancel.cancelled());
    cancel.cancel();
    CHECK(cancel.cancelled());
    CHECK(ends.get() == ErrorKind::Interrupted);
    jobs.put("1");
    CHECK_STR("1", stays.get()->data.c_str());
    bool begun = false;
    CHECK_THROWS(ErrorKind::Interrupted, "cancelled", cancel.during([&] { begun = true; }));
    CHECK(!begun);
}

static void the_work_gives_what_it_gives() {
    beaver::Database db(":memory:");
    beaver::Queue jobs = db.queue("jobs");
    const beaver::Cancel cancel;
    jobs.put("1");
    CHECK_STR("1", cancel.during([&] { return jobs.get(); })->data.c_str());
    int number = 0;
    int& same = cancel.during([&]() -> int& { return number; });
    CHECK(&same == &number);
    bool came_out = false;
    try {
        cancel.during([] { throw 7; });
    } catch (int thrown) {
        came_out = thrown == 7;
    }
    CHECK(came_out);
    // Behind it, nothing is bound any more.
    cancel.cancel();
    CHECK(!jobs.get(beaver::no_wait));
}

static void work_that_was_cancelled_can_settle() {
    beaver::Database db(":memory:");
    beaver::Queue jobs = db.queue("jobs");
    jobs.put(R"("half done")", 3);
    const beaver::Cancel cancel;
    cancel.during([&] {
        const auto job = jobs.get();
        cancel.cancel();
        CHECK_THROWS(ErrorKind::Interrupted, "cancelled", jobs.get(beaver::no_wait));
        jobs.put_back(*job);
    });
    CHECK_STR(R"("half done")", jobs.peek()->data.c_str());
}

static void one_that_was_moved_from_is_refused() {
    beaver::Cancel cancel;
    const beaver::Cancel other = std::move(cancel);
    CHECK_THROWS(ErrorKind::InvalidArgument, "NULL", cancel.cancel());
    CHECK_THROWS(ErrorKind::InvalidArgument, "NULL", cancel.during([] {}));
    CHECK(!other.cancelled());
}

#ifdef __cpp_lib_jthread
static void a_stop_token_ends_the_waits_of_a_thread() {
    beaver::Database db(":memory:");
    beaver::Queue jobs = db.queue("jobs");
    auto ended = ErrorKind::Internal;
    int done = 0;
    {
        std::jthread worker([&](std::stop_token stop) {
            ended = how_it_ends([&] {
                beaver::during(stop, [&] {
                    for (;; ++done) jobs.get();
                });
            });
        });
        jobs.put("1");
        CHECK(comes([&] { return jobs.empty() && db.stats().waiters == 1; }));
    }
    CHECK(ended == ErrorKind::Interrupted);
    CHECK_INT(1, done);
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_THROWS(ErrorKind::Interrupted, "cancelled", beaver::during(stopped.get_token(), [] {}));
    CHECK_INT(5, beaver::during(std::stop_token(), [] { return 5; }));
}
#endif

int main() {
    RUN(a_wait_ends_alone);
    RUN(the_work_gives_what_it_gives);
    RUN(work_that_was_cancelled_can_settle);
    RUN(one_that_was_moved_from_is_refused);
#ifdef __cpp_lib_jthread
    RUN(a_stop_token_ends_the_waits_of_a_thread);
#endif
    return check_end();
}
