/// Blob stores. Part of beaver.hpp.
#ifndef BEAVER_BLOB_HPP
#define BEAVER_BLOB_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "structure.hpp"

namespace beaver {

/// Bytes that go into the library: any container of single bytes in one piece (std::string, Bytes, std::array of
/// std::byte), or a pointer and a length. Used during the call only.
class BytesView {
public:
    /// So many bytes from there.
    BytesView(const void* data, std::size_t size) noexcept
        : data_(static_cast<const std::uint8_t*>(data)), size_(size) {}

    /// The characters of a text.
    BytesView(std::string_view text) noexcept : BytesView(text.data(), text.size()) {}

    /// The characters of a literal, without its NUL.
    BytesView(const char* text) noexcept : BytesView(std::string_view(text)) {}

    /// The bytes of a container.
    template <class Container, class Element = std::remove_pointer_t<decltype(std::declval<const Container&>().data())>,
              class = std::enable_if_t<sizeof(Element) == 1 && std::is_trivially_copyable_v<Element>>>
    BytesView(const Container& container) noexcept : BytesView(container.data(), container.size()) {}

    /// Where they begin.
    const std::uint8_t* data() const noexcept { return data_; }
    /// How many they are.
    std::size_t size() const noexcept { return size_; }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

/// A blob.
struct Blob {
    Bytes data;
    /// JSON text, if it was given some.
    std::optional<std::string> metadata;
};

/// What a blob is, without its bytes.
struct BlobStat {
    /// How many bytes it has.
    std::uint64_t size = 0;
    /// JSON text, if it was given some.
    std::optional<std::string> metadata;
};

/// Writes one blob piece by piece. What is not finished leaves nothing behind.
class BlobWriter {
public:
    /// Takes over a handle of beaver.h.
    explicit BlobWriter(beaver_blob_writer* handle) noexcept : handle_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_blob_writer* handle() const noexcept { return handle_.get(); }

    /// Writes the next bytes.
    void write(BytesView bytes) { detail::call(beaver_blob_writer_write, handle(), bytes.data(), bytes.size()); }

    /// Makes what was written the blob of its key. The writer is used up, also if this fails.
    void finish() { detail::call(beaver_blob_writer_finish, handle()); }

    /// Gives up what was written. The writer is used up.
    void abort() { detail::call(beaver_blob_writer_abort, handle()); }

private:
    detail::Handle<beaver_blob_writer> handle_;
};

/// Reads one blob piece by piece, as it was when the reader was made.
class BlobReader {
public:
    /// Takes over a handle of beaver.h.
    explicit BlobReader(beaver_blob_reader* handle) noexcept : handle_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_blob_reader* handle() const noexcept { return handle_.get(); }

    /// How many bytes the blob has.
    std::uint64_t size() const {
        std::uint64_t size = 0;
        detail::call(beaver_blob_reader_len, handle(), &size);
        return size;
    }

    /// Reads up to so many of the next bytes into a buffer and tells how many; 0 at the end.
    std::size_t read(void* buffer, std::size_t capacity) {
        std::size_t len = 0;
        detail::call(beaver_blob_reader_read, handle(), static_cast<std::uint8_t*>(buffer), capacity, &len);
        return len;
    }

    /// Up to so many of the next bytes; none at the end.
    Bytes read(std::size_t most) {
        Bytes bytes(most);
        bytes.resize(read(bytes.data(), most));
        return bytes;
    }

private:
    detail::Handle<beaver_blob_reader> handle_;
};

/// Bytes by key, each with metadata (JSON) if it was given some.
class Blobs : public Structure<Blobs, beaver_blobs> {
public:
    using Structure::Structure;
    /// Metadata for put() and writer(): JSON, or none.
    using Metadata = std::optional<JsonView>;

    /// Stores bytes, in the place of what was there.
    void put(std::string_view key, BytesView bytes, const Metadata& metadata = std::nullopt) {
        detail::call(beaver_blobs_put, handle(), c(key).c_str(), bytes.data(), bytes.size(), text(metadata),
                     length(metadata));
    }

    /// Reads a blob.
    std::optional<Blob> get(std::string_view key) const {
        detail::Buffer bytes;
        detail::Buffer metadata;
        if (detail::call(beaver_blobs_get, handle(), c(key).c_str(), bytes.out(), metadata.out()) != BEAVER_OK)
            return std::nullopt;
        return Blob{bytes.bytes(), given(metadata)};
    }

    /// Reads the length and the metadata of a blob.
    std::optional<BlobStat> stat(std::string_view key) const {
        BlobStat stat;
        detail::Buffer metadata;
        if (detail::call(beaver_blobs_stat, handle(), c(key).c_str(), &stat.size, metadata.out()) != BEAVER_OK)
            return std::nullopt;
        stat.metadata = given(metadata);
        return stat;
    }

    /// Whether a key is there.
    bool contains(std::string_view key) const { return flag(beaver_blobs_contains, c(key).c_str()); }

    /// Deletes a blob; tells whether it was there.
    bool erase(std::string_view key) {
        return detail::call(beaver_blobs_delete, handle(), c(key).c_str()) == BEAVER_OK;
    }

    /// Goes through the keys, byte by byte in order.
    Range<std::string> keys() const { return rows(plain_string, beaver_blobs_keys); }

    /// Begins to write a blob piece by piece. Nobody sees it before it is finished.
    BlobWriter writer(std::string_view key, const Metadata& metadata = std::nullopt) {
        beaver_blob_writer* writer = nullptr;
        detail::call(beaver_blobs_writer, handle(), c(key).c_str(), text(metadata), length(metadata), &writer);
        return BlobWriter(writer);
    }

    /// Begins to read a blob piece by piece, as it is at this moment.
    std::optional<BlobReader> reader(std::string_view key) const {
        beaver_blob_reader* reader = nullptr;
        if (detail::call(beaver_blobs_reader, handle(), c(key).c_str(), &reader) != BEAVER_OK) return std::nullopt;
        return BlobReader(reader);
    }

private:
    friend class Batch;

    static detail::CText c(std::string_view key) { return {"key", key}; }
    static const char* text(const Metadata& metadata) { return metadata ? metadata->data() : nullptr; }
    static std::size_t length(const Metadata& metadata) { return metadata ? metadata->size() : 0; }
    static std::optional<std::string> given(const detail::Buffer& metadata) {
        return metadata.empty() ? std::nullopt : std::optional<std::string>(metadata.text());
    }
};

}  // namespace beaver

#endif
