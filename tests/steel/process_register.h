#ifndef TESTS_STEEL_PROCESS_REGISTER_H_
#define TESTS_STEEL_PROCESS_REGISTER_H_

#include <memory>

#include "tests/steel/register.h"

/// A register of real xinced processes, on the operating system's clock.
namespace xince::steel {

std::unique_ptr<Register> MakeProcessRegister(const Arrangement& arrangement, const Place& place);

}  // namespace xince::steel

#endif  // TESTS_STEEL_PROCESS_REGISTER_H_
