"""The meaning of a policy pack, written from docs/policy-language.md alone.

Slow and plain: fractions instead of integer tricks, lists instead of tables. Section numbers are those
of the document.
"""

import collections
import datetime
import functools
from fractions import Fraction

DIRECT, VIA_PROJECT, VIA_MANAGER, VIA_BRANCH, VIA_BRANCH_PROJECT, VIA_BRANCH_MANAGER = range(1, 7)
POINTS_MAX = 1_000_000_000
MEASURE_MAX = 1_000_000_000_000_000
FOREVER = datetime.date(9999, 12, 31)
LOOK_BACK_YEARS = 10


# 1 Numbers and days


@functools.lru_cache(maxsize=100_000)
def number(text, otherwise=0):
    """Hundredths of a decimal."""
    if text == "":
        return otherwise
    sign = -1 if text.startswith("-") else 1
    whole, _, part = text.lstrip("-").partition(".")
    return sign * (int(whole) * 100 + int((part + "00")[:2]))


@functools.lru_cache(maxsize=100_000)
def decimal(hundredths):
    sign = "-" if hundredths < 0 else ""
    whole, part = divmod(abs(hundredths), 100)
    text = f"{whole}.{part:02d}".rstrip("0").rstrip(".")
    return sign + text


def half_away(value):
    """The nearest integer, halves away from zero."""
    value = Fraction(value)
    size = abs(value)
    nearest = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return -nearest if value < 0 else nearest


def rounded(value, unit=1):
    return max(-POINTS_MAX, min(POINTS_MAX, half_away(Fraction(value) / unit) * unit))


@functools.cache
def day(text, otherwise=None):
    return otherwise if text == "" else datetime.date.fromisoformat(text)


def month_length(year, month):
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def plus_months(date, months):
    index = date.year * 12 + date.month - 1 + months
    year, month = divmod(index, 12)
    if year > 9999:
        return FOREVER
    return datetime.date(year, month + 1, min(date.day, month_length(year, month + 1)))


ONE_DAY = datetime.timedelta(days=1)


class Years:
    """Scoring years: a year is called by the calendar year it begins in."""

    def __init__(self, first_month):
        self.first = first_month or 1

    def of(self, date):
        return date.year if date.month >= self.first else date.year - 1

    def start(self, year):
        return datetime.date(year, self.first, 1)

    def part(self, date, months):
        """Which stretch of so many months of which year the date is in."""
        into = (date.month - self.first) % 12
        return self.of(date), into // months

    def next_part(self, date, months):
        year, part = self.part(date, months)
        return plus_months(self.start(year), (part + 1) * months)


# 4 Matching


def during(span, date):
    """Whether something with `from` and `until` holds on a day."""
    return day(getattr(span, "from"), datetime.date.min) <= date < day(span.until, FOREVER)


def ways(case, evidence, subject):
    """The ways by which a piece reaches the subject."""
    occurred = day(evidence.occurred_on) or day(evidence.determined_on)
    about = evidence.subject
    found = set()
    if about == subject:
        found.add(DIRECT)
    serving = [e for e in case.engagements if during(e, occurred)]

    def above(firm, depth=0):
        """The firms a firm was a branch of."""
        firms = set()
        if depth < 4:
            for link in case.branches:
                if link.branch == firm and during(link, occurred):
                    firms |= {link.parent} | above(link.parent, depth + 1)
        return firms

    firms, direct_way, branch_way = set(), None, None
    if about.startswith("firms/"):
        if subject in above(about):
            found.add(VIA_BRANCH)
    elif about.startswith("projects/"):
        if subject.startswith("managers/") and any(
                e.project == about and e.manager == subject for e in serving):
            found.add(VIA_PROJECT)
        firms = {e.firm for e in serving if e.project == about and e.firm}
        direct_way, branch_way = VIA_PROJECT, VIA_BRANCH_PROJECT
    elif about.startswith("managers/"):
        led = {e.project for e in serving if e.manager == about}
        firms = {e.firm for e in serving if e.project in led and e.firm}
        firms |= {e.firm for e in case.employments
                  if e.manager == about and during(e, occurred)}
        direct_way, branch_way = VIA_MANAGER, VIA_BRANCH_MANAGER
    for firm in firms:
        if firm == subject:
            found.add(direct_way)
        if subject in above(firm):
            found.add(branch_way)
    return found


def compares(comparison, value):
    checks = [
        (comparison.at_least, lambda n: n <= value),
        (comparison.more_than, lambda n: n < value),
        (comparison.at_most, lambda n: value <= n),
        (comparison.less_than, lambda n: value < n),
        (comparison.equals, lambda n: value == n),
    ]
    return all(test(number(text)) for text, test in checks if text != "")


def measure_of(evidence, name):
    for measure in evidence.measures:
        if measure.name == name:
            return max(-MEASURE_MAX, min(MEASURE_MAX, number(measure.value)))
    return None


