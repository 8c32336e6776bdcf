-- Customers whose intent is as old as the last band of rules.intent_ages or older: sold long ago, and neither paid nor given up.
-- Internal customers, customers whose old intent comes to nothing, and contracts that are paid up are left out: with the policy
-- `instalments` the deposits of the latter never become revenue, and nobody owes them.
--
-- empty_if_missing: revenue.contract_closings
-- grain: customer_id
-- order: amount desc, customer_id
-- check: amount > 0
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: amount money "Old intent"
-- column: n_lines count "Lines"
-- column: oldest_on date "Oldest sold on"
-- column: oldest_days days "Age of the oldest"
WITH limits AS (
  SELECT max(from_days) AS from_days
  FROM rules.intent_ages
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
old AS (
  SELECT u.unit_id AS customer_id, sum(i.amount) AS amount, count(*) AS n_lines, min(i.sold_on) AS oldest_on
  FROM revenue.intent i
  CROSS JOIN limits l
  JOIN value.units u ON u.customer_id = i.customer_id
  LEFT JOIN revenue.contract_closings k ON k.contract_id = i.contract_id
  WHERE i.age_days >= l.from_days AND NOT u.is_internal AND k.closed_on IS NULL
  GROUP BY u.unit_id
)
SELECT
  o.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  o.amount,
  o.n_lines,
  o.oldest_on,
  $as_of - o.oldest_on AS oldest_days
FROM old o
JOIN value.customers c ON c.customer_id = o.customer_id
WHERE o.amount > 0
