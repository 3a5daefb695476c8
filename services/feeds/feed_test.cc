#include "services/feeds/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/journal/v1/entries.pb.h"
#include "xince/registry/v1/firm.pb.h"
#include "xince/registry/v1/manager.pb.h"
#include "xince/registry/v1/project.pb.h"

#include "services/feeds/registry/registry_records.h"
#include "services/feeds/testing/test_feed.h"
#include "services/runtime/request_id.h"

// The framework's promises, tried on the records of the registry.
namespace xince::feeds {
namespace {

using namespace testdata;  // NOLINT: the fixture is the subject.
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::xince::evidence::v1::Evidence;
using ::xince::registry::v1::Engagement;
using ::xince::registry::v1::Estate;
using ::xince::registry::v1::Firm;
using ::xince::registry::v1::Manager;
using ::xince::registry::v1::Organization;

class FeedTest : public ::testing::Test, public TestFeed {
 protected:
  FeedTest() : TestFeed("registry", registry::RegistryRecordTypes()) {}

  static Organization AnOrganization(const std::string& name = "示例组织(虚构)") {
    Organization organization;
    organization.set_display_name(name);
    organization.set_division("320104");
    organization.set_filing_date("2026-01-05");
    return organization;
  }
  static Organization Named(const std::string& id, const std::string& division = "320104") {
    Organization organization = AnOrganization(id);
    organization.set_name("organizations/" + id);
    organization.set_division(division);
    return organization;
  }
  static Firm AFirm() {
    return Parse<Firm>(R"pb(
      uscc: "91350100M000100Y43"
      display_name: "示例物业(虚构)"
      provider_kind: PROPERTY_FIRM
      division: "320104"
      filing_date: "2026-01-05"
      commitment_date: "2026-01-04"
    )pb");
  }
  static Manager AManager() {
    return Parse<Manager>(R"pb(
      display_name: "张三"
      division: "320104"
      filing_date: "2026-01-05"
      identity_number: "11010519491231002X"
    )pb");
  }
};

TEST_F(FeedTest, CreateGivesANameAndNotesWhoAndWhen) {
  const auto filed = Create(AnOrganization(), As("officer-1"));
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->name(), "organizations/1");
  EXPECT_EQ(filed->info().revision(), 1);
  EXPECT_EQ(filed->info().version(), 1);
  EXPECT_EQ(filed->info().actor(), "officer-1");
  EXPECT_EQ(filed->info().create_time().seconds(), absl::ToUnixSeconds(clock().Now()));
  EXPECT_EQ(Get<Organization>("organizations/1")->ShortDebugString(), filed->ShortDebugString());
}

TEST_F(FeedTest, ANameIsOfTheCollectionAndAnIdentifier) {
  EXPECT_EQ(Refusal(Create(Named("a"))), "OK");
  EXPECT_EQ(Refusal(Create(Named(std::string(63, 'b')))), "OK");
  EXPECT_EQ(Refusal(Create(Named(std::string(64, 'b')))), "RESOURCE_SYNTAX name");
  EXPECT_EQ(Refusal(Create(Named("甲"))), "RESOURCE_SYNTAX name");
  EXPECT_EQ(Refusal(Create(Named("a/b"))), "RESOURCE_SYNTAX name");
  Organization other = AnOrganization();
  other.set_name("firms/91350100M000100Y43");
  EXPECT_EQ(Refusal(Create(other)), "RESOURCE_SYNTAX name");
}

TEST_F(FeedTest, ATakenNameIsRefusedWithWhatItCollidesWith) {
  ASSERT_TRUE(Create(Named("a")).ok());
  const auto again = Create(Named("a"));
  EXPECT_EQ(Refusal(again), "RECORD_EXISTS name");
  EXPECT_EQ(Said(again, "collides_with"), "organizations/a");
}

TEST_F(FeedTest, TheSameRequestGetsTheFirstAnswerEvenAfterALaterChange) {
  const auto first = Create(AnOrganization(), As("a", "r-1"));
  ASSERT_TRUE(first.ok()) << first.status();
  Organization changed = *first;
  changed.set_display_name("改名后(虚构)");
  clock().AdvanceTime(absl::Hours(30));
  ASSERT_TRUE(Update(changed).ok());
  const auto again = Create(AnOrganization(), As("a", "r-1"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->ShortDebugString(), first->ShortDebugString());
  EXPECT_EQ(Entries().size(), 2u);
}

TEST_F(FeedTest, ARepeatedChangeAndVoidingGetTheirFirstAnswers) {
  Organization organization = *Create(AnOrganization());
  organization.set_service_scope("保洁");
  const auto changed = Update(organization, 1, As("a", "u"));
  ASSERT_TRUE(changed.ok()) << changed.status();
  const auto voided = Void(*changed, As("a", "v"));
  ASSERT_TRUE(voided.ok()) << voided.status();
  EXPECT_EQ(voided->info().voiding().reason(), "登记有误");
  EXPECT_EQ(Update(organization, 1, As("a", "u"))->ShortDebugString(), changed->ShortDebugString());
  EXPECT_EQ(Void(*changed, As("a", "v"))->ShortDebugString(), voided->ShortDebugString());
  EXPECT_EQ(Entries().size(), 3u);
}

TEST_F(FeedTest, ARequestIdWithOtherContentIsRefused) {
  const Organization filed = *Create(AnOrganization(), As("a", "r-1"));
  EXPECT_EQ(Refusal(Create(AnOrganization("另一组织(虚构)"), As("a", "r-1"))),
            "REQUEST_ID_REUSED request_id");
  EXPECT_EQ(Refusal(Update(filed, As("a", "r-1"))), "REQUEST_ID_REUSED request_id");
  EXPECT_EQ(Refusal(Void(filed, As("a", "r-1"))), "REQUEST_ID_REUSED request_id");
}

TEST_F(FeedTest, RequestIdsOfDifferentActorsAreIndependent) {
  EXPECT_EQ(Create(AnOrganization(), As("a", "r"))->name(), "organizations/1");
  EXPECT_EQ(Create(AnOrganization(), As("b", "r"))->name(), "organizations/2");
  EXPECT_EQ(Create(AnOrganization(), As("b", ""))->name(), "organizations/3");
  EXPECT_EQ(Create(AnOrganization(), As("b", ""))->name(), "organizations/4");
}

TEST_F(FeedTest, ARequestIdIsLimited) {
  EXPECT_EQ(
      Refusal(Create(AnOrganization(), As("a", std::string(runtime::kRequestIdBytesMax, 'r')))),
      "OK");
  for (const std::string& bad : {std::string(runtime::kRequestIdBytesMax + 1, 'r'),
                                 std::string("a b"),
                                 std::string("编号"),
                                 std::string("a\n")}) {
    EXPECT_EQ(Refusal(Create(AnOrganization(), As("a", bad))), "REQUEST_ID_SYNTAX request_id");
  }
}

TEST_F(FeedTest, AChangeNeedsTheRevisionThatWasRead) {
  const Organization first = *Create(AnOrganization());
  Organization organization = first;
  organization.set_service_scope("绿化");
  EXPECT_EQ(Refusal(Update(organization, 0, As("a"))),
            "EXPECTED_REVISION_REQUIRED expected_revision");
  const Organization second = *Update(organization);
  EXPECT_EQ(second.info().version(), 2);
  EXPECT_EQ(second.info().create_time().seconds(), first.info().create_time().seconds());
  const auto stale = Update(organization, 1, As("a"));
  EXPECT_EQ(Refusal(stale), "STALE_REVISION expected_revision");
  EXPECT_EQ(stale.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Said(stale, "current"), "2");
  EXPECT_EQ(Refusal(Void(first)), "STALE_REVISION expected_revision");
  EXPECT_EQ(Get<Organization>(first.name())->service_scope(), "绿化");
}

TEST_F(FeedTest, WhatDoesNotExistCannotBeReadOrChanged) {
  Organization organization = Named("nobody");
  EXPECT_EQ(Refusal(Update(organization, 1, As("a"))), "RECORD_UNKNOWN name");
  EXPECT_EQ(Refusal(Void(organization)), "RECORD_UNKNOWN name");
  EXPECT_EQ(Refusal(Get<Organization>("organizations/nobody")), "RECORD_UNKNOWN name");
  ASSERT_TRUE(Create(Named("somebody")).ok());
  EXPECT_EQ(Refusal(Get<Firm>("organizations/somebody")), "RECORD_UNKNOWN name");
  EXPECT_EQ(Refusal(Get<Organization>("organizations/somebody", 2)), "VERSION_UNKNOWN version");
}

TEST_F(FeedTest, EarlierVersionsCanBeRead) {
  Organization organization = *Create(AnOrganization("甲(虚构)"), As("first"));
  clock().AdvanceTime(absl::Hours(1));
  organization.set_display_name("乙(虚构)");
  organization = *Update(organization, As("second"));
  const auto before = Get<Organization>(organization.name(), 1);
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->display_name(), "甲(虚构)");
  EXPECT_EQ(before->info().actor(), "first");
  EXPECT_EQ(before->info().revision(), 1);
  EXPECT_EQ(Get<Organization>(organization.name(), 2)->display_name(), "乙(虚构)");
}

TEST_F(FeedTest, AnImmutableFieldStays) {
  Firm firm = *Create(AFirm());
  firm.set_uscc("91110000600037341L");
  EXPECT_EQ(Refusal(Update(firm)), "FIELD_IMMUTABLE uscc");
}

TEST_F(FeedTest, WhatTheServerSetsIsIgnoredWhenACallerSendsIt) {
  Organization organization = AnOrganization();
  organization.mutable_info()->set_version(7);
  organization.mutable_info()->set_actor("somebody else");
  const auto filed = Create(organization, As("a"));
  ASSERT_TRUE(filed.ok()) << filed.status();
  EXPECT_EQ(filed->info().version(), 1);
  EXPECT_EQ(filed->info().actor(), "a");
  Manager manager = AManager();
  manager.set_identity_hash("ffffffffffffffffffffffffffffffff");
  EXPECT_NE(Create(manager)->identity_hash(), manager.identity_hash());
}

TEST_F(FeedTest, WhatTheServerDoesNotKnowIsNotKept) {
  Organization organization = AnOrganization();
  organization.GetReflection()
      ->MutableUnknownFields(&organization)
      ->AddLengthDelimited(999, kNumber);
  ASSERT_TRUE(Create(organization).ok());
  EXPECT_THAT(Entries().back().payload, Not(HasSubstr(kNumber)));
}

TEST_F(FeedTest, AnIdentityNumberIsNeverStored) {
  const auto manager = Create(AManager(), As("a", "r-1"));
  ASSERT_TRUE(manager.ok()) << manager.status();
  EXPECT_EQ(manager->identity_hash().size(), 32u);
  EXPECT_EQ(manager->identity_number(), "");
  Firm firm = AFirm();
  firm.mutable_legal_representative()->set_display_name("李四");
  firm.mutable_legal_representative()->set_identity_number(kOtherNumber);
  ASSERT_TRUE(Create(firm).ok());
  // Refused requests leave nothing either.
  EXPECT_FALSE(Create(AManager(), As("a", "r-2")).ok());
  for (const journal::Entry& entry : Entries()) {
    EXPECT_THAT(entry.payload, Not(HasSubstr("110105194912310")));
    EXPECT_THAT(entry.payload, Not(HasSubstr("440524188001010")));
  }
  feed().Stop();
  const auto snapshot = journal().LatestSnapshot(1);
  ASSERT_TRUE(snapshot.ok() && snapshot->has_value());
  EXPECT_THAT((*snapshot)->state, Not(HasSubstr("110105194912310")));
}

TEST_F(FeedTest, ARefusalDoesNotRepeatAnIdentityNumber) {
  Manager manager = AManager();
  manager.set_identity_number("110105194912310021");
  const auto refused = Create(manager);
  EXPECT_EQ(Refusal(refused), "RESIDENT_ID_CHECK_DIGIT identity_number");
  EXPECT_THAT(refused.status().ToString(), Not(HasSubstr("110105194912310")));
}

TEST_F(FeedTest, TheIdentityHashStaysWithThePersonWhoIsNamed) {
  Firm firm = AFirm();
  firm.mutable_legal_representative()->set_display_name("李四");
  firm.mutable_legal_representative()->set_identity_number(kNumber);
  firm = *Create(firm);
  const std::string hash = firm.legal_representative().identity_hash();
  EXPECT_EQ(hash.size(), 32u);
  firm.mutable_legal_representative()->clear_identity_hash();
  firm.set_address("某路1号");
  firm = *Update(firm);
  EXPECT_EQ(firm.legal_representative().identity_hash(), hash);
  firm.mutable_legal_representative()->set_display_name("王五");
  firm = *Update(firm);
  EXPECT_EQ(firm.legal_representative().identity_hash(), "");
}

TEST_F(FeedTest, AKeyBelongsToOneRecordUntilThatIsVoided) {
  const Manager first = *Create(AManager());
  const auto second = Create(AManager());
  EXPECT_EQ(Refusal(second), "DUPLICATE_KEY");
  EXPECT_EQ(Said(second, "collides_with"), first.name());
  EXPECT_EQ(Said(second, "key"), "manager-identity");
  ASSERT_TRUE(Void(first).ok());
  EXPECT_EQ(Refusal(Create(AManager())), "OK");
}

TEST_F(FeedTest, AVoidedRecordCanBeReadAndNotChanged) {
  const Organization filed = *Create(AnOrganization());
  const Organization voided = *Void(filed, As("b"));
  EXPECT_EQ(voided.info().version(), 2);
  EXPECT_EQ(Get<Organization>(filed.name())->info().voiding().reason(), "登记有误");
  EXPECT_EQ(Refusal(Update(voided)), "RECORD_VOIDED name");
  EXPECT_EQ(Refusal(Void(voided)), "RECORD_VOIDED name");
  EXPECT_EQ(Refusal(Create(Named("1"))), "RECORD_EXISTS name");
}

TEST_F(FeedTest, AVoidingGivesItsReason) {
  const Organization filed = *Create(AnOrganization());
  std::promise<absl::Status> answered;
  feed().Void(filed.name(), 1, {}, As("a"), [&](absl::StatusOr<RecordAnswer> answer) {
    answered.set_value(answer.status());
  });
  EXPECT_EQ(runtime::ToProblem(answered.get_future().get()).field, "voiding.reason");
}

TEST_F(FeedTest, AVoidedFirmIsFiledAgainAsItsNextVersion) {
  const Firm voided = *Void(*Create(AFirm()));
  const auto again = Create(AFirm());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->info().version(), 3);
  EXPECT_FALSE(again->info().has_voiding());
  EXPECT_EQ(NewestEvidence().front().version(), 3);
  EXPECT_FALSE(NewestEvidence().front().voided());
  EXPECT_EQ(Refusal(Create(AFirm())), "RECORD_EXISTS name");
  Restart(/*forget_snapshots=*/true);
  EXPECT_EQ(Get<Firm>(voided.name())->ShortDebugString(), again->ShortDebugString());
}

