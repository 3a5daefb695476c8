#include "services/scoring/policy/linter.h"

// Where rules come from.
namespace xince::policy {
namespace {

void NeedSource(bool has, const Node& node, Report& report) {
  if (!has) report.Add(node, "source", -1, "the source is missing", "缺少依据");
}

bool NeedsSource(const v1::Group& group) {
  return group.has_limits() || !group.base().empty() || group.mode() == v1::Group::MIX ||
         group.mode() == v1::Group::HIGHEST;
}

void LintSubject(const v1::SubjectPolicy& subject, const Node& node, Report& report) {
  if (subject.has_base())
    NeedSource(
        subject.base().has_source(), Report::Child(node, "base", -1, subject.base()), report);
  for (int i = 0; i < subject.groups_size(); ++i) {
    const v1::Group& one = subject.groups(i);
    if (NeedsSource(one))
      NeedSource(one.has_source(), Named(node, "groups", i, one, one.id()), report);
  }
  for (int i = 0; i < subject.items_size(); ++i) {
    const v1::Item& one = subject.items(i);
    NeedSource(one.has_source(), Named(node, "items", i, one, one.id()), report);
  }
  for (int i = 0; i < subject.grades_size(); ++i) {
    const v1::Grade& one = subject.grades(i);
    NeedSource(one.has_source(), Named(node, "grades", i, one, one.id()), report);
  }
  for (int i = 0; i < subject.restrictions_size(); ++i) {
    const v1::Restriction& one = subject.restrictions(i);
    NeedSource(one.has_source(), Named(node, "restrictions", i, one, one.code()), report);
  }
  for (int i = 0; i < subject.list_proposals_size(); ++i) {
    const v1::ListProposal& one = subject.list_proposals(i);
    NeedSource(one.has_source(), Named(node, "list_proposals", i, one, one.list()), report);
  }
}

// The id of an element that has one, to be named in messages about what is below it.
std::string IdOf(const google::protobuf::Message& message, const std::string& otherwise) {
  for (const char* name : {"id", "code", "list"}) {
    const auto* field = message.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr || field->is_repeated() ||
        field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING)
      continue;
    std::string id = message.GetReflection()->GetString(message, field);
    if (!id.empty()) return id;
  }
  return otherwise;
}

// Every source below a message: what is marked as read word for word has its words.
void LintQuotes(const google::protobuf::Message& message, const Node& node, Report& report) {
  if (message.GetDescriptor() == v1::Source::descriptor()) {
    const auto& source = static_cast<const v1::Source&>(message);
    if (source.mark() == v1::SEED && source.quote().empty())
      report.Add(node,
                 "mark",
                 -1,
                 "a source marked SEED needs the words it relies on, its quote",
                 "标记为 SEED 的依据须摘录原文 quote");
    return;
  }
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const auto& child = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                               : reflection.GetMessage(message, field);
      Node child_node =
          Report::Child(node, field->name().c_str(), field->is_repeated() ? i : -1, child);
      child_node.id = IdOf(child, node.id);
      LintQuotes(child, child_node, report);
    }
  }
}

}  // namespace

void LintSources(const v1::Pack& pack, const Node& root, Report& report) {
  for (int i = 0; i < pack.subjects_size(); ++i) {
    const v1::SubjectPolicy& one = pack.subjects(i);
    LintSubject(one, Named(root, "subjects", i, one, one.subject()), report);
  }
  for (int i = 0; i < pack.lists_size(); ++i) {
    const v1::ListDefinition& one = pack.lists(i);
    NeedSource(one.has_source(), Named(root, "lists", i, one, one.id()), report);
  }
  for (int i = 0; i < pack.repair_classes_size(); ++i) {
    const v1::RepairClass& one = pack.repair_classes(i);
    NeedSource(one.has_source(), Named(root, "repair_classes", i, one, one.id()), report);
  }
  LintQuotes(pack, root, report);
}

}  // namespace xince::policy
