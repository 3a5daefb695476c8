#include "services/runtime/config.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

#include "services/runtime/errors.h"
#include "services/runtime/text_proto.h"
#include "services/runtime/utf8.h"

namespace xince::runtime {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status Invalid(absl::string_view field, absl::string_view en, absl::string_view zh) {
  return InvalidArgument("CONFIG_INVALID",
                         field,
                         absl::StrCat("configuration, ", field, ": ", en),
                         absl::StrCat("配置项 ", field, ":", zh));
}

/// What the parser would say of a value, which is told as a whole.
class Unsaid final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

/// Defaults and ranges.
class Completer {
 public:
  template <class Set>
  void Text(const std::string& value, absl::string_view fallback, Set set) {
    if (value.empty()) set(std::string(fallback));
  }

  template <class Int, class Set>
  void Number(absl::string_view field, Int value, Int fallback, Int min, Int max, Set set) {
    if (value == 0) {
      set(fallback);
    } else if (value < min || value > max) {
      Refuse(field,
             absl::StrCat("must be ", min, " to ", max, ", is ", value),
             absl::StrCat("应为 ", min, " 至 ", max, ",现为 ", value));
    }
  }

  void Address(absl::string_view field, absl::string_view address, bool unix_allowed) {
    if (unix_allowed && absl::StartsWith(address, "unix:") && address.size() > 5) return;
    const size_t colon = address.rfind(':');
    int port = -1;
    if (colon == absl::string_view::npos || colon == 0 ||
        !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535) {
      Refuse(field,
             absl::StrCat("expected HOST:PORT, is \"", absl::CHexEscape(address), "\""),
             absl::StrCat("应为 HOST:PORT,现为“", absl::CHexEscape(address), "”"));
    }
  }

