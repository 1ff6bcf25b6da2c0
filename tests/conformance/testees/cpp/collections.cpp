// Collections, and what their searches give as JSON.
#include "tables.hpp"

static std::string text_of(const std::string& text) { return beaver::json_string(text); }

/// A number as JSON with all its digits.
static std::string text_of(double number) { return json(number).dump(); }

/// The members of a document, and more.
template <class Row>
static std::string with_body(const Row& row, const std::string& more = "") {
    return "{\"id\":" + text_of(row.id) + ",\"body\":" + row.body + more + '}';
}

template <class Rows, class Text>
static Answer all(const Rows& rows, Text text) {
    std::vector<std::string> parts;
    for (const auto& row : rows) parts.push_back(text(row));
    return answer::array(parts);
}

static beaver::VectorView view(const std::optional<std::vector<float>>& vector) {
    return vector ? beaver::VectorView(*vector) : beaver::VectorView();
}

static std::string options(const Args& args) { return args.optional_text("options").value_or(""); }

static Answer document(const std::optional<beaver::Document>& document) {
    if (!document) return answer::absent();
    const json embedding = document->embedding ? json{{"$vec", *document->embedding}} : json();
    return answer::raw(with_body(*document, ",\"embedding\":" + embedding.dump()));
}

static Answer settings(const beaver::CollectionSettings& settings) {
    const json dimension = settings.dimension ? json(*settings.dimension) : json();
    return answer::of({{"metric", settings.metric}, {"tokenizer", settings.tokenizer}, {"dimension", dimension}});
}

static Answer stats(const beaver::CollectionStats& stats) {
    const json dimension = stats.dimension ? json(*stats.dimension) : json();
    const auto& [tier, partitions, codes, stale, bytes, epoch, building] = stats.vectors;
    const json vectors = {{"tier", tier},   {"partitions", partitions}, {"codes", codes},      {"stale", stale},
                          {"bytes", bytes}, {"epoch", epoch},           {"building", building}};
    return answer::of({{"documents", stats.documents}, {"dimension", dimension}, {"vectors", vectors}});
}

static Answer index_one(const Request& r, beaver::Collection& c) {
    const auto embedding = r.args.vector("embedding");
    const auto indexed = c.index(r.args.optional_text("id"), r.args.text("body"), view(embedding), options(r.args));
    return answer::raw("{\"id\":" + text_of(indexed.id) + ",\"written\":" + (indexed.written ? "true}" : "false}"));
}

static Answer index_many(const Request& r, beaver::Collection& c) {
    std::vector<beaver::Document> documents;
    for (const auto& item : r.args.items("documents"))
        documents.push_back({item.optional_text("id").value_or(""), item.text("body"), item.vector("embedding")});
    return answer::of({{"count", c.index_many(documents, options(r.args))}});
}

static Answer explained(const beaver::SearchPlan& plan) {
    return answer::of({{"path", plan.path},
                       {"filter", plan.filter},
                       {"scored", plan.scored},
                       {"compared", plan.compared},
                       {"bytes_read", plan.bytes_read}});
}

static Answer match(const Request& r, const beaver::Collection& c) {
    const json asked = json::parse(options(r.args), nullptr, false);
    const bool marked = asked.is_object() && (asked.contains("highlight") || asked.contains("snippet"));
    return all(c.match(r.args.text("query"), options(r.args)), [&](const beaver::Hit& hit) {
        json fragments = json::array();
        for (const auto& [path, text] : hit.fragments) fragments.push_back({{"path", path}, {"text", text}});
        const auto more = marked ? ",\"fragments\":" + fragments.dump() : "";
        return with_body(hit, ",\"score\":" + text_of(hit.score) + more);
    });
}

static Answer find(const beaver::Found& found) {
    std::string documents;
    for (const auto& document : found.documents) documents += (documents.empty() ? "" : ",") + with_body(document);
    const auto cursor = found.cursor ? text_of(*found.cursor) : "null";
    return answer::raw("{\"documents\":[" + documents + "],\"cursor\":" + cursor + '}');
}

static Answer explained(const beaver::FindPlan& plan) {
    return answer::of({{"indexes", plan.indexes},
                       {"ordered", plan.ordered},
                       {"examined", plan.examined},
                       {"matched", plan.matched}});
}

static std::string edge(const beaver::Edge& edge) {
    return "{\"source\":" + text_of(edge.source) + ",\"target\":" + text_of(edge.target) +
           ",\"label\":" + text_of(edge.label) + ",\"weight\":" + text_of(edge.weight) +
           ",\"metadata\":" + edge.metadata.value_or("null") + '}';
}

static double weight(const Args& args) { return args.has("weight") ? args.number("weight") : 1; }

static Answer connect(const Request& r, beaver::Collection& c) {
    c.connect(r.args.text("source"), r.args.text("target"), r.args.text("label"), weight(r.args),
              r.args.optional_text("metadata"));
    return answer::null();
}

static Answer connect_many(const Request& r, beaver::Collection& c) {
    std::vector<beaver::Edge> edges;
    for (const auto& item : r.args.items("edges"))
        edges.push_back({item.text("source"), item.text("target"), item.text("label"), weight(item),
                         item.optional_text("metadata")});
    return answer::of(c.connect_many(edges));
}

static Answer walk(const Request& r, const beaver::Collection& c) {
    return all(c.walk(r.args.text("source"), options(r.args)), [](const beaver::Visit& visit) {
        const auto path = visit.path.empty() ? "" : ",\"path\":" + json(visit.path).dump();
        return with_body(visit, ",\"distance\":" + std::to_string(visit.distance) + path);
    });
}

