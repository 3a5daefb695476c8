#include "services/feeds/testing/test_feed.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "xince/journal/v1/entries.pb.h"

namespace xince::feeds::testdata {
namespace {

using ::google::protobuf::Message;
using ::xince::evidence::v1::Evidence;

// A city with three districts, their streets and communities, another of the province, and one of another.
type::Divisions SmallTree() {
  absl::StatusOr<type::Divisions> divisions = type::Divisions::FromList({
      {"32", "江苏省"},           {"3201", "南京市"},
      {"320104", "秦淮区"},       {"320104002", "夫子庙街道"},
      {"320104002001", "甲社区"}, {"320104002002", "乙社区"},
      {"320104003", "红花街道"},  {"320104003001", "丙社区"},
      {"320105", "建邺区"},       {"320105002", "沙洲街道"},
      {"320106", "鼓楼区"},       {"320106002", "宁海路街道"},
      {"320106002001", "丁社区"}, {"3202", "无锡市"},
      {"320205", "锡山区"},       {"320205001", "东亭街道"},
      {"320205001001", "戊社区"}, {"51", "四川省"},
      {"5101", "成都市"},         {"510104", "锦江区"},
  });
  if (!divisions.ok()) ADD_FAILURE() << divisions.status();
  return *std::move(divisions);
}

absl::Time NoonInShanghai(absl::string_view date) {
  const absl::StatusOr<type::Date> parsed = type::ParseDate(date);
  EXPECT_TRUE(parsed.ok()) << date;
  return absl::UnixEpoch() + absl::Hours(24) * parsed.value_or(type::Date()).days() +
         absl::Hours(4);
}

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
  absl::StatusOr<std::unique_ptr<journal::SqliteJournal>> opened =
      journal::SqliteJournal::Open({.path = dir_.File("feed.journal"),
                                    .name = absl::StrCat("test/", name_),
                                    .allow_unsafe_filesystem = true});
  ASSERT_TRUE(opened.ok()) << opened.status();
  sqlite_ = *std::move(opened);
  const bool forget = journal_ != nullptr && journal_->forget_snapshots;
  journal_ = std::make_unique<JournalDecorator>(*sqlite_);
  journal_->forget_snapshots = forget;
  options_.name = name_;
  options_.types = types_;
  if (options_.identity_key.empty()) options_.identity_key = kIdentityKey;
  feed_ = std::make_unique<Feed>(options_, *journal_, clock_, divisions_);
  const absl::Status started = feed_->Start();
  ASSERT_TRUE(started.ok()) << started;
}

void TestFeed::SetToday(absl::string_view date) { clock_.SetTime(NoonInShanghai(date)); }

void TestFeed::Restart(bool forget_snapshots) {
  feed_->Stop();
  feed_.reset();
  journal_->forget_snapshots = forget_snapshots;
  // What was open is closed first: a journal has one owner.
  sqlite_.reset();
  Start();
}

type::FieldContext TestFeed::Fields() const {
  return {.divisions = &divisions_, .today = type::TodayInShanghai(clock_.Now())};
}

void TestFeed::Modify(const std::string& method,
                      Message& request,
                      const type::v1::RecordInfo& info,
                      const Caller& caller,
                      Feed::Done done) {
  if (absl::Status status = feed_->PrepareRequest(request); !status.ok()) return done(status);
  for (const FeedVerb& verb : verbs_) {
    if (verb.method != method) continue;
    const std::shared_ptr<Message> asked(request.New());
    asked->CopyFrom(request);
    return feed_->Modify(
        StringField(request, "name"),
        info.revision(),
        *asked,
        [asked, change = verb.change](Message& record, const CheckContext& context) {
          return change(*asked, record, context);
        },
        caller,
        std::move(done));
  }
  ADD_FAILURE() << "no verb " << method;
  done(absl::InternalError(method));
}

std::vector<std::string> TestFeed::IdsOf(const Page& page) {
  std::vector<std::string> ids;
  for (const auto& record : page.records) {
    const std::string name = StringField(*record, "name");
    ids.push_back(name.substr(name.find('/') + 1));
  }
  return ids;
}

std::vector<journal::Entry> TestFeed::Entries() {
  std::vector<journal::Entry> entries;
  const absl::Status status = sqlite_->Read(0, SIZE_MAX, [&](const journal::Entry& entry) {
    entries.push_back(entry);
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  return entries;
}

std::vector<Evidence> TestFeed::NewestEvidence() {
  journal::v1::FeedEntry entry;
  evidence::v1::StreamEvidenceResponse batch;
  EXPECT_TRUE(entry.ParseFromString(Entries().back().payload));
  EXPECT_TRUE(batch.ParseFromString(entry.evidence()));
  return {batch.evidence().begin(), batch.evidence().end()};
}

std::string TestFeed::NewestEvidenceText() {
  evidence::v1::StreamEvidenceResponse batch;
  for (Evidence& piece : NewestEvidence()) *batch.add_evidence() = std::move(piece);
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  std::string text;
  printer.PrintToString(batch, &text);
  return text.empty() ? "# none\n" : text;
}

std::string TestFeed::NewEvidence() {
  std::vector<std::string> lines;
  const absl::Status status =
      sqlite_->Read(evidence_after_, SIZE_MAX, [&](const journal::Entry& stored) {
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

void ExpectGolden(const std::string& path, const std::string& text) {
  if (std::getenv("XINCE_REGENERATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  const std::string golden{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, golden) << path;
}

}  // namespace xince::feeds::testdata
