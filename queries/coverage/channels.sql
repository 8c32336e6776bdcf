-- Which service channel each customer with a known balance should have, and which it has. The average balance of the last full
-- calendar month decides (rules.service_channels); a balance that lies exactly on a border counts to the
-- upper channel. Channels of the customer table are read by rules.service_channel_names; one that is empty or not named
-- there is unknown.
--
-- grain: customer_id
-- order: balance desc, customer_id
-- check: result in ('right', 'wrong', 'unknown')
-- check: (result = 'wrong') = (misplaced is not null)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: n_days count "Days with a balance in the month before"
-- column: balance money "Average balance of the month before"
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
),
names AS (
  SELECT n.service_channel, s.channel, s.position
  FROM rules.service_channel_names n
  JOIN steps s ON s.channel = n.channel
  WHERE (n.valid_from IS NULL OR n.valid_from <= $as_of) AND (n.valid_to IS NULL OR n.valid_to > $as_of)
)
SELECT
  b.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  b.n_days,
  b.balance,
  r.channel AS required_channel,
  k.service_channel,
  coalesce(a.channel, 'unknown') AS actual_channel,
  CASE WHEN a.channel IS NULL THEN 'unknown' WHEN a.channel = r.channel THEN 'right' ELSE 'wrong' END AS result,
  CASE WHEN a.position > r.position THEN 'below' WHEN a.position < r.position THEN 'above' END AS misplaced,
  r.rule_version
FROM coverage.bands b
JOIN steps r
  ON (r.from_balance IS NULL OR b.balance_total >= r.from_balance * b.n_days)
  AND (r.below_balance IS NULL OR b.balance_total < r.below_balance * b.n_days)
JOIN value.customers c ON c.customer_id = b.customer_id
LEFT JOIN staging.customers k ON k.customer_id = b.customer_id
LEFT JOIN names a ON a.service_channel = k.service_channel
WHERE b.month = month_start($as_of + 1)
