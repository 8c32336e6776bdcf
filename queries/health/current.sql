-- The health of every customer on the as-of date, with who looks after it and what it brings. Customers are those who have bought and
-- have not left; health.scores says how a state comes about.
--
-- grain: customer_id
-- order: position, revenue desc, customer_id
-- check: state in ('healthy', 'watch', 'risk', 'unknown')
-- check: days_since_login >= 0
-- total: count(*) = (select count(*) from churn.last_seen where not has_left)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: state text "Health"
-- column: position count "Position of the state, risk first"
-- column: signals_available count "Signals known"
-- column: signals_negative count "Signals negative"
-- column: signals_seasonal count "Signals that fell with the season"
-- column: is_silent bool "No login within the days of the rule"
-- column: last_login_on date "Last login"
-- column: days_since_login days "Days since the last login"
-- column: logins_growth ratio "Growth of logins"
-- column: minutes_growth ratio "Growth of use time"
-- column: volume_growth ratio "Growth of business volume"
-- column: benefit_growth ratio "Growth of benefits"
-- column: worst_signal text "Negative signal that fell most"
-- column: worst_growth ratio "Its growth"
-- column: tier text "Applied tier"
-- column: revenue money "Final revenue in the window"
WITH logins AS (
  SELECT customer_id, max(day) AS last_login_on
  FROM health.usage_days
  WHERE logins > 0
  GROUP BY customer_id
)
SELECT
  s.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  s.state,
  CASE s.state WHEN 'risk' THEN 1 WHEN 'watch' THEN 2 WHEN 'healthy' THEN 3 ELSE 4 END AS position,
  s.signals_available,
  s.signals_negative,
  s.signals_seasonal,
  s.is_silent,
  l.last_login_on,
  $as_of - l.last_login_on AS days_since_login,
  s.logins_growth,
  s.minutes_growth,
  s.volume_growth,
  s.benefit_growth,
  s.worst_signal,
  s.worst_growth,
  t.effective_tier AS tier,
  coalesce(t.revenue, 0) AS revenue
FROM health.scores s
JOIN value.customers c ON c.customer_id = s.customer_id
LEFT JOIN logins l ON l.customer_id = s.customer_id
LEFT JOIN tiers.current t ON t.customer_id = s.customer_id
WHERE s.scored_on = $as_of
