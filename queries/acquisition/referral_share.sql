-- Word of mouth in one row: how many of the new customers of the window were referred by another customer, and what they bring. New
-- customers are those of acquisition.newcomers. Referrals that do not count are told apart by reason, for all customers.
--
-- grain: as_of
-- check: referred_customers <= new_customers
-- check: excluded_referrals = self_referrals + circular_referrals + internal_referrals + unknown_referrals
-- total: sum(new_customers) = (select count(*) from acquisition.newcomers)
-- column: as_of date "As of"
-- column: new_customers count "New customers in the window"
-- column: referred_customers count "Of these referred by another customer"
-- column: referral_share ratio "Share of new customers that were referred"
-- column: new_revenue money "Final revenue of new customers in the window"
-- column: referred_revenue money "Final revenue of referred new customers in the window"
-- column: referred_revenue_share ratio "Share of the revenue of new customers"
-- column: referrers count "Customers who referred a new one"
-- column: referrals count "Referrals that count, of any day"
-- column: excluded_referrals count "Referrals that do not count"
-- column: self_referrals count "Customers who name themselves"
-- column: circular_referrals count "Customers in a circle of referrals"
-- column: internal_referrals count "Customers referred by an internal account"
-- column: unknown_referrals count "Customers whose referrer is not on record"
-- column: is_small_sample bool "Too few new customers for a share to mean much"
WITH new AS (
  SELECT count(*) AS new_customers, coalesce(sum(revenue), 0) AS new_revenue FROM acquisition.newcomers
),
referred AS (
  SELECT
    count(CASE WHEN is_counted AND is_new THEN 1 END) AS referred_customers,
    coalesce(sum(CASE WHEN is_counted AND is_new THEN revenue END), 0) AS referred_revenue,
    count(DISTINCT CASE WHEN is_counted AND is_new THEN referrer_id END) AS referrers,
    count(CASE WHEN is_counted THEN 1 END) AS referrals,
    count(CASE WHEN NOT is_counted THEN 1 END) AS excluded_referrals,
    count(CASE WHEN referral_state = 'self' THEN 1 END) AS self_referrals,
    count(CASE WHEN referral_state = 'circular' THEN 1 END) AS circular_referrals,
    count(CASE WHEN referral_state = 'internal' THEN 1 END) AS internal_referrals,
    count(CASE WHEN referral_state = 'unknown' THEN 1 END) AS unknown_referrals
  FROM acquisition.referrals
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  $as_of AS as_of,
  n.new_customers,
  r.referred_customers,
  CAST(r.referred_customers AS DOUBLE) / NULLIF(n.new_customers, 0) AS referral_share,
  n.new_revenue,
  r.referred_revenue,
  CASE WHEN n.new_revenue > 0 THEN CAST(r.referred_revenue AS DOUBLE) / CAST(n.new_revenue AS DOUBLE) END AS referred_revenue_share,
  r.referrers,
  r.referrals,
  r.excluded_referrals,
  r.self_referrals,
  r.circular_referrals,
  r.internal_referrals,
  r.unknown_referrals,
  n.new_customers < s.min_units AS is_small_sample
FROM new n
CROSS JOIN referred r
CROSS JOIN rule s
