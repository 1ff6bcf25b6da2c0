/* A room to talk in, for any number of processes on one file.
 *
 *     chat FILE NAME    takes part under that name: says what is typed, prints what is said; ends with the input
 *     chat              shows it: plays Ann, and starts itself again as Bob
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <beaver.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static beaver_error *error = NULL;

/* True for OK, false for "timed out"; an error ends the program. */
static bool ok(beaver_status status) {
    if (error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(error));
    beaver_error_free(error);
    exit(EXIT_FAILURE);
}

/* Says a line, or that one has left. A JSON library writes JSON better. */
static void say(const beaver_channel *room, const char *name, const char *line) {
    char json[2048], *end = json;
    end += sprintf(end, "{\"from\":\"%s\",", name);
    if (line == NULL) {
        sprintf(end, "\"left\":true}");
    } else {
        end += sprintf(end, "\"text\":\"");
        for (; *line != '\0' && end < json + sizeof json - 8; line++) {
            if (*line == '"' || *line == '\\') *end++ = '\\';
            *end++ = (unsigned char)*line < ' ' ? ' ' : *line;
        }
        strcpy(end, "\"}");
    }
    ok(beaver_channel_publish(room, json, BEAVER_NUL_TERMINATED, NULL, &error));
}

/* Prints a message, {"timestamp_us":1,"payload":{"from":"ann","text":"…"}}, and tells whether that one has left. */
static bool show(const char *message, const char *name) {
    char from[32] = "";
    sscanf(strstr(message, "\"from\":"), "\"from\":\"%31[^\"]", from);
    const char *text = strstr(message, "\"text\":");
    if (text != NULL) {
        text += strlen("\"text\":");
        printf("%s: %.*s\n", from, (int)(strlen(text) - 2), text);
    } else {
        printf("%s has left\n", from);
    }
    fflush(stdout);
    return text == NULL && strcmp(from, name) == 0;
}

/* One thread for both: what is typed, and what is said. The subscription has a descriptor, so that poll() can wait for it. */
static void take_part(const beaver_channel *room, const beaver_subscription *said, const char *name) {
    struct pollfd waits[2] = {{STDIN_FILENO, POLLIN, 0}, {-1, POLLIN, 0}};
    ok(beaver_subscription_fd(said, &waits[1].fd, &error));
    setvbuf(stdin, NULL, _IONBF, 0); /* what stdio reads ahead, poll() does not see */
    for (bool left = false; !left;) {
        char line[1000];
        beaver_buf message = {0};
        if (poll(waits, 2, -1) < 0) exit(EXIT_FAILURE);
        if (waits[0].revents != 0) {
            if (fgets(line, sizeof line, stdin) != NULL) {
                line[strcspn(line, "\n")] = '\0';
                say(room, name, line);
            } else {
                say(room, name, NULL);
                waits[0].fd = -1; /* from now on it only listens, until it hears that it has left */
            }
        }
        while (ok(beaver_subscription_next(said, 0, &message, &error))) {
            left = show((const char *)message.data, name) || left;
            beaver_buf_free(&message);
        }
    }
}

/* Plays Ann, and types for Bob. */
static void play(const char *program, const beaver_channel *room, const beaver_subscription *said) {
    static const char *const lines[][2] = {
        {"ann", "Is anybody here?"},
        {"bob", "I am, in a process of my own."},
        {"ann", "And how do you hear me?"},
        {"bob", "Through the file: your commit wakes me."},
        {NULL, NULL},
    };
    char command[4096];
    snprintf(command, sizeof command, "'%s' chat.db bob > bob.txt", program);
    FILE *bob = popen(command, "w");
    if (bob == NULL) exit(EXIT_FAILURE);
    beaver_buf message = {0};
    printf("What ann saw:\n");
    for (int at = 0; lines[at][0] != NULL; at++) {
        if (strcmp(lines[at][0], "ann") == 0) {
            say(room, "ann", lines[at][1]);
        } else {
            fprintf(bob, "%s\n", lines[at][1]);
            fflush(bob);
        }
        if (!ok(beaver_subscription_next(said, 60000, &message, &error))) exit(EXIT_FAILURE);
        show((const char *)message.data, "ann");
        beaver_buf_free(&message);
    }
    if (pclose(bob) != 0) exit(EXIT_FAILURE);
    ok(beaver_subscription_next(said, 60000, &message, &error));
    show((const char *)message.data, "ann");
    beaver_buf_free(&message);

    printf("What bob saw:\n");
    FILE *saw = fopen("bob.txt", "r");
    char line[1100];
    while (saw != NULL && fgets(line, sizeof line, saw) != NULL) fputs(line, stdout);
    if (saw != NULL) fclose(saw);
}

int main(int count, char **arguments) {
    bool takes_part = count == 3;
    const char *file = takes_part ? arguments[1] : "chat.db";
    beaver_db *db = NULL;
    beaver_channel *room = NULL;
    beaver_subscription *said = NULL;
    if (!takes_part) remove(file); /* of an earlier run */
    ok(beaver_db_open(file, NULL, &db, &error));
    ok(beaver_db_channel(db, "room", &room, &error));
    ok(beaver_channel_subscribe(room, "{\"start\":\"oldest\"}", &said, &error)); /* what was said before, too */
    if (takes_part) {
        take_part(room, said, arguments[2]);
    } else {
        play(arguments[0], room, said);
    }
    beaver_subscription_free(said);
    beaver_channel_free(room);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
