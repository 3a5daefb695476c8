#ifndef SERVICES_JOURNAL_JOURNAL_SERVICE_H_
#define SERVICES_JOURNAL_JOURNAL_SERVICE_H_

#include <vector>

#include "services/journal/checkpointer.h"
#include "services/runtime/rpc_service.h"

/// JournalService: proofs about the journals of a process.
namespace xince::journal {

/// Registers every method for these journals. They outlive the service.
void RegisterJournalMethods(const std::vector<Checkpointer*>& journals,
                            runtime::RpcService& service);

}  // namespace xince::journal

#endif  // SERVICES_JOURNAL_JOURNAL_SERVICE_H_
