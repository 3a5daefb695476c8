-- The fold of the two packs of tests/bench/testdata over all evidence, written by hand for these packs.
--
-- Tables: firm(id), evidence(id, firm, kind, level, issuer_level, issuer, matter, determined, points, value,
-- other), as tests/bench/population.h numbers them; points and measures in hundredths, days since 1970.
-- Words in braces are replaced: the period ([from, day] counts, this_year narrows a sum to the scoring
-- year) and what dialects call differently. Lines of dashes part the statements.
CREATE TEMP TABLE verdict AS
WITH
-- Findings with what they cost before and what they cost more after, and what is measured.
priced AS (
  SELECT firm, determined,
    CASE WHEN kind < 12 THEN
      CASE
        WHEN kind = 5 THEN 100
        WHEN kind = 6 THEN
          CASE WHEN points IS NULL THEN 0 ELSE {least}({greatest}(abs(points), 100), 300) END
        WHEN kind = 3 OR kind = 4 THEN 700
        WHEN kind = 1 THEN 1200
        WHEN kind = 2 THEN 800
        WHEN points IS NULL THEN 0
        ELSE {least}({greatest}(abs(points), 100), 1200)
      END
    END AS cost,
    CASE WHEN kind = 3 THEN 100 WHEN kind = 1 THEN 300 END AS dearer,
    CASE WHEN kind = 16 THEN
      CASE WHEN value < 9000 THEN 200 WHEN value < 10000 THEN 50 ELSE 0 END
    END AS complaint,
    CASE WHEN kind = 14 AND other >= 3000 THEN
      CASE WHEN value < 6000 THEN -200 WHEN value < 9000 THEN 0 ELSE 200 END
    END AS survey,
    CASE WHEN kind = 15 THEN
      CASE WHEN value < 6000 THEN -200 WHEN value < 9000 THEN 0 ELSE 200 END
    END AS assessment
  FROM evidence
  WHERE determined BETWEEN {from} AND {day} AND kind NOT IN (12, 13, 17)
),
ordinary AS (
  SELECT firm,
    coalesce(sum(cost), 0) AS cost, coalesce(sum(dearer), 0) AS dearer,
    coalesce(sum(complaint), 0) AS complaints,
    coalesce(sum(cost){this_year}, 0) AS cost_now, coalesce(sum(dearer){this_year}, 0) AS dearer_now,
    coalesce(sum(complaint){this_year}, 0) AS complaints_now,
    sum(survey) AS survey, count(survey) AS surveys,
    sum(assessment) AS assessment, count(assessment) AS assessments
  FROM priced
  GROUP BY firm
),
-- Of the honours for one matter the highest counts, national ones apart from the others.
honours AS (
  SELECT firm, sum(before) AS before, sum(after) AS after
  FROM (
    SELECT firm,
      max(CASE level WHEN 1 THEN 700 WHEN 2 THEN 500 WHEN 3 THEN 300 ELSE 100 END) AS before,
      max(CASE level WHEN 1 THEN 700 WHEN 2 THEN 450 WHEN 3 THEN 300 ELSE 100 END) AS after
    FROM evidence
    WHERE determined BETWEEN {from} AND {day} AND kind = 12
    GROUP BY firm, matter, level = 1
  ) AS by_matter
  GROUP BY firm
),
-- Of each street's opinions the latest counts.
opinions AS (
  SELECT firm, count(*) AS opinions,
    sum(CASE WHEN value < 6000 THEN -300 WHEN value < 8000 THEN 0 WHEN value < 9000 THEN 100 ELSE 300 END)
      AS opinion
  FROM (
    SELECT firm, {latest_value}
    FROM evidence
    WHERE determined BETWEEN {from} AND {day} AND kind = 13 AND issuer_level = 5 AND other = 10000
    GROUP BY firm, issuer
  ) AS by_street
  GROUP BY firm
),
-- Means are rounded half away from zero.
together AS (
  SELECT firm.id AS firm,
    coalesce(cost, 0) AS cost, coalesce(dearer, 0) AS dearer, coalesce(complaints, 0) AS complaints,
    coalesce(cost_now, 0) AS cost_now, coalesce(dearer_now, 0) AS dearer_now,
    coalesce(complaints_now, 0) AS complaints_now,
    coalesce(honours.before, 0) AS honours_before, coalesce(honours.after, 0) AS honours_after,
    coalesce(sign(survey) * ((2 * abs(survey) + surveys) {div} (2 * surveys)), 0)
      + coalesce(sign(assessment) * ((2 * abs(assessment) + assessments) {div} (2 * assessments)), 0)
      + coalesce(sign(opinion) * ((2 * abs(opinion) + opinions) {div} (2 * opinions)), 0) AS evaluations
  FROM firm
  LEFT JOIN ordinary ON ordinary.firm = firm.id
  LEFT JOIN honours ON honours.firm = firm.id
  LEFT JOIN opinions ON opinions.firm = firm.id
),
scored AS (
  SELECT firm,
    {least}({greatest}(10000 - cost - {least}(complaints, 600) + {least}(honours_before, 2000)
      + {least}({greatest}(evaluations, -700), 700), 0), 12000) AS score_before,
    {least}({greatest}(10000 - cost - dearer - {least}(complaints, 500) + {least}(honours_after, 2000)
      + {least}({greatest}(evaluations, -700), 700), 0), 12000) AS score_after,
    cost_now + {least}(complaints_now, 600) >= 1500 AS restricted_before,
    cost_now + dearer_now + {least}(complaints_now, 500) >= 1500 AS restricted_after
  FROM together
)
SELECT firm, score_before, score_after,
  CASE WHEN score_before >= 10600 THEN 0 WHEN score_before >= 10000 THEN 1 WHEN score_before >= 8500 THEN 2
    WHEN score_before >= 6000 THEN 3 ELSE 4 END AS grade_before,
  CASE WHEN score_after >= 10600 THEN 0 WHEN score_after >= 10000 THEN 1 WHEN score_after >= 8600 THEN 2
    WHEN score_after >= 6000 THEN 3 ELSE 4 END AS grade_after,
  restricted_before, restricted_after
FROM scored
----
CREATE TEMP TABLE matrix AS
SELECT grade_before, grade_after, count(*) AS firms FROM verdict GROUP BY grade_before, grade_after
----
CREATE TEMP TABLE mover AS
SELECT * FROM verdict
WHERE score_before <> score_after OR grade_before <> grade_after OR restricted_before <> restricted_after
