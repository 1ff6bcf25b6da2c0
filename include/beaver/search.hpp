/// What searches of a collection give. Part of beaver.hpp.
#ifndef BEAVER_SEARCH_HPP
#define BEAVER_SEARCH_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vector.hpp"

namespace beaver {

/// How a collection compares vectors and cuts text into words.
struct CollectionSettings {
    /// "l2", "cosine" or "dot".
    std::string metric;
    /// "porter", "unicode61" or "trigram".
    std::string tokenizer;
    /// How many components its vectors have; none as long as there was no vector.
    std::optional<std::uint32_t> dimension;
};

/// What indexing a document did.
struct Indexed {
    /// The document's id.
    std::string id;
    /// Whether anything had to be written.
    bool written = false;
};

/// A part of a document's text with its matches marked.
struct Fragment {
    /// Where in the body it stands; empty for the whole text.
    std::string path;
    /// The text with its marks.
    std::string text;
};

/// A document that was found.
template <class T>
struct HitOf {
    std::string id;
    detail::Stored<T> body{};
    /// How well it fits, smaller is better: the distance; of a text search the rank, or the number of edits.
    double score = 0;
    /// What a text search was asked to show; empty otherwise.
    std::vector<Fragment> fragments;
};

/// A document that was found, whose body is JSON text.
using Hit = HitOf<Text>;

/// How a vector search went about it, and what it cost.
struct SearchPlan {
    /// "exact", "flat" or "partitioned".
    std::string path;
    /// "none", "index" or "candidates".
    std::string filter;
    std::uint64_t scored = 0;
    std::uint64_t compared = 0;
    std::uint64_t bytes_read = 0;
};

/// How well searches find what an exact search finds.
struct RecallReport {
    /// How many vectors were searched for.
    std::uint64_t queries = 0;
    /// The share of the exact answers that was found, from 0 to 1.
    double recall = 0;
};

/// The index of a collection's vectors in numbers.
struct VectorIndexStats {
    /// "exact" (there are no codes), "flat" (all are searched) or "partitioned".
    std::string tier;
    /// In how many partitions the codes lie: 0 if there are none, 1 if all are searched.
    std::uint64_t partitions = 0;
    /// How many codes are searched, the stale ones included.
    std::uint64_t codes = 0;
    /// How many of them are of vectors that are gone.
    std::uint64_t stale = 0;
    /// How many bytes they take in the file.
    std::uint64_t bytes = 0;
    /// Grows whenever the partitions change, and when all codes were made anew.
    std::uint64_t epoch = 0;
    /// Whether the codes are being made anew.
    bool building = false;
};

/// A collection in numbers, as of one moment.
struct CollectionStats {
    /// How many documents there are.
    std::uint64_t documents = 0;
    /// How many components the vectors have; none as long as there was no vector.
    std::optional<std::uint32_t> dimension;
    /// How the vectors are indexed.
    VectorIndexStats vectors;
};

/// What a query gave.
template <class T>
struct FoundOf {
    std::vector<DocumentOf<T>> documents;
    /// Where the next query goes on; none at the end.
    std::optional<std::string> cursor;
};

/// What a query gave, the bodies as JSON text.
using Found = FoundOf<Text>;

/// How a query went about it, and what it cost.
struct FindPlan {
    /// The indexed fields that were used.
    std::vector<std::string> indexes;
    /// Whether the order came out of an index.
    bool ordered = false;
    /// How many bodies were looked at.
    std::uint64_t examined = 0;
    /// How many documents are given.
    std::uint64_t matched = 0;
};

/// What one of the searches of a hybrid search says of a document.
struct LegScore {
    /// Its place, from 0.
    std::uint64_t rank = 0;
    /// Its score there; of the graph the distance in edges.
    double score = 0;
};

/// A document that a hybrid search found.
template <class T>
struct HybridHitOf {
    std::string id;
    detail::Stored<T> body{};
    /// The sum that the fusion gave it: larger is better.
    double score = 0;
    /// Its place among the results by text, by vector and by relations, where it is one of them.
    std::optional<LegScore> text;
    std::optional<LegScore> vector;
    std::optional<LegScore> graph;
};

/// A document that a hybrid search found, whose body is JSON text.
using HybridHit = HybridHitOf<Text>;

/// An id and the sum that a fusion of rankings gave it: larger is better.
struct Ranked {
    std::string id;
    double score = 0;
};

namespace detail {

inline CollectionSettings collection_settings(std::string_view json) {
    CollectionSettings settings;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "metric")) settings.metric = plain_string(value);
        if (is(key, "tokenizer")) settings.tokenizer = plain_string(value);
        if (is(key, "dimension") && value != "null") settings.dimension = integer<std::uint32_t>(value);
    });
    return settings;
}

