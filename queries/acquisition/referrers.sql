-- Who named whom as the one they heard of us from: one referrer for each customer that names any. A unit of several customers has
-- the one that its first member named (by day of creation), and one inside the unit only when no member names one outside it.
-- Names of nobody on record are kept, and so are internal ones; whether a referral counts is decided in acquisition.referrals.
--
-- grain: customer_id
-- needs: staging.customers.referrer_id
-- column: customer_id text "Customer"
-- column: referrer_id text "Referred by"
-- column: referrer_name text "Name of the referrer"
-- column: is_known bool "The referrer is on record"
-- column: is_internal bool "The referrer is an internal account"
SELECT
  u.unit_id AS customer_id,
  coalesce(r.unit_id, c.referrer_id) AS referrer_id,
  coalesce(r.unit_name, c.referrer_id) AS referrer_name,
  r.customer_id IS NOT NULL AS is_known,
  coalesce(r.is_internal, false) AS is_internal
FROM staging.customers c
JOIN value.units u ON u.customer_id = c.customer_id
LEFT JOIN value.units r ON r.customer_id = c.referrer_id
WHERE c.referrer_id IS NOT NULL AND NOT u.is_internal
QUALIFY row_number() OVER (
  PARTITION BY u.unit_id
  ORDER BY
    CASE WHEN coalesce(r.unit_id, c.referrer_id) = u.unit_id THEN 1 ELSE 0 END,
    c.created_on NULLS LAST,
    c.customer_id
) = 1
