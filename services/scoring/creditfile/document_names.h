#ifndef SERVICES_SCORING_CREDITFILE_DOCUMENT_NAMES_H_
#define SERVICES_SCORING_CREDITFILE_DOCUMENT_NAMES_H_

#include <string>
#include <vector>

#include "services/documents/fields.h"
#include "services/documents/words.h"
#include "services/scoring/cases/case_record.h"
#include "services/scoring/creditfile/document_desk.h"

/// Words that documents need and cases do not have, from where the register knows them.
namespace xince::creditfile {

/// Name of a subject as it is filed; empty when it is not.
std::string NameOf(const EvidenceBook& book, const std::string& subject);

/// The unified credit code in a firm's name; empty for others.
std::string CodeOf(const std::string& subject);

/// INVALID_ARGUMENT DOCUMENT_NAMES_IDENTITY (field: the path) when a text of a request about a subject's
/// document names an identity number of a person.
absl::Status CheckNoIdentity(const google::protobuf::Message& request,
                             const std::string& subject,
                             type::Date today);

/// A document as others name it: `《标题》（文号）`, then the clause.
std::string BasisWords(const policy::Pack& pack, const policy::v1::Source& source);

/// What the documents of a case say that stands in no case, on the open day.
documents::CaseNames NamesOf(const DocumentDesk::Books& books,
                             const documents::DocumentWords& words,
                             const cases::CaseRecord& record,
                             type::Date today,
                             Revision known);

}  // namespace xince::creditfile

#endif  // SERVICES_SCORING_CREDITFILE_DOCUMENT_NAMES_H_
