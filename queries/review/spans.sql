-- The periods that a review compares: thirteen of each kind, the current one first. A `month` goes from the first of the month to
-- the as-of date, and each month before it has the same number of elapsed days (fewer, where that month is shorter); a `full_month`
-- is the latest one that is over and those before it; a `week` begins on Monday and ends on the weekday of the as-of date; a `day` is
-- the as-of date and the same weekday of the weeks before. A period that holds a day of the Spring Festival is marked, because
-- it falls into another month from one year to the next.
--
-- grain: span, k
-- check: period_end >= period_start and period_end <= $as_of
-- column: span text "Kind of period"
-- column: k count "How many periods back"
-- column: period_start date "From"
-- column: period_end date "Up to, included"
-- column: full_end date "End of the whole period"
-- column: is_partial bool "Not over yet, or cut to the same number of days"
-- column: has_festival bool "Holds a day of the Spring Festival"
WITH steps AS (
  SELECT CAST(unnest(range(0, 13)) AS BIGINT) AS k
),
bounds AS (
  SELECT 'day' AS span, k, $as_of - 7 * CAST(k AS INT) AS period_start, $as_of - 7 * CAST(k AS INT) AS period_end, $as_of - 7 * CAST(k AS INT) AS full_end
  FROM steps
  UNION ALL
  SELECT
    'week' AS span,
    k,
    week_start($as_of) - 7 * CAST(k AS INT) AS period_start,
    $as_of - 7 * CAST(k AS INT) AS period_end,
    week_start($as_of) - 7 * CAST(k AS INT) + 6 AS full_end
  FROM steps
  UNION ALL
  SELECT 'month' AS span, k, month_start(month_add($as_of, -k)) AS period_start, month_add($as_of, -k) AS period_end, month_end(month_add($as_of, -k)) AS full_end
  FROM steps
  UNION ALL
  SELECT
    'full_month' AS span,
    k,
    month_add(month_start($as_of + 1), -1 - k) AS period_start,
    month_end(month_add(month_start($as_of + 1), -1 - k)) AS period_end,
    month_end(month_add(month_start($as_of + 1), -1 - k)) AS full_end
  FROM steps
),
festivals AS (
  SELECT first_on, last_on
  FROM rules.spring_festivals
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  b.span,
  b.k,
  b.period_start,
  b.period_end,
  b.full_end,
  b.period_end < b.full_end AS is_partial,
  count(f.first_on) > 0 AS has_festival
FROM bounds b
LEFT JOIN festivals f ON f.first_on <= b.period_end AND f.last_on >= b.period_start
GROUP BY b.span, b.k, b.period_start, b.period_end, b.full_end
