#include "absl/strings/str_cat.h"

#include "services/scoring/policy/linter.h"

// What items look at, against the vocabulary of the feeds.
namespace xince::policy {
namespace {

using Severity = Finding::Severity;

bool HasWay(const google::protobuf::RepeatedField<int>& ways, v1::Way way) {
  return std::find(ways.begin(), ways.end(), way) != ways.end();
}

bool Reaches(const v1::SubjectPolicy& subject, const v1::Item& item, const v1::EvidenceKind& kind) {
  const auto way = [&](v1::Way w) { return HasWay(item.reach(), w); };
  const bool direct = item.reach_size() == 0 || way(v1::DIRECT);
  if (direct && HasWord(kind.subjects(), subject.subject())) return true;
  if ((way(v1::VIA_PROJECT) || way(v1::VIA_BRANCH_PROJECT)) && HasWord(kind.subjects(), "project"))
    return true;
  if ((way(v1::VIA_MANAGER) || way(v1::VIA_BRANCH_MANAGER)) && HasWord(kind.subjects(), "manager"))
    return true;
  return way(v1::VIA_BRANCH) && HasWord(kind.subjects(), "firm");
}

void UnknownKind(
    const std::string& word, const Node& node, const char* field, int index, Report& report) {
  report.Add(node,
             field,
             index,
             absl::StrCat("no feed emits the kind `", word, "`"),
             absl::StrCat("没有来源产生信息类别“", word, "”"));
}

void NeedMeasure(const v1::EvidenceKind& kind,
                 const std::string& measure,
                 const Node& node,
                 const char* field,
                 Report& report) {
  if (measure.empty() || HasWord(kind.measures(), measure)) return;
  report.Add(node,
             field,
             -1,
             absl::StrCat("kind `", kind.kind(), "` does not carry the measure `", measure, "`"),
             absl::StrCat("信息类别“", kind.kind(), "”没有指标“", measure, "”"));
}

void LintCarried(const v1::Item& item,
                 const v1::EvidenceKind& kind,
                 const Node& node,
                 Report& report) {
  const v1::Points& points = item.points();
  for (const std::string* measure : {&points.by_band().measure(),
                                     &points.per_unit().measure(),
                                     &points.ratio().numerator(),
                                     &points.ratio().denominator(),
                                     &points.given().measure()})
    NeedMeasure(kind, *measure, node, "points", report);
  for (const v1::MeasureFilter& filter : item.filter().measures())
    NeedMeasure(kind, filter.measure(), node, "filter", report);
  for (const std::string& tag : item.filter().tags()) {
    if (!HasWord(kind.tags(), tag))
      report.Add(node,
                 "filter",
                 -1,
                 absl::StrCat("kind `", kind.kind(), "` has no tag `", tag, "`"),
                 absl::StrCat("信息类别“", kind.kind(), "”没有标签“", tag, "”"));
  }
  if (points.has_given() && points.given().measure().empty() && !kind.carries_points())
    report.Add(node,
               "points",
               -1,
               absl::StrCat("kind `", kind.kind(), "` carries no decided points"),
               absl::StrCat("信息类别“", kind.kind(), "”不带评定分值"));
  if (item.validity().has_until_corrected() && !kind.correctable())
    report.Add(node,
               "validity",
               -1,
               absl::StrCat("kind `", kind.kind(), "` is never corrected"),
               absl::StrCat("信息类别“", kind.kind(), "”不会被纠正"),
               Severity::kWarning);
}

void LintItem(const v1::SubjectPolicy& subject,
              const v1::Item& item,
              const Kinds& kinds,
              const Node& node,
              Report& report) {
  bool reachable = item.kinds_size() == 0;
  for (int i = 0; i < item.kinds_size(); ++i) {
    const v1::EvidenceKind* kind = kinds.Find(item.kinds(i));
    if (kind == nullptr) {
      UnknownKind(item.kinds(i), node, "kinds", i, report);
      reachable = true;
      continue;
    }
    LintCarried(item, *kind, node, report);
    reachable |= Reaches(subject, item, *kind);
  }
  if (!reachable)
    report.Add(node,
               "reach",
               -1,
               "its kinds are about other subjects and no way leads here",
               "信息类别针对其他主体,且无归集途径",
               Severity::kWarning);
}

// The kinds and measures that conditions ask for.
class MeasureLinter {
 public:
  MeasureLinter(const Kinds& kinds, Report& report) : kinds_(kinds), report_(report) {}

  // Every condition below a message.
  void Walk(const google::protobuf::Message& message, const Node& node) {
    if (message.GetDescriptor() == v1::LatestMeasure::descriptor())
      Lint(static_cast<const v1::LatestMeasure&>(message), node);
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    reflection.ListFields(message, &fields);
    for (const auto* field : fields) {
      if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
      const char* name = field->name().c_str();
      if (!field->is_repeated()) {
        const auto& child = reflection.GetMessage(message, field);
        Walk(child, Report::Child(node, name, -1, child));
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        const auto& child = reflection.GetRepeatedMessage(message, field, i);
        Walk(child, Report::Child(node, name, i, child));
      }
    }
  }

 private:
  void Lint(const v1::LatestMeasure& asked, const Node& node) {
    const v1::EvidenceKind* kind = kinds_.Find(asked.kind());
    if (kind == nullptr)
      UnknownKind(asked.kind(), node, "kind", -1, report_);
    else
      NeedMeasure(*kind, asked.measure(), node, "measure", report_);
  }

  const Kinds& kinds_;
  Report& report_;
};

}  // namespace

void LintItems(const v1::SubjectPolicy& subject,
               const Kinds& kinds,
               const Node& node,
               Report& report) {
  for (int i = 0; i < subject.items_size(); ++i) {
    const v1::Item& item = subject.items(i);
    LintItem(subject, item, kinds, Named(node, "items", i, item, item.id()), report);
  }
  MeasureLinter(kinds, report).Walk(subject, node);
}

}  // namespace xince::policy
