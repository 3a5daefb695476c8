#include "services/apps/xince/command.h"

#include <utility>

#include <CLI/CLI.hpp>

#include "services/apps/xince/session.h"

namespace xince::cli {

Command Command::Add(const std::string& name, const std::string& description) {
  return {*app_->add_subcommand(name, description), *session_};
}

Command Command::AddGroup(const std::string& name, const std::string& description) {
  CLI::App* group = app_->add_subcommand(name, description);
  group->require_subcommand(1);
  return {*group, *session_};
}

Command& Command::Argument(const std::string& name,
                           std::string& value,
                           const std::string& description) {
  app_->add_option(name, value, description)->required();
  return *this;
}

Command& Command::Argument(const std::string& name,
                           uint64_t& value,
                           const std::string& description) {
  app_->add_option(name, value, description)->required();
  return *this;
}

Command& Command::Optional(const std::string& name,
                           std::string& value,
                           const std::string& description) {
  app_->add_option(name, value, description);
  return *this;
}

Command& Command::Arguments(const std::string& name,
                            std::vector<std::string>& values,
                            const std::string& description) {
  app_->add_option(name, values, description)->required();
  return *this;
}

Command& Command::OptionalArguments(const std::string& name,
                                    std::vector<std::string>& values,
                                    const std::string& description) {
  app_->add_option(name, values, description);
  return *this;
}

Command& Command::Option(const std::string& name,
                         std::string& value,
                         const std::string& description) {
  app_->add_option(name, value, description)->take_last()->capture_default_str();
  return *this;
}

Command& Command::Option(const std::string& name, uint64_t& value, const std::string& description) {
  app_->add_option(name, value, description)->take_last()->capture_default_str();
  return *this;
}

Command& Command::Option(const std::string& name, int& value, const std::string& description) {
  app_->add_option(name, value, description)->take_last()->capture_default_str();
  return *this;
}

Command& Command::Required(const std::string& name,
                           std::string& value,
                           const std::string& description) {
  app_->add_option(name, value, description)->take_last()->required();
  return *this;
}

Command& Command::Required(const std::string& name,
                           uint64_t& value,
                           const std::string& description) {
  app_->add_option(name, value, description)->take_last()->required();
  return *this;
}

Command& Command::Options(const std::string& name,
                          std::vector<std::string>& values,
                          const std::string& description) {
  // One value each, so that what follows is not swallowed.
  app_->add_option(name, values, description)->allow_extra_args(false);
  return *this;
}

Command& Command::Choice(const std::string& name,
                         std::string& value,
                         const std::vector<std::string>& choices,
                         const std::string& description) {
  app_->add_option(name, value, description)
      ->take_last()
      ->check(CLI::IsMember(choices))
      ->capture_default_str();
  return *this;
}

Command& Command::Flag(const std::string& name, bool& value, const std::string& description) {
  app_->add_flag(name, value, description);
  return *this;
}

void Command::Run(std::function<int(Session&)> run) {
  app_->callback([session = session_, run = std::move(run)] { session->run = run; });
}

}  // namespace xince::cli