static Answer shortest_path(const Request& r, const beaver::Collection& c) {
    const auto path = c.shortest_path(r.args.text("source"), r.args.text("target"), options(r.args));
    return path ? answer::of({{"ids", path->ids}, {"cost", path->cost}}) : answer::absent();
}

static Answer hybrid(const Request& r, const beaver::Collection& c) {
    const auto vector = r.args.vector("vector");
    return all(c.hybrid(r.args.text("query"), view(vector)), [](const beaver::HybridHit& hit) {
        json legs = json::object();
        const auto add = [&](const char* name, const std::optional<beaver::LegScore>& leg) {
            if (leg) legs[name] = {{"rank", leg->rank}, {"score", leg->score}};
        };
        add("text", hit.text);
        add("vector", hit.vector);
        add("graph", hit.graph);
        return with_body(hit, ",\"score\":" + text_of(hit.score) + ",\"legs\":" + legs.dump());
    });
}

Answer rerank(const Request& request) {
    const auto lists = json::parse(request.args.text("lists")).get<std::vector<std::vector<std::string>>>();
    return all(beaver::rerank(lists, options(request.args)), [](const beaver::Ranked& ranked) {
        return "{\"id\":" + text_of(ranked.id) + ",\"score\":" + text_of(ranked.score) + '}';
    });
}

Answer ask(const Request& request, beaver::Collection& collection) {
    using C = beaver::Collection;
    static const auto id = [](const Request& r) { return r.args.text("id"); };
    static const auto vector = [](const Request& r) { return r.args.vector("vector").value(); };
    static const auto table = structure<C>({
        {"configure", [](const Request& r, C& c) { return c.configure(r.args.text("settings")), answer::null(); }},
        {"settings", [](const Request&, C& c) { return settings(c.settings()); }},
        {"stats", [](const Request&, C& c) { return stats(c.stats()); }},
        {"index", index_one},
        {"index_many", index_many},
        {"get", [](const Request& r, C& c) { return document(c.get(id(r))); }},
        {"drop", [](const Request& r, C& c) { return answer::of(c.drop(id(r))); }},
        {"contains", [](const Request& r, C& c) { return answer::of(c.contains(id(r))); }},
        {"items",
         [](const Request&, C& c) {
             return answer::rows(c.items(), [](const beaver::Document& document) { return with_body(document); });
         }},
        {"search",
         [](const Request& r, C& c) {
             return all(c.search(vector(r), options(r.args)), [](const beaver::Hit& hit) {
                 return with_body(hit, ",\"score\":" + text_of(hit.score));
             });
         }},
        {"explain_search",
         [](const Request& r, C& c) { return explained(c.explain_search(vector(r), options(r.args))); }},
        {"recall_check",
         [](const Request& r, C& c) {
             const auto sample = static_cast<std::size_t>(r.args.integer("sample"));
             const auto report = c.recall_check(sample, options(r.args));
             return answer::of({{"queries", report.queries}, {"recall", report.recall}});
         }},
        {"compact", [](const Request&, C& c) { return c.compact(), answer::null(); }},
        {"match", match},
        {"find", [](const Request& r, C& c) { return find(c.find(options(r.args))); }},
        {"explain_find", [](const Request& r, C& c) { return explained(c.explain_find(options(r.args))); }},
        {"count", [](const Request& r, C& c) { return answer::of(c.count(r.args.text("where"))); }},
        {"create_index", [](const Request& r, C& c) { return answer::of(c.create_index(r.args.text("path"))); }},
        {"drop_index", [](const Request& r, C& c) { return answer::of(c.drop_index(r.args.text("path"))); }},
        {"indexes", [](const Request&, C& c) { return answer::of(c.indexes()); }},
        {"connect", connect},
        {"connect_many", connect_many},
        {"disconnect",
         [](const Request& r, C& c) {
             const auto label = r.args.optional_text("label");
             return answer::of(c.disconnect(r.args.text("source"), r.args.text("target"), label));
         }},
        {"neighbors",
         [](const Request& r, C& c) {
             return all(c.neighbors(id(r), options(r.args)), [](const beaver::Neighbor& neighbor) {
                 return with_body(neighbor, ",\"edge\":" + edge(neighbor.edge));
             });
         }},
        {"walk", walk},
        {"shortest_path", shortest_path},
        {"degree", [](const Request& r, C& c) { return answer::of(c.degree(id(r), options(r.args))); }},
        {"hybrid", hybrid},
    });
    return look_up(table, request, collection);
}

bool add(const beaver::Collection& collection, beaver::Batch& batch, const Args& op) {
    const auto what = op.text("op");
    if (what == "collection_index") {
        const auto embedding = op.vector("embedding");
        batch.collection_index(collection, op.optional_text("id"), op.text("body"), view(embedding), options(op));
    } else if (what == "collection_drop") {
        batch.collection_drop(collection, op.text("id"));
    } else if (what == "collection_clear") {
        batch.collection_clear(collection);
    } else if (what == "collection_connect") {
        batch.collection_connect(collection, op.text("source"), op.text("target"), op.text("label"), weight(op),
                                 op.optional_text("metadata"));
    } else if (what == "collection_disconnect") {
        batch.collection_disconnect(collection, op.text("source"), op.text("target"), op.optional_text("label"));
    } else {
        return false;
    }
    return true;
}
