-- The visit band of each customer in each month, by its average balance of the calendar month before (coverage.balances). Total and
-- border times days are compared, so that nothing is lost to rounding. A customer without a balance in the month before is
-- not here, for its band is not known.
--
-- grain: customer_id, month
-- column: customer_id text "Customer"
-- column: month month "Month"
-- column: n_days count "Days with a balance in the month before"
-- column: balance_total money "Sum of the balances of those days"
-- column: balance money "Average balance of the month before"
-- column: band text "Visit band"
-- column: position count "Position of the band from the top"
-- column: cadence text "Visited every"
-- column: rule_version text "Version of the rule"
SELECT
  m.customer_id,
  m.month,
  m.n_days,
  m.balance_total,
  m.balance,
  l.band,
  l.position,
  l.cadence,
  l.rule_version
FROM coverage.balances m
JOIN coverage.ladder l
  ON (l.valid_from IS NULL OR l.valid_from <= m.month) AND (l.valid_to IS NULL OR l.valid_to > m.month)
  AND (l.from_balance IS NULL OR m.balance_total >= l.from_balance * m.n_days)
  AND (l.below_balance IS NULL OR m.balance_total < l.below_balance * m.n_days)
