-- How many customers with revenue are owned at the level that their reach asks for, for all and for the candidates.
-- Every result is shown, also one that nobody has.
--
-- grain: result
-- order: position
-- check: candidates <= customers
-- total: sum(customers) = (select count(*) from key_accounts.routing)
-- total: sum(revenue) = (select sum(revenue) from key_accounts.routing)
-- column: result text "Result"
-- column: position count "Order of the results"
-- column: customers count "Customers"
-- column: revenue money "Final revenue in the window"
-- column: candidates count "Candidates for key accounts"
-- column: candidate_revenue money "Revenue of the candidates"
-- column: below count "Candidates with an owner below the level"
-- column: above count "Candidates with an owner above the level"
-- column: derived count "Candidates whose reach follows from the stores"
WITH results AS (
  SELECT * FROM (VALUES ('mismatch', 1), ('unrouted', 2), ('routed', 3), ('unknown', 4)) AS r (result, position)
)
SELECT
  s.result,
  s.position,
  count(r.customer_id) AS customers,
  coalesce(sum(r.revenue), 0) AS revenue,
  coalesce(sum(CASE WHEN r.is_candidate THEN 1 END), 0) AS candidates,
  coalesce(sum(CASE WHEN r.is_candidate THEN r.revenue END), 0) AS candidate_revenue,
  coalesce(sum(CASE WHEN r.is_candidate AND r.owner_gap = 'below' THEN 1 END), 0) AS below,
  coalesce(sum(CASE WHEN r.is_candidate AND r.owner_gap = 'above' THEN 1 END), 0) AS above,
  coalesce(sum(CASE WHEN r.is_candidate AND r.is_derived THEN 1 END), 0) AS derived
FROM results s
LEFT JOIN key_accounts.routing r ON r.result = s.result
GROUP BY s.result, s.position
