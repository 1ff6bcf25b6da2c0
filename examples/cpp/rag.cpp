// Retrieval for a language model: the passages of a handbook that belong to a question, found by their words, by
// their vectors and by what stands next to them, and put together as a prompt.
#include <beaver.hpp>
#include <beaver/nlohmann.hpp>
#include <cctype>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using nlohmann::json;

static const std::vector<std::pair<std::string, std::string>> passages = {
    {"install", "Install the pump on a level floor. Leave a hand's breadth of air around the motor."},
    {"start", "To start the pump, open the inlet valve, then press the green button for three seconds."},
    {"noise", "A rattling noise means that air is in the pump: open the vent until water comes out."},
    {"vent", "The vent is the brass screw on top of the housing. A quarter turn is enough."},
    {"warranty", "The warranty lasts three years and covers the motor and the housing."},
};

static void expect(bool truth, const char* what) {
    if (!truth) throw std::runtime_error(std::string("not so: ") + what);
}

// The words of four letters and more, in small letters.
static std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text + ' ') {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalpha(byte)) {
            word += static_cast<char>(std::tolower(byte));
        } else {
            if (word.size() > 3) words.push_back(word);
            word.clear();
        }
    }
    return words;
}

// Stands for the model that your program asks for embeddings: counts words, each at a place made of its letters.
static std::vector<float> embed(const std::string& text) {
    std::vector<float> vector(64);
    for (const auto& word : words(text)) {
        std::size_t place = 7;
        for (const char c : word.substr(0, 5)) place = (place * 31 + static_cast<unsigned char>(c)) % vector.size();
        vector[place] += 1;
    }
    return vector;
}

static void run() {
    beaver::Database db(":memory:");
    beaver::Collection handbook = db.collection("handbook");
    handbook.configure(R"({"metric":"cosine"})");
    auto batch = db.batch();
    std::string before;
    for (const auto& [id, text] : passages) {
        batch.collection_index(handbook, id, json{{"text", text}}, embed(text));
        if (!before.empty()) batch.collection_connect(handbook, before, id, "NEXT");
        before = id;
    }
    batch.commit();

    const std::string question = "Why does my pump make a rattling noise?";
    // One of the words is enough; the more of them a passage has, the better its rank.
    std::string any;
    for (const auto& word : words(question)) any += (any.empty() ? "" : " OR ") + word;
    // What follows the best passage often belongs to the answer.
    const json query = {{"text", any}, {"graph", {{"labels", {"NEXT"}}, {"seeds", 1}}}, {"k", 3}};
    const auto hits = handbook.hybrid(query, embed(question));

    std::cout << "Answer from these passages alone, and name the one you used.\n\n";
    bool vent = false;
    for (const auto& hit : hits) {
        std::cout << '[' << hit.id << "] " << hit.body << '\n';
        vent = vent || hit.id == "vent";
    }
    std::cout << "\nQuestion: " << question << '\n';
    expect(!hits.empty() && hits[0].id == "noise", "the best passage is about noise");
    expect(vent, "the passage that follows is there too");
}

int main() {
    try {
        run();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
