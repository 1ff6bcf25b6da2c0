// Arguments and answers in the form of the wire.
#include <cmath>
#include <limits>

#include "testee.hpp"

[[noreturn]] void invalid(const std::string& message) {
    throw beaver::Error(beaver::ErrorKind::InvalidArgument, message);
}

namespace answer {

Answer raw(std::string_view text) {
    std::string line = "\"result\":" + std::string(text);
    for (char& c : line) {
        if (c == '\n' || c == '\r') c = ' ';
    }
    return line;
}

Answer of(const json& value) { return raw(value.dump()); }
Answer null() { return "\"result\":null"; }
Answer absent() { return "\"absent\":true"; }
Answer timeout() { return "\"timeout\":true"; }
Answer found(bool found) { return found ? null() : absent(); }
Answer value(const std::optional<std::string>& value) { return value ? raw(*value) : absent(); }

Answer error(const beaver::Error& error, std::optional<std::size_t> index) {
    json detail = {{"kind", error.name()}, {"message", error.what()}};
    if (!index) index = error.operation();
    if (index) detail["index"] = *index;
    return "\"error\":" + detail.dump(-1, ' ', false, json::error_handler_t::replace);
}

Answer array(const std::vector<std::string>& parts) {
    std::string text = "[";
    for (const auto& part : parts) text += (text.size() > 1 ? "," : "") + part;
    return raw(text + ']');
}

std::string bytes(const beaver::Bytes& bytes) {
    static const char* const digits = "0123456789abcdef";
    std::string hex;
    for (const auto byte : bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return "{\"$bytes\":\"" + hex + "\"}";
}

}  // namespace answer

static std::string text_of(const json& value) {
    if (value.is_string()) return value.get<std::string>();
    const auto hex = value.at("$bytes").get<std::string>();
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    return bytes;
}

const json& Args::at(const char* name) const {
    if (!members_.contains(name)) invalid(std::string("the request has no ") + name);
    return members_[name];
}

std::string Args::text(const char* name) const { return text_of(at(name)); }

std::optional<std::string> Args::optional_text(const char* name) const {
    return has(name) ? std::optional<std::string>(text(name)) : std::nullopt;
}

std::vector<std::string> Args::texts(const char* name) const {
    std::vector<std::string> texts;
    for (const auto& value : at(name)) texts.push_back(text_of(value));
    return texts;
}

beaver::Bytes Args::bytes(const char* name) const {
    const std::string bytes = text(name);
    return {bytes.begin(), bytes.end()};
}

static double number_of(const json& value) {
    if (!value.is_object()) return value.get<double>();
    const auto which = value.at("$float").get<std::string>();
    const double infinity = std::numeric_limits<double>::infinity();
    return which == "inf" ? infinity : which == "-inf" ? -infinity : std::nan("");
}

double Args::number(const char* name) const { return number_of(at(name)); }

std::optional<std::vector<float>> Args::vector(const char* name) const {
    if (!has(name)) return std::nullopt;
    std::vector<float> components;
    for (const auto& component : at(name).at("$vec")) components.push_back(static_cast<float>(number_of(component)));
    return components;
}

beaver::Timeout Args::timeout() const {
    return has("timeout") ? beaver::Timeout(seconds("timeout")) : beaver::forever;
}

std::int64_t Args::integer(const char* name, std::int64_t otherwise) const {
    return has(name) ? at(name).get<std::int64_t>() : otherwise;
}

std::optional<beaver::Time> Args::time(const char* name) const {
    if (!has(name)) return std::nullopt;
    return beaver::Time(std::chrono::microseconds(integer(name)));
}

std::vector<Args> Args::items(const char* name) const {
    std::vector<Args> items;
    for (const auto& item : at(name)) items.emplace_back(item);
    return items;
}

Args Args::options(const std::set<std::string>& known, const char* name) const {
    const auto text = optional_text(name);
    json options = text ? json::parse(*text) : json::object();
    if (!options.is_object()) invalid("options are an object");
    for (const auto& [option, value] : options.items()) {
        if (known.count(option) == 0) invalid("there is no option " + option);
    }
    return Args(std::move(options));
}

beaver::When Args::condition() const {
    if (!has("if")) return {};
    const json& condition = at("if");
    return condition.is_string() ? beaver::When::absent() : beaver::When::equals(text_of(condition.at("equals")));
}
