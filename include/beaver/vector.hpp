/// Vectors and documents. Part of beaver.hpp.
#ifndef BEAVER_VECTOR_HPP
#define BEAVER_VECTOR_HPP

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "handle.hpp"
#include "json.hpp"
#include "text.hpp"

namespace beaver {

/// The components of a vector on its way into the library: any container of floats in one piece (std::vector,
/// std::array), a list in braces, or a pointer and a length. Used during the call only.
class VectorView {
public:
    /// No vector, where one may be left out.
    constexpr VectorView() noexcept = default;

    /// So many components from there.
    VectorView(const float* data, std::size_t size) noexcept : data_(data != nullptr ? data : &nothing), size_(size) {}

    /// The components that are listed.
    VectorView(std::initializer_list<float> components) noexcept : VectorView(begin(components), components.size()) {}

    /// The components in a container.
    template <class Container, class Element = std::remove_pointer_t<decltype(std::declval<const Container&>().data())>,
              class = std::enable_if_t<std::is_same_v<std::remove_const_t<Element>, float>>>
    VectorView(const Container& container) noexcept : VectorView(container.data(), container.size()) {}

    /// Where they begin; NULL only for no vector.
    const float* data() const noexcept { return data_; }
    /// How many they are.
    std::size_t size() const noexcept { return size_; }

private:
    static const float* begin(std::initializer_list<float> components) noexcept { return components.begin(); }

    static constexpr float nothing = 0;
    const float* data_ = nullptr;
    std::size_t size_ = 0;
};

/// A document of a collection.
template <class T>
struct DocumentOf {
    std::string id;
    detail::Stored<T> body{};
    /// The vector that it is found by; get() gives it, searches and ranges do not.
    std::optional<std::vector<float>> embedding = std::nullopt;
};

/// A document whose body is JSON text.
using Document = DocumentOf<Text>;

namespace detail {

/// The floats of a buffer of the library.
inline std::vector<float> floats(const Buffer& buffer) {
    const std::string_view bytes = buffer.view();
    std::vector<float> floats(bytes.size() / sizeof(float));
    if (!floats.empty()) std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
    return floats;
}

/// The vector of a document, if it has one.
inline VectorView view(const std::optional<std::vector<float>>& embedding) {
    return embedding ? VectorView(*embedding) : VectorView();
}

/// Takes the members of a document out of a row; false for other members.
template <template <class> class Row, class T>
bool document_member(Row<T>& row, std::string_view key, std::string_view value) {
    if (is(key, "id")) {
        row.id = plain_string(value);
    } else if (is(key, "body")) {
        row.body = parse<T>(value);
    } else {
        return false;
    }
    return true;
}

template <class T>
DocumentOf<T> document(std::string_view json) {
    DocumentOf<T> document;
    each_member(json, [&](std::string_view key, std::string_view value) { document_member(document, key, value); });
    return document;
}

}  // namespace detail
}  // namespace beaver

#endif
