#ifndef SERVICES_FEEDS_REGISTRY_REGISTRY_FIXTURE_H_
#define SERVICES_FEEDS_REGISTRY_REGISTRY_FIXTURE_H_

#include <string>

#include "xince/registry/v1/firm.pb.h"
#include "xince/registry/v1/manager.pb.h"
#include "xince/registry/v1/project.pb.h"

#include "services/feeds/registry/registry_records.h"
#include "services/feeds/testing/test_feed.h"

/// A register with the feed's records in it, for tests.
namespace xince::registry::testdata {

inline constexpr char kFirm[] = "firms/91350100M000100Y43";
inline constexpr char kOtherFirm[] = "firms/91110000600037341L";

/// The feed `registry` of a test, and records that it accepts.
class RegistryTest : public ::testing::Test, public feeds::testdata::TestFeed {
 protected:
  RegistryTest() : TestFeed("registry", RegistryRecordTypes()) {}

  static v1::Firm AFirm(const std::string& name = kFirm) {
    auto firm = feeds::testdata::Parse<v1::Firm>(R"pb(
      display_name: "示例物业(虚构)"
      provider_kind: PROPERTY_FIRM
      division: "320104"
      filing_date: "2026-01-05"
    )pb");
    firm.set_uscc(name.substr(name.find('/') + 1));
    return firm;
  }
  static v1::Manager AManager(const std::string& number = feeds::testdata::kNumber) {
    auto manager = feeds::testdata::Parse<v1::Manager>(R"pb(
      display_name: "张三"
      division: "320104"
      filing_date: "2026-01-05"
    )pb");
    manager.set_identity_number(number);
    return manager;
  }
  static v1::Estate AnEstate() {
    return feeds::testdata::Parse<v1::Estate>(
        R"pb(
          name: "estates/e" display_name: "示例小区(虚构)" kind: OLD division: "320104002"
        )pb");
  }
  static v1::Project AProject() {
    return feeds::testdata::Parse<v1::Project>(R"pb(
      name: "projects/p"
      display_name: "示例项目(虚构)"
      estate: "estates/e"
      division: "320104002"
      start_date: "2025-01-01"
    )pb");
  }
  /// Files two firms, two managers (`managers/m`, `managers/n`), an estate and a project.
  void FileAll() {
    ASSERT_TRUE(Create(AFirm()).ok());
    ASSERT_TRUE(Create(AFirm(kOtherFirm)).ok());
    v1::Manager manager = AManager();
    manager.set_name("managers/m");
    ASSERT_TRUE(Create(manager).ok());
    manager = AManager(feeds::testdata::kOtherNumber);
    manager.set_name("managers/n");
    ASSERT_TRUE(Create(manager).ok());
    ASSERT_TRUE(Create(AnEstate()).ok());
    ASSERT_TRUE(Create(AProject()).ok());
  }
  /// What the server answers to the fields of a record.
  auto FieldCheck() {
    return [this](const google::protobuf::Message& record) { return feed().CheckRequest(record); };
  }
};

/// A document with everything in it, as text form.
inline constexpr char kDocument[] = R"pb(
  title: "示例文书"
  number: "示例〔2026〕1号"
  issuer: "示例机关"
  issue_date: "2026-01-20"
  sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  uri: "archive/1"
)pb";

inline type::v1::Document ADocument() {
  return feeds::testdata::Parse<type::v1::Document>(kDocument);
}

}  // namespace xince::registry::testdata

#endif  // SERVICES_FEEDS_REGISTRY_REGISTRY_FIXTURE_H_
