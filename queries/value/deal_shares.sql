-- Orders whose revenue is shared between owners: the shares have to come to 1. A share like a third cannot be written exactly, so
-- the last digit of each may be off by one.
--
-- grain: order_id
-- empty_if_missing: staging.deal_splits
-- check: abs(total_share - 1) * 100000000 <= n_owners
-- check: least_share >= 0
-- column: order_id text "Order"
-- column: n_owners count "Owners"
-- column: total_share ratio "Sum of the shares"
-- column: least_share ratio "Smallest share"
-- column: first_owner_id text "Owner who gets the rest of rounding"
SELECT
  order_id,
  count(*) AS n_owners,
  sum(share) AS total_share,
  min(share) AS least_share,
  min(owner_id) AS first_owner_id
FROM staging.deal_splits
GROUP BY order_id
