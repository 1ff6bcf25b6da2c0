/// Collections of documents. Part of beaver.hpp.
#ifndef BEAVER_COLLECTION_HPP
#define BEAVER_COLLECTION_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graph.hpp"
#include "search.hpp"
#include "structure.hpp"
#include "vector.hpp"

namespace beaver {

namespace detail {

/// Text for beaver.h that may be none.
class OptionalText {
public:
    OptionalText(const char* argument, std::optional<std::string_view> text)
        : text_(argument, text.value_or("")), none_(!text) {}
    const char* c_str() const noexcept { return none_ ? nullptr : text_.c_str(); }

private:
    CText text_;
    bool none_;
};

/// An id, or none.
struct OptionalId : OptionalText {
    OptionalId(std::optional<std::string_view> id) : OptionalText("id", id) {}
};

}  // namespace detail

/// Documents by id, each with an embedding if it was given one, found by vector, by text, by their fields and by the
/// edges between them. Options, queries and filters are JSON objects, as in beaver.h, where each function says what they
/// may have; empty text is the defaults.
template <class T>
class CollectionOf : public Structure<CollectionOf<T>, beaver_collection, T> {
    using Base = Structure<CollectionOf, beaver_collection, T>;

public:
    using Base::Base;
    using Base::handle;
    /// A body that is indexed, and a document.
    using Given = detail::Given<T>;
    using Document = DocumentOf<T>;

    /// Chooses the metric and the tokenizer, {"metric": "l2", "tokenizer": "porter"}, while it is empty.
    void configure(const JsonView& settings) {
        detail::call(beaver_collection_configure, handle(), detail::CText("settings", settings.view()).c_str());
    }

    /// The metric, the tokenizer and the dimension.
    CollectionSettings settings() const {
        detail::Buffer json;
        detail::call(beaver_collection_settings, handle(), json.out());
        return detail::collection_settings(json.view());
    }

    /// How many documents there are, and how their vectors are indexed. O(n), as size().
    CollectionStats stats() const { return one(detail::collection_stats, beaver_collection_stats); }

    /// Stores a document, or puts it in the place of the one that has its id, with its text, its embedding and its
    /// indexed fields, in one commit; std::nullopt for a random UUID. An unchanged document writes nothing. Options:
    /// {"fts": true, "fuzzy": false}.
    Indexed index(std::optional<std::string_view> id, const Given& body, VectorView embedding = {},
                  const JsonView& options = {}) {
        const auto json = detail::text_of<T>(body);
        Indexed indexed;
        detail::Buffer given;
        detail::call(beaver_collection_index, handle(), Id(id).c_str(), json.data(), json.size(), embedding.data(),
                     embedding.size(), detail::OptionsText(options).c_str(), given.out(), &indexed.written);
        indexed.id = given.text();
        return indexed;
    }

    /// The same; tells whether anything had to be written.
    bool index(const Document& document, const JsonView& options = {}) {
        return index(document.id, document.body, detail::view(document.embedding), options).written;
    }