TEST_F(FeedTest, EvidenceIsSentAgainOnlyWhereItChanged) {
  Firm firm = *Create(AFirm());
  ASSERT_EQ(NewestEvidence().size(), 2u);
  EXPECT_EQ(NewestEvidence()[0].id(), "registry/firms/91350100M000100Y43#commitment");
  EXPECT_EQ(NewestEvidence()[1].id(), "registry/firms/91350100M000100Y43#subject");
  firm.set_address("某路2号");
  firm = *Update(firm);
  EXPECT_TRUE(NewestEvidence().empty());
  firm.set_display_name("改名物业(虚构)");
  firm = *Update(firm);
  ASSERT_EQ(NewestEvidence().size(), 1u);
  EXPECT_EQ(NewestEvidence()[0].version(), 3);
  EXPECT_EQ(NewestEvidence()[0].filing().display_name(), "改名物业(虚构)");
  firm.clear_commitment_date();
  firm = *Update(firm);
  ASSERT_EQ(NewestEvidence().size(), 1u);
  const Evidence gone = NewestEvidence()[0];
  EXPECT_EQ(gone.id(), "registry/firms/91350100M000100Y43#commitment");
  EXPECT_TRUE(gone.voided());
  EXPECT_EQ(gone.version(), 4);
  EXPECT_EQ(gone.kind(), "registry.commitment");
  EXPECT_EQ(gone.subject(), firm.name());
}

