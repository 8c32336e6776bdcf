-- The four signals of every customer on each day of health.days: logins and minutes of use, the customer's own business volume and the
-- benefit it has. Growth is that against the period before, business figures by the day of a month. A signal is negative when it fell
-- by rules.health or more; where the same weeks (or the same month) of the year before are on record, it must have fallen by as much
-- against them too, so that a season is no fall. Growth from nothing is not known, and so is a signal without it.
--
-- grain: scored_on, customer_id, signal
-- empty_if_missing: health.outcome_periods
-- check: signal in ('logins', 'minutes', 'volume', 'benefit')
-- check: not (is_negative and is_seasonal)
-- check: (growth is null) = (is_negative is null)
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: signal text "Signal"
-- column: growth ratio "Growth against the period before"
-- column: growth_year ratio "Growth against the same weeks of the year before"
-- column: is_negative bool "Negative"
-- column: is_seasonal bool "Fell, but not against the year before"
WITH figures AS (
  SELECT scored_on, customer_id, 'logins' AS signal, CAST(logins_now AS DECIMAL(28, 8)) AS now, CAST(logins_before AS DECIMAL(28, 8)) AS before,
    CAST(logins_year AS DECIMAL(28, 8)) AS year, 1 AS days_now, 1 AS days_before, 1 AS days_year
  FROM health.usage_periods
  UNION ALL
  SELECT scored_on, customer_id, 'minutes', CAST(minutes_now AS DECIMAL(28, 8)), CAST(minutes_before AS DECIMAL(28, 8)),
    CAST(minutes_year AS DECIMAL(28, 8)), 1, 1, 1
  FROM health.usage_periods
  UNION ALL
  SELECT scored_on, customer_id, 'volume', CAST(volume_now AS DECIMAL(28, 8)), CAST(volume_before AS DECIMAL(28, 8)),
    CAST(volume_year AS DECIMAL(28, 8)), days_now, days_before, days_year
  FROM health.outcome_periods
  UNION ALL
  SELECT scored_on, customer_id, 'benefit', CAST(benefit_now AS DECIMAL(28, 8)), CAST(benefit_before AS DECIMAL(28, 8)),
    CAST(benefit_year AS DECIMAL(28, 8)), days_now, days_before, days_year
  FROM health.outcome_periods
),
scaled AS (
  SELECT
    f.scored_on,
    f.customer_id,
    f.signal,
    d.kept_at_most,
    f.now * f.days_before AS now_by_before,
    CASE WHEN f.before > 0 THEN f.before * f.days_now END AS before,
    f.now * f.days_year AS now_by_year,
    CASE WHEN f.year > 0 THEN f.year * f.days_now END AS year
  FROM figures f
  JOIN health.days d ON d.scored_on = f.scored_on
),
judged AS (
  SELECT
    scored_on,
    customer_id,
    signal,
    CAST(now_by_before - before AS DOUBLE) / CAST(before AS DOUBLE) AS growth,
    CAST(now_by_year - year AS DOUBLE) / CAST(year AS DOUBLE) AS growth_year,
    now_by_before <= kept_at_most * before AS fell,
    coalesce(now_by_year > kept_at_most * year, false) AS kept_up
  FROM scaled
)
SELECT
  scored_on,
  customer_id,
  signal,
  growth,
  growth_year,
  CASE WHEN fell IS NOT NULL THEN fell AND NOT kept_up END AS is_negative,
  CASE WHEN fell IS NOT NULL THEN fell AND kept_up END AS is_seasonal
FROM judged
