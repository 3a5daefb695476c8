#include "services/feeds/testing/test_feed.h"

#include <filesystem>
#include <future>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "xince/journal/v1/entries.pb.h"

namespace xince::feeds {
namespace {

using ::google::protobuf::Message;
using ::xince::evidence::v1::Evidence;

// A city with two districts, their streets and communities, and another city.
type::Divisions SmallTree() {
  absl::StatusOr<type::Divisions> divisions = type::Divisions::FromList({
      {"32", "江苏省"},
      {"3201", "南京市"},
      {"320104", "秦淮区"},
      {"320104002", "五老村街道"},
      {"320104002001", "甲社区"},
      {"320104002002", "乙社区"},
      {"320104003", "洪武路街道"},
      {"320104003001", "丙社区"},
      {"320106", "鼓楼区"},
      {"320106002", "宁海路街道"},
      {"320106002001", "丁社区"},
      {"3202", "无锡市"},
      {"320205", "锡山区"},
      {"320205001", "东亭街道"},
      {"320205001001", "戊社区"},
  });
  EXPECT_TRUE(divisions.ok()) << divisions.status();
  return *std::move(divisions);
}

absl::Time NoonInShanghai(absl::string_view date) {
  const absl::StatusOr<type::Date> parsed = type::ParseDate(date);
  EXPECT_TRUE(parsed.ok()) << date;
  return absl::UnixEpoch() + absl::Hours(24) * parsed.value_or(type::Date()).days() +
         absl::Hours(4);
}

std::unique_ptr<Message> Copy(const Message& message) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

// Waits for the answer of one call.
class Waiter {
 public:
  Feed::Done Done() {
    return [answer = answer_](absl::StatusOr<RecordAnswer> result) {
      answer->set_value(std::move(result));
    };
  }
  absl::StatusOr<RecordAnswer> Wait() { return answer_->get_future().get(); }

