-- The five parts in a purchase over all customers of decision_chain.customers: at how many somebody who is still there has the part
-- on record, and at how many such a person was contacted lately. The position is the one that rules.decision_roles gives the part.
--
-- grain: role5
-- order: place, role5
-- check: covered <= on_record
-- check: on_record + left_only <= customers
-- column: role5 text "Part in a purchase"
-- column: place count "Place of the part"
-- column: role3 text "Position"
-- column: customers count "Customers"
-- column: people count "People with the part who are still there"
-- column: on_record count "Customers with somebody on record"
-- column: covered count "Customers with somebody contacted lately"
-- column: covered_share ratio "Share of all customers"
-- column: left_only count "Customers where all with the part have left"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH roles AS (
  SELECT role5, role3, position AS place
  FROM rules.decision_roles
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
held AS (
  SELECT
    p.customer_id,
    p.role5,
    count(CASE WHEN p.is_active THEN 1 END) AS people,
    count(CASE WHEN p.is_touched THEN 1 END) AS touched
  FROM decision_chain.people p
  JOIN decision_chain.customers c ON c.customer_id = p.customer_id
  GROUP BY p.customer_id, p.role5
),
acc AS (
  SELECT
    role5,
    sum(people) AS people,
    count(CASE WHEN people > 0 THEN 1 END) AS on_record,
    count(CASE WHEN touched > 0 THEN 1 END) AS covered,
    count(CASE WHEN people = 0 THEN 1 END) AS left_only
  FROM held
  GROUP BY role5
),
total AS (
  SELECT count(*) AS customers, count(touched_contacts) > 0 AS is_recorded FROM decision_chain.customers
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  r.role5,
  r.place,
  r.role3,
  t.customers,
  coalesce(a.people, 0) AS people,
  coalesce(a.on_record, 0) AS on_record,
  CASE WHEN t.is_recorded THEN coalesce(a.covered, 0) END AS covered,
  CASE WHEN t.is_recorded THEN CAST(coalesce(a.covered, 0) AS DOUBLE) / NULLIF(t.customers, 0) END AS covered_share,
  coalesce(a.left_only, 0) AS left_only,
  t.customers < s.min_units AS is_small_sample
FROM roles r
CROSS JOIN total t
CROSS JOIN rule s
LEFT JOIN acc a ON a.role5 = r.role5
