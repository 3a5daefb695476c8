#ifndef SERVICES_JOURNAL_TESTING_TEMP_DIR_H_
#define SERVICES_JOURNAL_TESTING_TEMP_DIR_H_

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace xince::journal {

/// A directory that lasts as long as the object, for tests.
class TempDir {
 public:
  TempDir() {
    std::string path = testing::TempDir() + "/journal-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) ADD_FAILURE() << "no temporary directory: " << path;
    path_ = path;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_TESTING_TEMP_DIR_H_