TEST_F(FeedTest, VoidingARecordVoidsItsEvidence) {
  ASSERT_TRUE(Void(*Create(AFirm())).ok());
  const std::vector<Evidence> pieces = NewestEvidence();
  ASSERT_EQ(pieces.size(), 2u);
  for (const Evidence& piece : pieces) {
    EXPECT_TRUE(piece.voided());
    EXPECT_EQ(piece.version(), 2);
  }
}

TEST_F(FeedTest, AListGoesThroughItsPagesInTheOrderOfNames) {
  for (const char* id : {"c", "a", "e", "b", "d"}) ASSERT_TRUE(Create(Named(id)).ok());
  ListQuery query{.page_size = 2};
  EXPECT_THAT(Ids<Organization>(query), ElementsAre("a", "b"));
  query.page_token = List<Organization>(query)->next_page_token;
  EXPECT_THAT(Ids<Organization>(query), ElementsAre("c", "d"));
  EXPECT_THAT(query.page_token, Not(HasSubstr("organizations")));
  query.page_token = List<Organization>(query)->next_page_token;
  EXPECT_THAT(Ids<Organization>(query), ElementsAre("e"));
  EXPECT_EQ(List<Organization>(query)->next_page_token, "");
}

TEST_F(FeedTest, APageThatEndsWithTheListHasNoNext) {
  for (const char* id : {"a", "b"}) ASSERT_TRUE(Create(Named(id)).ok());
  EXPECT_EQ(List<Organization>({.page_size = 2})->next_page_token, "");
}

