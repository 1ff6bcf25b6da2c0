// The searches of a collection on real data: a cut of WordNet, whose folder is the argument.
//
//     search examples/data/wordnet-sample
//
// It leaves search.db in the current folder.
#include <beaver.hpp>
#include <beaver/nlohmann.hpp>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using nlohmann::json;

/// Words with one meaning: the body of a document.
struct Synset {
    std::vector<std::string> words;
    std::string gloss;
    /// The number of the lexicographers' file: what WordNet has instead of a subject.
    int lexfile = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Synset, words, gloss, lexfile)

using Synsets = beaver::CollectionOf<Synset>;

/// A number of components for each document, of 2 bytes each.
constexpr std::size_t dimension = 384;

/// A number of 16 bits: a sign, 5 bits of exponent, 10 of fraction.
static float half(unsigned low, unsigned high) {
    const int exponent = static_cast<int>(high >> 2 & 31);
    const unsigned fraction = (high & 3) << 8 | low;
    const float value = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                      : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    return high >> 7 != 0 ? -value : value;
}

/// Indexes the documents with their vectors, and connects them.
static void load(Synsets& synsets, const std::string& folder) {
    std::ifstream lines(folder + "/documents.jsonl");
    std::ifstream vectors(folder + "/embeddings.f16", std::ios::binary);
    std::vector<Synsets::Document> documents;
    for (std::string text; std::getline(lines, text);) {
        const auto line = json::parse(text);
        Synsets::Document document{line.at("id"), line.get<Synset>()};
        std::string row(2 * dimension, '\0');
        if (!vectors.read(&row[0], static_cast<std::streamsize>(row.size())))
            throw std::runtime_error("a document has no vector");
        auto& embedding = document.embedding.emplace();
        for (std::size_t at = 0; at < row.size(); at += 2)
            embedding.push_back(half(static_cast<unsigned char>(row[at]), static_cast<unsigned char>(row[at + 1])));
        documents.push_back(document);
    }
    synsets.configure(R"({"metric": "cosine"})");
    synsets.create_index("lexfile");
    const auto count = synsets.index_many(documents, R"({"fts": ["words", "gloss"], "fuzzy": true})");

    std::ifstream relations(folder + "/edges.tsv");
    std::vector<beaver::Edge> edges;
    for (beaver::Edge edge; relations >> edge.source >> edge.label >> edge.target;) edges.push_back(edge);
    std::cout << count << " documents, " << synsets.connect_many(edges) << " edges\n";
}

static std::string animal(const Synsets& synsets, const std::string& name) {
    const auto found = synsets.find(json{{"limit", 1}, {"where", {{"lexfile", 5}, {"words", {{"contains", name}}}}}});
    return found.documents.at(0).id;
}

static void show(const std::string& query, const std::vector<beaver::HitOf<Synset>>& hits) {
    if (hits.empty()) throw std::runtime_error(query + " finds nothing");
    for (const auto& hit : hits) {
        const auto& [words, gloss, lexfile] = hit.body;
        std::cout << query << ": " << hit.score << ' ' << words.at(0) << " (" << gloss.substr(0, gloss.find(';')) << ")\n";
    }
}

static void tour(const std::string& folder) {
    std::remove("search.db");  // of an earlier run
    beaver::Database db("search.db");
    Synsets synsets = db.collection<Synset>("synsets");
    load(synsets, folder);

    // By their fields: the animal of that name, whose vector is what the searches below look for.
    const std::string beaver = animal(synsets, "beaver");
    const std::vector<float> vector = synsets.get(beaver).value().embedding.value();

    // By vector, among all, and among plants only.
    const auto nearest = synsets.search(vector, R"({"k": 3})");
    show("near the beaver", nearest);
    if (nearest[0].id != beaver) throw std::runtime_error("the beaver is not nearest to itself");
    show("near it among plants", synsets.search(vector, R"({"k": 3, "where": {"lexfile": 20}})"));

    // By words, and by nearly the words.
    show("semiaquatic rodent", synsets.match("semiaquatic rodent", R"({"k": 3})"));
    show("semiaquatik rodnt", synsets.match("semiaquatik rodnt", R"({"k": 3, "fuzziness": 2})"));

    // By relations: ~ is "has the kind", @ is "is a kind of".
    for (const auto& visit : synsets.walk(animal(synsets, "feline"), R"({"labels": ["~"], "depth": 2})"))
        std::cout << "feline: " << visit.body.words.at(0) << " at distance " << visit.distance << '\n';
    const auto way = synsets.shortest_path(beaver, animal(synsets, "otter"), R"({"labels": ["@", "~"]})");
    std::cout << "from the beaver to the otter:";
    for (const auto& id : way.value().ids) std::cout << ' ' << id;
    std::cout << '\n';

    // By all of them, fused: places from 0 among the results of each.
    const auto place = [](const auto& leg) { return leg ? std::to_string(leg->rank) : "-"; };
    for (const auto& hit : synsets.hybrid(
             R"({"text": "webbed feet", "graph": {"labels": ["@", "~"], "depth": 2}, "k": 5})", vector)) {
        std::cout << "hybrid: " << hit.score << " text " << place(hit.text) << " vector " << place(hit.vector)
                  << " graph " << place(hit.graph) << ' ' << hit.body.words.at(0) << '\n';
    }
}

int main(int count, char** arguments) {
    if (count < 2) {
        std::cerr << "give the folder of the data: examples/data/wordnet-sample\n";
        return 1;
    }
    try {
        tour(arguments[1]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
