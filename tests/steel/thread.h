#ifndef TESTS_STEEL_THREAD_H_
#define TESTS_STEEL_THREAD_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "tests/steel/json.h"
#include "tests/steel/register.h"

/// A steel thread: what clients do to a whole register and what must come of it, as data.
///
/// A file threads/<name>.json is {"about", "clock", "steps"}, and {"register", "division"} where it is
/// not Nanjing's. `clock` is where the services' clock begins; a thread with `only: "clock"` of its own
/// runs nowhere else. A step is an object; every member but `note` does something, in this order:
///
///   only: "clock"      skipped where the services run on the operating system's clock
///   clock: TIME        sets the clock and waits until scoring has opened the day
///   restart: true      stops everything and starts it again on the same data
///   call: "registry.CreateFirm"   calls the method with
///     request: {…}       `${name}` in strings is what was saved under the name, `${chars:N}` a text
///                        of N characters
///     raw: BASE64        these bytes instead
///     copies: {"requests": N}     the list's first element N times
///     as: ACTOR          who calls
///     min_revision: TOKEN
///     timeout_ms: N      how long the caller waits
///     unsettled: true    a call to scoring does not wait until scoring has taken everything in
///   expect: {…}        the reply holds this (json.h, Differences)
///   refuse: {code, reason, field, en, zh, metadata}   the call is refused so: `en` and `zh` are parts
///                      of the messages, both of which are there
///   save: {name: path} saves what is at a path of the reply
///   save_token: name   saves the revision token of the answer
///   save_now: name     saves the present time, as a request writes it
///   golden: LABEL      the reply is the one in threads/<name>.golden under the label, but for what
///                      changes from run to run
///   same: LABEL        the reply is, to the digest, the one of the first step with this label
///   metric: {name, value}   of scoring
///
/// A reply of GetCreditFile is always checked to explain itself (explained.h).
namespace xince::steel {

class Thread {
 public:
  /// Reads threads/<name>.json.
  explicit Thread(const std::string& name);

  /// Where the clock begins.
  [[nodiscard]] absl::Time clock() const;
  /// Whose register it runs on.
  [[nodiscard]] Place place() const;
  /// Whether it makes no sense without a clock that can be set.
  [[nodiscard]] bool NeedsClock() const;
  /// Runs every step; failures are the test's. Goldens of steps that were skipped are not compared.
  void Run(Register& services);
  /// Writes threads/<name>.golden from the last run.
  void WriteGoldens() const;
  /// Compares the last run with it.
  void CompareGoldens() const;

  /// Names of all threads, sorted.
  static std::vector<std::string> Names();

 private:
  struct Reply;

  void RunStep(const Json& step, Register& services);
  void RunCall(const Json& step, Register& services);
  Reply Call(const Json& step, Register& services);
  void CheckAnswer(const Json& step, const Reply& reply);
  void CheckRefusal(const Json& refusal, const absl::Status& status) const;
  [[nodiscard]] std::string Substitute(const std::string& text) const;
  [[nodiscard]] std::string GoldenPath() const;

  const std::string name_;
  Json thread_;
  std::map<std::string, std::string> saved_;
  std::map<std::string, std::string> goldens_;
  std::map<std::string, std::string> same_;
  // Scoring may be behind the feeds.
  bool written_ = true;
};

}  // namespace xince::steel

#endif  // TESTS_STEEL_THREAD_H_
