-- The largest customers (ten, rules.contract_endings) with their share of revenue, whether that is much (rules.concentration_bands),
-- and the day on which the last of their contracts ends. A contract counts from its signing, paid or not. An ending is near when it is
-- at most so many days away (rules.contract_endings). A contract without an end goes on, and so does its customer: there is no last
-- day then. Without a table of contracts, or where no contract at all has an end, nothing is known of endings.
--
-- grain: customer_id
-- order: rank, customer_id
-- empty_if_missing: staging.contracts
-- check: not (is_discount and not is_material)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: rank count "Rank by revenue"
-- column: revenue money "Final revenue in the window"
-- column: share ratio "Share of the revenue of all customers above zero"
-- column: cumulative_share ratio "Cumulative share"
-- column: gross_profit money "Gross profit in the window"
-- column: is_material bool "Large enough to be named to owners and lenders"
-- column: is_discount bool "So large that a buyer would pay less for the company"
-- column: contracts count "Contracts signed"
-- column: contract_ends_on date "Last contract ends on"
-- column: days_to_end days "Days to that end; below zero it is over"
-- column: is_open_ended bool "Has a contract without an end; not said of a customer who never had one"
-- column: is_ending bool "That end is near"
-- column: has_ended bool "No contract any more"
WITH ranked AS (
  SELECT *, sum(revenue) OVER () AS t
  FROM value.contribution
  WHERE rank IS NOT NULL
),
bands AS (
  SELECT
    max(CASE WHEN level = 'material' THEN above END) AS material,
    max(CASE WHEN level = 'discount' THEN above END) AS discount
  FROM rules.concentration_bands
  WHERE measure = 'cr1' AND (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
signed AS (
  SELECT
    u.unit_id AS customer_id,
    count(*) AS contracts,
    count(*) > count(c.ends_on) AS is_open_ended,
    CASE WHEN count(*) = count(c.ends_on) THEN max(c.ends_on) END AS ends_on
  FROM staging.contracts c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
known AS (
  SELECT count(*) > 0 AS contracts, count(ends_on) > 0 AS ends FROM staging.contracts
)
SELECT
  r.customer_id,
  r.customer_name,
  r.owner_id,
  r.owner_name,
  r.rank,
  r.revenue,
  r.share,
  r.cumulative_share,
  r.gross_profit,
  r.revenue > b.material * r.t AS is_material,
  r.revenue > b.discount * r.t AS is_discount,
  CASE WHEN k.contracts THEN coalesce(s.contracts, 0) END AS contracts,
  s.ends_on AS contract_ends_on,
  s.ends_on - $as_of AS days_to_end,
  CASE WHEN k.ends THEN s.is_open_ended END AS is_open_ended,
  CASE WHEN k.ends THEN coalesce(s.ends_on >= $as_of AND s.ends_on - $as_of <= e.within_days, false) END AS is_ending,
  CASE WHEN k.ends THEN coalesce(s.ends_on < $as_of, false) END AS has_ended
FROM ranked r
CROSS JOIN bands b
CROSS JOIN known k
CROSS JOIN rules.contract_endings e
LEFT JOIN signed s ON s.customer_id = r.customer_id
WHERE r.rank <= e.top_customers
  AND (e.valid_from IS NULL OR e.valid_from <= $as_of) AND (e.valid_to IS NULL OR e.valid_to > $as_of)
