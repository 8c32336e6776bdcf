-- The health of every customer on each day of health.days. Customers are those who have bought by that day and had not left by then
-- (churn.stays); whoever left is in health.frozen. Healthy: no signal is negative; watch: one is; risk: as many as rules.health
-- says or more are, or there was no login within its days. With fewer signals than it asks for the state is unknown, unless there was
-- no login.
--
-- grain: scored_on, customer_id
-- check: state in ('healthy', 'watch', 'risk', 'unknown')
-- check: signals_negative <= signals_available and signals_available <= 4
-- check: state <> 'healthy' or signals_negative = 0
-- column: scored_on date "Day"
-- column: customer_id text "Customer"
-- column: state text "Health"
-- column: signals_available count "Signals known"
-- column: signals_negative count "Signals negative"
-- column: signals_seasonal count "Signals that fell with the season"
-- column: is_silent bool "No login within the days of the rule"
-- column: logins_growth ratio "Growth of logins"
-- column: minutes_growth ratio "Growth of use time"
-- column: volume_growth ratio "Growth of business volume"
-- column: benefit_growth ratio "Growth of benefits"
-- column: worst_signal text "Negative signal that fell most"
-- column: worst_growth ratio "Its growth"
WITH population AS (
  SELECT d.scored_on, d.min_signals, d.risk_signals, s.customer_id
  FROM churn.stays s
  JOIN health.days d ON s.started_on <= d.scored_on AND (s.left_on IS NULL OR s.left_on > d.scored_on)
),
placed AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY scored_on, customer_id ORDER BY CASE WHEN is_negative THEN 0 ELSE 1 END, growth, signal) AS place
  FROM health.signals
  WHERE growth IS NOT NULL
),
counted AS (
  SELECT
    scored_on,
    customer_id,
    count(*) AS available,
    sum(CASE WHEN is_negative THEN 1 ELSE 0 END) AS negative,
    sum(CASE WHEN is_seasonal THEN 1 ELSE 0 END) AS seasonal,
    max(CASE WHEN signal = 'logins' THEN growth END) AS logins_growth,
    max(CASE WHEN signal = 'minutes' THEN growth END) AS minutes_growth,
    max(CASE WHEN signal = 'volume' THEN growth END) AS volume_growth,
    max(CASE WHEN signal = 'benefit' THEN growth END) AS benefit_growth,
    max(CASE WHEN place = 1 AND is_negative THEN signal END) AS worst_signal,
    max(CASE WHEN place = 1 AND is_negative THEN growth END) AS worst_growth
  FROM placed
  GROUP BY scored_on, customer_id
)
SELECT
  p.scored_on,
  p.customer_id,
  CASE
    WHEN u.is_silent THEN 'risk'
    WHEN coalesce(c.available, 0) < p.min_signals THEN 'unknown'
    WHEN c.negative >= p.risk_signals THEN 'risk'
    WHEN c.negative > 0 THEN 'watch'
    ELSE 'healthy'
  END AS state,
  coalesce(c.available, 0) AS signals_available,
  coalesce(c.negative, 0) AS signals_negative,
  coalesce(c.seasonal, 0) AS signals_seasonal,
  u.is_silent,
  c.logins_growth,
  c.minutes_growth,
  c.volume_growth,
  c.benefit_growth,
  c.worst_signal,
  c.worst_growth
FROM population p
LEFT JOIN counted c ON c.scored_on = p.scored_on AND c.customer_id = p.customer_id
LEFT JOIN health.usage_periods u ON u.scored_on = p.scored_on AND u.customer_id = p.customer_id
