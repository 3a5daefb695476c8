#include "services/scoring/creditfile/same_standing.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

namespace xince::creditfile {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::xince::credit::v1::StandingRecord;

// Sets a field, or adds to it, to what it never is by itself.
void Change(Message& message, const FieldDescriptor& field) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.SetBool(&message, &field, !reflection.GetBool(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection.SetInt64(&message, &field, reflection.GetInt64(message, &field) + 1);
    case FieldDescriptor::CPPTYPE_ENUM:
      return reflection.SetEnumValue(&message, &field, 1);
    case FieldDescriptor::CPPTYPE_STRING:
      return field.is_repeated() ? reflection.AddString(&message, &field, "changed")
                                 : reflection.SetString(&message, &field, "changed");
    case FieldDescriptor::CPPTYPE_MESSAGE:
      (void)reflection.AddMessage(&message, &field);
      return;
    default:
      FAIL() << field.full_name() << " has a type this test does not know";
  }
}

StandingRecord Example() {
  StandingRecord record;
  record.set_day("2026-01-01");
  record.set_grade("A");
  record.add_restrictions()->set_code("no-tenders");
  record.add_proposals("red-list");
  record.add_memberships()->add_effects()->set_zh("公示");
  record.add_contests()->set_case_("cases/2026-1");
  return record;
}

void AddUnknown(Message& message) {
  message.GetReflection()->MutableUnknownFields(&message)->AddVarint(999, 1);
}

// Every field of a message within the example makes another standing.
void ExpectEveryFieldTells(const Message& kind,
                           const std::function<Message*(StandingRecord&)>& in) {
  for (int i = 0; i < kind.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *kind.GetDescriptor()->field(i);
    StandingRecord changed = Example();
    Change(*in(changed), field);
    EXPECT_FALSE(SameRecord(Example(), changed)) << field.full_name();
    EXPECT_FALSE(SameRecord(changed, Example())) << field.full_name();
    if (field.full_name() == "xince.credit.v1.StandingRecord.day") continue;
    EXPECT_FALSE(SameStanding(Example(), changed)) << field.full_name();
    EXPECT_FALSE(SameStanding(changed, Example())) << field.full_name();
  }
}

TEST(SameStanding, EveryFieldTells) {
  ExpectEveryFieldTells(Example(), [](StandingRecord& record) { return &record; });
  ExpectEveryFieldTells(Example().restrictions(0),
                        [](StandingRecord& record) { return record.mutable_restrictions(0); });
  ExpectEveryFieldTells(Example().memberships(0),
                        [](StandingRecord& record) { return record.mutable_memberships(0); });
  ExpectEveryFieldTells(Example().memberships(0).effects(0), [](StandingRecord& record) {
    return record.mutable_memberships(0)->mutable_effects(0);
  });
  ExpectEveryFieldTells(Example().contests(0),
                        [](StandingRecord& record) { return record.mutable_contests(0); });
}

TEST(SameStanding, TheDayAloneIsNoChange) {
  StandingRecord later = Example();
  later.set_day("2026-01-02");
  EXPECT_TRUE(SameStanding(Example(), later));
  EXPECT_FALSE(SameRecord(Example(), later));
  EXPECT_TRUE(SameRecord(Example(), Example()));
}

TEST(SameStanding, FieldsOfALaterBuildTell) {
  StandingRecord later = Example();
  AddUnknown(later);
  EXPECT_FALSE(SameStanding(Example(), later));
  EXPECT_TRUE(SameStanding(later, later));
  StandingRecord within = Example();
  AddUnknown(*within.mutable_restrictions(0));
  EXPECT_FALSE(SameStanding(Example(), within));
}

}  // namespace
}  // namespace xince::creditfile
