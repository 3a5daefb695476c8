#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "xince/policy/v1/case.pb.h"

#include "services/runtime/errors.h"
#include "services/scoring/evaluate/cases.h"

// evaluate_cases FILE...: each file is a serialized CaseFile whose `pack`, `national` and `earlier` hold
// the texts of packs, not their paths. Writes FILE.out with every expectation replaced by the outcome.
namespace {

namespace v1 = xince::policy::v1;
using xince::evaluate::CaseWorld;
using xince::policy::Pack;

absl::StatusOr<std::vector<Pack>> LoadAll(
    const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<Pack> packs;
  for (const std::string& text : texts) {
    XINCE_ASSIGN_OR_RETURN(Pack pack, xince::policy::LoadPack(text, "pack"));
    packs.push_back(std::move(pack));
  }
  return packs;
}

absl::Status Run(const std::string& path) {
  v1::CaseFile cases;
  std::ifstream in(path, std::ios::binary);
  if (!cases.ParseFromIstream(&in)) return absl::InvalidArgumentError("not a CaseFile");
  XINCE_ASSIGN_OR_RETURN(const Pack pack, xince::policy::LoadPack(cases.pack(), "pack"));
  XINCE_ASSIGN_OR_RETURN(const std::vector<Pack> earlier, LoadAll(cases.earlier()));
  XINCE_ASSIGN_OR_RETURN(const std::vector<Pack> national, LoadAll(cases.national()));
  std::vector<const Pack*> earlier_packs;
  std::vector<const Pack*> national_packs;
  for (const Pack& p : earlier) earlier_packs.push_back(&p);
  for (const Pack& p : national) national_packs.push_back(&p);
  xince::evaluate::Vocabulary vocabulary;
  XINCE_ASSIGN_OR_RETURN(
      const auto compiled,
      xince::evaluate::Compile(
          pack, {.vocabulary = &vocabulary, .earlier = earlier_packs, .national = national_packs}));
  for (v1::Case& one : *cases.mutable_cases()) {
    XINCE_ASSIGN_OR_RETURN(const CaseWorld world, CaseWorld::Make(one, vocabulary));
    for (v1::CaseOutcome& expect : *one.mutable_expect()) {
      XINCE_ASSIGN_OR_RETURN(
          expect, xince::evaluate::EvaluateSubject(compiled, world, std::string(expect.subject())));
    }
  }
  std::ofstream out(path + ".out", std::ios::binary);
  return cases.SerializeToOstream(&out) ? absl::OkStatus() : absl::InternalError("cannot write");
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const absl::Status status = Run(argv[i]);
    if (status.ok()) continue;
    std::cerr << argv[i] << ": " << status.message() << "\n";
    return 1;
  }
  return 0;
}