class Piece:
    """A line in the making."""

    def __init__(self, item, evidence=None, project=None, origin="evidence"):
        self.item, self.evidence, self.project, self.origin = item, evidence, project, origin
        self.asked = self.full = self.decayed = self.in_item = self.counted = 0
        self.start, self.end, self.cut = None, None, "-"
        self.rule = item
        self.kept = True

    def id(self):
        return self.evidence.id if self.evidence is not None else self.project or ""

    def order(self):
        """(start, id); lines without a start first, projects after the others."""
        if self.start is not None:
            return (1, self.start, self.evidence.id.encode())
        return (0, datetime.date.min, self.id().encode())


class Result:
    """What an evaluation has come to."""

    def __init__(self):
        self.rated = True
        self.lines = []
        self.value = {}
        self.present = {}
        self.pieces = {}
        self.grade = None


class Oracle:
    """Evaluates one subject of one case."""

    def __init__(self, pack, case, subject, earlier=(), national=(), seen=None):
        """`seen` counts the shapes of rules that decided something (shapes.py)."""
        self.seen = collections.Counter() if seen is None else seen
        self.ranked = None
        kinds = {"firms": "firm", "managers": "manager", "projects": "project",
                 "committees": "committee", "organizations": "organization"}
        self.kind = kinds[subject.split("/")[0]]
        self.pack, self.case, self.subject = pack, case, subject
        self.policy = next(p for p in pack.subjects if p.subject == self.kind)
        self.earlier = sorted(earlier, key=lambda p: p.effective_from, reverse=True)
        self.national = sorted(national, key=lambda p: p.effective_from)
        self.years = Years(self.policy.year_starts_month)
        self.known = next((s for s in case.subjects if s.subject == subject), None)
        self.items = {item.id: item for item in self.policy.items}
        self.groups = {group.id: group for group in self.policy.groups}
        self.reached = [(e, ways(case, e, subject)) for e in case.evidence]
        self.reached = [(e, w) for e, w in self.reached if w]
        self.quotas = any(grade.HasField("quota") for grade in self.policy.grades)
        self.contested_counts = True
        self.cache = {}

    # 2, 9 What is known of the subject

    def attribute(self, name, date):
        for attribute in self.known.attributes if self.known else ():
            if attribute.name == name and during(attribute, date):
                return attribute
        return None

    def recorded(self, year, back):
        last_day = self.years.start(year - back + 1) - ONE_DAY
        for recorded in self.known.history if self.known else ():
            if day(recorded.on) == last_day:
                return recorded
        return None

    # 3 Versions

    def version_of(self, item, evidence):
        """The item that judges the piece; none when no version does."""
        own = day(evidence.determined_on)
        if item.version_of == 1:
            own = day(evidence.occurred_on) or own
        if own >= day(self.pack.effective_from):
            self.seen[f"version_of {item.version_of}: the version of the day judges"] += 1
            return item
        end = day(self.pack.effective_from)
        for pack in self.earlier:
            start = day(pack.effective_from)
            if start <= own:
                if own >= min(end, day(pack.effective_until, FOREVER)):
                    self.seen["version_of: no version was in force"] += 1
                    return None
                for policy in pack.subjects:
                    for old in policy.items:
                        if policy.subject == self.kind and old.id == item.id:
                            self.seen[f"version_of {item.version_of}: an earlier version judges"] += 1
                            return old
                return None
            end = start
        return None

    # 5 Points

    def exact_points(self, rule, evidence):
        """The exact points, or None when the piece does not match, or "undecided"."""
        points = rule.points
        which = points.WhichOneof("rule")
        if which is None or which == "escalation":
            return Fraction(0)
        if which == "fixed":
            return Fraction(number(points.fixed))
        if which == "by_level":
            level = evidence.issuer_level if points.by_level.of_issuer else evidence.level
            for row in points.by_level.rows:
                if row.level == level:
                    return Fraction(number(row.points))
            return None
        if which == "by_band":
            value = measure_of(evidence, points.by_band.measure)
            if value is None:
                return None
            for band in points.by_band.bands:
                if band.below == "" or value < number(band.below):
                    return Fraction(number(band.points))
        if which == "per_unit":
            value = measure_of(evidence, points.per_unit.measure)
            if value is None:
                return None
            beyond = value - number(points.per_unit.free)
            if beyond <= 0:
                return Fraction(0)
            units = Fraction(beyond, number(points.per_unit.unit, 100))
            if points.per_unit.part == 2:
                units = Fraction(units.numerator // units.denominator)
            elif points.per_unit.part == 3:
                units = Fraction(-(-units.numerator // units.denominator))
            return number(points.per_unit.points) * units
        if which == "ratio":
            above = measure_of(evidence, points.ratio.numerator)
            below = measure_of(evidence, points.ratio.denominator)
            if above is None or below is None or below <= 0:
                return None
            return Fraction(number(points.ratio.points) * above, below)
        if points.given.measure:
            given = measure_of(evidence, points.given.measure)
        else:
            decided = evidence.amended or evidence.points
            if evidence.amended:
                self.seen["amended: given points"] += 1
            given = number(decided) if decided else None
        if given is None:
            return "undecided"
        given = max(-POINTS_MAX, min(POINTS_MAX, given))
        if points.given.sign == 1:
            given = abs(given)
        elif points.given.sign == 2:
            given = -abs(given)
        return Fraction(given)

    def set_points(self, piece, exact, date, decays):
        rule = piece.rule
        unit = number(rule.points.round_to, 1)
        exact = exact * number(rule.factor, 10000) / 10000
        piece.asked = rounded(exact, unit)
        exact = self.amend(piece, exact, unit)
        limits = rule.piece_limits
        held = exact
        if limits.least != "":
            held = max(held, Fraction(number(limits.least)))
        if limits.most != "":
            held = min(held, Fraction(number(limits.most)))
        piece.full = rounded(held, unit)
        if piece.full != piece.asked:
            piece.cut = "piece-limits"
        if unit != 1 and exact % unit:
            self.seen["round_to changes the points"] += 1
        if exact.denominator == 2:
            self.seen["a half is rounded away from zero"] += 1
        if rule.factor and number(rule.factor) != 10000:
            self.seen["factor"] += 1
        piece.decayed = piece.full
        if decays:
            percent = 10000
            for step in rule.decay:
                if plus_months(piece.start, step.from_month) <= date:
                    percent = number(step.percent)
            if percent != 10000:
                piece.decayed = rounded(held * percent / 10000, unit)
        if piece.decayed != piece.full:
            piece.cut = "decay"
        self.keep_repaired(piece, date)

    def amend(self, piece, exact, unit):
        """What the piece asks for when other points were decided; `exact` else."""
        points = piece.rule.points
        by_piece = points.WhichOneof("rule") == "given" and not points.given.measure
        if piece.evidence.amended == "" or by_piece:
            return exact
        decided = number(piece.evidence.amended)
        held = max(min(decided, max(piece.asked, 0)), min(piece.asked, 0))
        if held == piece.asked:
            self.seen["amended: not below what is asked"] += 1
            return exact
        self.seen["amended: " + ("to nothing" if held == 0 else "lessened")] += 1
        piece.cut, piece.asked = "amended", rounded(held, unit)
        return Fraction(held)

    # 2 Repairs

    def repair_of(self, evidence, date):
        return next((r for r in evidence.repairs if during(r, date)), None)

    def repaired_away(self, evidence, date):
        repair = self.repair_of(evidence, date)
        return repair is not None and number(repair.points) == 0

    def keep_repaired(self, piece, date):
        repair = self.repair_of(piece.evidence, date)
        if repair is None:
            return
        kept = max(min(number(repair.points), max(piece.decayed, 0)), min(piece.decayed, 0))
        self.seen["repaired: " + ("keeps less" if kept != piece.decayed else "keeps all")] += 1
        if kept != piece.decayed:
            piece.cut = "repaired"
        piece.decayed = kept

    # 6 Validity

    def start_of(self, rule, evidence):
        date = day(evidence.determined_on)
        if rule.validity.start == 2:
            date = day(evidence.occurred_on) or date
        months = {0: 0, 1: 1, 2: 3, 3: 6, 4: 12}[rule.validity.defer]
        if months:
            self.seen[f"validity: start deferred by {months} months"] += 1
        return self.years.next_part(date, months) if months else date

    def end_of(self, rule, evidence, start):
        validity = rule.validity
        which = validity.WhichOneof("end")
        if which == "scoring_years":
            return self.years.start(self.years.of(start) + validity.scoring_years + 1)
        if which == "months":
            return plus_months(start, validity.months)
        if which == "until_corrected":
            until = validity.until_corrected
            longest = plus_months(start, until.max_months) if until.max_months else FOREVER
            corrected = day(evidence.corrected_on)
            if corrected is None:
                return longest
            return min(longest, max(plus_months(corrected, until.plus_months),
                                    plus_months(start, until.min_months)))
        if which == "until_stated":
            stated = day(evidence.valid_until)
            return stated or plus_months(start, validity.until_stated.otherwise_months)
        return FOREVER

    # 7 The item

    def matching(self, item, date, takes, decays):
        """Pieces of an item that match and are taken, in order, with their points."""
        pieces = []
        for evidence, reached in self.reached:
            if evidence.contested and not self.contested_counts:
                continue
            if self.repaired_away(evidence, date):
                self.seen["repaired: as one that never was"] += 1
                continue
            rule = self.version_of(item, evidence) if item.version_of else item
            if rule is None or evidence.kind not in rule.kinds:
                continue
            found_by = reached & (set(rule.reach) or {DIRECT})
            if not found_by:
                continue
            wanted = rule.filter
            if wanted.levels and evidence.level not in wanted.levels:
                continue
            if wanted.issuer_levels and evidence.issuer_level not in wanted.issuer_levels:
                continue
            measured = [(measure_of(evidence, m.measure), m) for m in wanted.measures]
            if any(value is None or not compares(getattr(m, "is"), value) for value, m in measured):
                continue
            if wanted.tags and not set(wanted.tags) & set(evidence.tags):
                continue
            exact = self.exact_points(rule, evidence)
            if exact is None:
                continue
            piece = Piece(item, evidence)
            piece.rule = rule
            piece.start = self.start_of(rule, evidence)
            piece.end = self.end_of(rule, evidence, piece.start)
            if not takes(piece):
                continue
            self.see_piece(piece, found_by)
            if exact == "undecided":
                piece.cut = "undecided"
            elif rule.points.WhichOneof("rule") is not None:
                self.set_points(piece, exact, date, decays)
            pieces.append(piece)
        pieces.sort(key=Piece.order)
        return pieces

    def see_piece(self, piece, found_by):
        """Counts the shapes of the rule by which a piece came in."""
        rule, seen = piece.rule, self.seen
        seen[f"points: {rule.points.WhichOneof('rule') or 'none'}"] += 1
        for way in found_by:
            seen[f"reach {way}"] += 1
        which = rule.validity.WhichOneof("end")
        if which == "until_corrected":
            which += " corrected" if piece.evidence.corrected_on else " open"
            if piece.end is not None and rule.validity.until_corrected.max_months:
                which += ", with a maximum"
        elif which == "until_stated":
            which += " stated" if piece.evidence.valid_until else " otherwise"
        seen[f"validity: {which}"] += 1
        for name in ("levels", "issuer_levels", "measures", "tags"):
            if getattr(rule.filter, name):
                seen[f"filter: {name}"] += 1
        if rule.points.WhichOneof("rule") == "per_unit":
            seen[f"points: per_unit, part {rule.points.per_unit.part}"] += 1
        if rule.points.WhichOneof("rule") == "given":
            seen[f"points: given, sign {rule.points.given.sign}"] += 1
        if rule.points.WhichOneof("rule") == "by_level" and rule.points.by_level.of_issuer:
            seen["points: by_level of the issuer"] += 1

    def part_of(self, item, piece, index):
        per = item.counting.per
        if per == 1:
            return piece.evidence.matter or ("own", index)
        if per == 2:
            return piece.evidence.issuer
        months = {3: 1, 4: 3, 5: 6, 6: 12}.get(per)
        return self.years.part(piece.start, months) if months else None

    def count(self, item, pieces, date, decays):
        """Sections 7.4 to 7.8."""
        parts = {}
        for index, piece in enumerate(pieces):
            parts.setdefault(self.part_of(item, piece, index), []).append(piece)
        for part in parts.values():
            for nth, piece in enumerate(part):
                if piece.rule.points.WhichOneof("rule") == "escalation":
                    rows = piece.rule.points.escalation.rows
                    row = rows[min(nth, len(rows) - 1)]
                    self.set_points(piece, Fraction(number(row)), date, decays)
            keep, many = item.counting.keep, item.counting.count or 1
            ranked = list(part)
            if keep == 1:
                ranked.sort(key=lambda p: -abs(p.decayed))
            elif keep == 2:
                ranked.reverse()
            for piece in ranked[many:] if keep else ():
                piece.kept, piece.cut = False, "not-kept"
                self.seen[f"keep {keep} per {item.counting.per}: a piece is not kept"] += 1
            if len(part) > 1 and not keep:
                self.seen[f"keep 0 per {item.counting.per}: several are kept"] += 1
            if keep and len(part) > many > 1:
                self.seen[f"keep {keep}: more than one is kept"] += 1
            if len(part) > 1 and part[1].rule.points.WhichOneof("rule") == "escalation":
                beyond = len(part) > len(part[1].rule.points.escalation.rows)
                self.seen["escalation: " + ("beyond the last row" if beyond else "a later row")] += 1
        kept = [p for p in pieces if p.kept]
        for piece in kept:
            piece.in_item = piece.decayed
        if item.counting.combine == 1:
            if len(kept) > 1:
                self.seen["combine: mean of several"] += 1
            self.shares(kept, [p.decayed for p in kept], len(kept), "mean")
        self.cut(pieces, item.limits, "in_item", "item-limits")

    @staticmethod
    def shares(pieces, amounts, divisor, word, field="in_item"):
        total = given = 0
        for piece, amount in zip(pieces, amounts):
            total += amount
            upto = half_away(Fraction(total) / divisor) if divisor else 0
            share, given = upto - given, upto
            if share != getattr(piece, field):
                piece.cut = word
            setattr(piece, field, share)

    @staticmethod
    def cut(pieces, limits, field, word):
        total = sum(getattr(p, field) for p in pieces)
        over = total - number(limits.most) if limits.most != "" else 0
        under = number(limits.least) - total if limits.least != "" else 0
        for piece in reversed(pieces):
            amount = getattr(piece, field)
            taken = 0
            if over > 0 and amount > 0:
                taken = min(over, amount)
                over -= taken
            elif under > 0 and amount < 0:
                taken = -min(under, -amount)
                under += taken
            if taken:
                setattr(piece, field, amount - taken)
                piece.cut = word

    def applies(self, item, date):
        return not (item.HasField("not_applicable") and
                    self.holds(item.not_applicable.when, date))

    def own_line(self, item, date):
        if not self.applies(item, date):
            points, origin = number(item.not_applicable.points), "not-applicable"
        elif item.HasField("expected"):
            expected = item.expected
            if expected.HasField("when") and not self.holds(expected.when, date):
                return []
            if expected.due_month:
                self.seen["expected: with a due date"] += 1
                year = self.years.of(date)
                calendar_year = year if expected.due_month >= self.years.first else year + 1
                if date < datetime.date(calendar_year, expected.due_month, expected.due_day):
                    self.seen["expected: not yet due"] += 1
                    return []
            points, origin = number(expected.points), "missing"
        else:
            return []
        self.seen[f"item's own line: {origin}"] += 1
        piece = Piece(item, origin=origin)
        piece.asked = piece.full = piece.decayed = piece.in_item = points
        limits = item.limits
        if limits.least != "":
            piece.in_item = max(piece.in_item, number(limits.least))
        if limits.most != "":
            piece.in_item = min(piece.in_item, number(limits.most))
        if piece.in_item != points:
            piece.cut = "item-limits"
        return [piece]

    def projects(self, item):
        scores = [p for p in (self.known.projects if self.known else ()) if p.score != ""]
        scores.sort(key=lambda p: p.project.encode())
        if len(scores) < max(1, item.roll_up.min_projects):
            if scores:
                self.seen["roll_up: too few projects"] += 1
            return []
        self.seen[f"roll_up: weight {item.roll_up.weight}"] += 1
        factor = number(item.factor, 10000)
        weight = {1: lambda p: 1, 2: lambda p: max(0, number(p.area)),
                  3: lambda p: max(0, number(p.households))}[item.roll_up.weight]
        pieces = []
        for project in scores:
            piece = Piece(item, project=project.project, origin="project")
            piece.asked = rounded(Fraction(number(project.score) * factor, 10000))
            piece.full = piece.decayed = piece.in_item = piece.asked
            pieces.append(piece)
        amounts = [Fraction(weight(p) * number(p.score) * factor, 10000) for p in scores]
        if not sum(weight(p) for p in scores):
            self.seen["roll_up: no weight at all"] += 1
        self.shares(pieces, amounts, sum(weight(p) for p in scores), "weight")
        self.cut(pieces, item.limits, "in_item", "item-limits")
        return pieces

    def item_lines(self, item, date, result):
        pieces = []
        if item.HasField("roll_up"):
            if self.applies(item, date):
                pieces = self.projects(item)
        elif self.applies(item, date):
            pieces = self.matching(item, date, lambda p: p.start <= date < p.end, True)
            if len(pieces) < item.counting.min_pieces:
                if pieces:
                    self.seen["min_pieces: too few"] += 1
                pieces = []
            else:
                self.count(item, pieces, date, True)
        result.pieces[item.id] = pieces
        lines = pieces or self.own_line(item, date)
        for line in lines:
            line.counted = line.in_item
        result.value[item.id] = sum(p.in_item for p in lines)
        result.present[item.id] = bool(lines)
        return lines

    # 8 Groups

    @staticmethod
    def constant(group_id, points, origin):
        piece = Piece(None, origin=origin)
        piece.group_id = group_id
        piece.asked = piece.full = piece.decayed = piece.in_item = piece.counted = points
        return piece

    def group_lines(self, group, date, result):
        """Lines under a group (the score when none), each with what it counts there."""
        group_id = group.id if group is not None else ""
        members = []
        if group is None:
            if self.policy.HasField("base"):
                base = self.policy.base
                credited = not base.HasField("when") or self.holds(base.when, date)
                points = number(base.points) if credited else number(base.otherwise)
                self.seen["base: " + ("credited" if credited else "otherwise")] += 1
                members.append((None, [self.constant("", points, "base")], points))
        elif group.base != "":
            self.seen["base: of a group"] += 1
            members.append((None, [self.constant(group_id, number(group.base), "base")],
                            number(group.base)))
        for item in self.policy.items:
            if item.group == group_id:
                lines = self.item_lines(item, date, result)
                members.append((item.id, lines, result.value[item.id]))
        for child in self.policy.groups:
            if child.parent == group_id:
                lines = self.group_lines(child, date, result)
                members.append((child.id, lines, result.value[child.id]))
        mode = group.mode if group is not None else 1
        if mode == 3:
            lines, value = self.mix(group, members, result)
        elif mode == 2:
            lines, value = self.highest(members, result)
        else:
            lines = [line for _, some, _ in members for line in some]
            value = sum(amount for _, _, amount in members)
        limits = group.limits if group is not None else self.policy.score_limits
        if lines:
            where = "score" if group is None else f"group of mode {mode or 1}"
            if group is not None:
                self.seen[where] += 1
            if limits.most != "" and value > number(limits.most):
                self.seen[f"{where}: cut at most"] += 1
            if limits.least != "" and value < number(limits.least):
                self.seen[f"{where}: cut at least"] += 1
            if limits.least != "":
                value = max(value, number(limits.least))
            if limits.most != "":
                value = min(value, number(limits.most))
            self.cut(self.in_order(lines), limits, "counted", "group-limits")
            assert sum(line.counted for line in lines) == value
        else:
            value = 0
        result.value[group_id] = value
        result.present[group_id] = bool(lines)
        return lines

    @staticmethod
    def in_order(lines):
        keyed = [(line.order(), index, line) for index, line in enumerate(lines)]
        return [line for _, _, line in sorted(keyed, key=lambda k: k[:2])]

    def mix(self, group, members, result):
        raters = {rater.member: rater for rater in group.raters}
        lines, weighted, weights, total, present = [], {}, 0, Fraction(0), False
        for member, some, value in members:
            rater = raters[member]
            weight = number(rater.weight)
            if not result.present[member]:
                self.seen[f"mix: a missing rater, rule {rater.missing}"] += 1
                if rater.missing == 3:
                    value = number(rater.full)
                    some = [self.constant(group.id, value, "rater-full")]
                elif rater.missing == 2:
                    weights += weight
                    continue
                else:
                    if rater.missing == 4:
                        result.rated = False
                    continue
            present = True
            weights += weight
            total += weight * value
            lines += some
            for line in some:
                weighted[id(line)] = weight
        if not present:
            return [], 0
        ordered = self.in_order(lines)
        self.shares(ordered, [weighted[id(p)] * p.counted for p in ordered], weights, "weight", "counted")
        return lines, half_away(total / weights)

    @staticmethod
    def highest(members, result):
        there = [m for m in members if result.present[m[0]]]
        if not there:
            return [], 0
        winner = max(there, key=lambda m: abs(m[2]))
        for member in there:
            if member is winner:
                continue
            for line in member[1]:
                if line.counted != 0:
                    line.counted, line.cut = 0, "not-cumulative"
        return [line for m in there for line in m[1]], winner[2]

    # 9 Conditions

    def period_points(self, asked, date, sign, result_of_item=None):
        year = self.years.of(date)
        self.seen[f"points of a period: span {asked.span}"] += 1
        if asked.span == 1:
            takes = lambda p: self.years.start(year) <= p.start <= date
        elif asked.span == 2:
            takes = lambda p: self.years.start(year - 1) <= p.start < self.years.start(year)
        else:
            takes = lambda p: p.start <= date < plus_months(p.start, asked.months)
        total = 0
        for item in self.policy.items:
            if item.HasField("roll_up") or (asked.items and item.id not in asked.items):
                continue
            if not self.applies(item, date):
                continue
            pieces = self.matching(item, date, takes, False)
            if len(pieces) < item.counting.min_pieces:
                continue
            self.count(item, pieces, date, False)
            total += sum(p.in_item for p in pieces if p.in_item * sign > 0)
        return total * sign

    def holds(self, condition, date):
        which = condition.WhichOneof("is")
        held = self.finds(which, getattr(condition, which), date)
        self.seen[f"condition: {which} {'holds' if held else 'does not hold'}"] += 1
        return held

    def finds(self, which, asked, date):
        if which == "all":
            return all(self.holds(c, date) for c in asked.of)
        if which == "any":
            return any(self.holds(c, date) for c in asked.of)
        if which == "not":
            return not self.holds(asked, date)
        if which == "attribute":
            found = self.attribute(asked.name, date)
            if found is None or (asked.of and found.text not in asked.of):
                return False
            return not asked.HasField("is") or compares(getattr(asked, "is"), number(found.number))
        if which == "days_since":
            found = self.attribute(asked.attribute, date)
            if found is None or found.date == "":
                return False
            return compares(getattr(asked, "is"), (date - day(found.date)).days * 100)
        if which == "listed":
            return any(during(l, date) and (not asked.of or l.list in asked.of)
                       for l in (self.known.lists if self.known else ()))
        if which == "past_grade":
            found = self.recorded(self.years.of(date), asked.years_back)
            return bool(found and found.grade and (not asked.of or found.grade in asked.of))
        if which == "streak":
            for back in range(1, asked.years + 1):
                found = self.recorded(self.years.of(date), back)
                if found is None or (asked.grades and found.grade not in asked.grades):
                    return False
                if asked.HasField("score") and not compares(asked.score, number(found.score)):
                    return False
            return True
        if which == "measure":
            return self.holds_measure(asked, date)
        return self.holds_late(which, asked, date)

    def holds_measure(self, asked, date):
        latest = None
        for evidence, reached in self.reached:
            if evidence.kind != asked.kind or DIRECT not in reached:
                continue
            if evidence.contested and not self.contested_counts:
                continue
            if self.repaired_away(evidence, date):
                continue
            key = (day(evidence.determined_on), evidence.id.encode())
            if key[0] <= date and (latest is None or key > latest[0]):
                latest = (key, evidence)
        value = measure_of(latest[1], asked.measure) if latest else None
        return value is not None and compares(getattr(asked, "is"), value)

    def holds_late(self, which, asked, date):
        if which in ("demerits", "merits"):
            sign = -1 if which == "demerits" else 1
            return compares(getattr(asked, "is"), self.period_points(asked, date, sign))
        if which == "item":
            self.seen[f"condition: item, number {asked.number}"] += 1
        result = self.scored(date)
        if which == "score":
            return compares(asked, result.value[""])
        if which == "group":
            return compares(getattr(asked, "is"), result.value[asked.id])
        if which == "item":
            pieces = result.pieces[asked.id]
            if asked.number == 2:
                return compares(getattr(asked, "is"), len(pieces) * 100)
            if asked.number == 3:
                still_open = [p for p in pieces if p.evidence is not None and
                              self.repair_of(p.evidence, date) is None and
                              (p.evidence.corrected_on == "" or day(p.evidence.corrected_on) > date)]
                return compares(getattr(asked, "is"), len(still_open) * 100)
            return compares(getattr(asked, "is"), result.value[asked.id])
        if which == "negative_lines":
            return compares(asked, sum(1 for line in result.lines if line.asked < 0) * 100)
        if which == "veto":
            return any(result.pieces[item.id] for item in self.policy.items
                       if item.HasField("veto") and (not asked.of or item.id in asked.of))
        if which == "rated":
            return result.rated == asked
        grade = self.graded(date).grade
        return grade is not None and (not asked.of or grade in asked.of)

    # 10 Grades

    def scored(self, date):
        key = ("scored", date, self.contested_counts)
        if key not in self.cache:
            result = Result()
            result.lines = self.group_lines(None, date, result)
            for item in self.policy.items:
                if item.HasField("veto") and item.veto.not_rated and result.pieces[item.id]:
                    self.seen["veto: not_rated"] += 1
                    result.rated = False
            self.cache[key] = result
        return self.cache[key]

    def fits(self, grade, date):
        return not grade.HasField("when") or self.holds(grade.when, date)

    def graded(self, date):
        result = self.scored(date)
        key = ("graded", date, self.contested_counts)
        if key in self.cache or not result.rated:
            return result
        self.cache[key] = True
        rows = [grade.id for grade in self.policy.grades]
        if self.quotas and self.ranked is not None:
            row = rows.index(self.ranked)
        else:
            row = next((i for i, grade in enumerate(self.policy.grades) if self.fits(grade, date)), None)
            if row is not None and self.policy.grades[row].HasField("quota"):
                self.seen["rank: pending"] += 1
                row = None
        if row is not None:
            for item in self.policy.items:
                which = item.veto.WhichOneof("effect")
                if result.pieces[item.id] and which in ("grade", "lowest_grade"):
                    self.seen[f"veto: {which}"] += 1
                if result.pieces[item.id] and which == "grade":
                    row = max(row, rows.index(item.veto.grade))
                elif result.pieces[item.id] and which == "lowest_grade":
                    row = len(rows) - 1
            result.grade = rows[row]
        return result

    # 11 Restrictions

    def trigger(self, restriction, date):
        """The scoring year whose result makes the restriction hold; none when it does not."""
        year = self.years.of(date)
        if self.holds(restriction.when, date):
            return year
        for back in range(1, restriction.carry_years + 1):
            if self.holds(restriction.when, self.years.start(year - back + 1) - ONE_DAY):
                return year - back
        return None

    def restrictions(self, date):
        held = []
        for restriction in self.policy.restrictions:
            year = self.trigger(restriction, date)
            if year is None:
                continue
            if year != self.years.of(date):
                self.seen["restriction: carried from an earlier year"] += 1
            elif restriction.carry_years:
                self.seen["restriction: holds and will be carried"] += 1
            else:
                self.seen["restriction: while its condition holds"] += 1
            until = "-"
            if restriction.carry_years:
                until = self.years.start(year + restriction.carry_years + 1).isoformat()
            held.append((restriction.code, until))
        return held

    def earliest_begin(self, date):
        return self.years.start(self.years.of(date) - LOOK_BACK_YEARS)

    def proposals(self, date):
        result = self.graded(date)
        lists = [p.list for p in self.policy.list_proposals if self.holds(p.when, date)]
        self.seen["proposal: of the pack"] += len(lists)
        vetoed = [item.veto.list for item in self.policy.items
                  if item.veto.WhichOneof("effect") == "list" and result.pieces[item.id]]
        self.seen["veto: list"] += len(vetoed)
        return lists + vetoed

    # 12 The explanation

    def repair_from(self, piece, date):
        if piece.evidence is None or piece.item.repair_class == "":
            return "-"
        wanted = piece.item.repair_class
        months = None
        for own in self.pack.repair_classes:
            if own.id == wanted:
                months = own.min_months
        if months is None:
            # The version in force is the last that defines the class and has begun.
            versions = [(p, c) for p in self.national for c in p.repair_classes if c.id == wanted]
            for pack, repair in versions:
                later = [day(p.effective_from) for p, _ in versions
                         if p.effective_from > pack.effective_from]
                end = min([day(pack.effective_until, FOREVER)] + later)
                if day(pack.effective_from) <= date < end:
                    months = repair.min_months
        if months is None:
            self.seen["repair: no class in force"] += 1
            return "-"
        self.seen["repair: a date"] += 1
        return plus_months(day(piece.evidence.determined_on), months).isoformat()

    def line_words(self, piece, date):
        end = piece.end
        return {
            "item": piece.item.id if piece.item is not None else piece.group_id,
            "evidence": piece.evidence.id if piece.evidence is not None else "",
            "project": piece.project or "",
            "asked": decimal(piece.asked),
            "decayed": decimal(piece.decayed),
            "in_item": decimal(piece.in_item),
            "counted": decimal(piece.counted),
            "cut": piece.cut,
            "start": piece.start.isoformat() if piece.start else "-",
            "end": "-" if end is None or end >= FOREVER else end.isoformat(),
            "repair_from": self.repair_from(piece, date),
        }

    def outcome(self, date):
        result = self.graded(date)
        words = {
            "score": decimal(result.value[""]),
            "grade": result.grade or "-",
            "rated": "yes" if result.rated else "no",
            "lines": [self.line_words(line, date) for line in result.lines],
            "values": {key: decimal(value) for key, value in result.value.items() if key},
            "vetoes": [item.id for item in self.policy.items
                       if item.HasField("veto") and result.pieces[item.id]],
            "restrictions": self.restrictions(date),
            "proposals": self.proposals(date),
            "uncontested_score": "",
            "uncontested_grade": "",
        }
        for line in result.lines:
            self.seen[f"cut: {line.cut}"] += 1
        contested = any(e.contested for e, _ in self.reached)
        if contested:
            self.contested_counts = False
            without = self.graded(date)
            if without.value[""] != result.value[""]:
                self.seen["contested: the score is another without"] += 1
            if without.grade != result.grade:
                self.seen["contested: the grade is another without"] += 1
            words["uncontested_score"] = decimal(without.value[""])
            words["uncontested_grade"] = without.grade or "-"
            self.contested_counts = True
        return words


# 10 Ranks


def tie_break(oracle, rule, date):
    """The value a subject is ordered by, so that the smaller comes first."""
    if rule.WhichOneof("by") == "value_of":
        value = oracle.scored(date).value[rule.value_of]
    else:
        found = oracle.attribute(rule.attribute, date)
        value = number(found.number) if found is not None else 0
    return value if rule.smaller_first else -value


def rank(oracles, date):
    """The population pass over the subjects of one kind: gives each its row."""
    seen = oracles[0].seen
    policy = oracles[0].policy
    population = [o for o in oracles if o.scored(date).rated]
    population.sort(key=lambda o: (-o.scored(date).value[""],
                                   [tie_break(o, rule, date) for rule in policy.tie_breaks],
                                   o.subject.encode()))
    for one, next_one in zip(population, population[1:]):
        if one.scored(date).value[""] == next_one.scored(date).value[""]:
            ties = [tie_break(o, rule, date) for o in (one, next_one) for rule in policy.tie_breaks]
            half = len(ties) // 2
            seen["rank: equal scores, by " + ("name" if ties[:half] == ties[half:] else "tie-break")] += 1
    for grade in policy.grades:
        left = [o for o in population if o.ranked is None and o.fits(grade, date)]
        if grade.HasField("quota"):
            share = Fraction(number(grade.quota.percent) * len(population), 10000)
            places = -(-share.numerator // share.denominator) if grade.quota.round_up else int(share)
            if share.denominator != 1:
                seen["rank: a share is rounded " + ("up" if grade.quota.round_up else "down")] += 1
            if len(left) > places:
                seen["rank: a quota leaves somebody out"] += 1
            left = left[:places]
            seen["rank: a row by quota"] += len(left)
        for oracle in left:
            oracle.ranked = grade.id
    for oracle in population:
        # What was found out before knew no rank.
        oracle.cache.clear()
