// A graph of knowledge: 2,000 entries of WordNet and the relations between them, from the folder that is the argument.
//
//     knowledge_graph examples/data/wordnet-sample
#include <algorithm>
#include <beaver.hpp>
#include <beaver/nlohmann.hpp>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

static void expect(bool truth, const char* what) {
    if (!truth) throw std::runtime_error(std::string("not so: ") + what);
}

using nlohmann::json;

// A thing, by the words for it: the body of a document.
struct Thing {
    std::vector<std::string> words;
    std::string gloss;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Thing, words, gloss)

using Things = beaver::CollectionOf<Thing>;

// A line of documents.jsonl is a document, {"id":"n02084071","words":["dog",…],…}, a line of edges.tsv
// `source TAB symbol TAB target`. Each file goes in by one call, and one commit.
static void load(Things& things, const std::string& folder) {
    std::vector<Things::Document> documents;
    std::ifstream lines(folder + "/documents.jsonl");
    for (std::string text; std::getline(lines, text);) {
        const auto line = json::parse(text);
        documents.push_back({line.at("id"), line.get<Thing>()});
    }
    std::vector<beaver::Edge> edges;
    std::ifstream relations(folder + "/edges.tsv");
    for (std::string source, symbol, target; relations >> source >> symbol >> target;) {
        if (symbol == "@") edges.push_back({source, target, "IS_A"});
        if (symbol == "%p") edges.push_back({source, target, "HAS_PART"});
    }
    std::cout << things.index_many(documents) << " things, ";
    std::cout << things.connect_many(edges) << " relations\n";
}

// The id of the thing that has this word.
static std::string id_of(const Things& things, const std::string& word) {
    const auto found = things.find(json{{"where", {{"words", {{"contains", word}}}}}, {"limit", 1}});
    expect(!found.documents.empty(), word.c_str());
    return found.documents[0].id;
}

template <class Rows>
static void tell(const std::string& what, const Rows& rows, std::size_t most = 20) {
    std::cout << what;
    for (std::size_t at = 0; at < rows.size() && at < most; at++)
        std::cout << (at == 0 ? " " : ", ") << rows[at].body.words.at(0);
    std::cout << (rows.size() > most ? ", ...\n" : "\n");
}

static void run(const std::string& folder) {
    beaver::Database db(":memory:");
    Things things = db.collection<Thing>("things");
    load(things, folder);
    const auto dog = id_of(things, "domestic dog");
    const auto poodle = id_of(things, "poodle dog");
    const auto cat = id_of(things, "true cat");

    const auto above = things.walk(dog, R"({"labels":["IS_A"],"depth":20,"paths":true})");
    tell("a dog is", above);
    expect(!above.empty() && above.back().path.size() > 3, "the farthest is some steps away");

    const auto kinds = things.walk(dog, R"({"labels":["IS_A"],"direction":"incoming","depth":2})");
    tell("kinds of dog:", kinds, 3);
    std::cout << kinds.size() << " in all, within two steps\n";
    const auto is_poodle = [&](const auto& visit) { return visit.id == poodle; };
    expect(std::any_of(kinds.begin(), kinds.end(), is_poodle), "a poodle is a dog");

    const auto parts = things.neighbors(id_of(things, "river"), R"({"labels":["HAS_PART"]})");
    tell("a river has", parts);
    expect(parts.size() == 3, "a river has three parts");

    const auto way = things.shortest_path(poodle, cat, R"({"direction":"both"})");
    expect(way && std::count(way->ids.begin(), way->ids.end(), dog) == 1, "the way leads over the dog");
    std::vector<Things::Document> on_the_way;
    for (const auto& id : way->ids) on_the_way.push_back(things.get(id).value());
    tell("from poodle to cat:", on_the_way);
}

int main(int argc, char** argv) {
    try {
        expect(argc == 2, "the argument is the folder of the WordNet sample");
        run(argv[1]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
