-- How many customers each owner serves in each channel, of those with a known balance. Customers without an owner are together under
-- `unassigned`.
--
-- grain: owner_id, actual_channel
-- order: actual_channel, customers desc, owner_id
-- total: sum(customers) = (select count(*) from coverage.channels)
-- total: sum(balance) = (select sum(balance) from coverage.channels)
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: actual_channel text "Actual channel"
-- column: customers count "Customers"
-- column: balance money "Sum of their average balances"
-- column: wrong_customers count "Of these in the wrong channel"
-- column: should_be_higher count "Of these to be served higher"
-- column: owner_customers count "Customers of the owner in all channels"
WITH sums AS (
  SELECT
    coalesce(owner_id, 'unassigned') AS owner_id,
    max(coalesce(owner_name, 'unassigned')) AS owner_name,
    actual_channel,
    count(*) AS customers,
    sum(balance) AS balance,
    sum(CASE WHEN result = 'wrong' THEN 1 ELSE 0 END) AS wrong_customers,
    sum(CASE WHEN misplaced = 'below' THEN 1 ELSE 0 END) AS should_be_higher
  FROM coverage.channels
  GROUP BY coalesce(owner_id, 'unassigned'), actual_channel
)
SELECT
  owner_id,
  owner_name,
  actual_channel,
  customers,
  balance,
  wrong_customers,
  should_be_higher,
  sum(customers) OVER (PARTITION BY owner_id) AS owner_customers
FROM sums
