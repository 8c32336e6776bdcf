-- How much each customer with revenue in the window weighs in its cities. Shares and ranks are among the customers above
-- zero; a chain has a row for each city in which it sells (key_accounts.places).
-- Cities with enough customers (rules.local_influence) are judged by city, others by the customer's region, and revenue
-- without a city or region by neither: then nothing is said. A customer is leading when it is among the first of the
-- place or has the share that the rule asks for, and influential when it leads, unless its pull is known and not above zero
-- (key_accounts.pull).
-- The pull is not known without end users, without a day of going live, before the days after it are over, where the days before
-- it reach back beyond the first end user, in a city whose name several provinces share, and where there is no other city to
-- compare with.
--
-- grain: customer_id, city
-- order: revenue desc, customer_id, city
-- needs: key_accounts.places.place
-- check: city_share between 0 and 1 and region_share between 0 and 1
-- check: (judged_by is null) = (is_influential is null)
-- check: not (is_influential and pull <= 0)
-- check: is_leading or not is_influential
-- total: sum(revenue) = (select sum(revenue) from value.contribution)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: city text "City"
-- column: province text "Province"
-- column: region text "Region"
-- column: revenue money "Final revenue in the city"
-- column: city_customers count "Customers in the city"
-- column: city_revenue money "Revenue of the city"
-- column: city_share ratio "Share of the city's revenue"
-- column: city_rank count "Rank in the city"
-- column: region_customers count "Customers in the region"
-- column: region_share ratio "Share of the region's revenue"
-- column: region_rank count "Rank in the region"
-- column: judged_by text "Judged by city or region"
-- column: go_live_on date "Live since"
-- column: new_users_before count "New end users before"
-- column: new_users_after count "New end users after"
-- column: control_cities count "Cities compared with"
-- column: control_change count "Their average change"
-- column: pull count "New end users beyond those of other cities"
-- column: pull_is_known bool "The pull is known"
-- column: is_leading bool "Among the first of its place, or with a large share of it"
-- column: is_influential bool "Influential"
-- column: is_candidate bool "Candidate for a key account"
-- column: is_small_sample bool "Too few customers for a share to mean much"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
WITH rule AS (
  SELECT i.min_customers, i.top_rank, i.min_share, s.min_units
  FROM rules.local_influence i
  CROSS JOIN rules.small_samples s
  WHERE (i.valid_from IS NULL OR i.valid_from <= $as_of) AND (i.valid_to IS NULL OR i.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
regions AS (
  SELECT customer_id, region, sum(revenue) AS revenue
  FROM key_accounts.places
  WHERE region IS NOT NULL
  GROUP BY customer_id, region
),
ranked_regions AS (
  SELECT
    customer_id,
    region,
    revenue,
    CASE WHEN revenue > 0 THEN row_number() OVER (PARTITION BY region, revenue > 0 ORDER BY revenue DESC, customer_id) END AS rank,
    sum(CASE WHEN revenue > 0 THEN revenue ELSE 0 END) OVER (PARTITION BY region) AS total,
    count(CASE WHEN revenue > 0 THEN 1 END) OVER (PARTITION BY region) AS customers
  FROM regions
),
ranked AS (
  SELECT
    *,
    CASE WHEN revenue > 0 THEN row_number() OVER (PARTITION BY city, revenue > 0 ORDER BY revenue DESC, customer_id) END AS rank,
    sum(CASE WHEN revenue > 0 THEN revenue ELSE 0 END) OVER (PARTITION BY city) AS total,
    count(CASE WHEN revenue > 0 THEN 1 END) OVER (PARTITION BY city) AS customers
  FROM key_accounts.places
),
judged AS (
  SELECT
    p.customer_id,
    p.city,
    p.province,
    p.city_name,
    p.region,
    p.revenue,
    p.rank,
    p.total,
    p.customers,
    g.revenue AS region_revenue,
    g.rank AS region_rank,
    g.total AS region_total,
    g.customers AS region_customers,
    CASE
      WHEN p.city_name IS NOT NULL AND p.customers >= r.min_customers THEN 'city'
      WHEN p.region IS NOT NULL THEN 'region'
    END AS judged_by,
    r.top_rank,
    r.min_share,
    r.min_units
  FROM ranked p
  CROSS JOIN rule r
  LEFT JOIN ranked_regions g ON g.customer_id = p.customer_id AND g.region = p.region
),
leaders AS (
  SELECT
    *,
    CASE
      WHEN judged_by = 'city' THEN revenue > 0 AND (rank <= top_rank OR revenue >= min_share * total)
      WHEN judged_by = 'region'
      THEN revenue > 0 AND region_revenue > 0 AND (region_rank <= top_rank OR region_revenue >= min_share * region_total)
    END AS is_leading
  FROM judged
)
SELECT
  j.customer_id,
  c.customer_name,
  j.city,
  j.province,
  j.region,
  j.revenue,
  CASE WHEN j.city_name IS NOT NULL THEN j.customers END AS city_customers,
  CASE WHEN j.city_name IS NOT NULL THEN j.total END AS city_revenue,
  CASE WHEN j.city_name IS NOT NULL AND j.revenue > 0 THEN CAST(j.revenue AS DOUBLE) / CAST(j.total AS DOUBLE) END AS city_share,
  CASE WHEN j.city_name IS NOT NULL THEN CAST(j.rank AS BIGINT) END AS city_rank,
  j.region_customers,
  CASE WHEN j.region_revenue > 0 THEN CAST(j.region_revenue AS DOUBLE) / CAST(j.region_total AS DOUBLE) END AS region_share,
  CAST(j.region_rank AS BIGINT) AS region_rank,
  j.judged_by,
  w.go_live_on,
  p.new_users_before,
  p.new_users_after,
  p.control_cities,
  p.control_change,
  p.pull,
  p.pull IS NOT NULL AS pull_is_known,
  j.is_leading,
  CASE WHEN j.is_leading IS NOT NULL THEN j.is_leading AND NOT coalesce(p.pull <= 0, false) END AS is_influential,
  k.customer_id IS NOT NULL AS is_candidate,
  CASE WHEN j.judged_by = 'city' THEN j.customers ELSE j.region_customers END < j.min_units AS is_small_sample,
  c.owner_id,
  c.owner_name
FROM leaders j
JOIN value.customers c ON c.customer_id = j.customer_id
LEFT JOIN key_accounts.candidates k ON k.customer_id = j.customer_id
LEFT JOIN key_accounts.went_live w ON w.customer_id = j.customer_id AND w.city = j.city
LEFT JOIN key_accounts.pull p ON p.customer_id = j.customer_id AND p.city = j.city
