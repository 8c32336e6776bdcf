-- Use by customer on each day of health.days: in the period that ends with it, in the one before, in the same weeks of the year before,
-- and whether there was a login within the days of the rule. A period without any row, or with a day of which use is not recorded, is
-- not known; it is never zero for want of rows. A period that begins before the customer had used the product for the days of the ramp
-- is no base, because use rises by itself in the beginning; customers on record from the first day of the table are no beginners.
--
-- grain: scored_on, customer_id
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: logins_now count "Logins in the period"
-- column: logins_before count "Logins in the period before"
-- column: logins_year count "Logins in the same weeks of the year before"
-- column: minutes_now count "Minutes in the period"
-- column: minutes_before count "Minutes in the period before"
-- column: minutes_year count "Minutes in the same weeks of the year before"
-- column: is_silent bool "No login within the days of the rule"
WITH spine AS (
  SELECT scored_on, 'now' AS slot, usage_on - k AS day
  FROM (SELECT scored_on, usage_on, CAST(unnest(range(0, period_days)) AS INT) AS k FROM health.days WHERE usage_on IS NOT NULL)
  UNION ALL
  SELECT scored_on, 'before', usage_on - k
  FROM (SELECT scored_on, usage_on, CAST(unnest(range(period_days, 2 * period_days)) AS INT) AS k FROM health.days WHERE usage_on IS NOT NULL)
  UNION ALL
  SELECT scored_on, 'year', usage_on - k
  FROM (
    SELECT scored_on, usage_on, CAST(unnest(range(year_days, year_days + period_days)) AS INT) AS k FROM health.days WHERE usage_on IS NOT NULL
  )
  UNION ALL
  SELECT scored_on, 'silent', usage_on - k
  FROM (SELECT scored_on, usage_on, CAST(unnest(range(0, silent_days)) AS INT) AS k FROM health.days WHERE usage_on IS NOT NULL)
),
sums AS (
  SELECT
    s.scored_on,
    g.customer_id,
    s.slot,
    CASE WHEN count(g.logins) = count(*) THEN sum(g.logins) END AS logins,
    CASE WHEN count(g.minutes) = count(*) THEN sum(g.minutes) END AS minutes,
    count(*) - count(g.logins) AS unknown_logins
  FROM health.usage_days g
  JOIN spine s ON s.day = g.day
  GROUP BY s.scored_on, g.customer_id, s.slot
),
wide AS (
  SELECT
    scored_on,
    customer_id,
    max(CASE WHEN slot = 'now' THEN logins END) AS logins_now,
    max(CASE WHEN slot = 'before' THEN logins END) AS logins_before,
    max(CASE WHEN slot = 'year' THEN logins END) AS logins_year,
    max(CASE WHEN slot = 'now' THEN minutes END) AS minutes_now,
    max(CASE WHEN slot = 'before' THEN minutes END) AS minutes_before,
    max(CASE WHEN slot = 'year' THEN minutes END) AS minutes_year,
    max(CASE WHEN slot = 'silent' THEN logins END) AS logins_silent,
    max(CASE WHEN slot = 'silent' THEN unknown_logins END) AS unknown_silent
  FROM sums
  GROUP BY scored_on, customer_id
),
firsts AS (
  SELECT customer_id, min(day) AS first_on, count(logins) AS n_logins
  FROM health.usage_days
  GROUP BY customer_id
),
spans AS (
  SELECT
    d.scored_on,
    f.customer_id,
    f.first_on,
    f.n_logins > 0 AS has_logins,
    f.first_on + CAST(CASE WHEN f.first_on = d.usage_from THEN 0 ELSE d.ramp_days END AS INT) AS base_from,
    d.usage_on - CAST(2 * d.period_days - 1 AS INT) AS before_from,
    d.usage_on - CAST(d.year_days + d.period_days - 1 AS INT) AS year_from,
    d.usage_on - CAST(d.silent_days - 1 AS INT) AS silent_from
  FROM firsts f
  JOIN health.days d ON f.first_on <= d.usage_on
)
SELECT
  s.scored_on,
  s.customer_id,
  w.logins_now,
  CASE WHEN s.before_from >= s.base_from THEN w.logins_before END AS logins_before,
  CASE WHEN s.year_from >= s.base_from THEN w.logins_year END AS logins_year,
  w.minutes_now,
  CASE WHEN s.before_from >= s.base_from THEN w.minutes_before END AS minutes_before,
  CASE WHEN s.year_from >= s.base_from THEN w.minutes_year END AS minutes_year,
  CASE
    WHEN NOT s.has_logins OR s.first_on > s.silent_from OR w.unknown_silent > 0 THEN NULL
    ELSE coalesce(w.logins_silent, 0) = 0
  END AS is_silent
FROM spans s
LEFT JOIN wide w ON w.scored_on = s.scored_on AND w.customer_id = s.customer_id
