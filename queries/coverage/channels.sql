-- Which service channel each customer with a known balance should have, and which it has. The average balance of the last full
-- calendar month decides (rules.service_channels); a balance that lies exactly on a border counts to the
-- upper channel. One that the customer table leaves empty, or that
-- has no name in the rules (coverage.served), is unknown.
--
-- grain: customer_id
-- order: balance desc, customer_id
-- check: result in ('right', 'wrong', 'unknown')
-- check: (result = 'wrong') = (misplaced is not null)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: n_days count "Days with a balance in the last full month"
-- column: balance money "Average balance of the last full month"
-- column: required_channel text "Channel by balance"
-- column: service_channel text "Channel as the customer table has it"
-- column: actual_channel text "Actual channel"
-- column: result text "Right, wrong or unknown"
-- column: misplaced text "Served below or above what the balance calls for"
-- column: rule_version text "Version of the rule"
WITH steps AS (
  SELECT
    channel,
    from_balance,
    lag(from_balance) OVER (ORDER BY from_balance DESC NULLS LAST, channel) AS below_balance,
    row_number() OVER (ORDER BY from_balance DESC NULLS LAST, channel) AS position,
    version AS rule_version
  FROM rules.service_channels
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  b.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  b.n_days,
  b.balance,
  r.channel AS required_channel,
  c.service_channel,
  coalesce(a.channel, 'unknown') AS actual_channel,
  CASE WHEN a.channel IS NULL THEN 'unknown' WHEN a.channel = r.channel THEN 'right' ELSE 'wrong' END AS result,
  CASE WHEN a.position > r.position THEN 'below' WHEN a.position < r.position THEN 'above' END AS misplaced,
  r.rule_version
FROM coverage.balances b
JOIN steps r
  ON (r.from_balance IS NULL OR b.balance_total >= r.from_balance * b.n_days)
  AND (r.below_balance IS NULL OR b.balance_total < r.below_balance * b.n_days)
JOIN coverage.served c ON c.customer_id = b.customer_id
LEFT JOIN steps a ON a.channel = c.channel
WHERE b.month = month_start($as_of + 1)
