#ifndef TESTS_STEEL_TEST_BUILD_H_
#define TESTS_STEEL_TEST_BUILD_H_

#include <cstdlib>
#include <string>

/// Where the build under test is.
namespace xince::steel {

inline std::string BuildDirectory() {
  const char* directory = std::getenv("XINCE_BUILD_DIR");
  return directory == nullptr ? "build/release" : directory;
}

inline std::string ShareDirectory() { return BuildDirectory() + "/share/xince"; }
inline std::string XinceBinary() { return BuildDirectory() + "/bin/xince"; }
inline std::string XincedBinary() { return BuildDirectory() + "/bin/xinced"; }

}  // namespace xince::steel

#endif  // TESTS_STEEL_TEST_BUILD_H_
