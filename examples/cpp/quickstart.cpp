// A tour of the structures on real data: a cut of WordNet, whose folder is the argument.
//
//     quickstart examples/data/wordnet-sample
//
// It leaves wordnet.db in the current folder.
#include <beaver.hpp>
#include <beaver/nlohmann.hpp>
#include <fstream>
#include <future>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

/// A set of words with one meaning.
struct Synset {
    std::string id;
    std::vector<std::string> words;
    std::string gloss;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Synset, id, words, gloss)

static void tour(const std::string& folder) {
    std::vector<Synset> synsets;
    std::ifstream file(folder + "/documents.jsonl");
    for (std::string line; std::getline(file, line);) synsets.push_back(beaver::from_json<Synset>(line));

    beaver::Database db("wordnet.db");

    // A dict: values by key. All in one commit.
    auto meanings = db.dict<Synset>("meanings");
    meanings.clear();
    std::vector<std::pair<std::string, Synset>> items;
    for (const auto& synset : synsets) items.emplace_back(synset.id, synset);
    meanings.set_many(items);
    std::cout << meanings.size() << " meanings in the dict\n";
    if (!synsets.empty()) {
        const auto id = synsets.front().id;
        const std::optional<Synset> found = meanings.get(id);
        std::cout << id << ": " << (found ? found->gloss : "?") << '\n';
    }

    // A value with a time to live.
    std::cout << std::boolalpha;
    meanings.set("visitor", {"visitor", {"guest"}, "stays for a moment"}, 50ms);
    std::cout << "the visitor is here: " << meanings.contains("visitor") << '\n';
    std::this_thread::sleep_for(60ms);
    std::cout << "the visitor is here: " << meanings.contains("visitor") << '\n';

    // A list keeps its order, and gives any position at once.
    auto words = db.list<std::string>("words");
    words.clear();
    std::vector<std::string> all;
    for (const auto& synset : synsets) all.insert(all.end(), synset.words.begin(), synset.words.end());
    words.extend(all);
    std::cout << words.size() << " words, the last is " << words.get(-1).value_or("") << '\n';

    // A queue, drained by two workers; each item goes to one of them.
    auto jobs = db.queue<std::string>("jobs");
    jobs.clear();
    std::vector<std::pair<std::string, double>> work;
    for (std::size_t at = 0; at < synsets.size() && at < 100; at++)
        work.emplace_back(synsets[at].id, synsets[at].words.size() > 1 ? 1 : 0);
    jobs.put_many(work);
    const auto drain = [&jobs] {
        int done = 0;
        while (jobs.get(beaver::no_wait)) done++;
        return done;
    };
    auto other = std::async(std::launch::async, drain);
    const int mine = drain();
    std::cout << mine + other.get() << " jobs done by two workers\n";

    // A batch is made whole, or not at all.
    auto batch = db.batch();
    batch.list_push(words, "never there");
    batch.dict_set(meanings, "visitor", {"visitor", {}, "new"}, std::nullopt, beaver::When::equals(synsets.front()));
    try {
        batch.commit();
    } catch (const beaver::Error& error) {
        std::cout << "the batch was refused (" << error.what() << "), and the list still has " << words.size()
                  << " words\n";
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
