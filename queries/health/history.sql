-- The health of every customer at the month-ends of rules.health, computed again for each under the rule valid on it.
--
-- grain: month_end, customer_id
-- check: state in ('healthy', 'watch', 'risk', 'unknown')
-- column: month_end date "Month-end"
-- column: customer_id text "Customer"
-- column: state text "Health"
-- column: signals_available count "Signals known"
-- column: signals_negative count "Signals negative"
-- column: is_silent bool "No login within the days of the rule"
-- column: rule_version text "Version of the rule"
SELECT
  s.scored_on AS month_end,
  s.customer_id,
  s.state,
  s.signals_available,
  s.signals_negative,
  s.is_silent,
  d.rule_version
FROM health.scores s
JOIN health.days d ON d.scored_on = s.scored_on
WHERE d.is_month_end
