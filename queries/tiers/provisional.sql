-- Customers whose tier by the formula is not yet the confirmed one: since which month-end they have had it, and which month-end
-- confirms it if they keep it until then (rules.tier_days).
--
-- grain: customer_id
-- order: revenue desc, customer_id
-- check: tier <> confirmed_tier
-- check: confirms_on > last_month_end
-- total: count(*) = (select sum(n_unconfirmed) from tiers.summary)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: tier text "Tier by the formula"
-- column: confirmed_tier text "Confirmed tier"
-- column: override_tier text "Tier set by hand"
-- column: direction text "Direction"
-- column: since date "First month-end in a row with this tier"
-- column: n_month_ends count "Month-ends in a row with this tier"
-- column: last_month_end date "Latest month-end"
-- column: confirms_on date "Month-end that confirms it"
-- column: revenue money "Final revenue in the window"
-- column: share_before ratio "Share of all customers ahead"
WITH ends AS (
  SELECT month_end(month_add(month_start($as_of + 1), -1)) AS last_end
),
rule AS (
  SELECT confirm_month_ends
  FROM rules.tier_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
waiting AS (
  SELECT * FROM tiers.current WHERE tier <> confirmed_tier
),
steps AS (
  SELECT
    w.customer_id,
    h.month_end,
    months_between(h.month_end, e.last_end) AS months_back,
    CAST(row_number() OVER (PARTITION BY w.customer_id ORDER BY h.month_end DESC) AS BIGINT) AS n
  FROM waiting w
  JOIN tiers.history h ON h.customer_id = w.customer_id AND h.tier = w.tier
  CROSS JOIN ends e
),
runs AS (
  SELECT customer_id, count(*) AS n_month_ends, min(month_end) AS since
  FROM steps
  WHERE months_back = n - 1
  GROUP BY customer_id
)
SELECT
  w.customer_id,
  w.customer_name,
  w.owner_id,
  w.owner_name,
  w.tier,
  w.confirmed_tier,
  w.override_tier,
  CASE WHEN w.position < l.position THEN 'up' ELSE 'down' END AS direction,
  r.since,
  coalesce(r.n_month_ends, 0) AS n_month_ends,
  e.last_end AS last_month_end,
  month_end(month_add(month_start(e.last_end), d.confirm_month_ends - coalesce(r.n_month_ends, 0))) AS confirms_on,
  w.revenue,
  w.share_before
FROM waiting w
CROSS JOIN ends e
CROSS JOIN rule d
LEFT JOIN runs r ON r.customer_id = w.customer_id
LEFT JOIN tiers.ladder l ON l.tier = w.confirmed_tier AND l.valid_on = $as_of
