// A type of the tests' own, with its JSON written by hand, as for any JSON library that is not known.
#ifndef BEAVER_TESTS_POINT_HPP
#define BEAVER_TESTS_POINT_HPP

#include <cstdio>
#include <stdexcept>

#include "check.hpp"

struct Point {
    int x = 0;
    int y = 0;
};

inline bool operator==(const Point& a, const Point& b) { return a.x == b.x && a.y == b.y; }

template <>
struct beaver::json_traits<Point> {
    static std::string to_json(const Point& point) {
        return "{\"x\":" + std::to_string(point.x) + ",\"y\":" + std::to_string(point.y) + '}';
    }
    static Point from_json(std::string_view json) {
        Point point;
        if (std::sscanf(std::string(json).c_str(), R"({"x":%d,"y":%d})", &point.x, &point.y) != 2)
            throw Error(ErrorKind::TypeMismatch, "the value is no point");
        if (point.x < 0) throw std::domain_error("a point of the left");
        return point;
    }
};

// What an optional, an item or a row has is this point.
#define CHECK_POINT(expected_x, expected_y, found)                            \
    do {                                                                      \
        const auto check_found = (found);                                     \
        if (CHECK(check_found)) CHECK((Point{expected_x, expected_y} == *check_found)); \
    } while (0)

#endif
