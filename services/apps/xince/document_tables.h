#ifndef SERVICES_APPS_XINCE_DOCUMENT_TABLES_H_
#define SERVICES_APPS_XINCE_DOCUMENT_TABLES_H_

#include <string>

#include "xince/listing/v1/issued.pb.h"

/// Official documents as texts for people.
namespace xince::cli {

/// A document: what became of it, then what is printed.
std::string DocumentText(const listing::v1::IssuedDocument& document);
/// The register of numbers, one document a line, with why those that were voided do not stand.
std::string DocumentsText(const listing::v1::ListDocumentsResponse& documents);
/// What the register says of a printed document.
std::string VerifiedText(const listing::v1::VerifyDocumentResponse& verified);

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_DOCUMENT_TABLES_H_
