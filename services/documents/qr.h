#ifndef SERVICES_DOCUMENTS_QR_H_
#define SERVICES_DOCUMENTS_QR_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

/// QR codes (ISO/IEC 18004) as modules.
namespace xince::documents {

/// A square of modules.
struct QrCode {
  int width = 0;
  /// Row by row; true is dark.
  std::vector<bool> modules;

  [[nodiscard]] bool dark(int x, int y) const { return modules[y * width + x]; }
};

/// The code of a text of bytes, error correction M, the smallest version that holds it. INVALID_ARGUMENT
/// DOCUMENT_ADDRESS when the text is empty or too long for one.
absl::StatusOr<QrCode> MakeQr(const std::string& text);

}  // namespace xince::documents

#endif  // SERVICES_DOCUMENTS_QR_H_
