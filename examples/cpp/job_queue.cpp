// Workers that lease their jobs: one that fails or dies loses nothing, and what fails again and again ends in a queue of
// its own. It leaves jobs.db in the current folder.
#include <beaver.hpp>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

static void work(beaver::Queue& jobs, const beaver::LeasedItem& job) {
    // {"action":"…"}, written below. A JSON library takes any JSON apart.
    const auto action = job.data.substr(10, job.data.size() - 11);
    const bool failed = action == R"("divide_by_zero")";
    std::cout << "attempt " << job.attempts << " at " << action << ": " << (failed ? "failed" : "done") << '\n';
    if (failed)
        jobs.nack(job.id);
    else
        jobs.ack(job.id);
}

static void run() {
    beaver::Database db("jobs.db");
    beaver::Queue jobs = db.queue("agent_tasks");
    beaver::Queue given_up = db.queue("agent_tasks.dead");
    jobs.clear();
    given_up.clear();
    jobs.put(R"({"action":"summarize_news"})", 10);
    jobs.put(R"({"action":"respond_to_user"})", 1);
    jobs.put(R"({"action":"divide_by_zero"})", 5);

    // Nobody may hold a job for more than 30 seconds, or be given it more than three times.
    const beaver::DeadLetter dead{3, "agent_tasks.dead"};
    while (const auto job = jobs.lease(30s, beaver::no_wait, dead)) work(jobs, *job);

    for (const auto& item : given_up.items()) std::cout << "given up: " << item.data << '\n';
}

int main() {
    try {
        run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
