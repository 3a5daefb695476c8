#include "services/runtime/wire_check.h"

#include <cstdint>
#include <map>
#include <optional>

#include "absl/strings/str_cat.h"

#include "services/runtime/utf8.h"

namespace xince::runtime {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using Kind = WireFault::Kind;

enum WireType : uint32_t {
  kVarint = 0,
  kFixed64 = 1,
  kLengthDelimited = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5,
};

std::optional<uint64_t> TakeVarint(absl::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 70 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << (shift > 63 ? 63 : shift);
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<absl::string_view> Take(absl::string_view& bytes, uint64_t size) {
  if (bytes.size() < size) return std::nullopt;
  const absl::string_view taken = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return taken;
}

/// Skips a value that holds no string. False when it is malformed.
bool Skip(absl::string_view& bytes, uint64_t tag, int depth) {
  switch (tag & 7) {
    case kVarint:
      return TakeVarint(bytes).has_value();
    case kFixed64:
      return Take(bytes, 8).has_value();
    case kFixed32:
      return Take(bytes, 4).has_value();
    case kLengthDelimited: {
      const std::optional<uint64_t> size = TakeVarint(bytes);
      return size.has_value() && Take(bytes, *size).has_value();
    }
    case kStartGroup:
      while (depth > 0) {
        const std::optional<uint64_t> inner = TakeVarint(bytes);
        if (!inner.has_value() || (*inner >> 3) == 0) return false;
        if ((*inner & 7) == kEndGroup) return (*inner >> 3) == (tag >> 3);
        if (!Skip(bytes, *inner, depth - 1)) return false;
      }
      return false;
    default:
      return false;
  }
}

bool MustBeUtf8(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING &&
         field.file()->syntax() == FileDescriptor::SYNTAX_PROTO3;
}

WireFault Walk(absl::string_view bytes, const Descriptor& descriptor, int depth) {
  if (depth == 0) return {.kind = Kind::kMalformed};
  std::map<int, int> seen;
  while (!bytes.empty()) {
    const std::optional<uint64_t> tag = TakeVarint(bytes);
    if (!tag.has_value() || (*tag >> 3) == 0 || (*tag >> 3) > FieldDescriptor::kMaxNumber) {
      return {.kind = Kind::kMalformed};
    }
    const FieldDescriptor* field = descriptor.FindFieldByNumber(static_cast<int>(*tag >> 3));
    if (field == nullptr || (*tag & 7) != kLengthDelimited) {
      if (!Skip(bytes, *tag, depth)) return {.kind = Kind::kMalformed};
      continue;
    }
    const std::optional<uint64_t> size = TakeVarint(bytes);
    const std::optional<absl::string_view> value =
        size.has_value() ? Take(bytes, *size) : std::nullopt;
    if (!value.has_value()) return {.kind = Kind::kMalformed};
    const int index = seen[field->number()]++;
    WireFault fault;
    if (MustBeUtf8(*field) && !IsUtf8(*value)) fault.kind = Kind::kBadUtf8;
    if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      fault = Walk(*value, *field->message_type(), depth - 1);
    }
    if (fault.kind == Kind::kNone) continue;
    const std::string place =
        field->is_repeated() ? absl::StrCat(field->name(), "[", index, "]") : field->name();
    fault.path = fault.path.empty() ? place : absl::StrCat(place, ".", fault.path);
    return fault;
  }
  return {};
}

}  // namespace

WireFault FindWireFault(absl::string_view bytes, const Descriptor& descriptor) {
  WireFault fault = Walk(bytes, descriptor, kNestingMax);
  if (fault.kind != Kind::kBadUtf8) fault.path.clear();
  return fault;
}

}  // namespace xince::runtime
