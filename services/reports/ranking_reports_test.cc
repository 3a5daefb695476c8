#include "services/reports/ranking_reports.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/reports/testing.h"

namespace xince::reports {
namespace {

using ::testing::ElementsAre;

std::vector<credit::v1::Standing> Standings() {
  std::vector<credit::v1::Standing> standings;
  const auto add = [&](const std::string& subject, const std::string& rest) {
    AddText(standings,
            "subject: 'projects/" + subject + "' display_name: '" + subject + "' " + rest);
  };
  add("a", "division: '320104001' record { rated: true score_hundredths: 9005 grade: 'A' }");
  add("b",
      "division: '320104001002' record { rated: true score_hundredths: 9500 contested: true }");
  add("c", "division: '320104002' record { rated: true score_hundredths: 9005 }");
  add("d", "division: '320104003' record { rated: false }");
  add("e", "division: '320104002' withdrawn: true record { rated: true score_hundredths: 10000 }");
  add("f", "division: '3201' record { rated: true score_hundredths: -10 }");
  return standings;
}

TEST(SubjectRankingReport, SharesRanksAndSkipsTheNext) {
  const Report report = SubjectRanking(ScopeOf("2026", "2026-11-22"), "项目", Standings());
  EXPECT_EQ(report.title, "项目信用排名");
  EXPECT_EQ(Lines(report),
            "1|projects/b|b|320104001002|95.00||是\n"
            "2|projects/a|a|320104001|90.05|A|否\n"
            "2|projects/c|c|320104002|90.05||否\n"
            "4|projects/f|f|3201|-0.10||否\n"
            "-|projects/d|d|320104003|-||否");
}

TEST(StreetRankingReport, IsByTheMeanOfTheRated) {
  const Report report = StreetRanking(ScopeOf("2026", "2026-11-22"), "项目", Standings());
  // (90.05 + 95.00) / 2 = 92.525, half up.
  EXPECT_EQ(Lines(report),
            "1|320104001|2|2|92.53\n"
            "2|320104002|1|1|90.05\n"
            "-|320104003|1|0|-");
  EXPECT_THAT(report.notes, ElementsAre("未登记到街道的主体 1 个未计入"));
  EXPECT_TRUE(
      StreetRanking(ScopeOf("2026", "2026-11-22", "320104"), "项目", Standings()).notes.empty());
}

class BottomThreeTest : public testing::Test {
 protected:
  // As many estates with one project each in a street, the first of them poor in Q1 and in Q2.
  void AddStreet(const std::string& street, int estates, int poor_before, int poor_now) {
    for (int i = 0; i < estates; ++i) {
      const std::string id = street + "-" + std::to_string(i);
      AddText(records_.estates, "name: 'estates/" + id + "' division: '" + street + "005'");
      AddText(records_.projects,
              "name: 'projects/" + id + "' estate: 'estates/" + id + "' start_date: '2020-01-01'");
      AddSurvey(id, "2026-03-15", i < poor_before ? 5999 : 6000);
      AddSurvey(id, "2026-06-15", i < poor_now ? 5999 : 6000);
    }
  }
  void AddSurvey(const std::string& project, const std::string& end, int rate) {
    AddText(records_.surveys,
            "name: 'satisfactionSurveys/" + std::to_string(records_.surveys.size()) +
                "' subject: 'projects/" + project + "' end_date: '" + end +
                "' rate_hundredths_percent: " + std::to_string(rate));
  }
  Report Make(size_t digits = kStreetCode) {
    PoorPeriod now{.scope = ScopeOf("2026-Q2", "2026-11-22"), .grades = grades_};
    PoorPeriod before{.scope = ScopeOf("2026-Q1", "2026-11-22"), .grades = grades_before_};
    return BottomThree(now, before, digits, poor_, records_);
  }

  EstateRecords records_;
  ProjectGrades grades_;
  ProjectGrades grades_before_;
  PoorEstate poor_{.satisfaction_below = 6000, .source = "测试"};
};

TEST_F(BottomThreeTest, NamesThoseInBothPeriods) {
  AddStreet("320104001", 4, 2, 3);
  AddStreet("320104002", 4, 3, 2);
  AddStreet("320104003", 3, 0, 1);
  AddStreet("320104004", 10, 2, 1);
  AddStreet("320104005", 2, 0, 0);
  EXPECT_EQ(Lines(Make()),
            "320104001|4|3|75.0|1|50.0|2|是\n"
            "320104002|4|2|50.0|2|75.0|1|是\n"
            "320104003|3|1|33.3|3|0.0|4|否\n"
            "320104004|10|1|10.0|4|20.0|3|否\n"
            "320104005|2|0|0.0|5|0.0|4|否");
  EXPECT_THAT(Make().notes,
              ElementsAre("较差小区: 满意率低于 60.00%", "依据: 测试", "上期: 2026-Q1"));
}

TEST_F(BottomThreeTest, TakesAllWhoShareTheThirdPlaceAndNobodyWithoutPoorEstates) {
  AddStreet("320104001", 2, 2, 2);
  AddStreet("320104002", 4, 2, 2);
  AddStreet("320104003", 2, 1, 1);
  AddStreet("320104004", 6, 3, 3);
  AddStreet("320104005", 6, 0, 0);
  std::string twice;
  for (const auto& row : Make().rows) twice += row[0].substr(6) + row[4] + row[7] + " ";
  EXPECT_EQ(twice, "0011是 0022是 0032是 0042是 0055否 ");
  records_ = {};
  AddStreet("320104001", 2, 0, 0);
  EXPECT_EQ(Lines(Make()), "320104001|2|0|0.0|1|0.0|1|否");
}

TEST_F(BottomThreeTest, DoesNotRankWhereNothingWasJudged) {
  AddStreet("320104001", 2, 1, 1);
  AddText(records_.estates, "name: 'estates/none' division: '320104002001'");
  // Not in a street's code at all.
  AddText(records_.estates, "name: 'estates/far' division: '3201'");
  EXPECT_EQ(Lines(Make()),
            "320104001|2|1|50.0|1|50.0|1|是\n"
            "320104002|0|0|-|-|-|-|否");
  EXPECT_EQ(Make(kCommunityCode).rows[0][0], "320104001005");
}

TEST_F(BottomThreeTest, JudgesByTheLastSurveyOfTheProjectsThatGoOn) {
  AddStreet("320104001", 1, 0, 0);
  AddSurvey("320104001-0", "2026-06-30", 7000);
  AddSurvey("320104001-0", "2026-07-02", 7000);
  // The day after the survey is the first of the next quarter: it was made in this one.
  AddSurvey("320104001-0", "2026-07-01", 5999);
  EXPECT_EQ(Lines(Make()), "320104001|1|1|100.0|1|0.0|1|否");
  records_.projects[0].set_end_date("2026-06-30");
  EXPECT_EQ(Lines(Make()), "320104001|0|0|-|-|0.0|1|否");
}

TEST_F(BottomThreeTest, JudgesByGradesOnTheLastDayToo) {
  AddStreet("320104001", 3, 0, 0);
  poor_.satisfaction_below.reset();
  poor_.grades = {"poor", "差"};
  grades_ = {{"projects/320104001-0", "差"}, {"projects/320104001-1", "good"}};
  grades_before_ = {{"projects/320104001-0", "poor"}};
  EXPECT_EQ(Lines(Make()), "320104001|2|1|50.0|1|100.0|1|是");
}

}  // namespace
}  // namespace xince::reports
