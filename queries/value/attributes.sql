-- Parent, owner and region of every customer as they were on the as-of date.
-- They come from the history of the customer where the project has one, so that a merged customer belongs to its new group from
-- the day of the merger, and to the old one in a run of an earlier day. A customer that has no history at all, and an attribute
-- that the history never holds, are as the customer table has them now. A customer whose history has no row for the day had none.
--
-- grain: customer_id
-- empty_if_missing: staging.customer_history
-- check: n_valid <= 1
-- column: customer_id text "Customer"
-- column: parent_id text "Parent customer"
-- column: owner_id text "Owner"
-- column: region text "Region"
-- column: n_valid count "Rows of the history that are valid on the as-of date"
WITH history AS (
  SELECT
    customer_id,
    count(CASE WHEN (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of) THEN 1 END) AS n_valid,
    max(CASE WHEN (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of) THEN parent_id END) AS parent_id,
    max(CASE WHEN (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of) THEN owner_id END) AS owner_id,
    max(CASE WHEN (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of) THEN region END) AS region
  FROM staging.customer_history
  GROUP BY customer_id
),
held AS (
  SELECT count(parent_id) > 0 AS parents, count(owner_id) > 0 AS owners, count(region) > 0 AS regions
  FROM staging.customer_history
)
SELECT
  c.customer_id,
  CASE WHEN k.parents AND h.customer_id IS NOT NULL THEN h.parent_id ELSE c.parent_id END AS parent_id,
  CASE WHEN k.owners AND h.customer_id IS NOT NULL THEN h.owner_id ELSE c.owner_id END AS owner_id,
  CASE WHEN k.regions AND h.customer_id IS NOT NULL THEN h.region ELSE c.region END AS region,
  coalesce(h.n_valid, 0) AS n_valid
FROM staging.customers c
CROSS JOIN held k
LEFT JOIN history h ON h.customer_id = c.customer_id
