-- Contacts planned and made, by weight. Planned numbers are sums over the customers who have not opted out. A weight without customers is
-- shown with zero. For a weight without a plan what is planned is empty, and so is who is above or below it.
--
-- grain: band
-- order: position, band
-- check: n_under + n_right + n_over + n_opted_out <= customers
-- total: sum(customers) = (select count(*) from coverage.contacts)
-- total: sum(human_touches) = (select sum(human_touches) from coverage.contacts)
-- column: band text "Weight"
-- column: position count "Position from the top"
-- column: customers count "Customers"
-- column: planned_min count "Contacts planned at least"
-- column: planned_max count "Contacts planned at most"
-- column: human_touches count "Contacts by people"
-- column: touches_share ratio "Share of all contacts by people"
-- column: customers_share ratio "Share of customers"
-- column: touches_per_customer ratio "Contacts per customer"
-- column: campaign_touches count "Mass mailings"
-- column: n_under count "Customers with too few"
-- column: n_right count "Customers as planned"
-- column: n_over count "Customers with too many"
-- column: n_opted_out count "Customers who have opted out"
-- column: right_share ratio "Share as planned, of those judged"
-- column: is_small_sample bool "Too few customers for a ratio to mean much"
WITH acc AS (
  SELECT
    band,
    max(position) AS position,
    count(*) AS customers,
    sum(CASE WHEN result <> 'opted_out' THEN planned_min END) AS planned_min,
    sum(CASE WHEN result <> 'opted_out' THEN planned_max END) AS planned_max,
    sum(human_touches) AS human_touches,
    sum(campaign_touches) AS campaign_touches,
    sum(CASE WHEN result = 'under' THEN 1 ELSE 0 END) AS n_under,
    sum(CASE WHEN result = 'right' THEN 1 ELSE 0 END) AS n_right,
    sum(CASE WHEN result = 'over' THEN 1 ELSE 0 END) AS n_over,
    sum(CASE WHEN result = 'opted_out' THEN 1 ELSE 0 END) AS n_opted_out
  FROM coverage.contacts
  GROUP BY band
),
-- Every weight with a plan is shown, and every one that a customer has.
plan AS (
  SELECT p.band, l.position
  FROM rules.contact_plan p
  LEFT JOIN tiers.ladder l ON l.tier = p.band AND l.valid_on = $as_of
  WHERE (p.valid_from IS NULL OR p.valid_from <= $as_of) AND (p.valid_to IS NULL OR p.valid_to > $as_of)
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sums AS (
  SELECT
    coalesce(p.band, a.band) AS band,
    coalesce(p.position, a.position) AS position,
    coalesce(a.customers, 0) AS customers,
    CASE WHEN p.band IS NOT NULL THEN coalesce(a.planned_min, 0) END AS planned_min,
    CASE WHEN p.band IS NOT NULL THEN coalesce(a.planned_max, 0) END AS planned_max,
    coalesce(a.human_touches, 0) AS human_touches,
    coalesce(a.campaign_touches, 0) AS campaign_touches,
    CASE WHEN p.band IS NOT NULL THEN coalesce(a.n_under, 0) END AS n_under,
    CASE WHEN p.band IS NOT NULL THEN coalesce(a.n_right, 0) END AS n_right,
    CASE WHEN p.band IS NOT NULL THEN coalesce(a.n_over, 0) END AS n_over,
    coalesce(a.n_opted_out, 0) AS n_opted_out
  FROM plan p
  FULL OUTER JOIN acc a ON a.band = p.band
)
SELECT
  s.band,
  s.position,
  s.customers,
  s.planned_min,
  s.planned_max,
  s.human_touches,
  CAST(s.human_touches AS DOUBLE) / NULLIF(sum(s.human_touches) OVER (), 0) AS touches_share,
  CAST(s.customers AS DOUBLE) / NULLIF(sum(s.customers) OVER (), 0) AS customers_share,
  CAST(s.human_touches AS DOUBLE) / NULLIF(s.customers, 0) AS touches_per_customer,
  s.campaign_touches,
  s.n_under,
  s.n_right,
  s.n_over,
  s.n_opted_out,
  CAST(s.n_right AS DOUBLE) / NULLIF(s.n_under + s.n_right + s.n_over, 0) AS right_share,
  s.customers < r.min_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