TEST_F(FeedTest, APageTokenIsOursAndOfTheSameList) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(Create(Named(id)).ok());
  const std::string token = List<Organization>({.page_size = 1})->next_page_token;
  EXPECT_THAT(Ids<Organization>({.page_size = 2, .page_token = token}), ElementsAre("b", "c"));
  EXPECT_EQ(Refusal(List<Organization>({.page_token = "!"})), "PAGE_TOKEN page_token");
  EXPECT_EQ(Refusal(List<Organization>({.page_token = "AAAA"})), "PAGE_TOKEN page_token");
  EXPECT_EQ(Refusal(List<Organization>({.page_token = token, .show_voided = true})),
            "PAGE_TOKEN_ARGUMENTS page_token");
  EXPECT_EQ(Refusal(List<Organization>({.page_token = token, .filters = {{"division", "32"}}})),
            "PAGE_TOKEN_ARGUMENTS page_token");
  EXPECT_EQ(Refusal(List<Firm>({.page_token = token})), "PAGE_TOKEN_ARGUMENTS page_token");
}

TEST_F(FeedTest, APageSizeIsCutToTheLimitAndNotNegative) {
  constexpr int kRecords = kPageSizeMax + 1;
  std::vector<std::future<absl::Status>> answers;
  for (int i = 0; i < kRecords; ++i) {
    auto answered = std::make_shared<std::promise<absl::Status>>();
    answers.push_back(answered->get_future());
    feed().Create(
        Type<Organization>(),
        std::make_unique<Organization>(AnOrganization()),
        As("a"),
        [answered](absl::StatusOr<RecordAnswer> answer) { answered->set_value(answer.status()); });
  }
  for (auto& answer : answers) ASSERT_TRUE(answer.get().ok());
  EXPECT_EQ(List<Organization>({})->records.size(), size_t{kPageSizeDefault});
  EXPECT_EQ(List<Organization>({.page_size = kPageSizeMax})->records.size(), size_t{kPageSizeMax});
  EXPECT_EQ(List<Organization>({.page_size = kRecords})->records.size(), size_t{kPageSizeMax});
  EXPECT_EQ(Refusal(List<Organization>({.page_size = -1})), "PAGE_SIZE page_size");
}

