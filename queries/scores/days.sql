-- The days for which scores are computed, each under the rules valid on it: the as-of date, and the month-end before it.
--
-- grain: scored_on
-- column: scored_on date "Day"
-- column: is_current bool "The as-of date"
-- column: use_days days "Days of use that count"
-- column: support_days days "Days of tickets that count"
SELECT s.scored_on, s.scored_on = $as_of AS is_current, r.use_days, r.support_days
FROM (SELECT $as_of AS scored_on UNION ALL SELECT month_start($as_of) - 1) s
JOIN rules.score_days r
  ON (r.valid_from IS NULL OR r.valid_from <= s.scored_on) AND (r.valid_to IS NULL OR r.valid_to > s.scored_on)