  void Refuse(absl::string_view field, absl::string_view en, absl::string_view zh) {
    if (status_.ok()) status_ = Invalid(field, en, zh);
  }
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

void CompleteTargets(Config& config, Completer& check) {
  static const auto* known =
      new std::set<std::string>{"all", "registry", "inspection", "party", "committee", "scoring"};
  if (config.targets().empty()) config.add_targets("all");
  std::set<std::string> seen;
  for (const std::string& target : config.targets()) {
    if (known->count(target) == 0) {
      check.Refuse(
          "targets",
          absl::StrCat(
              "\"", absl::CHexEscape(target), "\" is none of ", absl::StrJoin(*known, ", ")),
          absl::StrCat(
              "“", absl::CHexEscape(target), "”不在 ", absl::StrJoin(*known, "、"), " 之列"));
    }
    if (!seen.insert(target).second) {
      check.Refuse(
          "targets", absl::StrCat(target, " is named twice"), absl::StrCat(target, " 重复"));
    }
  }
  if (seen.count("all") > 0 && seen.size() > 1) {
    check.Refuse("targets", "all stands alone", "all 不能与其他目标并列");
  }
}

bool IsRegisterName(absl::string_view name) {
  return name.size() <= 63 && name.front() != '-' && name.back() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

bool IsDivision(absl::string_view code) {
  return (code.size() == 2 || code.size() == 4 || code.size() == 6 || code.size() == 9 ||
          code.size() == 12) &&
         std::all_of(code.begin(), code.end(), [](char c) { return absl::ascii_isdigit(c); });
}

void CompletePlaces(Config& config, Completer& check) {
  check.Text(config.data_dir(), "var", [&](auto v) { config.set_data_dir(v); });
  check.Text(config.log_level(), "info", [&](auto v) { config.set_log_level(v); });
  const std::string& level = config.log_level();
  if (level != "debug" && level != "info" && level != "warning" && level != "error") {
    check.Refuse(
        "log_level", "must be debug, info, warning or error", "应为 debug、info、warning 或 error");
  }
  auto& its = *config.mutable_register_();
  check.Text(its.name(), "local", [&](auto v) { its.set_name(v); });
  check.Text(its.division(), "3201", [&](auto v) { its.set_division(v); });
  if (!IsRegisterName(its.name())) {
    check.Refuse("register.name",
                 "must be 1 to 63 of [a-z0-9-], first and last not -",
                 "应为 1 至 63 个 [a-z0-9-] 字符,首尾不为 -");
  }
  if (!IsDivision(its.division())) {
    check.Refuse(
        "register.division", "must have 2, 4, 6, 9 or 12 digits", "应为 2、4、6、9 或 12 位数字");
  }
}

void CompleteAddresses(Config& config, Completer& check) {
  auto& listen = *config.mutable_listen();
  check.Text(listen.grpc_address(), "127.0.0.1:7300", [&](auto v) { listen.set_grpc_address(v); });
  check.Text(
      listen.metrics_address(), "127.0.0.1:7301", [&](auto v) { listen.set_metrics_address(v); });
  check.Address("listen.grpc_address", listen.grpc_address(), true);
  check.Address("listen.metrics_address", listen.metrics_address(), false);
  auto& feeds = *config.mutable_feeds();
  const FieldDescriptor* field = nullptr;
  for (int i = 0; i < feeds.GetDescriptor()->field_count(); ++i) {
    field = feeds.GetDescriptor()->field(i);
    const std::string address = feeds.GetReflection()->GetString(feeds, field);
    if (!address.empty()) check.Address(absl::StrCat("feeds.", field->name()), address, true);
  }
}

void CompleteJournal(Config& config, Completer& check) {
  auto& journal = *config.mutable_journal();
  check.Number<int64_t>("journal.snapshot_entries",
                        journal.snapshot_entries(),
                        50'000,
                        1000,
                        10'000'000,
                        [&](auto v) { journal.set_snapshot_entries(v); });
  if (!journal.has_redis()) {
    auto& sqlite = *journal.mutable_sqlite();
    check.Number<int32_t>("journal.sqlite.group_max", sqlite.group_max(), 64, 1, 1024, [&](auto v) {
      sqlite.set_group_max(v);
    });
    return;
  }
  auto& redis = *journal.mutable_redis();
  check.Address("journal.redis.address", redis.address(), false);
  // Without replicas is a choice that somebody makes, and no default.
  if (!redis.has_replicas()) redis.set_replicas(1);
  check.Number<int32_t>(
      "journal.redis.replicas", redis.replicas(), 0, 0, 8, [&](auto v) { redis.set_replicas(v); });
  check.Number<int64_t>("journal.redis.wait_ms", redis.wait_ms(), 1000, 10, 60'000, [&](auto v) {
    redis.set_wait_ms(v);
  });
  check.Number<int64_t>(
      "journal.redis.command_ms", redis.command_ms(), 2000, 10, 60'000, [&](auto v) {
        redis.set_command_ms(v);
      });
}

void CompleteLimits(Config& config, Completer& check) {
  auto& limits = *config.mutable_limits();
  constexpr int64_t kDayMs = 86'400'000;
  constexpr int64_t kMiB = 1024 * 1024;
  check.Number<int32_t>("limits.worker_threads", limits.worker_threads(), 8, 1, 256, [&](auto v) {
    limits.set_worker_threads(v);
  });
  check.Number<int32_t>(
      "limits.in_flight_max", limits.in_flight_max(), 256, 1, 65'536, [&](auto v) {
        limits.set_in_flight_max(v);
      });
  check.Number<int64_t>(
      "limits.deadline_max_ms", limits.deadline_max_ms(), 30'000, 100, 600'000, [&](auto v) {
        limits.set_deadline_max_ms(v);
      });
  check.Number<int64_t>("limits.request_bytes_max",
                        limits.request_bytes_max(),
                        4 * kMiB,
                        65'536,
                        64 * kMiB,
                        [&](auto v) { limits.set_request_bytes_max(v); });
  check.Number<int64_t>("limits.reply_bytes_max",
                        limits.reply_bytes_max(),
                        16 * kMiB,
                        65'536,
                        256 * kMiB,
                        [&](auto v) { limits.set_reply_bytes_max(v); });
  check.Number<int32_t>("limits.streams_max", limits.streams_max(), 64, 1, 1024, [&](auto v) {
    limits.set_streams_max(v);
  });
  check.Number<int64_t>(
      "limits.stream_age_max_ms", limits.stream_age_max_ms(), 600'000, 1000, kDayMs, [&](auto v) {
        limits.set_stream_age_max_ms(v);
      });
  check.Number<int64_t>("limits.connection_age_max_ms",
                        limits.connection_age_max_ms(),
                        300'000,
                        1000,
                        kDayMs,
                        [&](auto v) { limits.set_connection_age_max_ms(v); });
  check.Number<int64_t>("limits.drain_ms", limits.drain_ms(), 2000, 1, 120'000, [&](auto v) {
    limits.set_drain_ms(v);
  });
  check.Number<int64_t>("limits.grace_ms", limits.grace_ms(), 10'000, 1, 600'000, [&](auto v) {
    limits.set_grace_ms(v);
  });
  check.Number<int64_t>("limits.memory_bytes_max",
                        limits.memory_bytes_max(),
                        512 * kMiB,
                        16 * kMiB,
                        65'536 * kMiB,
                        [&](auto v) { limits.set_memory_bytes_max(v); });
  if (limits.in_flight_max() < limits.worker_threads()) {
    check.Refuse(
        "limits.in_flight_max", "must be at least worker_threads", "不得小于 worker_threads");
  }
}