TEST_F(FeedTest, AFilterFindsByExactTextAndByDivisionDownwards) {
  ASSERT_TRUE(Create(Named("city", "3201")).ok());
  ASSERT_TRUE(Create(Named("district", "320104")).ok());
  ASSERT_TRUE(Create(Named("street", "320104002")).ok());
  ASSERT_TRUE(Create(Named("other", "320105")).ok());
  EXPECT_THAT(Ids<Organization>({.filters = {{"division", "320104"}}}),
              ElementsAre("district", "street"));
  EXPECT_THAT(Ids<Organization>({.filters = {{"division", "3201"}}}),
              ElementsAre("city", "district", "other", "street"));
  EXPECT_THAT(Ids<Organization>({.filters = {{"division", "51"}}}), IsEmpty());
  EXPECT_THAT(Ids<Organization>({.filters = {{"display_name", "street"}}}), ElementsAre("street"));
  EXPECT_THAT(Ids<Organization>({.filters = {{"display_name", "street"}, {"division", "320105"}}}),
              IsEmpty());
}

TEST_F(FeedTest, VoidedRecordsAreListedOnDemand) {
  ASSERT_TRUE(Void(*Create(Named("a"))).ok());
  ASSERT_TRUE(Create(Named("b")).ok());
  EXPECT_THAT(Ids<Organization>({}), ElementsAre("b"));
  EXPECT_THAT(Ids<Organization>({.show_voided = true}), ElementsAre("a", "b"));
}

