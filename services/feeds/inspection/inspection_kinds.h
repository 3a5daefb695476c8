#ifndef SERVICES_FEEDS_INSPECTION_INSPECTION_KINDS_H_
#define SERVICES_FEEDS_INSPECTION_INSPECTION_KINDS_H_

/// Kinds of evidence that record types of the inspection feed give. What findings and conducts may name
/// besides is data: the kinds of this feed in policies/national/kinds.textproto that are not here.
namespace xince::inspection {

/// Beginning of every kind of the feed.
inline constexpr char kKindPrefix[] = "inspection.";

/// Result of an inspection.
inline constexpr char kResult[] = "inspection.result";
/// Criticism in a circular.
inline constexpr char kCircularCriticism[] = "inspection.circular-criticism";
/// Administrative penalty.
inline constexpr char kPenalty[] = "inspection.penalty";
/// A rectification order was issued.
inline constexpr char kRectificationOrder[] = "inspection.rectification-order";
/// It was not carried out in time.
inline constexpr char kRectificationOverdue[] = "inspection.rectification-overdue";
/// It was carried out and accepted.
inline constexpr char kRectificationCorrected[] = "inspection.rectification-corrected";
/// A substantiated complaint.
inline constexpr char kComplaint[] = "inspection.complaint";
/// Complaints counted.
inline constexpr char kComplaintStatistics[] = "inspection.complaint-statistics";
/// Figures of service.
inline constexpr char kServiceStatistics[] = "inspection.service-statistics";
/// Assessment by a third party or under a standard.
inline constexpr char kAssessment[] = "inspection.assessment";
/// Satisfaction of the owners.
inline constexpr char kSatisfaction[] = "inspection.satisfaction";
/// An award.
inline constexpr char kHonour[] = "inspection.honour";

/// All of them: findings and conducts may not name one.
inline constexpr const char* kReservedKinds[] = {kResult,
                                                 kCircularCriticism,
                                                 kPenalty,
                                                 kRectificationOrder,
                                                 kRectificationOverdue,
                                                 kRectificationCorrected,
                                                 kComplaint,
                                                 kComplaintStatistics,
                                                 kServiceStatistics,
                                                 kAssessment,
                                                 kSatisfaction,
                                                 kHonour};

}  // namespace xince::inspection

#endif  // SERVICES_FEEDS_INSPECTION_INSPECTION_KINDS_H_
