// Queues through beaver.hpp.
#include <cmath>
#include <limits>
#include <locale>
#include <thread>

#include "check.hpp"

static std::string data(const std::optional<beaver::QueueItem>& item) { return item ? item->data : "(none)"; }

static void the_lowest_first() {
    beaver::Database db(":memory:");
    beaver::Queue queue = db.queue("tasks");
    queue.put(R"("later")", 10);
    queue.put(R"("now")", -0.5);
    queue.put("[1, 2]");
    CHECK_STR("\"now\"", data(queue.peek()).c_str());
    const auto first = queue.get(beaver::no_wait);
    REQUIRE(first);
    CHECK(first->priority == -0.5);
    const auto age = std::chrono::system_clock::now() - first->timestamp;
    CHECK(age > -1s && age < 1min);
    std::string order;
    for (const auto& item : queue.items()) order += item.data + ' ';
    CHECK_STR("[1, 2] \"later\" ", order.c_str());
    CHECK_INT(2, queue.get_many(10, beaver::no_wait).size());
    CHECK(queue.get_many(10, 10ms).empty());
    CHECK(!queue.get(10ms));
    CHECK(!queue.peek());
}

static void priorities_come_back_as_they_were() {
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
    beaver::Database db(":memory:");
    beaver::Queue queue = db.queue("tasks");
    const std::vector<double> priorities = {-std::numeric_limits<double>::max(), -1234567.25, 0.1,
                                            std::nextafter(0.1, 1), 1e300};
    std::vector<std::pair<std::string, double>> items;
    for (const double priority : priorities) items.emplace_back("1", priority);
    queue.put_many(items);
    for (const double priority : priorities) {
        const auto item = queue.get(beaver::no_wait);
        CHECK(item && item->priority == priority);
    }
    std::locale::global(before);
    CHECK_THROWS(ErrorKind::InvalidArgument, "finite", queue.put_many({{"1", 0.0}, {"2", std::nan("")}}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", queue.put("1", std::numeric_limits<double>::infinity()));
    CHECK_THROWS(ErrorKind::InvalidJson, "", queue.put_many({{R"(1,"priority":0)", 1.0}}));
    CHECK(queue.empty());
}

static void a_put_wakes_who_waits() {
    beaver::Database db("waits.db");
    beaver::Queue queue = db.queue("tasks");
    std::thread other([&db] {
        std::this_thread::sleep_for(50ms);
        db.queue("tasks").put("1");
    });
    CHECK_STR("1", data(queue.get()).c_str());
    other.join();
}

static void leases() {
    beaver::Database db(":memory:");
    beaver::Queue queue = db.queue("tasks");
    queue.put("1", 5);
    auto job = queue.lease(30s, beaver::no_wait);
    REQUIRE(job);
    CHECK_STR("1", job->data.c_str());
    CHECK_INT(1, job->attempts);
    CHECK(job->priority == 5);
    CHECK_INT(1, queue.leased());
    CHECK(queue.empty());
    CHECK(queue.extend(job->id, 60s));
    CHECK(queue.nack(job->id));
    CHECK(!queue.ack(job->id));

    job = queue.lease(20ms, beaver::no_wait);
    REQUIRE(job);
    CHECK_INT(2, job->attempts);
    std::this_thread::sleep_for(40ms);
    CHECK(!queue.ack(job->id));
    CHECK(!queue.lease(30s, beaver::no_wait, beaver::DeadLetter{2, "dead \"letters\""}));
    CHECK_STR("1", data(db.queue("dead \"letters\"").get(beaver::no_wait)).c_str());

    queue.put("2");
    job = queue.lease(30s);
    REQUIRE(job);
    CHECK(queue.nack(job->id, 30ms));
    CHECK(!queue.get(beaver::no_wait));
    CHECK_STR("2", data(queue.get(5s)).c_str());
    CHECK_THROWS(ErrorKind::InvalidArgument, "", queue.lease(0s, beaver::no_wait));
}

int main() {
    RUN(the_lowest_first);
    RUN(priorities_come_back_as_they_were);
    RUN(a_put_wakes_who_waits);
    RUN(leases);
    return check_end();
}
