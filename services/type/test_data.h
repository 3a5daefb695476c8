#ifndef SERVICES_TYPE_TEST_DATA_H_
#define SERVICES_TYPE_TEST_DATA_H_

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace xince::type {

/// The rows of a file in tests/fixtures, without its header. Cells hold no commas.
inline std::vector<std::vector<std::string>> ReadFixture(const std::string& name) {
  std::ifstream file("tests/fixtures/" + name);
  std::vector<std::vector<std::string>> rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) rows.push_back(absl::StrSplit(line, ','));
  return rows;
}

}  // namespace xince::type

#endif  // SERVICES_TYPE_TEST_DATA_H_
