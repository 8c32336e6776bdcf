-- Customers who were contacted after opting out: contacts of any kind, made after the day on which they opted out. A contact on that day
-- itself is none. It is recent when it lies in the months for which contacts are planned, or later.
--
-- grain: customer_id
-- order: last_after_opt_out_on desc, customer_id
-- needs: staging.opt_outs.since
-- check: last_after_opt_out_on > opted_out_on
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: opted_out_on date "Opted out on"
-- column: n_after_opt_out count "Contacts after opting out"
-- column: last_after_opt_out_on date "The last of them"
-- column: is_recent bool "Recent"
WITH outs AS (
  SELECT customer_id, min(since) AS since
  FROM staging.opt_outs
  WHERE since IS NOT NULL
  GROUP BY customer_id
),
after AS (
  SELECT u.unit_id AS customer_id, t.touched_on, t.kind, min(o.since) AS since
  FROM coverage.touches t
  JOIN outs o ON o.customer_id = t.customer_id AND t.touched_on > o.since
  JOIN value.units u ON u.customer_id = t.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id, t.touched_on, t.kind
),
sums AS (
  SELECT customer_id, min(since) AS opted_out_on, count(*) AS n_after_opt_out, max(touched_on) AS last_after_opt_out_on
  FROM after
  GROUP BY customer_id
),
span AS (
  SELECT month_add(month_start($as_of + 1), -contact_months) AS first_on
  FROM rules.visit_window
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  s.opted_out_on,
  s.n_after_opt_out,
  s.last_after_opt_out_on,
  s.last_after_opt_out_on >= p.first_on AS is_recent
FROM sums s
CROSS JOIN span p
JOIN value.customers c ON c.customer_id = s.customer_id
