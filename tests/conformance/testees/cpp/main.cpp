// The C++ testee of the conformance suite: reads requests, calls beaver.hpp, answers. The protocol is in
// tests/conformance/SPEC.md.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <thread>

#include "testee.hpp"

void Objects::keep(const std::string& name, std::shared_ptr<Object> object) {
    const std::lock_guard guard(mutex_);
    std::swap(objects_[name], object);
}

std::shared_ptr<Object> Objects::find(const std::string& name) {
    const std::lock_guard guard(mutex_);
    const auto at = objects_.find(name);
    return at == objects_.end() ? nullptr : at->second;
}

void Objects::release(const std::string& name) {
    const std::lock_guard guard(mutex_);
    objects_.erase(name);
}

void Objects::release_all() {
    const std::lock_guard guard(mutex_);
    std::vector<std::shared_ptr<Object>> databases;
    for (const auto& [name, object] : objects_) {
        if (std::holds_alternative<beaver::Database>(object->what)) databases.push_back(object);
    }
    objects_.clear();
}

static Answer dispatch(const Request& request) {
    const auto& args = request.args;
    if (request.op == "open")
        return request.keep(beaver::Database(args.text("path"), args.optional_text("options").value_or("{}")));
    if (request.op == "restore") {
        beaver::Database::restore(args.text("from"), args.text("to"));
        return answer::null();
    }
    if (request.op == "rerank") return rerank(request);
    const auto object = request.objects.find(request.on);
    if (!object) invalid("there is no such object");
    std::unique_lock guard(object->one_at_a_time, std::defer_lock);
    const bool stream = std::holds_alternative<beaver::BlobWriter>(object->what) ||
                        std::holds_alternative<beaver::BlobReader>(object->what);
    if (stream) guard.lock();
    return std::visit([&](auto& what) { return ask(request, what); }, object->what);
}

static Answer answer_to(const Request& request) {
    if (request.op == "hello") {
        const json capabilities = {"get-or", "invalid-utf8", "json-text", "memory", "open-options", "threads"};
        return answer::of({{"protocol", 1}, {"testee", "cpp"}, {"capabilities", capabilities}});
    }
    if (request.op == "free") {
        request.objects.release(request.on);
        return answer::null();
    }
    if (request.op == "reset" || request.op == "bye") {
        request.objects.release_all();
        return answer::of({{"live", beaver::live_objects()}});
    }
    try {
        return dispatch(request);
    } catch (const beaver::Error& error) {
        return answer::error(error);
    } catch (const json::exception& error) {
        return answer::error(beaver::Error(beaver::ErrorKind::InvalidArgument, error.what()));
    }
}

static void reply(const json& id, const Request& request) {
    const auto line = "{\"id\":" + id.dump() + ',' + answer_to(request) + "}\n";
    static std::mutex output;
    const std::lock_guard guard(output);
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

/// A thread that answers its requests in order.
class Worker {
public:
    Worker() : thread_([this] { run(); }) { thread_.detach(); }

    void send(json id, Request request) {
        const std::lock_guard guard(mutex_);
        requests_.emplace_back(std::move(id), std::move(request));
        arrived_.notify_one();
    }

private:
    void run() {
        for (;;) {
            std::unique_lock guard(mutex_);
            arrived_.wait(guard, [this] { return !requests_.empty(); });
            const auto [id, request] = std::move(requests_.front());
            requests_.pop_front();
            guard.unlock();
            reply(id, request);
        }
    }

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<std::pair<json, Request>> requests_;
    std::thread thread_;
};

int main() {
    static Objects objects;
    static std::map<std::string, Worker> workers;
    std::ios::sync_with_stdio(false);
    for (std::string line; std::getline(std::cin, line);) {
        json members = json::parse(line);
        const auto text = [&](const char* name) { return members.value(name, std::string()); };
        Request request{objects, text("op"), text("on"), text("as"), Args(members.value("args", json::object()))};
        if (members.contains("thread")) {
            workers[text("thread")].send(members["id"], std::move(request));
        } else {
            reply(members["id"], request);
            if (request.op == "bye") break;
        }
    }
    // A worker may still wait for what never comes.
    std::_Exit(0);
}
