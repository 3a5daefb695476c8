#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

#include "xince/listing/v1/listing.pb.h"

#include "services/apps/xince/case_tables.h"
#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/apps/xince/subject_options.h"

// `xince list`: who is on which list, and which lists there are.
namespace xince::cli {
namespace {

namespace lv = ::xince::listing::v1;

struct Asked {
  std::string list, subject, as_of;
  bool all = false;
  bool published = false;
};

int Definitions(Session& session, const Asked& asked) {
  lv::ListDefinitionsRequest request;
  request.set_as_of(asked.as_of);
  lv::ListDefinitionsResponse definitions;
  const absl::Status status =
      session.Call("xince.listing.v1.ListingService/ListDefinitions", request, definitions);
  if (!status.ok()) return Refuse(status);
  if (session.json()) {
    PrintJson(definitions);
  } else {
    std::cout << DefinitionsText(definitions);
  }
  return kExitDone;
}

int Entries(Session& session, const Asked& asked) {
  if (asked.list.empty() && !asked.all && asked.subject.empty()) return Definitions(session, asked);
  lv::ListEntriesRequest request;
  request.set_list(asked.list);
  if (!asked.subject.empty()) request.set_subject(SubjectName(asked.subject));
  request.set_as_of(asked.as_of);
  request.set_published_only(asked.published);
  lv::ListEntriesResponse all;
  while (true) {
    lv::ListEntriesResponse page;
    const absl::Status status =
        session.Call("xince.listing.v1.ListingService/ListEntries", request, page);
    if (!status.ok()) return Refuse(status);
    all.clear_revision();
    all.clear_next_page_token();
    all.MergeFrom(page);
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  if (session.json()) {
    PrintJson(all);
  } else {
    std::cout << EntriesText(all);
  }
  return kExitDone;
}

}  // namespace

void AddLists(Command& app) {
  const auto asked = std::make_shared<Asked>();
  app.Add("list", "who is on a list; without a name, which lists there are")
      .Optional("NAME", asked->list, "id of the list")
      .Flag("--all", asked->all, "the entries of all lists")
      .Option("--subject", asked->subject, "only of this subject")
      .Option("--as-of", asked->as_of, "on this day, YYYY-MM-DD")
      .Flag("--published", asked->published, "only what is published on the day")
      .Run([asked](Session& session) { return Entries(session, *asked); });
}

}  // namespace xince::cli
