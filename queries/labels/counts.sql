-- Labels counted on the as-of date, each customer once by kind, and how that drifted from the month-end before. The numbers before are
-- empty for a kind that is not told for that day. A value of rules.labels without customers is shown with zero.
--
-- grain: label, value
-- order: label, position, value
-- check: drift = customers - customers_before
-- total: sum(customers) = (select count(*) from labels.matched where valid_on = $as_of)
-- column: label text "Kind of label"
-- column: value text "Label"
-- column: position count "Place in the order of match"
-- column: owner text "Who answers for it"
-- column: refreshed_on date "Computed for"
-- column: customers count "Customers"
-- column: customers_share ratio "Share of all customers"
-- column: customers_before count "At the month-end before"
-- column: drift count "Change since then"
-- column: revenue money "Final revenue in the window"
WITH population AS (
  SELECT count(*) AS customers FROM scores.population WHERE scored_on = $as_of
),
sums AS (
  SELECT
    m.label,
    m.value,
    sum(CASE WHEN m.valid_on = $as_of THEN 1 ELSE 0 END) AS customers,
    sum(CASE WHEN m.valid_on < $as_of THEN 1 ELSE 0 END) AS customers_before,
    sum(CASE WHEN m.valid_on = $as_of THEN t.revenue END) AS revenue
  FROM labels.matched m
  LEFT JOIN tiers.current t ON t.customer_id = m.customer_id
  GROUP BY m.label, m.value
),
kinds AS (
  SELECT label, count(CASE WHEN valid_on < $as_of THEN 1 END) > 0 AS has_before
  FROM labels.matched
  GROUP BY label
),
known AS (
  SELECT label, value, position, owner
  FROM rules.labels
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  coalesce(k.label, s.label) AS label,
  coalesce(k.value, s.value) AS value,
  k.position,
  k.owner,
  $as_of AS refreshed_on,
  coalesce(s.customers, 0) AS customers,
  CAST(coalesce(s.customers, 0) AS DOUBLE) / NULLIF(p.customers, 0) AS customers_share,
  CASE WHEN d.has_before THEN coalesce(s.customers_before, 0) END AS customers_before,
  CASE WHEN d.has_before THEN coalesce(s.customers, 0) - coalesce(s.customers_before, 0) END AS drift,
  coalesce(s.revenue, 0) AS revenue
FROM known k
FULL OUTER JOIN sums s ON s.label = k.label AND s.value = k.value
CROSS JOIN population p
LEFT JOIN kinds d ON d.label = coalesce(k.label, s.label)
