-- How many customers each owner serves in each channel, whether their balance is known or not (coverage.served). Customers without an
-- owner are together under `unassigned`. Balances are those of the last full month.
--
-- grain: owner_id, actual_channel
-- order: actual_channel, customers desc, owner_id
-- total: sum(customers) = (select count(*) from coverage.served where is_served)
-- total: sum(with_balance) = (select count(*) from coverage.channels)
-- total: coalesce(sum(balance), 0) = (select coalesce(sum(balance), 0) from coverage.channels)
-- check: with_balance <= customers
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: actual_channel text "Actual channel"
-- column: customers count "Customers"
-- column: with_balance count "Of these with a known balance"
-- column: balance money "Sum of their average balances"
-- column: wrong_customers count "Of these in the wrong channel"
-- column: should_be_higher count "Of these to be served higher"
-- column: owner_customers count "Customers of the owner in all channels"
WITH sums AS (
  SELECT
    coalesce(s.owner_id, 'unassigned') AS owner_id,
    max(coalesce(s.owner_name, 'unassigned')) AS owner_name,
    coalesce(h.actual_channel, l.channel, 'unknown') AS actual_channel,
    count(*) AS customers,
    count(h.customer_id) AS with_balance,
    sum(h.balance) AS balance,
    sum(CASE WHEN h.result = 'wrong' THEN 1 ELSE 0 END) AS wrong_customers,
    sum(CASE WHEN h.misplaced = 'below' THEN 1 ELSE 0 END) AS should_be_higher
  FROM coverage.served s
  LEFT JOIN coverage.channels h ON h.customer_id = s.customer_id
  LEFT JOIN rules.service_channels l
    ON l.channel = s.channel
    AND (l.valid_from IS NULL OR l.valid_from <= $as_of) AND (l.valid_to IS NULL OR l.valid_to > $as_of)
  WHERE s.is_served
  GROUP BY coalesce(s.owner_id, 'unassigned'), coalesce(h.actual_channel, l.channel, 'unknown')
)
SELECT
  owner_id,
  owner_name,
  actual_channel,
  customers,
  with_balance,
  balance,
  CASE WHEN with_balance > 0 THEN wrong_customers END AS wrong_customers,
  CASE WHEN with_balance > 0 THEN should_be_higher END AS should_be_higher,
  sum(customers) OVER (PARTITION BY owner_id) AS owner_customers
FROM sums
