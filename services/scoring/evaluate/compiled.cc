#include "services/scoring/evaluate/compiled.h"

namespace xince::evaluate {

namespace v1 = policy::v1;

const v1::Item* CompiledSubjectPolicy::item(uint16_t index) const {
  const uint16_t proto = tables_.items[index].proto;
  return proto == kNoIndex ? nullptr : &proto_->items(proto);
}

absl::string_view CompiledSubjectPolicy::item_id(uint16_t index) const {
  const v1::Item* item = this->item(index);
  return item == nullptr ? group_id(tables_.items[index].group) : absl::string_view(item->id());
}

const v1::Group* CompiledSubjectPolicy::group(uint16_t index) const {
  const uint16_t proto = tables_.groups[index].proto;
  return proto == kNoIndex ? nullptr : &proto_->groups(proto);
}

absl::string_view CompiledSubjectPolicy::group_id(uint16_t index) const {
  const v1::Group* group = this->group(index);
  return group == nullptr ? absl::string_view() : absl::string_view(group->id());
}

const v1::Grade* CompiledSubjectPolicy::grade(uint16_t row) const {
  return row < proto_->grades_size() ? &proto_->grades(row) : nullptr;
}

absl::string_view CompiledSubjectPolicy::grade_id(uint16_t row) const {
  const v1::Grade* grade = this->grade(row);
  return grade == nullptr ? absl::string_view() : absl::string_view(grade->id());
}

const v1::Restriction& CompiledSubjectPolicy::restriction(uint16_t index) const {
  return proto_->restrictions(index);
}

absl::string_view CompiledSubjectPolicy::proposal_list(uint16_t index) const {
  if (index < tables_.proposals.size()) return proto_->list_proposals(index).list();
  return item(tables_.veto_items[index - tables_.proposals.size()])->veto().list();
}

uint32_t CompiledSubjectPolicy::proposal_months(uint16_t index) const {
  return index < tables_.proposals.size() ? proto_->list_proposals(index).months() : 0;
}

const v1::Source& CompiledSubjectPolicy::source_of_item(uint16_t index) const {
  if (const v1::Item* item = this->item(index); item != nullptr) return item->source();
  const v1::Group* group = this->group(tables_.items[index].group);
  return group == nullptr ? proto_->base().source() : group->source();
}

uint16_t CompiledSubjectPolicy::FindItem(absl::string_view id) const {
  for (size_t i = 0; i < tables_.items.size(); ++i) {
    const v1::Item* found = item(static_cast<uint16_t>(i));
    if (found != nullptr && found->id() == id) return static_cast<uint16_t>(i);
  }
  return kNoIndex;
}

uint16_t CompiledSubjectPolicy::FindGroup(absl::string_view id) const {
  for (size_t i = 0; i < tables_.groups.size(); ++i) {
    if (group_id(static_cast<uint16_t>(i)) == id) return static_cast<uint16_t>(i);
  }
  return kNoIndex;
}

int CompiledSubjectPolicy::FindGrade(absl::string_view id) const {
  for (int i = 0; i < proto_->grades_size(); ++i) {
    if (proto_->grades(i).id() == id) return i;
  }
  return -1;
}

const CompiledSubjectPolicy* CompiledPack::ForSubject(type::SubjectKind kind) const {
  for (const auto& subject : subjects_) {
    if (subject->subject() == kind) return subject.get();
  }
  return nullptr;
}

std::optional<type::SubjectKind> SubjectKindOf(absl::string_view word) {
  if (word == "firm") return type::SubjectKind::kFirm;
  if (word == "manager") return type::SubjectKind::kManager;
  if (word == "project") return type::SubjectKind::kProject;
  if (word == "committee") return type::SubjectKind::kCommittee;
  if (word == "organization") return type::SubjectKind::kOrganization;
  return std::nullopt;
}

}  // namespace xince::evaluate
