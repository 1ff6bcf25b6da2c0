// A dashboard over the requests of the last minute, made anew in short periods. Here it ends after the third.
#include <beaver.hpp>
#include <cstdio>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using beaver::Aggregate;

// A number of a result. A JSON library reads it better.
static double number(const std::string& json, const std::string& name) {
    const std::string key = '"' + name + "\":";
    return std::stod(json.substr(json.find(key) + key.size()));
}

static void show(const std::string& json) {
    const double requests = number(json, "requests");
    std::printf("%3.0f requests  mean %5.1f ms  p90 %5.1f ms  slowest %5.1f ms  %s\n", requests, number(json, "mean"),
                number(json, "p90"), number(json, "slowest"), std::string(static_cast<std::size_t>(requests), '#').c_str());
}

// Any process may append: the view sees what was committed.
static void serve(beaver::Log& requests, int first, int last) {
    for (int at = first; at <= last; at++) requests.append(R"({"path":"/","ms":)" + std::to_string(10 * at) + '}');
}

static void run() {
    beaver::Database db("dashboard.db");
    beaver::Log requests = db.log("requests");
    requests.clear();  // of an earlier run
    auto view = requests.live(60s, 200ms,
                              {{"requests", Aggregate::count()},
                               {"mean", Aggregate::mean("ms")},
                               {"slowest", Aggregate::max("ms")},
                               {"p90", Aggregate::percentile("ms", 90)}});
    serve(requests, 1, 4);
    int period = 0;
    for (const auto& json : view) {  // waits for the next result
        show(json);
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
