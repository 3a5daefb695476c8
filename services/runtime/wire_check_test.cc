#include "services/runtime/wire_check.h"

#include <gtest/gtest.h>

#include "echo.pb.h"

namespace xince::runtime {
namespace {

using testdata::EchoRequest;
using Kind = WireFault::Kind;

WireFault Find(absl::string_view bytes) { return FindWireFault(bytes, *EchoRequest::descriptor()); }

std::string With(const std::function<void(EchoRequest&)>& fill) {
  EchoRequest request;
  fill(request);
  return request.SerializeAsString();
}

struct Case {
  const char* what;
  std::string bytes;
  Kind kind;
  const char* path;
};

TEST(WireCheckTest, NamesTheFieldThatIsNotUtf8) {
  const Case cases[] = {
      {"plain field", With([](auto& r) { r.set_name("\xFF"); }), Kind::kBadUtf8, "name"},
      {"element of a repeated field in a repeated message",
       With([](auto& r) {
         r.add_parts();
         r.add_parts()->add_names("ok");
         r.mutable_parts(1)->add_names("\xC3(");
       }),
       Kind::kBadUtf8,
       "parts[1].names[1]"},
      {"map value",
       With([](auto& r) { (*r.mutable_labels())["k"] = std::string("\xFF"); }),
       Kind::kBadUtf8,
       "labels[0].value"},
      {"bytes may be anything", With([](auto& r) { r.set_blob("\xFF\xFE"); }), Kind::kNone, ""},
      {"everything fine",
       With([](auto& r) {
         r.set_name("信册");
         r.set_number(-1);
       }),
       Kind::kNone,
       ""},
  };
  for (const Case& c : cases) {
    const WireFault fault = Find(c.bytes);
    EXPECT_EQ(fault.kind, c.kind) << c.what;
    EXPECT_EQ(fault.path, c.path) << c.what;
  }
}

TEST(WireCheckTest, SaysMalformedWhenTheBytesMakeNoSense) {
  using namespace std::string_literals;
  const std::string cases[] = {
      "\x0A\x05"
      "ab"s,                                                // Longer than what follows.
      "\x0A"s,                                              // No length.
      "\x00\x01"s,                                          // Field number 0.
      "\x0E\x01"s,                                          // Wire type 6.
      "\x0C"s,                                              // The end of a group that never began.
      "\x9B\x06\x08\x01"s,                                  // A group that never ends.
      "\x29\x01\x02"s,                                      // Half of a fixed64.
      "\x28\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"s,  // A varint of eleven bytes.
  };
  for (const std::string& bytes : cases) {
    EchoRequest request;
    EXPECT_FALSE(request.ParseFromString(bytes)) << testing::PrintToString(bytes);
    EXPECT_EQ(Find(bytes).kind, Kind::kMalformed) << testing::PrintToString(bytes);
  }
}

TEST(WireCheckTest, SkipsUnknownFieldsOfEveryWireType) {
  using namespace std::string_literals;
  // Field 99 as varint, fixed64, bytes, group with a field in it, fixed32.
  const std::string bytes =
      "\x98\x06\x01\x99\x06\x01\x02\x03\x04\x05\x06\x07\x08\x9A\x06\x01\xFF\x9B\x06\x08\x01\x9C\x06"
      "\x9D\x06\x01\x02\x03\x04"s;
  EchoRequest request;
  ASSERT_TRUE(request.ParseFromString(bytes));
  EXPECT_EQ(Find(bytes).kind, Kind::kNone);
}

TEST(WireCheckTest, GroupsNestAsDeepAsAllowedAndNoDeeper) {
  const auto nested = [](int depth) {
    std::string bytes;
    for (int i = 0; i < depth; ++i) bytes += "\x9B\x06";
    for (int i = 0; i < depth; ++i) bytes += "\x9C\x06";
    return bytes;
  };
  EXPECT_EQ(Find(nested(kNestingMax)).kind, Kind::kNone);
  EXPECT_EQ(Find(nested(kNestingMax + 1)).kind, Kind::kMalformed);
}

}  // namespace
}  // namespace xince::runtime
