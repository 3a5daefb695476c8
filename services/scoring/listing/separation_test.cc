#include <string>

#include <gtest/gtest.h>

#include "services/scoring/listing/listing_fixture.h"

// Who found does not decide, also where a rule stands between the two.
namespace xince::listing {
namespace {

using namespace testdata;  // NOLINT: the words of the register

std::string Guards(const absl::Status& status) {
  const auto problem = runtime::ToProblem(status);
  return problem.reason == "GUARD_MISSING" ? problem.metadata.at("guards") : problem.reason;
}

TEST(Separation, WhoFoundTheOrderNotMetNeitherChecksNorDecidesWhatARuleProposesThen) {
  ListingTown town;
  v1::StepDetails proposal = Proposed();
  proposal.mutable_proposal()->clear_criteria();
  const auto opened =
      town.Open(ListingTown::About("watched", "supervisory-listing"), Recorder(), proposal);
  ASSERT_EQ(opened.status(), absl::OkStatus());
  const std::string watched = opened->name();
  ASSERT_EQ(town.Step(watched, "serve-notice", Checker(), Served("2026-02-24")).status(),
            absl::OkStatus());
  town.GoTo("2026-03-04");
  ASSERT_EQ(town.Step(watched, "decide", Decider(), town.Decided(watched)).status(),
            absl::OkStatus());
  v1::StepDetails order;
  order.mutable_rectification()->set_until("2026-03-09");
  order.mutable_rectification()->set_what("修复消防设施");
  ASSERT_EQ(town.Step(watched, "order-rectification", Checker(), order).status(), absl::OkStatus());
  town.GoTo("2026-03-10");
  ASSERT_EQ(
      town.Step(watched, "fail-rectification", Clerk(), Accepted("2026-03-10", false)).status(),
      absl::OkStatus());

  const std::string next = "cases/2026-2";
  ASSERT_EQ(town.Get(next).opening().list(), "blacklist");
  ASSERT_EQ(town.Get(next).steps(0).party().part(), CaseStep::RULE);
  EXPECT_EQ(Guards(town.Step(next, "check", Clerk(), Because()).status()), "OTHER_PERSON");
  ASSERT_EQ(town.Step(next, "check", Checker(), Because()).status(), absl::OkStatus());
  ASSERT_EQ(town.Step(next, "write-notice", Checker(), Noticed()).status(), absl::OkStatus());
  ASSERT_EQ(town.Step(next, "serve-notice", Checker(), Served("2026-03-10")).status(),
            absl::OkStatus());
  town.GoTo("2026-03-25");
  v1::StepParty finder = Decider();
  finder.set_person(Clerk().person());
  EXPECT_EQ(Guards(town.Step(next, "decide", finder, town.Decided(next)).status()),
            "OTHER_PERSON,OTHER_OFFICE");
  EXPECT_EQ(Guards(town.Step(next, "decide", Decider(), town.Decided(next)).status()),
            "OTHER_OFFICE");
  v1::StepParty other = Decider();
  other.set_office("省厅");
  EXPECT_EQ(town.Step(next, "decide", other, town.Decided(next)).status(), absl::OkStatus());
  EXPECT_EQ(town.Replayed().value_or(""), town.machine().StateDigest());
}

TEST(Pages, EndByBytesWhereCasesAreLong) {
  ListingTown town;
  constexpr int kCases = 20;
  for (int i = 0; i < kCases; ++i) {
    v1::Opening opening = ListingTown::About("", "objection");
    opening.mutable_target()->set_standing_day(FormatDate(*type::ParseDate("2026-02-01") - i));
    v1::StepDetails details = Objecting();
    for (int j = 1; j < 50; ++j) {
      std::string point;
      for (int k = 0; k < 2000; ++k) point += "文";
      details.mutable_objection()->add_points(point);
    }
    ASSERT_EQ(town.Open(opening, Subject(), details).status(), absl::OkStatus());
  }
  v1::ListCasesRequest request;
  request.set_page_size(kPageSizeMax);
  int pages = 0;
  int cases = 0;
  do {
    const auto page = town.Call<v1::ListCasesResponse>("ListCases", request);
    ASSERT_EQ(page.status(), absl::OkStatus());
    EXPECT_LT(page->ByteSizeLong(), kPageBytesMax + (size_t{1} << 20));
    ++pages;
    cases += page->cases_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(cases, kCases);
  EXPECT_EQ(pages, 2);
}

}  // namespace
}  // namespace xince::listing