TEST_F(FeedTest, AFilterThatMatchesFewGivesShortPagesNotLongWaits) {
  options().page_scan_max = 3;
  Restart(/*forget_snapshots=*/false);
  for (const char* id : {"a", "b", "c", "d"}) ASSERT_TRUE(Create(Named(id)).ok());
  ASSERT_TRUE(Create(Named("e", "320105")).ok());
  ListQuery query{.filters = {{"division", "320105"}}};
  const auto first = List<Organization>(query);
  EXPECT_TRUE(first->records.empty());
  ASSERT_NE(first->next_page_token, "");
  query.page_token = first->next_page_token;
  EXPECT_THAT(Ids<Organization>(query), ElementsAre("e"));
}

TEST_F(FeedTest, APageEndsBeforeClientsCannotTakeIt) {
  Estate estate = Parse<Estate>(R"pb(kind: OLD division: "320104002")pb");
  std::string text;
  for (int i = 0; i < 500; ++i) text += "中";
  estate.set_facilities(text);
  estate.set_management_state(text);
  estate.set_service_area_boundary(text);
  const size_t bytes_each = estate.ByteSizeLong();
  const size_t enough = kPageBytesMax / bytes_each + 2;
  ASSERT_LT(enough, size_t{kPageSizeMax});
  for (size_t i = 0; i < enough; ++i) {
    estate.set_display_name(absl::StrCat("小区", i));
    ASSERT_TRUE(Create(estate).ok());
  }
  const auto page = List<Estate>({.page_size = kPageSizeMax});
  EXPECT_LT(page->records.size(), enough);
  EXPECT_LT(page->records.size() * bytes_each, size_t{4} << 20);
  EXPECT_NE(page->next_page_token, "");
}

TEST_F(FeedTest, ValidatingChecksEverythingAndWritesNothing) {
  const auto valid = Validate(AManager());
  ASSERT_TRUE(valid.ok()) << valid.status();
  EXPECT_EQ(valid->info().revision(), 0);
  EXPECT_TRUE(Entries().empty());
  ASSERT_TRUE(Create(AManager()).ok());
  EXPECT_EQ(Refusal(Validate(AManager())), "DUPLICATE_KEY");
  Organization organization = AnOrganization();
  organization.set_division("999999");
  EXPECT_EQ(Refusal(Validate(organization)), "UNKNOWN_DIVISION division");
  EXPECT_EQ(Entries().size(), 1u);
}

TEST_F(FeedTest, ASnapshotAndAReplayGiveTheSameState) {
  Organization organization = *Create(Named("a"), As("x", "r-1"));
  organization.set_service_scope("绿化");
  organization = *Update(organization, As("y"));
  ASSERT_TRUE(Void(*Create(Named("b")), As("y", "r-2")).ok());
  ASSERT_TRUE(Create(AManager()).ok());
  const std::string digest = feed().machine().StateDigest();
  for (const bool forget : {false, true, false}) {
    Restart(forget);
    EXPECT_EQ(feed().machine().StateDigest(), digest) << forget;
    EXPECT_EQ(Get<Organization>("organizations/a")->ShortDebugString(),
              organization.ShortDebugString());
    EXPECT_EQ(Get<Organization>("organizations/a", 1)->info().actor(), "x");
    EXPECT_EQ(Create(Named("a"), As("x", "r-1"))->info().revision(), 1);
    EXPECT_EQ(Refusal(Create(AManager())), "DUPLICATE_KEY");
    EXPECT_THAT(Ids<Organization>({.filters = {{"display_name", "a"}}}), ElementsAre("a"));
    EXPECT_THAT(Ids<Organization>({.show_voided = true}), ElementsAre("a", "b"));
  }
}

