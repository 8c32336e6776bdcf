-- Who is to be visited when: for each customer the periods of the band that it is in on the first day of the period, by the rule
-- valid on that day. A week that begins in the old month is a week of the old month's band. A customer that was opened after
-- the first day of a period is not due in it. Bands without visits have no periods. Holidays are not taken out.
--
-- grain: customer_id, period_start
-- order: period_start, customer_id
-- column: customer_id text "Customer"
-- column: period_start date "First day of the period"
-- column: period_end date "Last day of the period"
-- column: cadence text "Visited every"
-- column: band text "Visit band on the first day"
-- column: position count "Position of the band from the top"
-- column: balance money "Average balance of the month before"
-- column: is_due bool "A visit is due"
-- column: is_open bool "Not over yet on the as-of date"
-- column: rule_version text "Version of the rule"
WITH steps AS (
  SELECT
    p.period_start,
    p.period_end,
    p.is_open,
    month_start(p.period_start) AS month,
    l.cadence,
    l.band,
    l.position,
    l.from_balance,
    l.below_balance,
    l.rule_version
  FROM coverage.periods p
  JOIN coverage.ladder l
    ON l.cadence = p.cadence
    AND (l.valid_from IS NULL OR l.valid_from <= p.period_start) AND (l.valid_to IS NULL OR l.valid_to > p.period_start)
),
opened AS (
  SELECT u.unit_id AS customer_id, min(c.created_on) AS created_on
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
)
SELECT
  b.customer_id,
  s.period_start,
  s.period_end,
  s.cadence,
  s.band,
  s.position,
  b.balance,
  CASE WHEN o.created_on > s.period_start THEN false ELSE true END AS is_due,
  s.is_open,
  s.rule_version
FROM coverage.bands b
JOIN steps s
  ON s.month = b.month
  AND (s.from_balance IS NULL OR b.balance_total >= s.from_balance * b.n_days)
  AND (s.below_balance IS NULL OR b.balance_total < s.below_balance * b.n_days)
LEFT JOIN opened o ON o.customer_id = b.customer_id
