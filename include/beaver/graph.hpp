/// Edges between the documents of a collection, and what going along them gives. Part of beaver.hpp.
#ifndef BEAVER_GRAPH_HPP
#define BEAVER_GRAPH_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vector.hpp"

namespace beaver {

/// An edge from one document to another. There is one for each source, target and label.
struct Edge {
    /// The id of the document where it begins.
    std::string source;
    /// The id of the document where it ends.
    std::string target;
    /// What it means.
    std::string label;
    /// The cost of going along it, not below 0.
    double weight = 1;
    /// JSON text, if it was given some.
    std::optional<std::string> metadata = std::nullopt;
};

/// A document one edge away, and the edge that leads to it.
template <class T>
struct NeighborOf {
    std::string id;
    detail::Stored<T> body{};
    /// As it was made: its source is the neighbour if it comes in.
    Edge edge;
};

/// A document one edge away, whose body is JSON text.
using Neighbor = NeighborOf<Text>;

/// A document that a walk came to.
template <class T>
struct VisitOf {
    std::string id;
    detail::Stored<T> body{};
    /// How many edges away.
    std::uint32_t distance = 0;
    /// The ids from the source to it, both included; empty if not asked for.
    std::vector<std::string> path;
};

/// A document that a walk came to, whose body is JSON text.
using Visit = VisitOf<Text>;

/// A way from one document to another.
struct ShortestPath {
    /// The ids on the way, both ends included.
    std::vector<std::string> ids;
    /// The number of edges, or the sum of their weights.
    double cost = 0;
};

namespace detail {

/// The weight of an edge as JSON, which has no word for what is not finite.
inline std::string edge_weight(double weight, std::optional<std::size_t> operation = std::nullopt) {
    if (!std::isfinite(weight)) throw Error(ErrorKind::InvalidArgument, "the weight is not finite", operation);
    return number(weight);
}

/// The options of an edge, as beaver.h takes them.
inline std::string edge_options(double weight, const std::optional<JsonView>& metadata) {
    std::string json = R"({"weight":)" + edge_weight(weight);
    if (metadata) json += R"(,"metadata":)" + member<Text>(*metadata);
    return json + '}';
}

/// An edge as a member of an array.
inline std::string edge_json(const Edge& edge, std::size_t index) {
    std::string json = R"({"source":)" + json_string(edge.source) + R"(,"target":)" + json_string(edge.target) +
                       R"(,"label":)" + json_string(edge.label) + R"(,"weight":)" + edge_weight(edge.weight, index);
    if (edge.metadata) json += R"(,"metadata":)" + member<Text>(*edge.metadata, index);
    return json + '}';
}

inline Edge edge(std::string_view json) {
    Edge edge;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "source")) edge.source = plain_string(value);
        if (is(key, "target")) edge.target = plain_string(value);
        if (is(key, "label")) edge.label = plain_string(value);
        if (is(key, "weight")) edge.weight = number(value);
        if (is(key, "metadata") && value != "null") edge.metadata = value;
    });
    return edge;
}

template <class T>
NeighborOf<T> neighbor(std::string_view json) {
    NeighborOf<T> neighbor;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (!document_member(neighbor, key, value) && is(key, "edge")) neighbor.edge = edge(value);
    });
    return neighbor;
}

template <class T>
VisitOf<T> visit(std::string_view json) {
    VisitOf<T> visit;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (document_member(visit, key, value)) return;
        if (is(key, "distance")) visit.distance = integer<std::uint32_t>(value);
        if (is(key, "path")) visit.path = texts(value);
    });
    return visit;
}

inline ShortestPath shortest_path(std::string_view json) {
    ShortestPath path;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "ids")) path.ids = texts(value);
        if (is(key, "cost")) path.cost = number(value);
    });
    return path;
}

}  // namespace detail
}  // namespace beaver

#endif