    /// Indexes many documents in one commit, all of them or none: any container of Document. One whose id is empty gets
    /// a random UUID; those with an embedding have the same dimension. `progress(done, total)` returns false or throws to stop it.
    template <class Documents = std::initializer_list<Document>, class Progress = decltype(&detail::unwatched)>
    std::uint64_t index_many(const Documents& documents, const JsonView& options = {},
                             Progress progress = detail::unwatched) {
        std::size_t dim = 0;
        for (const Document& document : documents) {
            if (document.embedding && document.embedding->size() > dim) dim = document.embedding->size();
        }
        std::vector<float> rows;
        std::vector<std::uint8_t> has;
        const std::string json = detail::array(documents, [&](const Document& document, std::size_t index) {
            if (document.embedding && document.embedding->size() != dim)
                throw Error(ErrorKind::InvalidArgument, "the embeddings are of different dimensions", index);
            has.push_back(document.embedding ? 1 : 0);
            if (document.embedding) rows.insert(rows.end(), document.embedding->begin(), document.embedding->end());
            rows.resize(has.size() * dim);
            const std::string id = document.id.empty() ? "" : R"("id":)" + json_string(document.id) + ',';
            return '{' + id + R"("body":)" + detail::member<T>(document.body, index) + '}';
        });
        const VectorView embeddings = has.empty() ? VectorView() : VectorView(rows);
        std::uint64_t count = 0;
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_collection_index_many, handle(), json.data(), json.size(), embeddings.data(),
                         has.size(), dim, has.data(), detail::OptionsText(options).c_str(), function, userdata,
                         beaver_destroy_fn{nullptr}, &count);
        });
        return count;
    }

    /// The document of that id, its embedding with it.
    std::optional<Document> get(std::string_view id) const {
        detail::Buffer body;
        detail::Buffer embedding;
        if (detail::call(beaver_collection_get, handle(), Id(id).c_str(), body.out(), embedding.out()) != BEAVER_OK)
            return std::nullopt;
        Document document{std::string(id), detail::parse<T>(body.view())};
        if (!embedding.empty()) document.embedding = detail::floats(embedding);
        return document;
    }

    /// Removes a document with everything that belongs to it, its edges included; tells whether it was there.
    bool drop(std::string_view id) {
        return detail::call(beaver_collection_drop, handle(), Id(id).c_str()) == BEAVER_OK;
    }

    /// Whether there is a document of that id.
    bool contains(std::string_view id) const { return flag(beaver_collection_contains, Id(id).c_str()); }

    /// Goes through the documents in the order of their ids, byte by byte, without their embeddings.
    Range<Document> items() const { return rows(detail::document<T>, beaver_collection_items); }

    /// The documents whose embeddings are nearest to a vector, nearest first. Options: {"k", "where", "effort"}.
    std::vector<HitOf<T>> search(VectorView vector, const JsonView& options = {}) const {
        return many(detail::hit<T>, beaver_collection_search, vector.data(), vector.size(),
                    detail::OptionsText(options).c_str());
    }

    /// How search() goes about it, and what it costs.
    SearchPlan explain_search(VectorView vector, const JsonView& options = {}) const {
        return one(detail::search_plan, beaver_collection_explain_search, vector.data(), vector.size(),
                   detail::OptionsText(options).c_str());
    }

    /// How much of what an exact search finds the searches find, for so many of the collection's own vectors.
    RecallReport recall_check(std::size_t sample, const JsonView& options = {}) const {
        return one(detail::recall_report, beaver_collection_recall_check, sample,
                   detail::OptionsText(options).c_str());
    }

    /// Brings the codes of the vectors to the state of a fresh build, in small steps. Never necessary.
    template <class Progress = decltype(&detail::unwatched)>
    void compact(Progress progress = detail::unwatched) {
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_collection_compact, handle(), function, userdata, beaver_destroy_fn{nullptr});
        });
    }

    /// Makes everything anew that is derived from the documents, in small steps. Only needed where verify() finds a
    /// fault.
    template <class Progress = decltype(&detail::unwatched)>
    void rebuild(Progress progress = detail::unwatched) {
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_collection_rebuild, handle(), function, userdata, beaver_destroy_fn{nullptr});
        });
    }

    /// The documents whose text matches a query, best first. Any text is a query. Options: {"k", "where", "on",
    /// "fuzziness", "prefix", "highlight", "snippet"}.
    std::vector<HitOf<T>> match(std::string_view query, const JsonView& options = {}) const {
        return many(detail::hit<T>, beaver_collection_match, detail::data(query), query.size(),
                    detail::OptionsText(options).c_str());
    }

    /// The documents that a filter matches, in order, a portion at a time: {"where", "order", "limit", "cursor"}.
    FoundOf<T> find(const JsonView& query = {}) const {
        return one(detail::found<T>, beaver_collection_find, detail::OptionsText(query).c_str());
    }

    /// How find() goes about it, and what it costs.
    FindPlan explain_find(const JsonView& query = {}) const {
        return one(detail::find_plan, beaver_collection_explain_find, detail::OptionsText(query).c_str());
    }

    /// How many documents a filter matches.
    std::uint64_t count(const JsonView& where) const {
        return number(beaver_collection_count, detail::OptionsText(where).c_str());
    }

    /// Indexes a field of the bodies, in small steps; false if it is indexed already. `progress(done, total)` returns
    /// false or throws to stop it; the next call goes on.
    template <class Progress = decltype(&detail::unwatched)>
    bool create_index(std::string_view path, Progress progress = detail::unwatched) {
        bool created = false;
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_collection_create_index, handle(), detail::CText("path", path).c_str(), function,
                         userdata, beaver_destroy_fn{nullptr}, &created);
        });
        return created;
    }

    /// Removes the index of a field; false if there is none.
    bool drop_index(std::string_view path) {
        return detail::call(beaver_collection_drop_index, handle(), detail::CText("path", path).c_str()) == BEAVER_OK;
    }

    /// The paths of the indexed fields, sorted.
    std::vector<std::string> indexes() const { return one(detail::texts, beaver_collection_indexes); }

    /// Connects two documents, or gives the edge that is there another weight and other metadata. Throws NotFound if
    /// one of them is not there.
    void connect(std::string_view source, std::string_view target, std::string_view label, double weight = 1,
                 const std::optional<JsonView>& metadata = std::nullopt) {
        const std::string options = detail::edge_options(weight, metadata);
        detail::call(beaver_collection_connect, handle(), detail::CText("source", source).c_str(),
                     detail::CText("target", target).c_str(), detail::CText("label", label).c_str(),
                     options.c_str());
    }

    /// Connects many in one commit, all of them or none: any container of Edge. `progress(done, total)` returns false or
    /// throws to stop it.
    template <class Edges = std::initializer_list<Edge>, class Progress = decltype(&detail::unwatched)>
    std::uint64_t connect_many(const Edges& edges, Progress progress = detail::unwatched) {
        const std::string json = detail::array(edges, detail::edge_json);
        std::uint64_t count = 0;
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_collection_connect_many, handle(), json.data(), json.size(), function, userdata,
                         beaver_destroy_fn{nullptr}, &count);
        });
        return count;
    }

    /// Removes the edge of a label from one document to another, or all from the one to the other; tells how many.
    std::uint64_t disconnect(std::string_view source, std::string_view target,
                             std::optional<std::string_view> label = std::nullopt) {
        return number(beaver_collection_disconnect, detail::CText("source", source).c_str(),
                      detail::CText("target", target).c_str(), detail::OptionalText("label", label).c_str());
    }

    /// The documents one edge away, ordered by label and id. Options: {"labels", "direction", "limit"}.
    std::vector<NeighborOf<T>> neighbors(std::string_view id, const JsonView& options = {}) const {
        return many(detail::neighbor<T>, beaver_collection_neighbors, Id(id).c_str(),
                    detail::OptionsText(options).c_str());
    }

    /// The documents within some edges of one, nearest first, each once. Options: {"labels", "direction", "depth",
    /// "max_nodes", "fan_out", "paths", "where"}.
    std::vector<VisitOf<T>> walk(std::string_view source, const JsonView& options = {}) const {
        return many(detail::visit<T>, beaver_collection_walk, detail::CText("source", source).c_str(),
                    detail::OptionsText(options).c_str());
    }

    /// A shortest way from one document to another, if there is one. Options: {"labels", "direction", "weighted",
    /// "max_nodes"}.
    std::optional<ShortestPath> shortest_path(std::string_view source, std::string_view target,
                                              const JsonView& options = {}) const {
        detail::Buffer json;
        const auto status = detail::call(beaver_collection_shortest_path, handle(),
                                         detail::CText("source", source).c_str(),
                                         detail::CText("target", target).c_str(),
                                         detail::OptionsText(options).c_str(), json.out());
        if (status != BEAVER_OK) return std::nullopt;
        return detail::shortest_path(json.view());
    }

    /// How many edges a document has. Options: {"labels", "direction"}.
    std::uint64_t degree(std::string_view id, const JsonView& options = {}) const {
        return number(beaver_collection_degree, Id(id).c_str(), detail::OptionsText(options).c_str());
    }

    /// Searches by text, by vector and by relations, and fuses what they find. The query: {"text", "graph", "where",
    /// "k", "weights", "rrf_k", "candidates", "on", "fuzziness", "prefix", "effort"}.
    std::vector<HybridHitOf<T>> hybrid(const JsonView& query, VectorView vector = {}) const {
        return many(detail::hybrid_hit<T>, beaver_collection_hybrid, vector.data(), vector.size(),
                    detail::OptionsText(query).c_str());
    }

private:
    using Base::flag;
    using Base::number;
    using Base::rows;
    using Id = detail::OptionalId;

    /// What a function gives as JSON.
    template <class Answer, class Function, class... Arguments>
    Answer one(Answer (*parse)(std::string_view), Function function, Arguments... arguments) const {
        detail::Buffer json;
        detail::call(function, handle(), arguments..., json.out());
        return parse(json.view());
    }

    /// The rows that a function gives as a JSON array.
    template <class Row, class Function, class... Arguments>
    std::vector<Row> many(Row (*parse)(std::string_view), Function function, Arguments... arguments) const {
        detail::Buffer json;
        detail::call(function, handle(), arguments..., json.out());
        return detail::all(json.view(), parse);
    }
};

/// A collection whose bodies are JSON text.
using Collection = CollectionOf<Text>;

}  // namespace beaver

#endif
