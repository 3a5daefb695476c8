#ifndef SERVICES_FEEDS_REGISTRY_REGISTRY_FEED_H_
#define SERVICES_FEEDS_REGISTRY_REGISTRY_FEED_H_

#include "services/feeds/feed_service.h"

/// The enterprise register: who there is and who serves whom.
namespace xince::registry {

/// The feed `registry`, serving xince.registry.v1.RegistryService.
feeds::FeedDefinition RegistryFeed();

}  // namespace xince::registry

#endif  // SERVICES_FEEDS_REGISTRY_REGISTRY_FEED_H_
