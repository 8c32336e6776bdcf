-- New end users of each month of the window, and how many of them came through key accounts. An end user belongs to the customer
-- through which it was first seen, where that is known. A month without any is zero; days outside the window are left out.
--
-- grain: month
-- check: via_key_accounts <= new_end_users
-- column: month month "Month"
-- column: new_end_users count "New end users"
-- column: via_key_accounts count "Of these through key accounts"
-- column: key_accounts count "Key accounts that brought any"
-- column: via_key_accounts_share ratio "Share through key accounts"
-- column: is_partial bool "Not over yet on the as-of date"
WITH seen AS (
  SELECT customer_id, month_start(first_seen_on) AS month, count(*) AS n
  FROM staging.end_users
  WHERE first_seen_on >= $window_start AND first_seen_on < $window_end
  GROUP BY customer_id, month_start(first_seen_on)
),
sums AS (
  SELECT
    s.month,
    sum(s.n) AS new_end_users,
    sum(CASE WHEN a.customer_id IS NOT NULL THEN s.n ELSE 0 END) AS via_key_accounts,
    count(DISTINCT a.customer_id) AS key_accounts
  FROM seen s
  LEFT JOIN value.units u ON u.customer_id = s.customer_id
  LEFT JOIN key_accounts.accounts a ON a.customer_id = u.unit_id
  WHERE u.is_internal IS NOT TRUE
  GROUP BY s.month
)
SELECT
  m.month,
  coalesce(s.new_end_users, 0) AS new_end_users,
  coalesce(s.via_key_accounts, 0) AS via_key_accounts,
  coalesce(s.key_accounts, 0) AS key_accounts,
  CAST(s.via_key_accounts AS DOUBLE) / NULLIF(s.new_end_users, 0) AS via_key_accounts_share,
  m.is_partial
FROM value.months m
LEFT JOIN sums s ON s.month = m.month
WHERE m.month >= month_start($window_start) AND m.month < $window_end
