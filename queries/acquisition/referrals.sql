-- Customers who name a referrer, and whether the referral counts. It does when another customer on record referred them; it does not
-- when they name themselves (or a member of their own unit), when the referrals form a circle, when the referrer is an internal
-- account, or when nobody on record has that id. A circle of more than 40 customers is not found.
-- New customers are those of acquisition.newcomers. A referrer that had bought before the window is an existing
-- customer, with its segment in the window, or without one when it did not buy in it; the others are new themselves, or never bought.
--
-- grain: customer_id
-- order: referral_state, revenue desc, customer_id
-- check: referral_state in ('counted', 'self', 'circular', 'internal', 'unknown')
-- check: (referral_state = 'counted') = is_counted
-- check: referrer_group in ('head', 'waist', 'tail', 'unsegmented', 'new', 'prospect')
-- total: sum(1) = (select count(*) from acquisition.referrers)
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: referrer_id text "Referred by"
-- column: referrer_name text "Name of the referrer"
-- column: referrer_group text "Segment of the referrer"
-- column: referral_state text "Whether the referral counts"
-- column: is_counted bool "The referral counts"
-- column: is_new bool "New customer in the window"
-- column: first_sale_on date "First final sale"
-- column: revenue money "Final revenue in the window"
WITH RECURSIVE walk AS (
  SELECT customer_id, referrer_id AS ancestor_id, 1 AS depth
  FROM acquisition.referrers
  WHERE referrer_id <> customer_id
  UNION ALL
  SELECT w.customer_id, r.referrer_id, w.depth + 1
  FROM walk w
  JOIN acquisition.referrers r ON r.customer_id = w.ancestor_id
  WHERE w.ancestor_id <> w.customer_id AND r.referrer_id <> r.customer_id AND w.depth < 40
),
circles AS (
  SELECT DISTINCT customer_id FROM walk WHERE ancestor_id = customer_id
),
judged AS (
  SELECT
    r.*,
    CASE
      WHEN r.referrer_id = r.customer_id THEN 'self'
      WHEN NOT r.is_known THEN 'unknown'
      WHEN r.is_internal THEN 'internal'
      WHEN k.customer_id IS NOT NULL THEN 'circular'
      ELSE 'counted'
    END AS referral_state
  FROM acquisition.referrers r
  LEFT JOIN circles k ON k.customer_id = r.customer_id
)
SELECT
  j.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  j.referrer_id,
  j.referrer_name,
  CASE
    WHEN f.first_sale_on < $window_start THEN coalesce(t.segment, 'unsegmented')
    WHEN f.first_sale_on < $window_end THEN 'new'
    ELSE 'prospect'
  END AS referrer_group,
  j.referral_state,
  j.referral_state = 'counted' AS is_counted,
  n.customer_id IS NOT NULL AS is_new,
  c.first_sale_on,
  coalesce(v.revenue, 0) AS revenue
FROM judged j
JOIN value.customers c ON c.customer_id = j.customer_id
LEFT JOIN acquisition.newcomers n ON n.customer_id = j.customer_id
LEFT JOIN value.contribution v ON v.customer_id = j.customer_id
LEFT JOIN value.customers f ON f.customer_id = j.referrer_id
LEFT JOIN tiers.current t ON t.customer_id = j.referrer_id
