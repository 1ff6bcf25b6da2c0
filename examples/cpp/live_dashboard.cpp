// A dashboard over the requests of the last minute, made anew in short periods. Here it ends after the third.
#include <beaver.hpp>
#include <beaver/nlohmann.hpp>
#include <cstdio>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using beaver::Aggregate;

struct Request {
    std::string path;
    int ms = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Request, path, ms)

// The results of the aggregates, by their names.
struct Summary {
    std::size_t requests = 0;
    double mean = 0;
    double p90 = 0;
    double slowest = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Summary, requests, mean, p90, slowest)

static void show(const Summary& now) {
    std::printf("%3zu requests  mean %5.1f ms  p90 %5.1f ms  slowest %5.1f ms  %s\n", now.requests, now.mean, now.p90,
                now.slowest, std::string(now.requests, '#').c_str());
}

// Any process may append: the view sees what was committed.
static void serve(beaver::LogOf<Request>& requests, int first, int last) {
    for (int at = first; at <= last; at++) requests.append({"/", 10 * at});
}

static void run() {
    beaver::Database db("dashboard.db");
    auto requests = db.log<Request>("requests");
    requests.clear();  // of an earlier run
    auto view = requests.live<Summary>(60s, 200ms,
                                       {{"requests", Aggregate::count()},
                                        {"mean", Aggregate::mean("ms")},
                                        {"slowest", Aggregate::max("ms")},
                                        {"p90", Aggregate::percentile("ms", 90)}});
    serve(requests, 1, 4);
    int period = 0;
    for (const auto& summary : view) {  // waits for the next result
        show(summary);
        if (++period == 3) break;
        serve(requests, 4 * period + 1, 4 * period + 4);
    }
}

int main() {
    try {
        run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
