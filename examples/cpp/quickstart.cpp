// A tour of the structures on real data: a cut of WordNet, whose folder is the argument.
//
//     quickstart examples/data/wordnet-sample
//
// It leaves wordnet.db in the current folder.
#include <beaver.hpp>
#include <fstream>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

/// A set of words with one meaning. Its texts are JSON strings, its line is all of it as JSON.
struct Synset {
    std::string line;
    std::string id;
    std::vector<std::string> words;
    std::string gloss;
};

/// The JSON string that begins at `at`, which moves behind it. A JSON library does all this, for any JSON.
static std::string string_at(const std::string& line, std::size_t& at) {
    const std::size_t begin = at;
    for (++at; line.at(at) != '"'; ++at) {
        if (line[at] == '\\') ++at;
    }
    return line.substr(begin, ++at - begin);
}

/// Where the value of a member begins.
static std::size_t member(const std::string& line, const std::string& name) {
    return line.find('"' + name + "\":") + name.size() + 3;
}

static Synset parse(const std::string& line) {
    Synset synset;
    synset.line = line;
    std::size_t at = member(line, "id");
    synset.id = string_at(line, at);
    at = member(line, "gloss");
    synset.gloss = string_at(line, at);
    for (at = member(line, "words"); line.at(at) != ']';) {
        ++at;  // a bracket or a comma
        synset.words.push_back(string_at(line, at));
    }
    return synset;
}

static void tour(const std::string& folder) {
    std::vector<Synset> synsets;
    std::ifstream file(folder + "/documents.jsonl");
    for (std::string line; std::getline(file, line);) synsets.push_back(parse(line));

    beaver::Database db("wordnet.db");

    // A dict: values by key. All in one commit.
    beaver::Dict meanings = db.dict("meanings");
    meanings.clear();
    std::vector<std::pair<std::string, std::string>> items;
    for (const auto& synset : synsets) items.emplace_back(beaver::plain_string(synset.id), synset.line);
    meanings.set_many(items);
    std::cout << meanings.size() << " meanings in the dict\n";
    if (!synsets.empty()) {
        const auto id = beaver::plain_string(synsets.front().id);
        const auto found = meanings.get(id);
        std::cout << id << ": " << (found ? beaver::plain_string(parse(*found).gloss) : "?") << '\n';
    }

    // A value with a time to live.
    std::cout << std::boolalpha;
    meanings.set("visitor", R"("stays for a moment")", 50ms);
    std::cout << "the visitor is here: " << meanings.contains("visitor") << '\n';
    std::this_thread::sleep_for(60ms);
    std::cout << "the visitor is here: " << meanings.contains("visitor") << '\n';

    // A list keeps its order, and gives any position at once.
    beaver::List words = db.list("words");
    words.clear();
    std::vector<std::string> all;
    for (const auto& synset : synsets) all.insert(all.end(), synset.words.begin(), synset.words.end());
    words.extend(all);
    std::cout << words.size() << " words, the last is " << words.get(-1).value_or("") << '\n';

    // A queue, drained by two workers; each item goes to one of them.
    beaver::Queue jobs = db.queue("jobs");
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
    batch.list_push(words, R"("never there")");
    batch.dict_set(meanings, "visitor", R"("new")", std::nullopt, beaver::When::equals(R"("somebody else")"));
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
