-- From the recurring revenue at the start of the latest month that is over to that at its end: one row for each kind of movement, what
-- it came to and how many customers moved so. Empty without a month that is over.
--
-- grain: position
-- check: (movement in ('new', 'reactivation', 'expansion') and change >= 0) or (movement in ('contraction', 'churn') and change <= 0)
-- total: sum(change) = (select sum(end_mrr - start_mrr) from revenue.mrr_movements where is_latest)
-- column: position count "Position"
-- column: movement text "Kind of movement"
-- column: change money "Change of recurring revenue"
-- column: customers count "Customers"
WITH latest AS (
  SELECT * FROM revenue.mrr_movements WHERE is_latest
)
SELECT 1 AS position, 'new' AS movement, new AS change, n_new AS customers FROM latest
UNION ALL
SELECT 2, 'reactivation', reactivation, n_reactivation FROM latest
UNION ALL
SELECT 3, 'expansion', expansion, n_expansion FROM latest
UNION ALL
SELECT 4, 'contraction', -contraction, n_contraction FROM latest
UNION ALL
SELECT 5, 'churn', -churn, n_churn FROM latest
