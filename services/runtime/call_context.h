#ifndef SERVICES_RUNTIME_CALL_CONTEXT_H_
#define SERVICES_RUNTIME_CALL_CONTEXT_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/time/time.h"

#include "services/runtime/clock.h"

namespace google::protobuf {
class MethodDescriptor;
}
namespace xince::type::v1 {
class Access;
}

namespace xince::runtime {

/// Metadata keys, all lower case as HTTP/2 wants them.
inline constexpr char kActorKey[] = "xince-actor";
/// The actor when it is not ASCII: UTF-8 bytes. Never together with `xince-actor`.
inline constexpr char kActorBinaryKey[] = "xince-actor-bin";
inline constexpr char kMinRevisionKey[] = "xince-min-revision";
inline constexpr char kRevisionKey[] = "xince-revision";
inline constexpr char kTraceKey[] = "xince-trace";

/// Longest actor, in bytes.
inline constexpr size_t kActorBytesMax = 120;
/// Longest revision token, in bytes.
inline constexpr size_t kRevisionBytesMax = 256;
/// Longest trace id a caller may send, in bytes.
inline constexpr size_t kTraceBytesMax = 64;

/// What a handler knows about the call it answers, besides the request.
///
/// It lives until the call is answered: until a handler returns, or for an asynchronous one until
/// it calls its Done. One thread at a time may use it.
class CallContext {
 public:
  /// What the door found in a call. Tests of handlers fill in what they need.
  struct Init {
    const Clock* clock = nullptr;
    absl::Time deadline = absl::InfiniteFuture();
    std::string actor = "anonymous";
    std::string min_revision;
    std::string trace;
    bool may_block = true;
    const google::protobuf::MethodDescriptor* method = nullptr;
    const xince::type::v1::Access* access = nullptr;
  };
  explicit CallContext(Init init) : init_(std::move(init)) {}
  virtual ~CallContext() = default;
  CallContext(const CallContext&) = delete;
  CallContext& operator=(const CallContext&) = delete;

  /// Who calls. Identities are not verified, so what a caller says it is reads `claimed:<it>`;
  /// `anonymous` when it says nothing. Printable UTF-8.
  [[nodiscard]] const std::string& actor() const { return init_.actor; }
  /// The revision token the answer must not be older than; empty for any. The door has checked only
  /// that it is printable ASCII of at most kRevisionBytesMax.
  [[nodiscard]] const std::string& min_revision() const { return init_.min_revision; }
  /// When the caller stops waiting. Always finite behind the door.
  [[nodiscard]] absl::Time deadline() const { return init_.deadline; }
  [[nodiscard]] absl::Duration time_left() const { return init_.deadline - init_.clock->Now(); }
  /// Whether nobody waits for the answer any more: the caller left or the deadline passed. Cheap
  /// enough to ask between any two steps.
  [[nodiscard]] virtual bool IsCancelled() const { return init_.clock->Now() >= init_.deadline; }
  /// False while an inline handler runs inside the transport's reaction, where nothing may block.
  [[nodiscard]] bool may_block() const { return init_.may_block; }
  /// Identifies the call in logs: from the caller, or made at the first question.
  [[nodiscard]] virtual const std::string& trace() { return init_.trace; }

  /// Method called; null only in tests.
  [[nodiscard]] const google::protobuf::MethodDescriptor* method() const { return init_.method; }
  /// Access rule of the method; null only in tests.
  [[nodiscard]] const xince::type::v1::Access* access() const { return init_.access; }

  /// Position the answer was made at, sent to the caller as metadata `xince-revision` with the
  /// answer, be it a reply or an error. Printable ASCII, at most kRevisionBytesMax.
  void set_revision(std::string revision) { revision_ = std::move(revision); }
  [[nodiscard]] const std::string& revision() const { return revision_; }

 protected:
  Init init_;

 private:
  std::string revision_;
};

}  // namespace xince::runtime

#endif  // SERVICES_RUNTIME_CALL_CONTEXT_H_
