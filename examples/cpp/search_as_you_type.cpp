// Search as you type: after each letter the best entries of 2,000 from WordNet, also where the word is misspelt. The
// folder with the data is the argument.
//
//     search_as_you_type examples/data/wordnet-sample
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

// Words of one meaning, and what they mean: the body of a document.
struct Entry {
    std::vector<std::string> words;
    std::string gloss;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Entry, words, gloss)

static std::vector<beaver::DocumentOf<Entry>> read(const std::string& folder) {
    std::vector<beaver::DocumentOf<Entry>> documents;
    std::ifstream lines(folder + "/documents.jsonl");
    for (std::string text; std::getline(lines, text);) {
        const auto line = json::parse(text);
        documents.push_back({line.at("id"), line.get<Entry>()});
    }
    return documents;
}

static void show(const std::string& typed, const std::vector<beaver::HitOf<Entry>>& hits) {
    std::cout << typed << '\n';
    for (const auto& hit : hits) std::cout << "   " << json(hit.body.words) << '\n';
}

static void run(const std::string& folder) {
    beaver::Database db(":memory:");
    auto words = db.collection<Entry>("words");
    // Only these two fields are to be found, and misspelt words are looked for among theirs.
    words.index_many(read(folder), json{{"fts", {"words", "gloss"}}, {"fuzzy", true}});

    // A match among the words counts more than one in the explanation.
    const json as_typed = {{"k", 3},
                           {"prefix", true},
                           {"on", {{"words", 3}, {"gloss", 1}}},
                           {"highlight", {{"before", "["}, {"after", "]"}}}};
    for (const std::string typed : {"tru", "trum", "trumpe", "trumpet we"}) {
        const auto hits = words.match(typed, as_typed);
        show(typed, hits);
        expect(!hits.empty() && !hits[0].fragments.empty(), "something begins so");
        expect(hits[0].fragments[0].text.find("[tr") != std::string::npos, "the match is marked");
    }

    // Nothing is found any more: perhaps a letter is wrong.
    expect(words.match("trunpet", as_typed).empty(), "there is no such word");
    json misspelt = as_typed;
    misspelt["fuzziness"] = "auto";
    const auto hits = words.match("trunpet", misspelt);
    show("trunpet", hits);
    expect(!hits.empty() && hits[0].score == 1, "one letter is wrong");
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
