// The parts of the C++ testee: the form of the wire, and the objects that requests are about.
#pragma once

#include <beaver.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using nlohmann::json;

/// The part of an answer behind the id, JSON text without its braces.
using Answer = std::string;

namespace answer {

Answer raw(std::string_view text);
Answer of(const json& value);
Answer null();
Answer absent();
Answer timeout();
Answer error(const beaver::Error& error, std::optional<std::size_t> index = std::nullopt);
/// Null, or absent.
Answer found(bool found);
/// A value, or absent.
Answer value(const std::optional<std::string>& value);
/// An array of texts that are JSON already.
Answer array(const std::vector<std::string>& parts);
std::string bytes(const beaver::Bytes& bytes);

/// The rows of a range, each made JSON text.
template <class Row, class Text>
Answer rows(beaver::Range<Row> range, Text text) {
    std::vector<std::string> parts;
    for (const auto& row : range) parts.push_back(text(row));
    return array(parts);
}

}  // namespace answer

/// The arguments of a request, or the members of one of them.
class Args {
public:
    explicit Args(json members) : members_(std::move(members)) {}

    bool has(const char* name) const { return members_.contains(name) && !members_[name].is_null(); }
    const json& at(const char* name) const;
    std::string text(const char* name) const;
    std::optional<std::string> optional_text(const char* name) const;
    std::vector<std::string> texts(const char* name) const;
    beaver::Bytes bytes(const char* name) const;
    double number(const char* name) const;
    beaver::Seconds seconds(const char* name) const { return beaver::Seconds(number(name)); }
    beaver::Ttl ttl() const { return has("ttl") ? beaver::Ttl(seconds("ttl")) : std::nullopt; }
    beaver::Seconds owner_ttl() const { return has("ttl") ? seconds("ttl") : beaver::default_ttl; }
    beaver::Timeout timeout() const;
    std::int64_t integer(const char* name, std::int64_t otherwise = 0) const;
    std::optional<beaver::Time> time(const char* name) const;
    std::vector<Args> items(const char* name) const;
    /// An embedding or a query vector, if there is one.
    std::optional<std::vector<float>> vector(const char* name) const;
    /// The options, which may have these members only.
    Args options(const std::set<std::string>& known, const char* name = "options") const;
    beaver::When condition() const;

private:
    json members_;
};

/// A live view of the entries themselves, which it makes the text of the wire.
using Entries = beaver::LiveEntries<std::string (*)(std::vector<beaver::LogEntry>)>;

/// What a request can be about. Any number of threads may use the first ones; the streams have a lock.
struct Object {
    template <class T>
    explicit Object(T object) : what(std::move(object)) {}

    std::variant<beaver::Database, beaver::Dict, beaver::List, beaver::Queue, beaver::Blobs, beaver::Log,
                 beaver::Collection, beaver::Channel, beaver::Lock, beaver::BlobWriter, beaver::BlobReader,
                 beaver::Subscription, beaver::Events, beaver::LiveView, Entries>
        what;
    std::mutex one_at_a_time;
};

/// The objects by name.
class Objects {
public:
    void keep(const std::string& name, std::shared_ptr<Object> object);
    std::shared_ptr<Object> find(const std::string& name);
    void release(const std::string& name);
    /// Releases all, the databases last.
    void release_all();

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Object>> objects_;
};

/// A request on its way to the operation that answers it.
struct Request {
    Objects& objects;
    std::string op;
    std::string on;
    std::string as;
    Args args;

    std::string verb() const { return op.substr(op.find('.') + 1); }

    template <class T>
    Answer keep(T object) const {
        objects.keep(as, std::make_shared<Object>(std::move(object)));
        return answer::null();
    }
};

/// The operations of each kind of object, for its verb.
Answer ask(const Request& request, beaver::Database& db);
Answer ask(const Request& request, beaver::Dict& dict);
Answer ask(const Request& request, beaver::List& list);
Answer ask(const Request& request, beaver::Queue& queue);
Answer ask(const Request& request, beaver::Blobs& blobs);
Answer ask(const Request& request, beaver::Log& log);
Answer ask(const Request& request, beaver::Collection& collection);
Answer ask(const Request& request, beaver::Channel& channel);
Answer ask(const Request& request, beaver::Lock& lock);
Answer ask(const Request& request, beaver::BlobWriter& writer);
Answer ask(const Request& request, beaver::BlobReader& reader);
Answer ask(const Request& request, beaver::Subscription& subscription);
Answer ask(const Request& request, beaver::Events& events);
Answer ask(const Request& request, beaver::LiveView& view);
Answer ask(const Request& request, Entries& entries);
Answer live(const Request& request, const beaver::Log& log);
std::string entry_text(const beaver::LogEntry& entry);
Answer batch(const Request& request, const beaver::Database& db);
/// Adds an operation of a collection; false if it is none.
bool add(const beaver::Collection& collection, beaver::Batch& batch, const Args& op);
Answer rerank(const Request& request);

[[noreturn]] void invalid(const std::string& message);
