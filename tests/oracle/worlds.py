"""Random packs and worlds, the same for the same seed."""

import datetime
import random

KINDS = [f"x.k{i}" for i in range(4)]
MEASURES = ["count", "rate", "all"]
TAGS = ["poll", "visit"]
FIRMS = ["firms/f", "firms/g", "firms/h"]
PROJECTS = ["projects/p", "projects/q"]
MANAGERS = ["managers/m", "managers/n"]
ATTRIBUTES = ["filed", "registered"]
FIRST = datetime.date(2020, 1, 1)


class Dice(random.Random):
    """The generator's own methods, quicker: most of the time of a comparison would go into them."""

    def randrange(self, start, stop=None, step=1):
        if stop is None:
            start, stop = 0, start
        return start + step * int(self.random() * ((stop - start + step - 1) // step))

    def randint(self, least, most):
        return least + int(self.random() * (most - least + 1))

    def choice(self, options):
        return options[int(self.random() * len(options))]


def decimal(hundredths):
    sign, size = ("-" if hundredths < 0 else ""), abs(hundredths)
    return f"{sign}{size // 100}.{size % 100:02d}"


def after(date, months):
    """The same day so many months later, or the 28th at the latest."""
    index = date.year * 12 + date.month - 1 + months
    return datetime.date(index // 12, index % 12 + 1, min(date.day, 28))


class Packs:
    """Makes packs."""

    def __init__(self, random, pb):
        self.random, self.pb = random, pb

    def chance(self, one_in):
        return self.random.random() * one_in < 1

    def points(self, least=-2000, most=2000):
        if self.chance(2):
            return decimal(self.random.choice([-500, -200, 200, 500]) * most // 2000)
        return decimal(self.random.randint(least, most))

    def fill_comparison(self, comparison, least=-3000, most=12000):
        low, high = sorted(self.random.randint(least, most) for _ in range(2))
        which = self.random.randrange(6)
        if which in (0, 4):
            comparison.at_least = decimal(low)
        if which == 1:
            comparison.more_than = decimal(low)
        if which in (2, 4):
            comparison.at_most = decimal(high)
        if which == 3:
            comparison.less_than = decimal(high)
        if which == 5:
            comparison.equals = decimal(low // 100 * 100)

    def fill_limits(self, limits, base=0, pieces=False):
        if self.chance(2):
            limits.most = decimal(self.random.randint(min(0, base) if not pieces else -500, 3000))
        if self.chance(2):
            top = max(0, base) if not pieces else 0
            limits.least = decimal(self.random.randint(-3000, top))
        if limits.least and limits.most and float(limits.least) > float(limits.most):
            limits.least = "" if not pieces else limits.most

    def fill_points(self, item):
        points, random = item.points, self.random
        which = random.randrange(7)
        if which == 0:
            points.fixed = self.points()
        elif which == 1:
            points.by_level.of_issuer = self.chance(3)
            for level in random.sample(range(1, 7), random.randint(1, 4)):
                points.by_level.rows.add(level=level, points=self.points())
        elif which == 2:
            points.by_band.measure = random.choice(MEASURES)
            edges = sorted({random.randrange(0, 12001, random.choice([1, 100, 1000])) for _ in range(3)})
            for edge in edges:
                points.by_band.bands.add(below=decimal(edge), points=self.points())
            points.by_band.bands.add(points=self.points())
        elif which == 3:
            rule = points.per_unit
            rule.points, rule.measure = self.points(-300, 300), random.choice(MEASURES)
            rule.part = random.randrange(4)
            if self.chance(2):
                rule.unit = decimal(random.choice([1, 33, 100, 700, 1000]))
            if rule.unit == "0.01":
                rule.points = self.points(-1, 1)
            if self.chance(2):
                rule.free = decimal(random.randint(-500, 5000))
        elif which == 4:
            points.ratio.points = self.points()
            points.ratio.numerator, points.ratio.denominator = random.choice(MEASURES), "all"
        elif which == 5:
            points.given.sign = random.randrange(3)
            if self.chance(3):
                points.given.measure = random.choice(MEASURES)
            low, high = sorted(random.randint(-1500, 1500) for _ in range(2))
            item.piece_limits.least, item.piece_limits.most = decimal(low), decimal(high)
        else:
            for _ in range(random.randint(1, 4)):
                points.escalation.rows.append(self.points())
        if self.chance(6):
            points.round_to = random.choice(["1", "0.5", "0.1", "0.25"])
        if self.chance(3):
            item.factor = random.choice(["50", "66.67", "33.33", "70", "150", "0"])
        if which != 5 and self.chance(4):
            self.fill_limits(item.piece_limits, pieces=True)

    def fill_validity(self, item):
        validity, random = item.validity, self.random
        validity.start = random.randrange(3)
        if self.chance(4):
            validity.defer = random.randrange(5)
        which = random.randrange(6)
        if which <= 1:
            validity.scoring_years = random.randrange(4)
        elif which == 2:
            validity.months = random.choice([1, 6, 12, 12, 24, random.randint(1, 40)])
        elif which == 3:
            until = validity.until_corrected
            until.plus_months, until.min_months = random.randrange(7), random.randrange(7)
            if self.chance(2):
                until.max_months = until.min_months + random.randrange(1, 12)
        elif which == 4:
            validity.until_stated.otherwise_months = random.randint(1, 24)
        else:
            validity.never.SetInParent()
        month = 0
        while self.chance(3):
            item.decay.add(from_month=month, percent=random.choice(["100", "50", "33.33", "0", "120"]))
            month += random.randint(1, 10)

    def fill_item(self, item, earlier=False):
        """What another version of the item may say differently."""
        random = self.random
        item.kinds.extend(random.sample(KINDS, random.choice([1, 1, 2])))
        if not self.chance(4):
            item.reach.extend(random.sample(range(1, 7), random.randint(2, 6)))
        if self.chance(10):
            item.filter.levels.extend(random.sample(range(1, 7), 3))
        if self.chance(6):
            item.filter.issuer_levels.extend(random.sample(range(1, 7), 4))
        if self.chance(8):
            self.fill_comparison(getattr(item.filter.measures.add(measure=random.choice(MEASURES)), "is"))
        if self.chance(6):
            item.filter.tags.extend(random.sample(TAGS, 1))
        if not self.chance(8):
            self.fill_points(item)
        self.fill_validity(item)

    def fill_condition(self, condition, policy, stage, depth=0):
        random = self.random
        choices = ["attribute", "days_since", "listed", "past_grade", "streak", "measure"]
        if stage >= 1:
            choices += ["score", "group", "item", "demerits", "merits", "negative_lines", "veto", "rated"] * 2
        if stage >= 2:
            choices += ["grade"] * 3
        if depth < 2:
            choices += ["all", "any", "not"] * 2
        which = random.choice(choices)
        if which == "group" and not policy.groups:
            which = "score"
        if which in ("grade", "past_grade") and not policy.grades:
            which = "attribute"
        grades = [grade.id for grade in policy.grades]
        asked = getattr(condition, which) if which != "rated" else None
        if which in ("all", "any"):
            for _ in range(random.randint(1, 3)):
                self.fill_condition(asked.of.add(), policy, stage, depth + 1)
        elif which == "not":
            self.fill_condition(asked, policy, stage, depth + 1)
        elif which == "attribute":
            asked.name = random.choice(ATTRIBUTES)
            asked.of.append("yes")
            if self.chance(2):
                self.fill_comparison(getattr(asked, "is"))
        elif which == "days_since":
            asked.attribute = "registered"
            getattr(asked, "is").at_least = str(random.randint(0, 900))
        elif which == "listed":
            asked.SetInParent()
            if self.chance(2):
                asked.of.append("black")
        elif which == "past_grade":
            asked.years_back = random.randint(1, 2)
            asked.of.append(random.choice(grades))
        elif which == "streak":
            asked.years = random.randint(1, 2)
            if self.chance(2) and grades:
                asked.grades.extend(grades[:2])
            if self.chance(2):
                self.fill_comparison(asked.score)
        elif which == "measure":
            asked.kind, asked.measure = random.choice(KINDS), random.choice(MEASURES)
            self.fill_comparison(getattr(asked, "is"))
        elif which == "score":
            self.fill_comparison(asked, 0, 10000)
        elif which == "group":
            asked.id = random.choice(policy.groups).id
            self.fill_comparison(getattr(asked, "is"), -3000, 3000)
        elif which == "item":
            asked.id, asked.number = random.choice(policy.items).id, random.randrange(4)
            self.fill_comparison(getattr(asked, "is"), -500, 500)
        elif which in ("demerits", "merits"):
            asked.span = random.randint(1, 3)
            if asked.span == 3:
                asked.months = random.randint(1, 18)
            if self.chance(2):
                asked.items.append(random.choice(policy.items).id)
            getattr(asked, "is").at_least = decimal(random.randint(0, 2500))
        elif which == "negative_lines":
            asked.at_most = str(random.randrange(4))
        elif which == "veto":
            asked.SetInParent()
        elif which == "rated":
            condition.rated = self.chance(2)
        elif which == "grade":
            asked.of.append(random.choice(grades))

    def add_groups(self, policy):
        random = self.random
        for index in range(random.randrange(5)):
            group = policy.groups.add(id=f"g{index}", zh="组")
            if index > 0 and self.chance(2):
                group.parent = f"g{random.randrange(index)}"
            group.mode = random.choice([0, 1, 1, 2, 3])
            base = 0
            if group.mode < 2 and self.chance(3):
                base = random.randint(-1000, 10000)
                group.base = decimal(base)
            if self.chance(2):
                self.fill_limits(group.limits, base)

    def add_items(self, policy):
        random = self.random
        for index in range(random.randint(2, 8)):
            item = policy.items.add(id=f"i{index}", zh="项")
            if policy.groups and not self.chance(4):
                item.group = random.choice(policy.groups).id
            if self.chance(12):
                item.roll_up.weight = random.randint(1, 3)
                item.roll_up.min_projects = random.randrange(3)
                item.factor = random.choice(["", "20", "33.33"])
            else:
                self.fill_item(item)
                self.fill_counting(item)
                if self.chance(6):
                    item.version_of = random.randint(1, 2)
                if self.chance(3):
                    item.repair_class = random.choice(["minor", "general", "own"])
            if self.chance(3):
                self.fill_limits(item.limits)

    def fill_counting(self, item):
        random = self.random
        if self.chance(2):
            return
        counting = item.counting
        counting.per, counting.keep = random.randrange(7), random.randrange(4)
        counting.count, counting.combine = random.randrange(4), random.randrange(2)
        if self.chance(4):
            counting.min_pieces = random.randrange(4)

    def add_effects(self, policy):
        random = self.random
        for item in policy.items:
            if self.chance(8):
                self.fill_condition(item.not_applicable.when, policy, 0)
                item.not_applicable.points = self.points()
            if self.chance(6):
                item.expected.points = self.points()
                if self.chance(2):
                    self.fill_condition(item.expected.when, policy, 0)
                if self.chance(2):
                    item.expected.due_month, item.expected.due_day = random.randint(1, 12), random.randint(1, 28)
            if self.chance(8) and not item.HasField("roll_up"):
                which = random.randrange(4)
                if which == 0 and policy.grades:
                    item.veto.grade = random.choice(policy.grades).id
                elif which == 1 and policy.grades:
                    item.veto.lowest_grade = True
                elif which == 2:
                    item.veto.not_rated = True
                else:
                    item.veto.list = "black"
        for grade in policy.grades:
            if not self.chance(6):
                self.fill_condition(grade.when, policy, 1)
        for index in range(random.randrange(3)):
            restriction = policy.restrictions.add(code=f"r{index}", zh="限", carry_years=random.randrange(3))
            self.fill_condition(restriction.when, policy, 2)
        if self.chance(2):
            proposal = policy.list_proposals.add(list="black", months=12)
            self.fill_condition(proposal.when, policy, 2)

    def add_quotas(self, policy):
        """Grades by rank, in some policies."""
        random = self.random
        if not policy.grades or not self.chance(4):
            return
        for grade in policy.grades:
            if self.chance(2):
                grade.quota.percent = random.choice(["33.34", "50", "40", "66.66", "100", "20"])
                grade.quota.round_up = self.chance(2)
        names = [item.id for item in policy.items] + [group.id for group in policy.groups]
        for _ in range(random.randrange(3)):
            tie_break = policy.tie_breaks.add(smaller_first=self.chance(2))
            if self.chance(2):
                tie_break.value_of = random.choice(names)
            else:
                tie_break.attribute = "filed"

    def weigh(self, policy):
        for group in policy.groups:
            if group.mode != 3:
                continue
            members = [i.id for i in policy.items if i.group == group.id]
            members += [g.id for g in policy.groups if g.parent == group.id]
            if not members:
                group.mode = 1
                continue
            left = 10000
            for index, member in enumerate(members):
                last = index == len(members) - 1
                weight = left if last else self.random.randint(1, left - (len(members) - index - 1))
                left -= weight
                missing = self.random.randint(1, 4 if self.chance(3) else 3)
                rater = group.raters.add(member=member, weight=decimal(weight), missing=missing)
                if missing == 3:
                    rater.full = self.points()

    def make(self):
        pb, random = self.pb, self.random
        pack = pb.Pack(id="p", zh="试", jurisdiction="3201", effective_from="2021-03-01")
        pack.lists.add(id="black", zh="黑", subjects=["firm", "manager"], basis=1)
        pack.repair_classes.add(id="own", zh="自", min_months=random.randrange(13))
        for subject in ("firm", "manager"):
            policy = pack.subjects.add(subject=subject, year_starts_month=random.choice([0, 0, 4, 7, 12]))
            for grade in range(random.randrange(4)):
                policy.grades.add(id="ABCD"[grade], zh="级")
            if self.chance(4):
                self.fill_limits(policy.score_limits)
            self.add_groups(policy)
            self.add_items(policy)
            self.weigh(policy)
            self.add_effects(policy)
            self.add_quotas(policy)
            if not self.chance(3):
                policy.base.points = decimal(random.randint(0, 10000))
                if self.chance(3):
                    self.fill_condition(policy.base.when, policy, 0)
                    policy.base.otherwise = random.choice(["", "5.55"])
        return pack

    def make_earlier(self, pack, effective_from, effective_until=""):
        earlier = self.pb.Pack(id="p", zh="试", jurisdiction="3201", effective_from=effective_from,
                               effective_until=effective_until)
        for policy in pack.subjects:
            old = earlier.subjects.add(subject=policy.subject)
            for item in policy.items:
                if self.chance(4) or item.HasField("roll_up"):
                    continue
                self.fill_item(old.items.add(id=item.id, zh="旧"))
        return earlier

    def make_national(self):
        packs = []
        for effective_from, until in (("2021-01-01", "2022-01-01"), ("2022-03-01", "")):
            pack = self.pb.Pack(id="n", zh="国", jurisdiction="0", effective_from=effective_from,
                                effective_until=until)
            for name in ("minor", "general"):
                pack.repair_classes.add(id=name, zh="类", min_months=self.random.randrange(13))
            packs.append(pack)
        return packs


class Worlds:
    """Makes cases."""

    def __init__(self, random, pb):
        self.random, self.pb = random, pb

    def chance(self, one_in):
        return self.random.random() * one_in < 1

    def fill_pool(self):
        """A few days, so that things meet on their edges."""
        self.pool = []
        for _ in range(4):
            date = FIRST + datetime.timedelta(days=self.random.randrange(1300))
            if self.chance(3):
                date = date.replace(day=1) - datetime.timedelta(days=self.random.randrange(2))
            self.pool += [date, date + datetime.timedelta(days=1), after(date, self.random.randrange(1, 13)),
                          after(date, 12)]

    def day(self):
        return self.random.choice(self.pool)

    def span(self, thing):
        start, end = sorted([self.day(), self.day()])
        setattr(thing, "from", start.isoformat() if self.chance(3) else "2019-01-01")
        if self.chance(2) and start < end:
            thing.until = end.isoformat()

    def add_evidence(self, case, index):
        random = self.random
        determined = self.day()
        subject = random.choice(FIRMS + PROJECTS * 2 + MANAGERS + ["firms/f"] * 4 + ["managers/m"] * 2)
        evidence = case.evidence.add(
            id=f"e{random.randrange(1000)}-{index}", subject=subject, kind=random.choice(KINDS),
            determined_on=determined.isoformat(), level=random.randrange(7),
            issuer_level=random.randrange(7), issuer=random.choice(["", "a", "b", "c"]),
            matter=random.choice(["", "m1", "m1", "m2"]), contested=self.chance(7))
        if self.chance(2):
            evidence.occurred_on = min(determined, self.day()).isoformat()
        if self.chance(3):
            evidence.corrected_on = max(determined, self.day()).isoformat()
        if self.chance(4):
            evidence.valid_until = max(determined, self.day()).isoformat()
        if not self.chance(4):
            evidence.points = decimal(random.choice([-500, -200, 200, 500, random.randint(-2000, 2000)]))
        for name in MEASURES:
            if not self.chance(5):
                value = random.choice([0, 100, 300, 700, random.randint(-500, 12000)])
                evidence.measures.add(name=name, value=decimal(value))
        if self.chance(2):
            evidence.tags.append(random.choice(TAGS))
        if not self.ruled:
            return
        if self.chance(6):
            evidence.amended = random.choice(["0", "-1", "2.5", decimal(random.randint(-2000, 2000))])
        while self.chance(6):
            repair = evidence.repairs.add(points=random.choice(["", "0", "-1", "1", "-2.55"]))
            self.span(repair)

    def add_subject(self, case, name):
        random = self.random
        known = case.subjects.add(subject=name)
        if self.chance(2):
            filed = known.attributes.add(name="filed", text=random.choice(["yes", "no", ""]),
                                         number=decimal(random.randint(0, 5000)))
            self.span(filed)
        if self.chance(2):
            known.attributes.add(name="registered", text="yes", date=self.day().isoformat())
        if self.chance(3):
            self.span(known.lists.add(list=random.choice(["black", "white"])))
        for year in range(2019, 2024):
            for month, last in ((12, 31), (3, 31), (6, 30), (11, 30)):
                if self.chance(2):
                    known.history.add(on=datetime.date(year, month, last).isoformat(),
                                      score=decimal(random.randint(0, 12000)),
                                      grade=random.choice(["", "A", "B", "C"]))
        for project in PROJECTS + ["projects/r"]:
            if self.chance(2):
                score = "" if self.chance(4) else decimal(random.randint(-1000, 12000))
                known.projects.add(project=project, score=score, area=decimal(random.choice([0, random.randrange(300000)])),
                                   households=str(random.choice([0, random.randrange(900)])))

    def make(self, name, ranked=()):
        """A case. Of the kinds of subjects named, the whole population is asked about."""
        random = self.random
        self.fill_pool()
        # Whether something was decided about pieces: where nothing was, the engine adds up without them.
        self.ruled = self.chance(3)
        as_of = self.day() if self.chance(2) else after(self.day(), random.randrange(1, 24))
        case = self.pb.Case(name=name, as_of=as_of.isoformat())
        for index in range(random.choice([0, 5, 15, 30])):
            self.add_evidence(case, index)
        for _ in range(random.randrange(7)):
            engagement = case.engagements.add(project=random.choice(PROJECTS))
            if not self.chance(4):
                engagement.firm = random.choice(FIRMS)
            if not self.chance(3):
                engagement.manager = random.choice(MANAGERS)
            self.span(engagement)
        for _ in range(random.randrange(3)):
            branch, parent = random.sample(FIRMS, 2)
            self.span(case.branches.add(branch=branch, parent=parent))
        for _ in range(random.randrange(2)):
            self.span(case.employments.add(manager=random.choice(MANAGERS), firm=random.choice(FIRMS)))
        subjects = FIRMS if "firm" in ranked else FIRMS[:1]
        subjects = subjects + (MANAGERS if "manager" in ranked else MANAGERS[:1])
        for subject in subjects:
            if not self.chance(3):
                self.add_subject(case, subject)
            case.expect.add(subject=subject)
        return case
