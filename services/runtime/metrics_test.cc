#include "services/runtime/metrics.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "httplib.h"
#include "services/runtime/echo_fixture.h"
#include "services/runtime/metrics_server.h"

namespace xince::runtime {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameNumber) {
  Metrics metrics;
  const Counter one = metrics.AddCounter("xince_test_total", "Tests.", {{"kind", "a"}});
  const Counter same = metrics.AddCounter("xince_test_total", "Tests.", {{"kind", "a"}});
  const Counter other = metrics.AddCounter("xince_test_total", "Tests.", {{"kind", "b"}});
  one.Increment();
  same.Increment(2);
  EXPECT_EQ(one.value(), 3);
  EXPECT_EQ(other.value(), 0);
}

TEST(MetricsTest, ReadingsAreAskedWhenSomebodyLooks) {
  Metrics metrics;
  double value = 1;
  metrics.AddReading("xince_test_depth", "Depth.", {{"pool", "a"}}, [&] { return value; });
  EXPECT_THAT(metrics.Text(), HasSubstr("xince_test_depth{pool=\"a\"} 1\n"));
  value = 7;
  EXPECT_THAT(metrics.Text(), HasSubstr("xince_test_depth{pool=\"a\"} 7\n"));
}

TEST(MetricsTest, TellsAboutTheProcessAndTheBuild) {
  const Metrics metrics({.version = "1.2.3", .commit = "abc"});
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr("xince_build_info{commit=\"abc\",version=\"1.2.3\"} 1"));
  EXPECT_THAT(text, ::testing::ContainsRegex("process_resident_memory_bytes [1-9]"));
  EXPECT_THAT(text, ::testing::ContainsRegex("process_open_fds [1-9]"));
  EXPECT_THAT(text, ::testing::ContainsRegex("process_start_time_seconds [1-9]"));
}

TEST(MetricsTest, TheNamesOfTheChassisAreAnInterface) {
  testdata::Echo echo;
  std::ifstream file("services/runtime/testdata/metrics.txt");
  std::vector<std::string> expected;
  for (std::string line; std::getline(file, line);) expected.push_back(line);
  EXPECT_THAT(echo.metrics.Names(), ::testing::ElementsAreArray(expected));
}

TEST(MetricsServerTest, ServesMetricsAndLiveness) {
  const Metrics metrics({.version = "1.2.3", .commit = "abc"});
  std::atomic<bool> alive{true};
  const auto server = MetricsServer::Start("127.0.0.1:0", metrics, [&] { return alive.load(); });
  ASSERT_TRUE(server.ok()) << server.status();
  httplib::Client client("http://" + (*server)->address());
  const auto scraped = client.Get("/metrics");
  ASSERT_TRUE(scraped);
  EXPECT_EQ(scraped->status, 200);
  EXPECT_THAT(scraped->body, HasSubstr("xince_build_info"));
  EXPECT_THAT(scraped->get_header_value("Content-Type"), HasSubstr("version=0.0.4"));
  EXPECT_EQ(client.Get("/healthz")->status, 200);
  alive = false;
  EXPECT_EQ(client.Get("/healthz")->status, 503);
  EXPECT_EQ(client.Get("/other")->status, 404);
}

TEST(MetricsServerTest, RefusesAnAddressInUseOrWrong) {
  const Metrics metrics;
  const auto alive = [] { return true; };
  const auto first = MetricsServer::Start("127.0.0.1:0", metrics, alive);
  ASSERT_TRUE(first.ok());
  for (const std::string& address : {(*first)->address(),
                                     std::string("127.0.0.1"),
                                     std::string("127.0.0.1:65536"),
                                     std::string("192.0.2.1:0"),
                                     std::string(":x")}) {
    EXPECT_EQ(ReasonOf(MetricsServer::Start(address, metrics, alive).status()), "LISTEN_FAILED")
        << address;
  }
}

}  // namespace
}  // namespace xince::runtime
