-- Customers who spend no more in a year than the tail cap but belong to a big group: one whose members together bring at least as
-- much as the smallest customer among those who bring 80 %. The way to more is through the group.
-- Only where the analysis unit is the entity; with groups as units there is no such customer. Parents that form a circle are no group.
--
-- grain: customer_id
-- order: group_revenue desc, group_id, annual_spend desc, customer_id
-- needs: value.attributes.parent_id
-- empty_if_missing: staging.owners
-- check: group_revenue >= big_from
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: segment text "Segment"
-- column: annual_spend money "Revenue of a year"
-- column: tail_cap money "Cap"
-- column: group_id text "Group"
-- column: group_name text "Group name"
-- column: group_owner_id text "Owner of the group"
-- column: group_owner_name text "Owner name of the group"
-- column: group_revenue money "Final revenue of the group in the window"
-- column: n_buyers count "Members of the group with revenue in the window"
-- column: big_from money "A group is big from"
WITH members AS (
  SELECT
    t.*,
    coalesce(g.root_id, t.customer_id) AS group_id
  FROM tiers.current t
  LEFT JOIN value.groups g ON g.customer_id = t.customer_id AND NOT g.is_cyclic
),
groups AS (
  SELECT group_id, sum(revenue) AS group_revenue, count(*) AS n_buyers
  FROM members
  GROUP BY group_id
),
big AS (
  SELECT min(revenue) AS big_from FROM value.contribution WHERE in_k80
),
rule AS (
  SELECT tail_cap
  FROM rules.segment_caps
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  m.customer_id,
  m.customer_name,
  m.owner_id,
  m.owner_name,
  m.tier,
  m.segment,
  m.annual_spend,
  r.tail_cap,
  m.group_id,
  coalesce(c.customer_name, m.group_id) AS group_name,
  c.owner_id AS group_owner_id,
  coalesce(o.owner_name, c.owner_id) AS group_owner_name,
  g.group_revenue,
  g.n_buyers,
  b.big_from
FROM members m
CROSS JOIN rule r
CROSS JOIN big b
JOIN groups g ON g.group_id = m.group_id
LEFT JOIN staging.customers c ON c.customer_id = m.group_id
LEFT JOIN staging.owners o ON o.owner_id = c.owner_id
WHERE $unit = 'entity' AND m.annual_spend <= r.tail_cap AND g.n_buyers > 1 AND g.group_revenue >= b.big_from
