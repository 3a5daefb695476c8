#ifndef TESTS_STEEL_EXPLAINED_H_
#define TESTS_STEEL_EXPLAINED_H_

#include "tests/steel/register.h"

namespace xince::credit::v1 {
class CreditFile;
}

/// What holds of every credit file and every stream, whatever is in them.
namespace xince::steel {

/// A file's lines sum exactly to its score, each with item, clause and mark; the evidence they name is
/// in the file; history is newest first, each step with its causes; what is ahead lies ahead.
void CheckExplained(const credit::v1::CreditFile& file);

/// The same of every subject that is filed, and that the short answers say what the file says.
void CheckAllExplained(Register& services);

/// Every piece of evidence that the feeds have given keeps to the catalogue of kinds: the kind is
/// there, about this kind of subject, and carries these measures, tags, points and corrections.
void CheckVocabulary(Register& services);

}  // namespace xince::steel

#endif  // TESTS_STEEL_EXPLAINED_H_
