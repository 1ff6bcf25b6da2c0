// Databases at a server through beaver.hpp: with the address of one in BEAVER_SERVER, else what happens without one.
#include <cstdlib>
#include <thread>

#include "check.hpp"

static void a_url_stands_for_a_path() {
    const std::string server = std::getenv("BEAVER_SERVER");
    beaver::Options options;
    options.key = "bvr_any"; // which a server without keys does not ask for
    beaver::Database db(server, options), other(server);
    auto dict = db.dict("cpp");
    dict.set("k", "1");
    CHECK_TEXT("1", other.dict("cpp").get("k"));
    CHECK_TEXT("(none)", dict.get("no"));
    auto jobs = db.queue("cpp");
    std::thread later([&] { other.queue("cpp").put("\"mail\""); });
    CHECK_STR("\"mail\"", jobs.get(20s).value().data.c_str());
    later.join();
    auto batch = db.batch();
    batch.dict_set(dict, "a", "1").dict_set(dict, "b", "2");
    batch.commit();
    CHECK_INT(3, other.dict("cpp").size());
}

static void without_a_server() {
    CHECK_THROWS(ErrorKind::Unavailable, "nothing was done", beaver::Database("http://127.0.0.1:1"));
    CHECK_THROWS(ErrorKind::InvalidArgument, "host", beaver::Database("http://"));
    beaver::Options options;
    options.ca_file = "no.pem";
    CHECK_THROWS(ErrorKind::Io, "ca_file", beaver::Database("https://127.0.0.1:1", options));
}

int main() {
    if (std::getenv("BEAVER_SERVER")) RUN(a_url_stands_for_a_path);
    RUN(without_a_server);
    return check_end();
}
