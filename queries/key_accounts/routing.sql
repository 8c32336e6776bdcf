-- Which level of the sales organisation each customer with revenue in the window belongs to, and whose it is. Every such
-- customer is routed, not only the candidates, because a national chain that still buys little is the one that goes astray;
-- the candidates are marked.
-- The reach of a chain is the one the customer table gives; in a group the widest of its members. Without it, it follows
-- from the provinces of the stores that are open (rules.chain_scopes), and a customer of one store is a city shop. It stays
-- unknown when an open store lacks its province, unless the others already reach the widest step.
-- Routed: the owner has the level that the reach asks for. Mismatch: another level. Unrouted: nobody owns the customer.
-- Unknown: the reach or the level of the owner is not known, or the customer table names no owner for anybody.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- empty_if_missing: staging.owners, staging.stores
-- check: result in ('routed', 'mismatch', 'unrouted', 'unknown')
-- check: (result = 'mismatch') = (owner_gap is not null)
-- total: sum(revenue) = (select sum(ranked_total) from value.control)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: is_candidate bool "Candidate for a key account"
-- column: tier text "Tier by the formula"
-- column: revenue money "Final revenue in the window"
-- column: chain_scope text "Reach of the chain"
-- column: is_derived bool "The reach follows from the stores"
-- column: n_stores count "Open stores"
-- column: n_provinces count "Provinces with open stores"
-- column: required_level text "Level required"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: owner_level text "Level of the owner"
-- column: owner_gap text "Owner below or above the level required"
-- column: result text "Result"
WITH steps AS (
  SELECT
    scope,
    level,
    provinces_from,
    lead(provinces_from) OVER (ORDER BY provinces_from, scope) AS provinces_to,
    row_number() OVER (ORDER BY provinces_from, scope) AS position
  FROM rules.chain_scopes
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
given AS (
  SELECT u.unit_id, max(s.position) AS position, sum(c.store_count) AS store_count
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id
  LEFT JOIN steps s ON s.scope = c.chain_scope
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
shops AS (
  SELECT u.unit_id, count(*) AS n_stores, count(DISTINCT s.province) AS n_provinces, count(*) - count(s.province) AS n_unplaced
  FROM staging.stores s
  JOIN value.units u ON u.customer_id = s.customer_id
  WHERE NOT u.is_internal AND (s.opened_on IS NULL OR s.opened_on <= $as_of) AND (s.closed_on IS NULL OR s.closed_on > $as_of)
  GROUP BY u.unit_id
),
derived AS (
  SELECT h.unit_id, s.position
  FROM shops h
  JOIN steps s
    ON greatest(h.n_provinces, 1) >= s.provinces_from AND (s.provinces_to IS NULL OR greatest(h.n_provinces, 1) < s.provinces_to)
  WHERE h.n_unplaced = 0 OR h.n_stores = 1 OR s.provinces_to IS NULL
),
owned AS (
  SELECT count(owner_id) > 0 AS has_owners FROM value.attributes
),
scoped AS (
  SELECT
    v.customer_id,
    v.customer_name,
    v.owner_id,
    v.owner_name,
    v.revenue,
    h.n_stores,
    h.n_provinces,
    g.position IS NULL AS is_derived,
    coalesce(g.position, d.position, CASE WHEN h.unit_id IS NULL AND g.store_count = 1 THEN 1 END) AS position
  FROM value.contribution v
  LEFT JOIN given g ON g.unit_id = v.customer_id
  LEFT JOIN shops h ON h.unit_id = v.customer_id
  LEFT JOIN derived d ON d.unit_id = v.customer_id
  WHERE v.revenue > 0
)
SELECT
  c.customer_id,
  c.customer_name,
  k.customer_id IS NOT NULL AS is_candidate,
  t.tier,
  c.revenue,
  s.scope AS chain_scope,
  CASE WHEN c.position IS NOT NULL THEN c.is_derived END AS is_derived,
  c.n_stores,
  c.n_provinces,
  s.level AS required_level,
  c.owner_id,
  c.owner_name,
  o.level AS owner_level,
  CASE WHEN l.position < c.position THEN 'below' WHEN l.position > c.position THEN 'above' END AS owner_gap,
  CASE
    WHEN c.owner_id IS NULL AND w.has_owners THEN 'unrouted'
    WHEN l.position IS NULL OR c.position IS NULL THEN 'unknown'
    WHEN l.position = c.position THEN 'routed'
    ELSE 'mismatch'
  END AS result
FROM scoped c
CROSS JOIN owned w
JOIN tiers.current t ON t.customer_id = c.customer_id
LEFT JOIN steps s ON s.position = c.position
LEFT JOIN staging.owners o ON o.owner_id = c.owner_id
LEFT JOIN steps l ON l.level = o.level
LEFT JOIN key_accounts.candidates k ON k.customer_id = c.customer_id
