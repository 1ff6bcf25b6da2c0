// Workers that lease their jobs: each job goes to one of them, one that fails or dies loses nothing, and what fails again
// and again ends in a queue of its own. The workers are threads here; processes share the jobs in the same way. It leaves
// jobs.db in the current folder.
#include <beaver.hpp>
#include <beaver/nlohmann.hpp>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

struct Job {
    std::string action;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Job, action)

using Jobs = beaver::QueueOf<Job>;

static void work(Jobs& jobs, int worker, const Jobs::Leased& job) {
    const bool failed = job.data.action == "divide_by_zero";
    // One text, so that what several workers print does not mix.
    std::cout << "worker " + std::to_string(worker) + ", attempt " + std::to_string(job.attempts) + " at " +
                     job.data.action + (failed ? ": failed\n" : ": done\n");
    if (failed)
        jobs.nack(job.id);
    else
        jobs.ack(job.id);
}

// Waits for jobs, and goes home when none has come for a while. A put wakes one who waits.
static void run_worker(Jobs& jobs, int number) {
    // Nobody may hold a job for more than 30 seconds, or be given it more than three times.
    const beaver::DeadLetter dead{3, "agent_tasks.dead"};
    while (const auto job = jobs.lease(30s, 500ms, dead)) work(jobs, number, *job);
}

static void run() {
    beaver::Database db("jobs.db");
    Jobs jobs = db.queue<Job>("agent_tasks");
    Jobs given_up = db.queue<Job>("agent_tasks.dead");
    jobs.clear();
    given_up.clear();
    std::vector<std::thread> workers;
    for (int number = 1; number <= 3; number++) workers.emplace_back([&jobs, number] { run_worker(jobs, number); });
    jobs.put({"summarize_news"}, 10);
    jobs.put({"respond_to_user"}, 1);
    jobs.put({"divide_by_zero"}, 5);
    jobs.put({"index_mail"}, 10);
    for (auto& worker : workers) worker.join();

    for (const auto& item : given_up.items()) std::cout << "given up: " << item.data.action << '\n';
}

int main() {
    try {
        run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
