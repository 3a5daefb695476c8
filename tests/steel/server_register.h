#ifndef TESTS_STEEL_SERVER_REGISTER_H_
#define TESTS_STEEL_SERVER_REGISTER_H_

#include <memory>

#include "tests/steel/register.h"

/// A register whose servers are threads of this process, with a clock that can be set.
namespace xince::steel {

std::unique_ptr<Register> MakeServerRegister(const Arrangement& arrangement,
                                             absl::Time now,
                                             const Place& place);

}  // namespace xince::steel

#endif  // TESTS_STEEL_SERVER_REGISTER_H_
