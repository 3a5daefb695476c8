#include "services/apps/xince/draw_check.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "services/apps/xince/draw_lists.h"
#include "services/feeds/inspection/draw.h"

namespace xince::cli {
namespace {

namespace cv = ::xince::credit::v1;
using inspection::v1::DrawCandidate;
using inspection::v1::DrawFactor;
using inspection::v1::DrawnObject;
using inspection::v1::InspectionDraw;
using Outcome = DrawCheck::Outcome;

// Names told of those a check found.
constexpr size_t kNamesMax = 5;

DrawCheck Right(const std::string& id, const std::string& en, const std::string& zh) {
  return {.id = id, .en = en, .zh = zh};
}

DrawCheck Wrong(const std::string& id, const std::string& en, const std::string& zh) {
  return {.id = id, .outcome = Outcome::kWrong, .en = en, .zh = zh};
}

DrawCheck NotChecked(const std::string& id, const std::string& en, const std::string& zh) {
  return {.id = id, .outcome = Outcome::kNotChecked, .en = en, .zh = zh};
}

std::string Names(const std::vector<std::string>& names) {
  const size_t shown = std::min(names.size(), kNamesMax);
  const std::string text =
      absl::StrJoin(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", ");
  return shown == names.size() ? text : absl::StrCat(text, " … (", names.size(), ")");
}

// What a factor is for and how much it is, without the words that explain it.
std::set<std::string> Factors(const google::protobuf::RepeatedPtrField<DrawFactor>& factors) {
  std::set<std::string> texts;
  for (const DrawFactor& one : factors) {
    texts.insert(absl::StrCat(
        one.list(), "|", one.grade(), "|", one.factor_hundredths(), "|", one.source()));
  }
  return texts;
}

std::set<std::string> Lists(const DrawCandidate& candidate) {
  return {candidate.lists().begin(), candidate.lists().end()};
}

bool SameOrder(const InspectionDraw& a, const InspectionDraw& b) {
  return std::equal(a.drawn().begin(),
                    a.drawn().end(),
                    b.drawn().begin(),
                    b.drawn().end(),
                    [](const DrawnObject& x, const DrawnObject& y) {
                      return x.subject() == y.subject() && std::equal(x.inspectors().begin(),
                                                                      x.inspectors().end(),
                                                                      y.inspectors().begin(),
                                                                      y.inspectors().end());
                    });
}

bool SameWeights(const InspectionDraw& a, const InspectionDraw& b) {
  std::map<std::string, int64_t> weights;
  for (const DrawnObject& one : a.drawn()) weights[one.subject()] = one.weight();
  return std::all_of(b.drawn().begin(), b.drawn().end(), [&](const DrawnObject& one) {
    const auto found = weights.find(one.subject());
    return found == weights.end() || found->second == one.weight();
  });
}

}  // namespace

std::vector<DrawCheck> CheckRepeated(const InspectionDraw& draw) {
  if (draw.algorithm() != inspection::kDrawAlgorithm || draw.seed().empty() ||
      draw.objects() > draw.candidates_size()) {
    return {Wrong("algorithm",
                  absl::StrCat("not a draw by ", inspection::kDrawAlgorithm),
                  absl::StrCat("不是按 ", inspection::kDrawAlgorithm, " 抽取的记录"))};
  }
  std::vector<DrawCheck> checks = {
      Right("algorithm", draw.algorithm(), absl::StrCat("算法 ", draw.algorithm()))};
  InspectionDraw again = draw;
  inspection::Draw(again);
  checks.push_back(
      again.input_digest() == draw.input_digest()
          ? Right("lists", "the lists give the recorded digest", "名录与登记的摘要一致")
          : Wrong("lists",
                  "the lists or weights are not those that were drawn from",
                  "名录或权重与抽取时不符"));
  checks.push_back(
      SameWeights(again, draw)
          ? Right("weights", "the weights follow from the factors", "权重与各项系数相符")
          : Wrong("weights",
                  "a weight does not follow from the factors",
                  "登记的权重与系数计算结果不符"));
  checks.push_back(SameOrder(again, draw)
                       ? Right("result", "the seed gives this result", "由种子重新抽取,结果一致")
                       : Wrong("result",
                               "the seed gives another result or another order",
                               "由种子重新抽取,结果或次序不符"));
  return checks;
}

DrawCheck CheckTable(const InspectionDraw& draw, const WeightsFile* table) {
  const std::string& label = draw.basis().weights();
  if (label.empty()) {
    return draw.factors().empty() ? Right("table", "all weigh alike", "各对象权重相同")
                                  : NotChecked("table",
                                               "the factors were given by hand",
                                               "权重系手工填写,未注明权重表,无从核对");
  }
  if (table == nullptr) {
    return NotChecked("table",
                      absl::StrCat("the table ", label, " is not here: give --weights"),
                      absl::StrCat("本机没有权重表 ", label, ",请以 --weights 指定"));
  }
  if (table->Label() != label || table->sha256 != draw.basis().weights_sha256()) {
    return Wrong("table",
                 absl::StrCat(table->path, " is not the table the draw names, ", label),
                 absl::StrCat(table->path, " 不是登记所用的权重表 ", label));
  }
  return Factors(draw.factors()) == Factors(table->weights.factors())
             ? Right(
                   "table", absl::StrCat("the factors of ", label), absl::StrCat("权重表 ", label))
             : Wrong("table",
                     absl::StrCat("the factors are not those of ", label),
                     absl::StrCat("权重与权重表 ", label, " 不符"));
}

DrawCheck CheckStandings(const InspectionDraw& draw,
                         const std::map<std::string, cv::Standing>& standings) {
  std::vector<std::string> wrong;
  for (const DrawCandidate& candidate : draw.candidates()) {
    const auto found = standings.find(candidate.subject());
    if (found == standings.end()) {
      wrong.push_back(candidate.subject());
      continue;
    }
    const DrawCandidate known = CandidateOf(found->second, draw);
    if (known.grade() != candidate.grade() || Lists(known) != Lists(candidate)) {
      wrong.push_back(candidate.subject());
    }
  }
  const std::string& day = draw.basis().as_of();
  if (wrong.empty()) {
    return Right("standings",
                 absl::StrCat("grades and lists are those of ", day),
                 absl::StrCat("等级与所在名单同 ", day, " 的信用登记一致"));
  }
  return Wrong("standings",
               absl::StrCat("not as the register knew them: ", Names(wrong)),
               absl::StrCat("与信用登记不符: ", Names(wrong)));
}

DrawCheck CheckPopulation(const InspectionDraw& draw,
                          const std::map<std::string, cv::Standing>& standings) {
  std::set<std::string> listed;
  for (const auto& one : draw.candidates()) listed.insert(one.subject());
  for (const auto& one : draw.exclusions()) listed.insert(one.subject());
  std::vector<std::string> missing;
  for (const auto& [subject, standing] : standings) {
    if (BelongsTo(standing, draw) && listed.count(subject) == 0) missing.push_back(subject);
  }
  if (missing.empty()) {
    return Right("population",
                 absl::StrCat("everybody was listed, ", draw.exclusions_size(), " excluded"),
                 absl::StrCat("名录完整,其中不参加抽取", draw.exclusions_size(), "户"));
  }
  return Wrong("population",
               absl::StrCat("left out without a reason: ", Names(missing)),
               absl::StrCat("未列入名录也未说明原因: ", Names(missing)));
}

DrawCheck CheckRecord(const InspectionDraw& draw, const InspectionDraw& filed) {
  const auto plain = [](InspectionDraw one) {
    one.clear_info();
    one.clear_published();
    one.clear_publish_date();
    one.clear_publish_uri();
    return one.SerializeAsString();
  };
  if (filed.info().has_voiding()) {
    return Wrong("record", "the filed draw was voided", "登记的抽取已作废");
  }
  return plain(draw) == plain(filed)
             ? Right("record", "the register has the same draw", "与登记的抽取一致")
             : Wrong("record", "the register has another draw", "与登记的抽取不一致");
}

}  // namespace xince::cli
