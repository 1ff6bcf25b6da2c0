/// Dicts. Part of beaver.hpp.
#ifndef BEAVER_DICT_HPP
#define BEAVER_DICT_HPP

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "structure.hpp"

namespace beaver {

/// A key of a dict and its value.
template <class T>
struct DictItemOf {
    std::string key;
    detail::Stored<T> value{};
};

/// A key and its value as JSON text.
using DictItem = DictItemOf<Text>;

namespace detail {

template <class T>
DictItemOf<T> dict_item(std::string_view json) {
    DictItemOf<T> item;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "key")) item.key = plain_string(value);
        if (is(key, "value")) item.value = parse<T>(value);
    });
    return item;
}

}  // namespace detail

/// Values by key, each with a time to live if one is given. A key whose time is over is absent for every function.
/// Keys have up to 4096 bytes.
template <class T>
class DictOf : public Structure<DictOf<T>, beaver_dict, T> {
    using Base = Structure<DictOf, beaver_dict, T>;

public:
    using Base::Base;
    using Base::handle;
    /// What a key is set to, and what it then has.
    using Given = detail::Given<T>;
    using Stored = detail::Stored<T>;

    /// Sets a key, for ever or for a time.
    void set(std::string_view key, const Given& value, Ttl ttl = std::nullopt) {
        const auto json = detail::text_of<T>(value);
        detail::call(beaver_dict_set, handle(), c(key).c_str(), json.data(), json.size(), detail::ttl_seconds(ttl));
    }

    /// Sets many keys in one commit: any container of pairs of key and value.
    template <class Items = std::initializer_list<std::pair<std::string_view, Given>>>
    void set_many(const Items& items, Ttl ttl = std::nullopt) {
        std::string json = "{";
        std::size_t index = 0;
        for (const auto& [key, value] : items) {
            if (index > 0) json += ',';
            json += json_string(key);
            json += ':';
            json += detail::member<T>(value, index++);
        }
        json += '}';
        detail::call(beaver_dict_set_many, handle(), json.data(), json.size(), detail::ttl_seconds(ttl));
    }

    /// Sets a key only if it is absent; tells whether it did.
    bool set_if_absent(std::string_view key, const Given& value, Ttl ttl = std::nullopt) {
        const auto json = detail::text_of<T>(value);
        return flag(beaver_dict_set_if_absent, c(key).c_str(), json.data(), json.size(), detail::ttl_seconds(ttl));
    }

    /// Sets a key only if its value equals `expected`, by value: 1 equals 1.0; tells whether it did.
    bool compare_and_set(std::string_view key, const Given& expected, const Given& value, Ttl ttl = std::nullopt) {
        const auto before = detail::text_of<T>(expected);
        const auto json = detail::text_of<T>(value);
        return flag(beaver_dict_compare_and_set, c(key).c_str(), before.data(), before.size(), json.data(), json.size(),
                    detail::ttl_seconds(ttl));
    }

    /// The value of a key.
    std::optional<Stored> get(std::string_view key) const { return value(beaver_dict_get, c(key).c_str()); }

    /// The value of a key, or another.
    Stored get_or(std::string_view key, Stored otherwise) const { return get(key).value_or(std::move(otherwise)); }

    /// The values of many keys as of one moment, in the order of the keys: any container of texts.
    template <class Keys = std::initializer_list<std::string_view>>
    std::vector<std::optional<Stored>> get_many(const Keys& keys) const {
        std::vector<detail::CText> texts;
        for (const auto& key : keys) texts.push_back(c(key));
        std::vector<const char*> pointers;
        for (const auto& text : texts) pointers.push_back(text.c_str());
        detail::Buffer found;
        detail::call(beaver_dict_get_many, handle(), pointers.data(), pointers.size(), found.out());
        std::map<std::string, std::string_view> values;
        detail::each_member(found.view(), [&](std::string_view key, std::string_view value) {
            values.emplace(plain_string(key), value);
        });
        std::vector<std::optional<Stored>> answers;
        for (const char* key : pointers) {
            const auto at = values.find(key);
            answers.push_back(at == values.end() ? std::nullopt : std::optional<Stored>(detail::parse<T>(at->second)));
        }
        return answers;
    }

    /// Whether a key is there.
    bool contains(std::string_view key) const { return flag(beaver_dict_contains, c(key).c_str()); }

    /// Deletes a key; tells whether it was there. (`delete` is no name in C++.)
    bool erase(std::string_view key) {
        return detail::call(beaver_dict_delete, handle(), c(key).c_str()) == BEAVER_OK;
    }

    /// Deletes a key and gives the value that it had. One that is no T is set again, without a time to live.
    std::optional<Stored> pop(std::string_view key) {
        const detail::CText text = c(key);
        const auto put_back = [&](std::string_view json) {
            bool set = false;  // not if somebody else was faster
            detail::call(beaver_dict_set_if_absent, handle(), text.c_str(), json.data(), json.size(), 0.0, &set);
        };
        return take(put_back, beaver_dict_pop, text.c_str());
    }

    /// Goes through keys and values, in the order of the keys.
    Range<DictItemOf<T>> items() const { return rows(detail::dict_item<T>, beaver_dict_items); }

    /// Goes through the keys, byte by byte in order.
    Range<std::string> keys() const { return rows(plain_string, beaver_dict_keys); }

    /// Goes through the values in the order of their keys.
    Range<Stored> values() const { return rows(detail::parse<T>, beaver_dict_values); }

private:
    using Base::flag;
    using Base::rows;
    using Base::take;
    using Base::value;

    static detail::CText c(std::string_view key) { return {"key", key}; }
};

/// A dict of JSON text.
using Dict = DictOf<Text>;

}  // namespace beaver

#endif
