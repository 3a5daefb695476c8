#ifndef SERVICES_APPS_XINCE_COMMAND_H_
#define SERVICES_APPS_XINCE_COMMAND_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// The command line's grammar. The parser itself stands behind this face, in one file.
namespace xince::cli {

struct Session;

/// A command, and what may be written behind it. Copies mean the same command. Values are written when
/// the command line is parsed and must live until the command has run: commands keep them in a shared
/// object that their Run holds.
class Command {
 public:
  Command(CLI::App& app, Session& session) : app_(&app), session_(&session) {}

  /// A command below this one.
  Command Add(const std::string& name, const std::string& description);
  /// A command that is nothing without one below it.
  Command AddGroup(const std::string& name, const std::string& description);

  /// What stands behind the command by its position.
  Command& Argument(const std::string& name, std::string& value, const std::string& description);
  Command& Argument(const std::string& name, uint64_t& value, const std::string& description);
  /// The same, which may be left out.
  Command& Optional(const std::string& name, std::string& value, const std::string& description);
  /// One or more.
  Command& Arguments(const std::string& name,
                     std::vector<std::string>& values,
                     const std::string& description);
  /// Any number, also none.
  Command& OptionalArguments(const std::string& name,
                             std::vector<std::string>& values,
                             const std::string& description);

  /// `--name=VALUE`; the last one given holds.
  Command& Option(const std::string& name, std::string& value, const std::string& description);
  Command& Option(const std::string& name, uint64_t& value, const std::string& description);
  Command& Option(const std::string& name, int& value, const std::string& description);
  /// The same, which must be given.
  Command& Required(const std::string& name, std::string& value, const std::string& description);
  Command& Required(const std::string& name, uint64_t& value, const std::string& description);
  /// Any number of times.
  Command& Options(const std::string& name,
                   std::vector<std::string>& values,
                   const std::string& description);
  /// One of `choices`.
  Command& Choice(const std::string& name,
                  std::string& value,
                  const std::vector<std::string>& choices,
                  const std::string& description);
  Command& Flag(const std::string& name, bool& value, const std::string& description);

  /// What the command does; returns the exit code.
  void Run(std::function<int(Session&)> run);

 private:
  CLI::App* app_;
  Session* session_;
};

}  // namespace xince::cli

#endif  // SERVICES_APPS_XINCE_COMMAND_H_
