-- Why customers left in the window, as their subscriptions say: each customer judged by its subscription counts once. An empty
-- reason is one that was not recorded. Whoever is judged by its sales gives no reason and is not here.
--
-- grain: reason
-- order: customers desc, reason
-- needs: staging.subscriptions.reason
-- total: sum(mrr_lost) = (select sum(mrr_lost) from churn.left_customers)
-- column: reason text "Reason"
-- column: customers count "Customers who left"
-- column: customers_share ratio "Share of customers who left"
-- column: mrr_lost money "Recurring revenue lost"
-- column: is_small_sample bool "Too few customers for a share to mean much"
WITH acc AS (
  SELECT coalesce(reason, 'not_recorded') AS reason, count(*) AS customers, coalesce(sum(mrr_lost), 0) AS mrr_lost
  FROM churn.left_customers
  WHERE policy = 'subscription'
  GROUP BY coalesce(reason, 'not_recorded')
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.reason,
  a.customers,
  CAST(a.customers AS DOUBLE) / sum(a.customers) OVER () AS customers_share,
  a.mrr_lost,
  sum(a.customers) OVER () < r.min_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
