// A room to talk in, for any number of processes on one file.
//
//     chat FILE NAME    takes part under that name: says what is typed, prints what is said; ends with the input
//     chat              shows it: plays Ann, and starts itself again as Bob
#include <beaver.hpp>
#include <cstdio>
#include <fstream>
#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;

static void say(beaver::Channel& room, const std::string& name, const std::string& text) {
    room.publish(R"({"from":)" + beaver::json_string(name) + R"(,"text":)" + beaver::json_string(text) + '}');
}

static void leave(beaver::Channel& room, const std::string& name) {
    room.publish(R"({"from":)" + beaver::json_string(name) + R"(,"left":true})");
}

// Prints a message, and tells whether that one has left. A JSON library takes any JSON apart; this was written above.
static bool show(const beaver::Message& message, const std::string& name) {
    const std::string& json = message.payload;
    const auto begin = json.find('"', 8);
    const auto end = json.find('"', begin + 1);
    const std::string from = json.substr(begin + 1, end - begin - 1);
    const auto text = json.find(R"("text":)", end);
    if (text != std::string::npos) {
        std::cout << from << ": " << json.substr(text + 7, json.size() - text - 8) << std::endl;
        return false;
    }
    std::cout << from << " has left" << std::endl;
    return from == name;
}

// A listener prints from a thread of its own, while this one reads what is typed.
static void take_part(const std::string& file, const std::string& name) {
    beaver::Database db(file);
    beaver::Channel room = db.channel("room");
    std::promise<void> left;
    const auto print = [&](const beaver::Message& message) {
        if (show(message, name)) left.set_value();
    };
    beaver::Listener listener = room.subscribe(print, beaver::Start::oldest());  // what was said before, too
    for (std::string line; std::getline(std::cin, line);) say(room, name, line);
    leave(room, name);
    left.get_future().wait();
    listener.off();
}

// Plays Ann, and types for Bob.
static void play(const std::string& program) {
    std::remove("chat.db");  // of an earlier run
    beaver::Database db("chat.db");
    beaver::Channel room = db.channel("room");
    beaver::Subscription said = room.subscribe();
    std::FILE* bob = popen(("'" + program + "' chat.db bob > bob.txt").c_str(), "w");
    if (bob == nullptr) throw std::runtime_error("Bob does not start");
    const std::pair<const char*, const char*> lines[] = {{"ann", "Is anybody here?"},
                                                         {"bob", "I am, in a process of my own."},
                                                         {"ann", "And how do you hear me?"},
                                                         {"bob", "Through the file: your commit wakes me."}};
    std::cout << "What ann saw:" << std::endl;
    for (const auto& [name, text] : lines) {
        if (std::string(name) == "ann") {
            say(room, name, text);
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
