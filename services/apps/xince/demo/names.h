#ifndef SERVICES_APPS_XINCE_DEMO_NAMES_H_
#define SERVICES_APPS_XINCE_DEMO_NAMES_H_

#include <string>

#include "absl/strings/string_view.h"

/// Names and numbers that say that they are invented.
namespace xince::demo {

/// Credit code of the firm with a serial, 1 to 9999: authority and kind 91, division 320100,
/// organisation code `DEMX` and the serial, both check digits computed. No real organisation code
/// begins with those letters.
std::string FirmCode(int serial);
/// The same of a branch: organisation code `DEMB` and the serial.
std::string BranchCode(int serial);

/// Resident identity number of nobody, serial 1 to 99,999: a prefecture that does not exist (329900), a
/// birth in the 19th century, its check digit computed.
std::string InventedIdentity(int serial);

/// `firms/{code}` of a firm.
std::string FirmName(int serial);

/// `{collection}/demo-{letter}{serial, at least 4 digits}`.
std::string RecordName(absl::string_view collection, absl::string_view letter, int serial);

/// Serial with leading zeros.
std::string Padded(int64_t number, int digits);

}  // namespace xince::demo

#endif  // SERVICES_APPS_XINCE_DEMO_NAMES_H_
