-- What kind of organisation each customer is, prospects too, and what follows for how it is won. Kinds are mapped by
-- rules.organisation_kinds: who works for profit wants more income; who does not wants efficiency or lower cost. A kind that is not
-- mapped there is unknown. An individual business is won like a consumer when one person decides and like a company when several do; who decides
-- are people still there whose position is decision maker (decision_chain.people). Where none is on record, one employee in all decides
-- alone, and else it is not known.
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- empty_if_missing: decision_chain.people
-- check: organisation in ('for_profit', 'non_profit', 'individual_business', 'unknown')
-- check: (organisation = 'unknown') = (value_message is null)
-- check: approach is null or organisation = 'individual_business'
-- total: count(*) = (select count(*) from value.customers)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: org_kind text "Kind of organisation"
-- column: organisation text "Organisation"
-- column: value_message text "Value to stress"
-- column: headcount count "Employees"
-- column: decision_makers count "People who decide"
-- column: approach text "How to win it"
-- column: revenue money "Final revenue in the window"
-- column: is_prospect bool "Never had a final line"
WITH deciding AS (
  SELECT customer_id, count(DISTINCT person_id) AS n
  FROM decision_chain.people
  WHERE is_active AND role3 = 'decision_maker'
  GROUP BY customer_id
),
kinds AS (
  SELECT org_kind, organisation, value_message
  FROM rules.organisation_kinds
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  v.customer_id,
  v.customer_name,
  v.owner_id,
  v.owner_name,
  c.org_kind,
  coalesce(k.organisation, 'unknown') AS organisation,
  k.value_message,
  c.headcount,
  d.n AS decision_makers,
  CASE
    WHEN k.organisation IS NULL OR k.organisation <> 'individual_business' THEN NULL
    WHEN d.n > 1 THEN 'like_company'
    WHEN d.n = 1 OR c.headcount = 1 THEN 'like_consumer'
    ELSE 'unknown'
  END AS approach,
  r.revenue,
  v.is_prospect
FROM value.customers v
LEFT JOIN staging.customers c ON c.customer_id = v.customer_id
LEFT JOIN kinds k ON k.org_kind = c.org_kind
LEFT JOIN deciding d ON d.customer_id = v.customer_id
LEFT JOIN value.contribution r ON r.customer_id = v.customer_id
