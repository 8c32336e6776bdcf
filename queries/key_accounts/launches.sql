-- Campaigns by customer and the day they went live: those of one customer on one day are one launch. The subsidy is unknown when it
-- is for any of them. Two launches of a customer overlap when the days that are measured around them do (rules.launch).
--
-- grain: customer_id, live_on
-- check: n_campaigns > 0
-- column: customer_id text "Customer"
-- column: live_on date "Live on"
-- column: n_campaigns count "Campaigns"
-- column: subsidy money "Subsidy"
-- column: is_overlapping bool "Another launch of the customer is near"
WITH rule AS (
  SELECT days
  FROM rules.launch
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
acc AS (
  SELECT
    u.unit_id AS customer_id,
    c.live_on,
    count(*) AS n_campaigns,
    CASE WHEN count(*) = count(c.subsidy) THEN sum(c.subsidy) END AS subsidy
  FROM staging.campaigns c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id, c.live_on
),
near AS (
  SELECT
    *,
    live_on - lag(live_on) OVER (PARTITION BY customer_id ORDER BY live_on) AS days_since,
    lead(live_on) OVER (PARTITION BY customer_id ORDER BY live_on) - live_on AS days_until
  FROM acc
)
SELECT
  n.customer_id,
  n.live_on,
  n.n_campaigns,
  n.subsidy,
  coalesce(n.days_since < 2 * r.days, false) OR coalesce(n.days_until < 2 * r.days, false) AS is_overlapping
FROM near n
CROSS JOIN rule r
