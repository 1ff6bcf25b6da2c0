// A room to talk in, for any number of processes on one file.
//
//     chat FILE NAME    takes part under that name: says what is typed, prints what is said; ends with the input
//     chat              shows it: plays Ann, and starts itself again as Bob
#include <beaver.hpp>
#include <beaver/nlohmann.hpp>
#include <cstdio>
#include <fstream>
#include <future>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;

// What somebody says, or that he leaves: {"from":"ann","text":"Hello"}, {"from":"ann","left":true}.
struct Said {
    std::string from;
    std::optional<std::string> text;
};

static void to_json(nlohmann::json& json, const Said& said) {
    json = {{"from", said.from}};
    if (said.text)
        json["text"] = *said.text;
    else
        json["left"] = true;
}

static void from_json(const nlohmann::json& json, Said& said) {
    json.at("from").get_to(said.from);
    if (json.contains("text")) said.text = json["text"].get<std::string>();
}

using Room = beaver::ChannelOf<Said>;

// Prints a message, and tells whether that one has left.
static bool show(const Room::Message& message, const std::string& name) {
    const auto& [from, text] = message.payload;
    std::cout << from << (text ? ": " + beaver::json_string(*text) : " has left") << std::endl;
    return !text && from == name;
}

// A listener prints from a thread of its own, while this one reads what is typed.
static void take_part(const std::string& file, const std::string& name) {
    beaver::Database db(file);
    Room room = db.channel<Said>("room");
    std::promise<void> left;
    const auto print = [&](const Room::Message& message) {
        if (show(message, name)) left.set_value();
    };
    beaver::Listener listener = room.subscribe(print, beaver::Start::oldest());  // what was said before, too
    for (std::string line; std::getline(std::cin, line);) room.publish({name, line});
    room.publish({name, std::nullopt});
    left.get_future().wait();
    listener.off();
}

// Plays Ann, and types for Bob.
static void play(const std::string& program) {
    std::remove("chat.db");  // of an earlier run
    beaver::Database db("chat.db");
    Room room = db.channel<Said>("room");
    auto said = room.subscribe();
    std::FILE* bob = popen(("'" + program + "' chat.db bob > bob.txt").c_str(), "w");
    if (bob == nullptr) throw std::runtime_error("Bob does not start");
    const std::pair<const char*, const char*> lines[] = {{"ann", "Is anybody here?"},
                                                         {"bob", "I am, in a process of my own."},
                                                         {"ann", "And how do you hear me?"},
                                                         {"bob", "Through the file: your commit wakes me."}};
    std::cout << "What ann saw:" << std::endl;
    for (const auto& [name, text] : lines) {
        if (std::string(name) == "ann") {
            room.publish({name, text});
        } else {
            std::fprintf(bob, "%s\n", text);
            std::fflush(bob);
        }
        show(said.next(60s).value(), "ann");
    }
    if (pclose(bob) != 0) throw std::runtime_error("Bob failed");
    show(said.next(60s).value(), "ann");
    std::cout << "What bob saw:\n" << std::ifstream("bob.txt").rdbuf();
}

int main(int count, char** arguments) {
    try {
        if (count == 3)
            take_part(arguments[1], arguments[2]);
        else
            play(arguments[0]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
