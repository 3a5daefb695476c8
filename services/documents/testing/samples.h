#ifndef SERVICES_DOCUMENTS_TESTING_SAMPLES_H_
#define SERVICES_DOCUMENTS_TESTING_SAMPLES_H_

#include <string>
#include <vector>

#include "services/documents/document.h"

/// Templates of the nation and drafts in testdata, for tests of documents.
namespace xince::documents {

/// The templates of policies/national/documents; ends the program when one is wrong.
const TemplateSet& NationalTemplates();

/// A draft in testdata.
struct Sample {
  /// File without its ending, such as `removal.expire`.
  std::string name;
  /// Id of its template: the name up to the first full stop.
  std::string id;
  Draft draft;
};

/// All of them, by name; ends the program when one is wrong.
const std::vector<Sample>& Samples();

/// The one of a name.
const Sample& SampleOf(const std::string& name);

/// Its document; ends the program when it cannot be made.
listing::v1::OfficialDocument DocumentOf(const Sample& sample);

/// The bytes of a file.
std::string BytesOf(const std::string& path);

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_TESTING_SAMPLES_H_
