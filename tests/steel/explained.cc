#include "tests/steel/explained.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "xince/credit/v1/credit.pb.h"
#include "xince/evidence/v1/evidence.pb.h"

#include "services/scoring/policy/kinds.h"

namespace xince::steel {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::xince::credit::v1::CreditFile;
using ::xince::credit::v1::Line;
using ::xince::evidence::v1::Evidence;
using ::xince::evidence::v1::StreamEvidenceRequest;
using ::xince::evidence::v1::StreamEvidenceResponse;

constexpr absl::Duration kCallTimeout = absl::Seconds(20);
constexpr int kPageSize = 7;

template <class Reply, class Request>
Reply Ask(Register& services, const std::string& method, const Request& request) {
  const auto reply = services.ChannelTo("scoring")->Call<Request, Reply>(
      absl::StrCat("xince.credit.v1.CreditService/", method), request, {.timeout = kCallTimeout});
  EXPECT_TRUE(reply.ok()) << method << reply.status();
  return reply.ok() ? *reply : Reply();
}

void CheckLine(const Line& line, const std::set<std::string>& on_file) {
  SCOPED_TRACE(line.ShortDebugString());
  EXPECT_THAT((std::set<std::string>{"S", "R", "D", "A"}), Contains(line.mark()));
  EXPECT_FALSE(line.clause().empty());
  if (line.origin() == "base") return;
  EXPECT_FALSE(line.item().empty());
  EXPECT_FALSE(line.zh().empty());
  EXPECT_FALSE(line.en().empty());
  if (line.origin() == "evidence") {
    EXPECT_FALSE(line.start().empty());
    EXPECT_TRUE(on_file.contains(line.evidence()));
  }
  if (line.counted_hundredths() != line.asked_hundredths()) {
    EXPECT_FALSE(line.cut().empty() && line.decayed_hundredths() == line.asked_hundredths());
  }
}

void CheckHistory(const CreditFile& file) {
  uint64_t newer = UINT64_MAX;
  for (const auto& step : file.history()) {
    EXPECT_LT(step.revision(), newer);
    newer = step.revision();
    EXPECT_FALSE(step.causes().empty()) << step.ShortDebugString();
    EXPECT_GT(step.record_time().seconds(), 0);
  }
  std::string day = file.standing().record().day();
  for (const auto& record : file.ahead()) {
    EXPECT_GT(record.day(), day);
    day = record.day();
  }
}

policy::Kinds Catalogue() {
  const std::string path = "policies/national/kinds.textproto";
  std::ifstream in(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  return policy::Kinds::Load(text, path).value();
}

void CheckPiece(const Evidence& piece, const std::string& feed, const policy::Kinds& kinds) {
  SCOPED_TRACE(piece.ShortDebugString());
  EXPECT_TRUE(absl::StartsWith(piece.id(), absl::StrCat(feed, "/")));
  const auto* kind = kinds.Find(piece.kind());
  ASSERT_NE(kind, nullptr);
  EXPECT_EQ(kind->feed(), feed);
  const std::string collection = piece.subject().substr(0, piece.subject().find('/'));
  EXPECT_THAT(kind->subjects(), Contains(collection.substr(0, collection.size() - 1)));
  for (const auto& measure : piece.measures()) {
    EXPECT_THAT(kind->measures(), Contains(measure.name()));
  }
  EXPECT_THAT(kind->tags(), IsSupersetOf(piece.tags()));
  if (piece.has_given_points_hundredths()) {
    EXPECT_TRUE(kind->carries_points());
  }
}

}  // namespace

void CheckExplained(const CreditFile& file) {
  const auto& record = file.standing().record();
  SCOPED_TRACE(absl::StrCat("file of ", file.standing().subject(), " on ", record.day()));
  std::set<std::string> on_file;
  for (const auto& piece : file.evidence()) {
    EXPECT_TRUE(on_file.insert(piece.evidence().id()).second);
    EXPECT_FALSE(piece.reach().empty()) << piece.ShortDebugString();
  }
  int64_t sum = 0;
  for (const Line& line : file.lines()) {
    CheckLine(line, on_file);
    sum += line.counted_hundredths();
  }
  EXPECT_EQ(sum, record.score_hundredths());
  if (record.rated()) {
    ASSERT_FALSE(file.groups().empty());
    EXPECT_EQ(file.groups(file.groups_size() - 1).value_hundredths(), record.score_hundredths());
    EXPECT_EQ(file.groups(file.groups_size() - 1).group(), "");
  }
  EXPECT_FALSE(record.policy_digest().empty() && record.rated());
  CheckHistory(file);
}

void CheckAllExplained(Register& services) {
  ASSERT_EQ(AwaitScoring(services), absl::OkStatus());
  credit::v1::ListStandingsRequest page;
  page.set_page_size(kPageSize);
  std::string last;
  do {
    const auto list = Ask<credit::v1::ListStandingsResponse>(services, "ListStandings", page);
    for (const auto& listed : list.standings()) {
      EXPECT_LT(last, listed.subject());
      last = listed.subject();
      credit::v1::GetStandingRequest one;
      one.set_subject(listed.subject());
      credit::v1::GetCreditFileRequest whole;
      whole.set_subject(listed.subject());
      const auto standing = Ask<credit::v1::Standing>(services, "GetStanding", one);
      const auto file = Ask<CreditFile>(services, "GetCreditFile", whole);
      CheckExplained(file);
      // A standing says for which day it was recorded, a file is evaluated for the day asked for.
      credit::v1::StandingRecord recorded = standing.record();
      recorded.set_day(file.standing().record().day());
      EXPECT_TRUE(MessageDifferencer::Equals(file.standing().record(), recorded))
          << file.standing().ShortDebugString() << standing.ShortDebugString();
      EXPECT_TRUE(MessageDifferencer::Equals(listed.record(), standing.record()));
      if (!file.history().empty()) {
        EXPECT_EQ(file.history(0).record().explanation_digest(),
                  standing.record().explanation_digest());
      }
    }
    page.set_page_token(list.next_page_token());
  } while (!page.page_token().empty());
}

void CheckVocabulary(Register& services) {
  const policy::Kinds kinds = Catalogue();
  for (const char* feed : {"registry", "inspection", "party", "committee"}) {
    StreamEvidenceRequest request;
    request.set_feed(feed);
    auto stream = services.ChannelTo(feed)->Read<StreamEvidenceRequest, StreamEvidenceResponse>(
        "xince.evidence.v1.EvidenceFeedService/StreamEvidence", request, {.timeout = kCallTimeout});
    ASSERT_TRUE(stream.ok()) << stream.status();
    while (true) {
      const auto batch = stream->Next();
      ASSERT_TRUE(batch.ok()) << batch.status();
      ASSERT_TRUE(batch->has_value());
      for (const Evidence& piece : (*batch)->evidence()) CheckPiece(piece, feed, kinds);
      if ((*batch)->caught_up()) break;
    }
    stream->Cancel();
  }
}

}  // namespace xince::steel
