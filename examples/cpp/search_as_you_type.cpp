// Search as you type: after each letter the best entries of 2,000 from WordNet, also where the word is misspelt. The
// folder with the data is the argument.
//
//     search_as_you_type examples/data/wordnet-sample
#include <beaver.hpp>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

static void expect(bool truth, const char* what) {
    if (!truth) throw std::runtime_error(std::string("not so: ") + what);
}

static std::vector<beaver::Document> read(const std::string& folder) {
    std::vector<beaver::Document> documents;
    std::ifstream lines(folder + "/documents.jsonl");
    const std::string beginning = R"({"id":")";
    for (std::string line; std::getline(lines, line);) {
        const auto id = line.substr(beginning.size(), line.find('"', beginning.size()) - beginning.size());
        documents.push_back({id, line});
    }
    return documents;
}

static void show(const std::string& typed, const std::vector<beaver::Hit>& hits) {
    std::cout << typed << '\n';
    for (const auto& hit : hits) {
        // For these bodies that is enough; a JSON library does it for any.
        const auto words = hit.body.find('[');
        std::cout << "   " << hit.body.substr(words, hit.body.find(']') + 1 - words) << '\n';
    }
}

static void run(const std::string& folder) {
    beaver::Database db(":memory:");
    beaver::Collection words = db.collection("words");
    // Only these two fields are to be found, and misspelt words are looked for among theirs.
    words.index_many(read(folder), R"({"fts":["words","gloss"],"fuzzy":true})");

    // A match among the words counts more than one in the explanation.
    const std::string as_typed =
        R"("k":3,"prefix":true,"on":{"words":3,"gloss":1},"highlight":{"before":"[","after":"]"})";
    for (const std::string typed : {"tru", "trum", "trumpe", "trumpet we"}) {
        const auto hits = words.match(typed, '{' + as_typed + '}');
        show(typed, hits);
        expect(!hits.empty() && !hits[0].fragments.empty(), "something begins so");
        expect(hits[0].fragments[0].text.find("[tr") != std::string::npos, "the match is marked");
    }

    // Nothing is found any more: perhaps a letter is wrong.
    expect(words.match("trunpet", '{' + as_typed + '}').empty(), "there is no such word");
    const auto hits = words.match("trunpet", '{' + as_typed + R"(,"fuzziness":"auto"})");
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
