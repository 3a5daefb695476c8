#include "services/journal/journal_service.h"

#include <string>

#include "google/protobuf/util/time_util.h"

#include "xince/journal/v1/journal.pb.h"

#include "services/runtime/errors.h"

namespace xince::journal {
namespace {

using ::xince::runtime::CallContext;

std::string Bytes(const Hash& hash) { return {hash.begin(), hash.end()}; }

absl::StatusOr<Checkpointer*> Find(const std::vector<Checkpointer*>& journals,
                                   const std::string& name) {
  for (Checkpointer* journal : journals) {
    if (journal->machine().journal().name() == name) return journal;
  }
  return runtime::NotFound("JOURNAL_UNKNOWN",
                           "journal",
                           "this process has no such journal",
                           "本进程没有该流水",
                           {{"journal", name}});
}

absl::StatusOr<v1::SignedCheckpoint> CheckpointOf(Checkpointer& journal, Revision at_least) {
  XINCE_ASSIGN_OR_RETURN(const std::string note,
                         journal.machine().journal().CheckpointAtOrBeyond(at_least));
  XINCE_ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                         VerifyCheckpoint(note, journal.verifying_key()));
  v1::SignedCheckpoint answer;
  answer.set_note(note);
  answer.set_size(checkpoint.size);
  answer.set_verifying_key(journal.verifying_key().Text());
  return answer;
}

absl::StatusOr<v1::ListJournalsResponse> ListJournals(const std::vector<Checkpointer*>& journals) {
  v1::ListJournalsResponse response;
  for (Checkpointer* journal : journals) {
    XINCE_ASSIGN_OR_RETURN(const Head head, journal->machine().journal().StableHead());
    v1::JournalStatus* status = response.add_journals();
    status->set_journal(journal->machine().journal().name());
    status->set_revision(head.revision);
    status->set_chain(HexEncode(head.chain));
    status->set_checkpoint_revision(journal->signed_revision());
    status->set_verifying_key(journal->verifying_key().Text());
  }
  return response;
}

absl::StatusOr<v1::InclusionProof> Inclusion(Checkpointer& journal, Revision revision) {
  v1::InclusionProof answer;
  XINCE_ASSIGN_OR_RETURN(*answer.mutable_checkpoint(), CheckpointOf(journal, revision));
  XINCE_ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                         journal.tree().InclusionProof(revision, answer.checkpoint().size()));
  XINCE_ASSIGN_OR_RETURN(const std::vector<Hash> leaves,
                         journal.machine().journal().LeafHashes(revision - 1, 1));
  answer.set_leaf_hash(Bytes(leaves.front()));
  answer.set_leaf_index(revision - 1);
  for (const Hash& hash : proof) answer.add_hashes(Bytes(hash));
  XINCE_RETURN_IF_ERROR(journal.machine().journal().Read(revision - 1, 1, [&](const Entry& entry) {
    *answer.mutable_record_time() =
        google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(entry.record_time_us);
    return absl::OkStatus();
  }));
  return answer;
}

}  // namespace

void RegisterJournalMethods(const std::vector<Checkpointer*>& journals,
                            runtime::RpcService& service) {
  service.Unary<v1::ListJournalsRequest, v1::ListJournalsResponse>(
      "ListJournals",
      [journals](CallContext&, const v1::ListJournalsRequest&) { return ListJournals(journals); });
  service.Unary<v1::GetCheckpointRequest, v1::SignedCheckpoint>(
      "GetCheckpoint",
      [journals](CallContext&,
                 const v1::GetCheckpointRequest& request) -> absl::StatusOr<v1::SignedCheckpoint> {
        XINCE_ASSIGN_OR_RETURN(Checkpointer * journal, Find(journals, request.journal()));
        return CheckpointOf(*journal, request.at_least());
      });
  service.Unary<v1::GetInclusionProofRequest, v1::InclusionProof>(
      "GetInclusionProof",
      [journals](CallContext&, const v1::GetInclusionProofRequest& request)
          -> absl::StatusOr<v1::InclusionProof> {
        XINCE_ASSIGN_OR_RETURN(Checkpointer * journal, Find(journals, request.journal()));
        if (request.revision() == 0) {
          return runtime::InvalidArgument(
              "PROOF_RANGE", "revision", "revisions begin with 1", "版本号从1开始");
        }
        return Inclusion(*journal, request.revision());
      });
  service.Unary<v1::GetConsistencyProofRequest, v1::ConsistencyProof>(
      "GetConsistencyProof",
      [journals](CallContext&, const v1::GetConsistencyProofRequest& request)
          -> absl::StatusOr<v1::ConsistencyProof> {
        XINCE_ASSIGN_OR_RETURN(Checkpointer * journal, Find(journals, request.journal()));
        v1::ConsistencyProof answer;
        const uint64_t to = request.to_size() == 0 ? journal->signed_revision() : request.to_size();
        XINCE_ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                               journal->tree().ConsistencyProof(request.from_size(), to));
        answer.set_to_size(to);
        for (const Hash& hash : proof) answer.add_hashes(Bytes(hash));
        return answer;
      });
}

}  // namespace xince::journal