inline Fragment fragment(std::string_view json) {
    Fragment fragment;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "path")) fragment.path = plain_string(value);
        if (is(key, "text")) fragment.text = plain_string(value);
    });
    return fragment;
}

template <class T>
HitOf<T> hit(std::string_view json) {
    HitOf<T> hit;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (document_member(hit, key, value)) return;
        if (is(key, "score")) hit.score = number(value);
        if (is(key, "fragments")) hit.fragments = all(value, fragment);
    });
    return hit;
}

inline SearchPlan search_plan(std::string_view json) {
    SearchPlan plan;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "path")) plan.path = plain_string(value);
        if (is(key, "filter")) plan.filter = plain_string(value);
        if (is(key, "scored")) plan.scored = integer<std::uint64_t>(value);
        if (is(key, "compared")) plan.compared = integer<std::uint64_t>(value);
        if (is(key, "bytes_read")) plan.bytes_read = integer<std::uint64_t>(value);
    });
    return plan;
}

inline RecallReport recall_report(std::string_view json) {
    RecallReport report;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "queries")) report.queries = integer<std::uint64_t>(value);
        if (is(key, "recall")) report.recall = number(value);
    });
    return report;
}

inline VectorIndexStats vector_index_stats(std::string_view json) {
    VectorIndexStats stats;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "tier")) stats.tier = plain_string(value);
        if (is(key, "partitions")) stats.partitions = integer<std::uint64_t>(value);
        if (is(key, "codes")) stats.codes = integer<std::uint64_t>(value);
        if (is(key, "stale")) stats.stale = integer<std::uint64_t>(value);
        if (is(key, "bytes")) stats.bytes = integer<std::uint64_t>(value);
        if (is(key, "epoch")) stats.epoch = integer<std::uint64_t>(value);
        if (is(key, "building")) stats.building = value == "true";
    });
    return stats;
}

inline CollectionStats collection_stats(std::string_view json) {
    CollectionStats stats;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "documents")) stats.documents = integer<std::uint64_t>(value);
        if (is(key, "dimension") && value != "null") stats.dimension = integer<std::uint32_t>(value);
        if (is(key, "vectors")) stats.vectors = vector_index_stats(value);
    });
    return stats;
}

template <class T>
FoundOf<T> found(std::string_view json) {
    FoundOf<T> found;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "documents")) found.documents = all(value, document<T>);
        if (is(key, "cursor") && value != "null") found.cursor = plain_string(value);
    });
    return found;
}

inline FindPlan find_plan(std::string_view json) {
    FindPlan plan;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "indexes")) plan.indexes = texts(value);
        if (is(key, "ordered")) plan.ordered = value == "true";
        if (is(key, "examined")) plan.examined = integer<std::uint64_t>(value);
        if (is(key, "matched")) plan.matched = integer<std::uint64_t>(value);
    });
    return plan;
}

inline LegScore leg_score(std::string_view json) {
    LegScore leg;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "rank")) leg.rank = integer<std::uint64_t>(value);
        if (is(key, "score")) leg.score = number(value);
    });
    return leg;
}

template <class T>
HybridHitOf<T> hybrid_hit(std::string_view json) {
    HybridHitOf<T> hit;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (document_member(hit, key, value)) return;
        if (is(key, "score")) hit.score = number(value);
        if (!is(key, "legs")) return;
        each_member(value, [&](std::string_view name, std::string_view leg) {
            if (is(name, "text")) hit.text = leg_score(leg);
            if (is(name, "vector")) hit.vector = leg_score(leg);
            if (is(name, "graph")) hit.graph = leg_score(leg);
        });
    });
    return hit;
}

inline Ranked ranked(std::string_view json) {
    Ranked ranked;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "id")) ranked.id = plain_string(value);
        if (is(key, "score")) ranked.score = number(value);
    });
    return ranked;
}

}  // namespace detail

/// Fuses rankings, any container of containers of ids, the best first, by reciprocal rank fusion: each id gets from each
/// list that has it weight / (k + rank), ranks from 0. The largest sum comes first. Options: {"weights", "k"}.
template <class Lists = std::initializer_list<std::initializer_list<std::string_view>>>
std::vector<Ranked> rerank(const Lists& lists, const JsonView& options = {}) {
    const std::string json = detail::array(lists, [](const auto& ids, std::size_t) {
        return detail::array(ids, [](std::string_view id, std::size_t) { return json_string(id); });
    });
    detail::Buffer ranked;
    detail::call(beaver_rerank, json.data(), json.size(), detail::OptionsText(options).c_str(), ranked.out());
    return detail::all(ranked.view(), detail::ranked);
}

}  // namespace beaver

#endif
