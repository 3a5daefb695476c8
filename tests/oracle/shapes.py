"""The shapes of rules that a comparison must have met: one that is never generated is not compared."""

CONDITIONS = ["all", "any", "not", "score", "group", "item", "demerits", "merits", "negative_lines", "veto",
              "grade", "past_grade", "streak", "listed", "days_since", "attribute", "measure", "rated"]
KEEPS, PERS = (1, 2, 3), range(7)

SHAPES = (
    [f"condition: {which} {held}" for which in CONDITIONS for held in ("holds", "does not hold")]
    + [f"condition: item, number {number}" for number in range(4)]
    + [f"points of a period: span {span}" for span in (1, 2, 3)]
    + [f"points: {rule}" for rule in ("none", "fixed", "by_level", "by_level of the issuer", "by_band",
                                      "per_unit", "ratio", "given", "escalation")]
    + [f"points: per_unit, part {part}" for part in range(4)]
    + [f"points: given, sign {sign}" for sign in range(3)]
    + ["factor", "round_to changes the points", "a half is rounded away from zero",
       "escalation: a later row", "escalation: beyond the last row"]
    + [f"reach {way}" for way in range(1, 7)]
    + [f"filter: {name}" for name in ("levels", "issuer_levels", "measures", "tags")]
    + [f"version_of {which}: {judge}" for which in (1, 2)
       for judge in ("an earlier version judges", "the version of the day judges")]
    + ["version_of: no version was in force"]
    + [f"validity: {end}" for end in (
        "scoring_years", "months", "never", "until_corrected corrected", "until_corrected open",
        "until_corrected corrected, with a maximum", "until_corrected open, with a maximum",
        "until_stated stated", "until_stated otherwise")]
    + [f"validity: start deferred by {months} months" for months in (1, 3, 6, 12)]
    + [f"keep {keep} per {per}: a piece is not kept" for keep in KEEPS for per in PERS]
    + [f"keep 0 per {per}: several are kept" for per in PERS]
    + [f"keep {keep}: more than one is kept" for keep in KEEPS]
    + ["combine: mean of several", "min_pieces: too few"]
    + ["expected: with a due date", "expected: not yet due", "item's own line: missing",
       "item's own line: not-applicable"]
    + [f"roll_up: {what}" for what in ("weight 1", "weight 2", "weight 3", "too few projects",
                                       "no weight at all")]
    + [f"base: {which}" for which in ("credited", "otherwise", "of a group")]
    + [f"group of mode {mode}{cut}" for mode in (1, 2, 3) for cut in ("", ": cut at most", ": cut at least")]
    + ["score: cut at most", "score: cut at least"]
    + [f"mix: a missing rater, rule {rule}" for rule in (1, 2, 3, 4)]
    + [f"veto: {effect}" for effect in ("grade", "lowest_grade", "not_rated", "list")]
    + [f"rank: {what}" for what in (
        "pending", "a row by quota", "a quota leaves somebody out", "a share is rounded up",
        "a share is rounded down", "equal scores, by name", "equal scores, by tie-break")]
    + [f"restriction: {what}" for what in ("carried from an earlier year", "holds and will be carried",
                                           "while its condition holds")]
    + ["proposal: of the pack", "repair: a date", "repair: no class in force",
       "contested: the score is another without", "contested: the grade is another without"]
    + [f"cut: {cut}" for cut in ("-", "undecided", "piece-limits", "decay", "not-kept", "mean", "item-limits",
                                 "not-cumulative", "weight", "group-limits", "amended", "repaired")]
    + [f"amended: {what}" for what in ("lessened", "to nothing", "not below what is asked", "given points")]
    + [f"repaired: {what}" for what in ("as one that never was", "keeps less", "keeps all")]
)


def check(seen):
    """What is wrong with the counts: shapes never met, and names that are not listed."""
    never = [f"never met: {shape}" for shape in SHAPES if not seen[shape]]
    return never + [f"not listed in shapes.py: {shape}" for shape in seen if shape not in SHAPES]
