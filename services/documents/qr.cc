#include "services/documents/qr.h"

#include <qrencode.h>

#include <memory>

#include "services/runtime/errors.h"

namespace xince::documents {

absl::StatusOr<QrCode> MakeQr(const std::string& text) {
  constexpr int kSmallestVersion = 0;
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()),
                        kSmallestVersion,
                        QR_ECLEVEL_M),
      QRcode_free);
  if (code == nullptr) {
    return runtime::InvalidArgument("DOCUMENT_ADDRESS",
                                    "verification",
                                    "the verification address fits no QR code",
                                    "核验地址过长,无法生成二维码");
  }
  QrCode made{.width = code->width};
  made.modules.reserve(static_cast<size_t>(made.width) * made.width);
  for (int i = 0; i < made.width * made.width; ++i) {
    made.modules.push_back((code->data[i] & 1) != 0);
  }
  return made;
}

}  // namespace xince::documents
