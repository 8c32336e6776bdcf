-- How far the brand reaches in the long tail, at the end of each of the last thirteen months: of the tail customers who answered in the
-- twelve months up to it, how many know the brand (a score of recognition at or above rules.brand_scores) and how many praise it (a
-- recommendation at or above it), by the newest answers of each person; end users of tail customers seen up to then; and
-- customers who use the product without ever having bought (free users) in the month. The tail is that of tiers.current, so the
-- same customers are compared. Surveys, end users and use may each be missing; what is missing is empty.
--
-- grain: month
-- empty_if_missing: staging.surveys, staging.end_users, staging.usage, staging.content
-- check: know_share between 0 and 1
-- check: praise_share between 0 and 1
-- column: month month "Month"
-- column: month_end date "Up to"
-- column: asked_brand count "Tail people asked about the brand"
-- column: know_share ratio "Of these know it"
-- column: asked_nps count "Tail people asked for a recommendation"
-- column: praise_share ratio "Of these recommend it"
-- column: end_users count "End users of tail customers"
-- column: new_end_users count "Of these new in the month"
-- column: free_customers count "Customers who use the product and never bought"
-- column: free_users count "Their active users on the busiest day"
-- column: views count "Views of content in the month"
-- column: is_small_sample bool "Too few answers for a share to mean much"
WITH months AS (
  SELECT period_start AS month, period_end AS month_end, month_add(period_start, -11) AS year_start
  FROM review.spans
  WHERE span = 'full_month'
),
tail AS (
  SELECT customer_id FROM tiers.current WHERE segment = 'tail'
),
answers AS (
  SELECT
    m.month,
    s.kind,
    s.score,
    row_number() OVER (
      PARTITION BY m.month, s.kind, coalesce(s.person_id, s.customer_id) ORDER BY s.answered_on DESC, s.score DESC
    ) AS newest
  FROM staging.surveys s
  JOIN value.units u ON u.customer_id = s.customer_id
  JOIN tail t ON t.customer_id = u.unit_id
  JOIN months m ON s.answered_on >= m.year_start AND s.answered_on <= m.month_end
  WHERE s.kind IN ('brand', 'nps') AND NOT u.is_internal
),
said AS (
  SELECT
    a.month,
    count(CASE WHEN r.aspect = 'know' THEN 1 END) AS asked_brand,
    count(CASE WHEN r.aspect = 'know' AND a.score >= r.min_score THEN 1 END) AS know,
    count(CASE WHEN r.aspect = 'praise' THEN 1 END) AS asked_nps,
    count(CASE WHEN r.aspect = 'praise' AND a.score >= r.min_score THEN 1 END) AS praise
  FROM answers a
  JOIN rules.brand_scores r
    ON r.kind = a.kind AND (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
  WHERE a.newest = 1
  GROUP BY a.month
),
seen AS (
  SELECT e.first_seen_on, count(*) AS n
  FROM staging.end_users e
  JOIN value.units u ON u.customer_id = e.customer_id
  JOIN tail t ON t.customer_id = u.unit_id
  WHERE NOT u.is_internal
  GROUP BY e.first_seen_on
),
people AS (
  SELECT
    m.month,
    coalesce(sum(CASE WHEN s.first_seen_on <= m.month_end THEN s.n END), 0) AS end_users,
    coalesce(sum(CASE WHEN s.first_seen_on >= m.month AND s.first_seen_on <= m.month_end THEN s.n END), 0) AS new_end_users
  FROM months m
  CROSS JOIN seen s
  GROUP BY m.month
),
used AS (
  SELECT
    month_start(g.day) AS month,
    u.unit_id AS customer_id,
    max(g.active_users) AS users
  FROM staging.usage g
  JOIN value.units u ON u.customer_id = g.customer_id
  WHERE NOT u.is_internal AND g.day >= month_add(month_start($as_of), -13) AND (g.active_users > 0 OR g.logins > 0)
  GROUP BY month_start(g.day), u.unit_id
),
free AS (
  -- Never bought: no final sale up to the end of the month.
  SELECT g.month, count(*) AS customers, sum(g.users) AS users
  FROM used g
  JOIN value.customers c ON c.customer_id = g.customer_id
  WHERE c.first_sale_on IS NULL OR c.first_sale_on > month_end(g.month)
  GROUP BY g.month
),
exposure AS (
  SELECT month_start(day) AS month, sum(views) AS views FROM staging.content GROUP BY month_start(day)
),
known AS (
  SELECT
    (SELECT month_start(min(first_seen_on)) FROM staging.end_users) AS end_users_from,
    (SELECT month_start(min(day)) FROM staging.usage) AS usage_from,
    (SELECT month_start(min(day)) FROM staging.content) AS content_from
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  m.month,
  m.month_end,
  s.asked_brand,
  CAST(s.know AS DOUBLE) / NULLIF(s.asked_brand, 0) AS know_share,
  s.asked_nps,
  CAST(s.praise AS DOUBLE) / NULLIF(s.asked_nps, 0) AS praise_share,
  CASE WHEN k.end_users_from <= m.month THEN coalesce(p.end_users, 0) END AS end_users,
  CASE WHEN k.end_users_from <= m.month THEN coalesce(p.new_end_users, 0) END AS new_end_users,
  CASE WHEN k.usage_from <= m.month THEN coalesce(f.customers, 0) END AS free_customers,
  CASE WHEN k.usage_from <= m.month AND f.customers IS NULL THEN 0 ELSE f.users END AS free_users,
  CASE WHEN k.content_from <= m.month THEN coalesce(x.views, 0) END AS views,
  coalesce(s.asked_brand, 0) < r.min_rate_units AS is_small_sample
FROM months m
CROSS JOIN known k
CROSS JOIN rule r
LEFT JOIN said s ON s.month = m.month
LEFT JOIN people p ON p.month = m.month
LEFT JOIN free f ON f.month = m.month
LEFT JOIN exposure x ON x.month = m.month
WHERE s.month IS NOT NULL OR k.end_users_from <= m.month OR k.usage_from <= m.month OR k.content_from <= m.month
