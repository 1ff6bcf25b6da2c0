// The flat tables in which the operations of each kind of object stand.
#pragma once

#include <functional>
#include <unordered_map>

#include "testee.hpp"

/// The operations of one kind, by verb.
template <class T>
using Table = std::unordered_map<std::string, std::function<Answer(const Request&, T&)>>;

template <class T>
Answer look_up(const Table<T>& table, const Request& request, T& object) {
    const auto operation = table.find(request.verb());
    if (operation == table.end()) invalid("the testee does not know " + request.op);
    return operation->second(request, object);
}

inline beaver::DumpFormat format(const Request& r) {
    const auto format = r.args.options({"format"}).optional_text("format").value_or("json");
    if (format != "json" && format != "jsonl") invalid("there is no such format");
    return format == "json" ? beaver::DumpFormat::Json : beaver::DumpFormat::JsonLines;
}

inline beaver::LoadMode mode(const Request& r) {
    const auto mode = r.args.options({"mode"}).optional_text("mode").value_or("replace");
    if (mode != "replace" && mode != "append") invalid("there is no such mode");
    return mode == "replace" ? beaver::LoadMode::Replace : beaver::LoadMode::Append;
}

/// A table with what all structures do alike, and more.
template <class T>
Table<T> structure(Table<T> table) {
    Table<T> common = {
        {"acquire",
         [](const Request& r, T& o) {
             auto owned = o.acquire(r.args.timeout(), r.args.owner_ttl());
             return owned ? r.keep(std::move(*owned)) : answer::timeout();
         }},
        {"release", [](const Request&, T& o) { return answer::of(o.release()); }},
        {"renew", [](const Request& r, T& o) { return answer::of(o.renew(r.args.owner_ttl())); }},
        {"locked", [](const Request&, T& o) { return answer::of(o.locked()); }},
        {"on", [](const Request& r, T& o) { return r.keep(o.on(r.args.text("event"))); }},
        {"len", [](const Request&, T& o) { return answer::of(o.size()); }},
        {"clear", [](const Request&, T& o) { return answer::of(o.clear()); }},
        {"dump", [](const Request& r, T& o) { return answer::of(o.dump(format(r))); }},
        {"load",
         [](const Request& r, T& o) {
             o.load(r.args.text("text"), mode(r));
             return answer::null();
         }},
    };
    table.merge(common);
    return table;
}
