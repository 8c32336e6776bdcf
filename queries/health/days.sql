-- The days on which health is judged: the as-of date and the month-ends before it (rules.health), each under the rule valid on it.
-- Use is looked at up to the newest day on record, so that rows that come late are no fall; when that day lies further back than the
-- rule allows, it is not known. Business figures are those of the newest month on record that was over by then, the last full month or
-- the one before it.
--
-- grain: scored_on
-- empty_if_missing: staging.outcomes
-- check: usage_on <= scored_on
-- column: scored_on date "Day"
-- column: is_current bool "The as-of date"
-- column: is_month_end bool "A month-end"
-- column: usage_from date "First day of use on record"
-- column: usage_on date "Last day of use that counts"
-- column: outcomes_from month "First month of business figures on record"
-- column: outcome_month month "Month of business figures that counts"
-- column: period_days days "Length of a period"
-- column: min_drop ratio "Fall from which a signal is negative"
-- column: kept_at_most count "What is left at such a fall, of one"
-- column: silent_days days "Days without a login that are a risk"
-- column: min_signals count "Signals that must be known"
-- column: risk_signals count "Negative signals that are a risk"
-- column: ramp_days days "Days after the start that are no base"
-- column: year_days days "Days back to the same weeks of the year before"
-- column: outcome_days days "Days in which a prediction must come true"
-- column: rule_version text "Version of the rule"
WITH span AS (
  SELECT history_months
  FROM rules.health
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
scored AS (
  SELECT $as_of AS scored_on
  UNION
  SELECT month_end(month_add(month_start($as_of + 1), -n)) AS scored_on
  FROM (SELECT unnest(range(1, history_months + 1)) AS n FROM span)
),
usage AS (
  SELECT min(day) AS first_on, max(day) AS last_on FROM staging.usage
),
months AS (
  SELECT DISTINCT month_start(month) AS month FROM staging.outcomes
),
newest AS (
  SELECT s.scored_on, max(m.month) AS month
  FROM scored s
  JOIN months m ON month_end(m.month) <= s.scored_on
  GROUP BY s.scored_on
),
oldest AS (
  SELECT min(month) AS month FROM months
)
SELECT
  s.scored_on,
  s.scored_on = $as_of AS is_current,
  s.scored_on = month_end(s.scored_on) AS is_month_end,
  u.first_on AS usage_from,
  CASE
    WHEN u.first_on <= s.scored_on AND s.scored_on - least(s.scored_on, u.last_on) <= r.max_lag_days
    THEN least(s.scored_on, u.last_on)
  END AS usage_on,
  o.month AS outcomes_from,
  CASE WHEN n.month >= month_add(month_start(s.scored_on + 1), -2) THEN n.month END AS outcome_month,
  r.period_days,
  CAST(r.min_drop AS DOUBLE) AS min_drop,
  1 - r.min_drop AS kept_at_most,
  r.silent_days,
  r.min_signals,
  r.risk_signals,
  r.ramp_days,
  r.year_days,
  r.outcome_days,
  r.version AS rule_version
FROM scored s
JOIN rules.health r
  ON (r.valid_from IS NULL OR r.valid_from <= s.scored_on) AND (r.valid_to IS NULL OR r.valid_to > s.scored_on)
CROSS JOIN usage u
CROSS JOIN oldest o
LEFT JOIN newest n ON n.scored_on = s.scored_on
