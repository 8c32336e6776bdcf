-- Customers owned at another level than their reach asks for, or by nobody: candidates for key accounts first, then by revenue.
-- Of those without an owner the ones to look at are the candidates, and whoever reaches beyond one city.
--
-- grain: customer_id
-- order: is_candidate desc, revenue desc, customer_id
-- check: result in ('mismatch', 'unrouted')
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: result text "Result"
-- column: is_candidate bool "Candidate for a key account"
-- column: tier text "Tier by the formula"
-- column: revenue money "Final revenue in the window"
-- column: chain_scope text "Reach of the chain"
-- column: is_derived bool "The reach follows from the stores"
-- column: n_stores count "Open stores"
-- column: n_provinces count "Provinces with open stores"
-- column: required_level text "Level required"
-- column: owner_level text "Level of the owner"
-- column: owner_gap text "Owner below or above the level required"
-- column: is_to_be_owned bool "Without an owner, and a candidate or with a reach beyond one city"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
SELECT
  customer_id,
  customer_name,
  result,
  is_candidate,
  tier,
  revenue,
  chain_scope,
  is_derived,
  n_stores,
  n_provinces,
  required_level,
  owner_level,
  owner_gap,
  result = 'unrouted' AND (is_candidate OR coalesce(required_level <> 'city', false)) AS is_to_be_owned,
  owner_id,
  owner_name
FROM key_accounts.routing
WHERE result IN ('mismatch', 'unrouted')