TEST_F(FeedTest, AFailedAppendLeavesNoTrace) {
  Organization kept = *Create(Named("kept"), As("a", "r-1"));
  const Manager manager = *Create(AManager());
  const std::string digest = feed().machine().StateDigest();
  const auto fail = [](journal::Journal&) {
    return runtime::ToStatus({.code = absl::StatusCode::kResourceExhausted,
                              .reason = "JOURNAL_DISK_FULL",
                              .en = "no space",
                              .zh = "磁盘已满"});
  };
  journal().before_append = fail;
  EXPECT_EQ(Refusal(Create(Named("lost"), As("a", "r-2"))), "JOURNAL_DISK_FULL");
  EXPECT_EQ(feed().machine().StateDigest(), digest);
  journal().before_append = fail;
  kept.set_display_name("改名(虚构)");
  EXPECT_EQ(Refusal(Update(kept)), "JOURNAL_DISK_FULL");
  journal().before_append = fail;
  EXPECT_EQ(Refusal(Void(manager)), "JOURNAL_DISK_FULL");
  EXPECT_EQ(feed().machine().StateDigest(), digest);
  EXPECT_EQ(Refusal(Get<Organization>("organizations/lost")), "RECORD_UNKNOWN name");
  EXPECT_EQ(Get<Organization>("organizations/kept")->display_name(), "kept");
  EXPECT_THAT(Ids<Organization>({.filters = {{"display_name", "kept"}}}), ElementsAre("kept"));
  EXPECT_EQ(Refusal(Create(AManager())), "DUPLICATE_KEY");
  EXPECT_EQ(Create(Named("lost"), As("a", "r-2"))->info().revision(), 3);
}

// Appends, as another replica would, an organization of this name.
absl::Status AppendElsewhere(journal::Journal& journal, const std::string& name, int64_t now_us) {
  Organization organization;
  organization.set_name(name);
  organization.set_display_name("他处登记(虚构)");
  journal::v1::FeedEntry entry;
  entry.set_name(name);
  entry.set_type(Organization::descriptor()->full_name());
  entry.set_version(1);
  entry.set_record(organization.SerializeAsString());
  const journal::Draft draft{
      .record_time_us = now_us, .actor = "elsewhere", .payload = entry.SerializeAsString()};
  XINCE_ASSIGN_OR_RETURN(const journal::Head head, journal.StableHead());
  return journal.Append(head, {draft}).status();
}

TEST_F(FeedTest, LosingToAnotherReplicaDecidesAgain) {
  const int64_t now_us = absl::ToUnixMicros(clock().Now());
  journal().before_append = [&](journal::Journal& inner) {
    return AppendElsewhere(inner, "organizations/theirs", now_us);
  };
  const auto ours = Create(AnOrganization(), As("a", "r"));
  ASSERT_TRUE(ours.ok()) << ours.status();
  EXPECT_EQ(ours->name(), "organizations/2");
  EXPECT_EQ(ours->info().revision(), 2);
  EXPECT_EQ(Get<Organization>("organizations/theirs")->info().actor(), "elsewhere");
  journal().before_append = [&](journal::Journal& inner) {
    return AppendElsewhere(inner, "organizations/taken", now_us);
  };
  EXPECT_EQ(Refusal(Create(Named("taken"))), "RECORD_EXISTS name");
  Restart(/*forget_snapshots=*/true);
  EXPECT_THAT(Ids<Organization>({}), ElementsAre("2", "taken", "theirs"));
}

TEST_F(FeedTest, AReadWaitsForTheRevisionItNeedsOrIsRefused) {
  ASSERT_TRUE(Create(AnOrganization()).ok());
  const auto page = feed().List(Type<Organization>(), {}, 1, absl::InfiniteFuture());
  EXPECT_EQ(page->revision, 1);
  EXPECT_EQ(Refusal(feed().Get(Type<Organization>(), "organizations/1", 0, 2, clock().Now())),
            "REVISION_NOT_REACHED");
}

TEST_F(FeedTest, ATextThatIsNotUtf8IsRefusedWhereItStands) {
  Organization organization = AnOrganization();
  organization.add_former_names("旧名");
  organization.add_former_names("\xff\xfe");
  EXPECT_EQ(Refusal(Create(organization)), "TEXT_ENCODING former_names[1]");
}

TEST_F(FeedTest, ADateInTheFutureIsRefused) {
  Organization organization = AnOrganization();
  organization.set_filing_date("2026-03-10");
  EXPECT_EQ(Refusal(Create(organization)), "OK");
  organization.set_filing_date("2026-03-11");
  EXPECT_EQ(Refusal(Create(organization)), "DATE_IN_FUTURE filing_date");
}

}  // namespace
}  // namespace xince::feeds
