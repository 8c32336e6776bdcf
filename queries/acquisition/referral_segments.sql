-- The k-factor of each segment: new customers of the window that were referred by a customer of the segment, for each customer that
-- the segment had when the window began. A customer is existing when its first final sale lies before the window; it has the segment
-- that it has in the window, or none when it did not buy in it. Referrers that are new themselves, or never bought, have no k-factor.
--
-- grain: referrer_group
-- order: position
-- total: sum(referred_customers) = (select sum(referred_customers) from acquisition.referral_share)
-- total: sum(revenue) = (select sum(referred_revenue) from acquisition.referral_share)
-- total: sum(existing_customers) = (select count(*) from value.customers where first_sale_on < $window_start)
-- column: referrer_group text "Segment of the referrer"
-- column: position count "Position"
-- column: existing_customers count "Customers when the window began"
-- column: referrers count "Of these with a referral"
-- column: referred_customers count "New customers referred by them"
-- column: k_factor ratio "New customers for each existing one"
-- column: revenue money "Final revenue of these new customers in the window"
-- column: is_small_sample bool "Too few existing customers for a ratio to mean much"
WITH groups AS (
  SELECT *
  FROM (VALUES ('head', 1), ('waist', 2), ('tail', 3), ('unsegmented', 4), ('new', 5), ('prospect', 6)) AS g (referrer_group, position)
),
existing AS (
  SELECT coalesce(t.segment, 'unsegmented') AS referrer_group, count(*) AS n
  FROM value.customers c
  LEFT JOIN tiers.current t ON t.customer_id = c.customer_id
  WHERE c.first_sale_on < $window_start
  GROUP BY coalesce(t.segment, 'unsegmented')
),
referred AS (
  SELECT referrer_group, count(DISTINCT referrer_id) AS referrers, count(*) AS n, sum(revenue) AS revenue
  FROM acquisition.referrals
  WHERE is_counted AND is_new
  GROUP BY referrer_group
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  g.referrer_group,
  g.position,
  CASE WHEN g.referrer_group NOT IN ('new', 'prospect') THEN coalesce(e.n, 0) END AS existing_customers,
  coalesce(r.referrers, 0) AS referrers,
  coalesce(r.n, 0) AS referred_customers,
  CAST(coalesce(r.n, 0) AS DOUBLE) / NULLIF(e.n, 0) AS k_factor,
  coalesce(r.revenue, 0) AS revenue,
  CASE WHEN g.referrer_group NOT IN ('new', 'prospect') THEN coalesce(e.n, 0) < s.min_units END AS is_small_sample
FROM groups g
CROSS JOIN rule s
LEFT JOIN existing e ON e.referrer_group = g.referrer_group
LEFT JOIN referred r ON r.referrer_group = g.referrer_group
