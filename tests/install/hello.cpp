// The same from C++: the installed beaver.hpp compiles and needs nothing that is not installed.
#include <beaver.hpp>

int main() {
    const auto header = BEAVER_VERSION_MAJOR * 1000000 + BEAVER_VERSION_MINOR * 1000 + BEAVER_VERSION_PATCH;
    return static_cast<int>(beaver_version_number()) == header ? 0 : 1;
}
