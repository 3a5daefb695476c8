#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"

#include "xince/credit/v1/credit.pb.h"

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/subject_options.h"
#include "services/apps/xince/table.h"

// `xince intake`: the feeds that scoring reads, and what it cannot read of them.
namespace xince::cli {
namespace {

constexpr char kService[] = "xince.credit.v1.CreditService/";

int Show(Session& session) {
  credit::v1::IntakeStatus status;
  const absl::Status called = session.Call(
      absl::StrCat(kService, "GetIntakeStatus"), credit::v1::GetIntakeStatusRequest(), status);
  if (!called.ok()) return Refuse(called);
  if (session.json()) {
    PrintJson(status);
    return kExitDone;
  }
  Table table({{.text = "来源"}, {.text = "已取至", .right = true}, {.text = "状态"}});
  for (const auto& feed : status.feeds()) {
    const char* state = feed.has_stuck()   ? "卡住"
                        : feed.caught_up() ? "已跟上"
                        : feed.connected() ? "读取中"
                                           : "未连接";
    table.Add({feed.feed(), absl::StrCat(feed.sequence()), state});
  }
  std::cout << table.ToText();
  for (const auto& feed : status.feeds()) {
    if (!feed.has_stuck()) continue;
    const credit::v1::StuckEvidence& stuck = feed.stuck();
    std::cout << "\n"
              << feed.feed() << " 停在序号 " << stuck.sequence() << " 的第 " << stuck.place() + 1
              << " 条: 无法读取 (" << stuck.fault() << ") " << stuck.evidence() << "\n"
              << "  请来源方更正后重新发送,或搁置该条:\n"
              << "  xince intake set-aside " << feed.feed() << " " << stuck.sequence() << " "
              << stuck.digest() << " --reason=理由\n";
  }
  return kExitDone;
}

void PrintPiece(const credit::v1::SetAsideEvidence& piece) {
  std::cout << FormatInstant(piece.record_time()) << " " << piece.actor() << " 搁置 "
            << piece.feed() << " 序号 " << piece.piece().sequence() << " 第 "
            << piece.piece().place() + 1 << " 条 (" << piece.piece().fault() << ") "
            << piece.piece().evidence() << "\n"
            << "  摘要 " << piece.piece().digest() << "\n"
            << "  理由 " << piece.reason() << ",评分流水第 " << piece.revision() << " 版\n";
}

int SetAside(Session& session, const credit::v1::SetEvidenceAsideRequest& request) {
  credit::v1::SetAsideEvidence piece;
  const absl::Status called =
      session.Call(absl::StrCat(kService, "SetEvidenceAside"), request, piece);
  if (!called.ok()) return Refuse(called);
  if (session.json()) {
    PrintJson(piece);
  } else {
    PrintPiece(piece);
  }
  return kExitDone;
}

int List(Session& session, const std::string& feed) {
  credit::v1::ListSetAsideEvidenceRequest request;
  request.set_feed(feed);
  request.set_page_size(1000);
  credit::v1::ListSetAsideEvidenceResponse all;
  do {
    credit::v1::ListSetAsideEvidenceResponse page;
    const absl::Status called =
        session.Call(absl::StrCat(kService, "ListSetAsideEvidence"), request, page);
    if (!called.ok()) return Refuse(called);
    request.set_page_token(page.next_page_token());
    all.set_revision(page.revision());
    all.mutable_pieces()->MergeFrom(page.pieces());
  } while (!request.page_token().empty());
  if (session.json()) {
    PrintJson(all);
    return kExitDone;
  }
  if (all.pieces().empty()) std::cout << "没有搁置的信用信息\n";
  for (const auto& piece : all.pieces()) PrintPiece(piece);
  return kExitDone;
}

}  // namespace

void AddIntake(Command& app) {
  Command group = app.AddGroup("intake", "what scoring reads from the feeds, and what it cannot");
  group.Add("show", "how far each feed was read, and the piece it stands still at").Run(Show);
  struct Piece {
    std::string feed, digest, reason;
    uint64_t sequence = 0;
  };
  const auto piece = std::make_shared<Piece>();
  group.Add("set-aside", "leaves out the piece of evidence that a feed's intake stands still at")
      .Argument("FEED", piece->feed, "name of the feed")
      .Argument("SEQUENCE", piece->sequence, "sequence of its batch")
      .Argument("DIGEST", piece->digest, "SHA-256 of the piece")
      .Required("--reason", piece->reason, "why, as it is recorded")
      .Run([piece](Session& session) {
        credit::v1::SetEvidenceAsideRequest request;
        request.set_feed(piece->feed);
        request.set_sequence(piece->sequence);
        request.set_digest(piece->digest);
        request.set_reason(piece->reason);
        return SetAside(session, request);
      });
  const auto feed = std::make_shared<std::string>();
  group.Add("list", "the pieces that were set aside, newest first")
      .Option("--feed", *feed, "only those of one feed")
      .Run([feed](Session& session) { return List(session, *feed); });
}

}  // namespace xince::cli
