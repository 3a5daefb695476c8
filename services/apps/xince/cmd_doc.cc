#include <filesystem>
#include <iostream>
#include <memory>

#include "services/apps/xince/command.h"
#include "services/apps/xince/commands.h"
#include "services/apps/xince/session.h"
#include "services/documents/pdf.h"

// `xince doc`: official documents as PDF and as structured data.
namespace xince::cli {
namespace {

struct RenderOptions {
  std::string id;
  std::string fields;
  std::string out;
  std::vector<std::string> templates;
};

// The nation's templates as installed, and those of the directories given, which stand for them.
absl::StatusOr<documents::TemplateSet> TemplatesOf(const Session& session,
                                                   const std::vector<std::string>& directories) {
  std::vector<std::string> all = {session.ShareDirectory() + "/policies/national/documents"};
  all.insert(all.end(), directories.begin(), directories.end());
  std::vector<documents::Template> templates;
  for (const std::string& directory : all) {
    auto found = documents::LoadTemplates(directory);
    if (!found.ok()) return found.status();
    std::move(found->begin(), found->end(), std::back_inserter(templates));
  }
  return documents::TemplateSet::Make(std::move(templates));
}

absl::StatusOr<documents::Rendered> Render(const Session& session, const RenderOptions& options) {
  const auto templates = TemplatesOf(session, options.templates);
  if (!templates.ok()) return templates.status();
  const auto from = templates->Get(options.id);
  if (!from.ok()) return from.status();
  const auto json = ReadFile(options.fields, documents::kDraftBytesMax);
  if (!json.ok()) return json.status();
  const auto draft = documents::DraftFromJson(*json);
  if (!draft.ok()) return draft.status();
  auto document = documents::MakeDocument(**from, *draft);
  if (!document.ok()) return document.status();
  auto pdf = documents::RenderPdf(*document);
  if (!pdf.ok()) return pdf.status();
  return documents::Rendered{*std::move(document), *std::move(pdf)};
}

int RenderToFile(Session& session, const RenderOptions& options) {
  const auto rendered = Render(session, options);
  if (!rendered.ok()) return Refuse(rendered.status());
  if (const absl::Status status = WriteFile(options.out, rendered->pdf); !status.ok()) {
    return Refuse(status);
  }
  if (session.json()) {
    PrintJson(rendered->document);
  } else {
    const auto& document = rendered->document;
    std::cout << document.title() << "\n"
              << document.number() << "\n"
              << "校验码 " << document.check_code() << "\n"
              << options.out << "\n";
  }
  return kExitDone;
}

}  // namespace

void AddDocuments(Command& app) {
  Command group = app.AddGroup("doc", "official documents");
  const auto options = std::make_shared<RenderOptions>();
  group.Add("render", "draws a document from fields as PDF; needs no server")
      .Required("--template", options->id, "kind of document, such as points-notice")
      .Required("--fields", options->fields, "JSON of a draft (docs/documents.md); - for input")
      .Required("--out", options->out, "PDF that is written")
      .Options("--templates", options->templates, "directory of templates besides the nation's")
      .Run([options](Session& session) { return RenderToFile(session, *options); });
}

}  // namespace xince::cli