 private:
  std::shared_ptr<std::promise<absl::StatusOr<RecordAnswer>>> answer_ =
      std::make_shared<std::promise<absl::StatusOr<RecordAnswer>>>();
};

std::string Number(int64_t hundredths) {
  if (hundredths % 100 == 0) return absl::StrCat(hundredths / 100);
  return absl::StrFormat("%s%d.%02d",
                         hundredths < 0 ? "-" : "",
                         std::abs(hundredths) / 100,
                         std::abs(hundredths) % 100);
}

std::string Show(const Evidence& piece) {
  const std::string id = absl::StrCat(piece.id(), " v", piece.version());
  if (piece.voided()) return absl::StrCat(id, " gone");
  std::vector<std::string> words = {id, piece.kind(), piece.subject()};
  words.push_back(piece.determined_on().empty() || piece.determined_on() == piece.occurred_on()
                      ? piece.occurred_on()
                      : absl::StrCat(piece.occurred_on(), ">", piece.determined_on()));
  if (!piece.corrected_on().empty()) {
    words.push_back(absl::StrCat("corrected ", piece.corrected_on()));
  }
  if (!piece.valid_until().empty()) words.push_back(absl::StrCat("until ", piece.valid_until()));
  std::string level = absl::AsciiStrToLower(type::v1::Level_Name(piece.level()).substr(6));
  if (piece.issuer_level() != piece.level()) absl::StrAppend(&level, "!");
  words.push_back(absl::StrCat(piece.issuer(), "(", level, ")"));
  words.push_back(piece.division());
  if (!piece.matter().empty()) words.push_back(absl::StrCat("[", piece.matter(), "]"));
  if (piece.tags_size() > 0)
    words.push_back(absl::StrCat("{", absl::StrJoin(piece.tags(), " "), "}"));
  for (const auto& measure : piece.measures()) {
    words.push_back(absl::StrCat(measure.name(), "=", Number(measure.value_hundredths())));
  }
  if (piece.has_given_points_hundredths()) {
    words.push_back(absl::StrCat("decided=", Number(piece.given_points_hundredths())));
  }
  for (const auto& document : piece.documents()) {
    words.push_back(absl::StrCat("\"", document.title(), document.number(), "\""));
  }
  return absl::StrJoin(words, " ");
}

}  // namespace

TestFeed::TestFeed(std::string name,
                   std::vector<RecordType> types,
                   std::vector<FeedVerb> verbs,
                   absl::string_view today)
    : name_(std::move(name)),
      types_(std::move(types)),
      verbs_(std::move(verbs)),
      clock_(NoonInShanghai(today)),
      divisions_(SmallTree()) {
  Start();
}

TestFeed::~TestFeed() { feed_->Stop(); }

void TestFeed::Start() {
  absl::StatusOr<std::unique_ptr<journal::SqliteJournal>> opened = journal::SqliteJournal::Open(
      {.path = dir_.File("journal"), .name = name_, .allow_unsafe_filesystem = true});
  ASSERT_TRUE(opened.ok()) << opened.status();
  journal_ = *std::move(opened);
  feed_ = std::make_unique<Feed>(
      FeedOptions{.name = name_, .types = types_, .identity_key = std::string(32, 'k')},
      *journal_,
      clock_,
      divisions_);
  const absl::Status started = feed_->Start();
  ASSERT_TRUE(started.ok()) << started;
}

void TestFeed::SetToday(absl::string_view date) { clock_.SetTime(NoonInShanghai(date)); }

void TestFeed::Restart(bool keep_snapshots) {
  feed_->Stop();
  feed_.reset();
  journal_.reset();
  if (!keep_snapshots) {
    for (const auto& file : std::filesystem::directory_iterator(dir_.path())) {
      if (absl::StrContains(file.path().filename().string(), "snapshot")) {
        std::filesystem::remove_all(file.path());
      }
    }
  }
  Start();
}

type::FieldContext TestFeed::Fields() const {
  return {.divisions = &divisions_, .today = type::TodayInShanghai(clock_.Now())};
}

absl::StatusOr<RecordAnswer> TestFeed::CreateAny(const Message& record, const std::string& actor) {
  Waiter waiter;
  feed_->Create(*feed_->TypeOf(record.GetDescriptor()->full_name()),
                Copy(record),
                {.actor = actor},
                waiter.Done());
  return waiter.Wait();
}

absl::StatusOr<RecordAnswer> TestFeed::UpdateAny(const Message& record,
                                                 journal::Revision revision,
                                                 const std::string& actor) {
  Waiter waiter;
  feed_->Update(*feed_->TypeOf(record.GetDescriptor()->full_name()),
                Copy(record),
                revision,
                {.actor = actor},
                waiter.Done());
  return waiter.Wait();
}

absl::StatusOr<RecordAnswer> TestFeed::CallAny(const std::string& method,
                                               Message& request,
                                               const std::string& name,
                                               journal::Revision revision,
                                               const std::string& actor) {
  if (absl::Status status = feed_->PrepareRequest(request); !status.ok()) return status;
  for (const FeedVerb& verb : verbs_) {
    if (verb.method != method) continue;
    Waiter waiter;
    feed_->Modify(
        name,
        revision,
        request,
        [&](Message& record, const CheckContext& context) {
          return verb.change(request, record, context);
        },
        {.actor = actor},
        waiter.Done());
    return waiter.Wait();
  }
  ADD_FAILURE() << "no verb " << method;
  return absl::InternalError(method);
}

absl::Status TestFeed::VoidAny(const std::string& name, journal::Revision revision) {
  Waiter waiter;
  type::v1::Voiding voiding;
  voiding.set_reason("登记有误");
  feed_->Void(name, revision, voiding, {.actor = kOfficer}, waiter.Done());
  return waiter.Wait().status();
}

std::string TestFeed::NewEvidence() {
  std::vector<std::string> lines;
  const absl::Status status =
      journal_->Read(evidence_after_, SIZE_MAX, [&](const journal::Entry& stored) {
        evidence_after_ = stored.revision;
        journal::v1::FeedEntry entry;
        evidence::v1::StreamEvidenceResponse batch;
        EXPECT_TRUE(entry.ParseFromString(stored.payload));
        EXPECT_TRUE(batch.ParseFromString(entry.evidence()));
        for (const Evidence& piece : batch.evidence()) lines.push_back(Show(piece));
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return absl::StrJoin(lines, "\n");
}

}  // namespace xince::feeds