// At most so many code points, which are UTF-8 by now.
bool AtMost(const std::string& text, int64_t most) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xc0') != '\x80'; }) <=
         most;
}

bool IsBase(const std::string& base) {
  return base.size() <= 200 &&
         (absl::StartsWith(base, "https://") || absl::StartsWith(base, "http://")) &&
         base.back() != '/' &&
         std::all_of(base.begin(), base.end(), [](char c) { return c > ' ' && c <= '~'; });
}

void CompleteOffices(xince::config::v1::Documents& documents, Completer& check) {
  if (documents.offices_size() > 2000)
    check.Refuse("documents.offices", "more than 2000 offices", "机关超过 2000 个");
  std::set<std::string> seen;
  // Whose the marks are: two organs of one mark would share the numbers.
  std::map<std::string, std::string> names = {{documents.organ_mark(), ""}};
  for (xince::config::v1::Office& office : *documents.mutable_offices()) {
    const std::string field = absl::StrCat("documents.offices[", seen.size(), "]");
    if (office.office().empty() || !seen.insert(office.office()).second) {
      check.Refuse(absl::StrCat(field, ".office"),
                   "an office is named, each once",
                   "机关不能为空，也不能重复");
      return;
    }
    check.Text(office.name(), office.office(), [&](auto v) { office.set_name(v); });
    check.Text(office.mark(), documents.organ_mark(), [&](auto v) { office.set_mark(v); });
    if (!AtMost(office.office(), 120) || !AtMost(office.name(), 120))
      check.Refuse(field, "a name has at most 120 characters", "名称不超过 120 个字符");
    if (!AtMost(office.mark(), 20))
      check.Refuse(absl::StrCat(field, ".mark"), "at most 20 characters", "不超过 20 个字符");
    const auto [found, added] = names.try_emplace(office.mark(), office.name());
    if (!added && office.mark() != documents.organ_mark() && found->second != office.name())
      check.Refuse(absl::StrCat(field, ".mark"),
                   absl::StrCat(office.mark(), " is the mark of another organ"),
                   absl::StrCat("“", office.mark(), "”是另一机关的代字"));
  }
}

void CompleteDocuments(Config& config, Completer& check) {
  auto& documents = *config.mutable_documents();
  check.Text(documents.register_name(), "物业服务信用信息系统", [&](auto v) {
    documents.set_register_name(v);
  });
  check.Text(documents.organ(), "物业服务信用登记机关", [&](auto v) { documents.set_organ(v); });
  check.Text(documents.organ_mark(), "信册", [&](auto v) { documents.set_organ_mark(v); });
  if (!documents.verification_base().empty() && !IsBase(documents.verification_base()))
    check.Refuse(
        "documents.verification_base",
        "expected https://HOST or http://HOST, at most 200 printable ASCII characters, without "
        "a slash at the end",
        "应为 https://HOST 或者 http://HOST，至多 200 个字符，末尾没有斜线");
  if (!AtMost(documents.register_name(), 120) || !AtMost(documents.organ(), 120))
    check.Refuse("documents", "a name has at most 120 characters", "名称不超过 120 个字符");
  if (!AtMost(documents.organ_mark(), 20))
    check.Refuse("documents.organ_mark", "at most 20 characters", "不超过 20 个字符");
  CompleteOffices(documents, check);
}

/// Sets one scalar from its text.
absl::Status SetScalar(Message& message,
                       const FieldDescriptor& field,
                       absl::string_view path,
                       absl::string_view value) {
  const std::string text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING
                               ? absl::StrCat("\"", absl::CEscape(value), "\"")
                               : std::string(value);
  google::protobuf::TextFormat::Parser parser;
  Unsaid unsaid;
  parser.RecordErrorsTo(&unsaid);
  if (IsUtf8(value) && parser.ParseFieldValueFromString(text, &field, &message))
    return absl::OkStatus();
  return Invalid(path,
                 absl::StrCat("\"", absl::CHexEscape(value), "\" is no ", field.type_name()),
                 absl::StrCat("“", absl::CHexEscape(value), "”不是 ", field.type_name()));
}

}  // namespace

absl::StatusOr<Config> ParseConfig(absl::string_view text, absl::string_view file) {
  Config config;
  XINCE_RETURN_IF_ERROR(ParseTextProto(text, file, "CONFIG_INVALID", config));
  return config;
}

absl::StatusOr<Config> ReadConfigFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kConfigBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (in.bad() || (!in.eof() && text.size() <= kConfigBytesMax)) {
    return NotFound("CONFIG_UNREADABLE",
                    "",
                    absl::StrCat("cannot read ", path),
                    absl::StrCat("无法读取 ", path),
                    {{"file", path}});
  }
  if (text.size() > kConfigBytesMax) {
    return InvalidArgument("CONFIG_INVALID",
                           "",
                           absl::StrCat(path, ": larger than ", kConfigBytesMax, " bytes"),
                           absl::StrCat(path, ":超过 ", kConfigBytesMax, " 字节"),
                           {{"file", path}});
  }
  return ParseConfig(text, path);
}

absl::Status SetConfigField(Config& config, absl::string_view path, absl::string_view value) {
  Message* message = &config;
  const std::vector<std::string> names = absl::StrSplit(path, '.');
  const FieldDescriptor* field = nullptr;
  for (size_t i = 0; i < names.size(); ++i) {
    field = message->GetDescriptor()->FindFieldByName(names[i]);
    const bool last = i + 1 == names.size();
    const bool nested = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (field == nullptr || nested == last) {
      return Invalid(path, "there is no such field", "没有该配置项");
    }
    if (!last) message = message->GetReflection()->MutableMessage(message, field);
  }
  message->GetReflection()->ClearField(message, field);
  if (!field->is_repeated()) return SetScalar(*message, *field, path, value);
  for (const absl::string_view element : absl::StrSplit(value, ',', absl::SkipEmpty())) {
    XINCE_RETURN_IF_ERROR(SetScalar(*message, *field, path, element));
  }
  return absl::OkStatus();
}

absl::Status CompleteConfig(Config& config) {
  Completer check;
  CompleteTargets(config, check);
  CompletePlaces(config, check);
  CompleteAddresses(config, check);
  CompleteJournal(config, check);
  CompleteLimits(config, check);
  CompleteDocuments(config, check);
  return check.status();
}

}  // namespace xince::runtime
