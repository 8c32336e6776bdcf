-- What key accounts may have brought beside their own revenue, each count beside what it was before. These are hypotheses: other
-- causes are not ruled out, so read them with n.
-- `end_users`: new end users who came through today's key accounts in the window, against the window before; n is the number of
-- key accounts that brought any in the window. An end user whose customer is not known is among all, and came through no key
-- account. The window before is unknown when end users do not reach back that far.
-- `new_key_accounts`: key accounts that signed in the industry and city of a flagship in the days after it went live, against
-- the days before (rules.key_account_days); one near several flagships counts once on each side; n is the number of flagships
-- for which both sides are known, and only these are looked at.
--
-- grain: effect
-- empty_if_missing: staging.end_users
-- check: n >= 0
-- check: share_of_all between 0 and 1
-- column: effect text "Effect"
-- column: n count "Key accounts or flagships behind it"
-- column: result count "Count"
-- column: comparison count "Count before"
-- column: change count "Difference"
-- column: share_of_all ratio "Share of all new end users"
-- column: is_small_sample bool "Too few for the count to mean much"
WITH dates AS (
  SELECT
    -- Whole months go back by months, any other window by days.
    CASE
      WHEN month_start($window_start) = $window_start AND month_start($window_end) = $window_end
      THEN month_add($window_start, -months_between($window_start, $window_end))
      ELSE $window_start - ($window_end - $window_start)
    END AS previous_start
),
seen AS (
  SELECT
    customer_id,
    count(CASE WHEN first_seen_on >= $window_start AND first_seen_on < $window_end THEN 1 END) AS n_now,
    count(CASE WHEN first_seen_on < $window_start AND first_seen_on >= d.previous_start THEN 1 END) AS n_before,
    min(first_seen_on) AS first_on
  FROM staging.end_users
  CROSS JOIN dates d
  GROUP BY customer_id
),
mapped AS (
  SELECT
    a.customer_id AS key_account_id,
    s.n_now,
    s.n_before,
    s.first_on
  FROM seen s
  LEFT JOIN value.units u ON u.customer_id = s.customer_id
  LEFT JOIN key_accounts.accounts a ON a.customer_id = u.unit_id
  WHERE u.is_internal IS NOT TRUE
),
end_users AS (
  SELECT
    count(*) > 0 AS is_known,
    count(DISTINCT CASE WHEN n_now > 0 THEN key_account_id END) AS n,
    sum(CASE WHEN key_account_id IS NOT NULL THEN n_now ELSE 0 END) AS result,
    sum(CASE WHEN key_account_id IS NOT NULL THEN n_before ELSE 0 END) AS comparison,
    sum(n_now) AS all_now,
    min(first_on) AS first_on
  FROM mapped
),
compared AS (
  SELECT count(*) AS n FROM key_accounts.flagships WHERE is_compared
),
signed AS (
  SELECT
    count(DISTINCT CASE WHEN p.is_after THEN p.customer_id END) AS result,
    count(DISTINCT CASE WHEN NOT p.is_after THEN p.customer_id END) AS comparison
  FROM key_accounts.flagship_pairs p
  JOIN key_accounts.flagships f ON f.customer_id = p.flagship_id
  WHERE f.is_compared
),
effects AS (
  SELECT
    'end_users' AS effect,
    CASE WHEN e.is_known THEN e.n END AS n,
    CASE WHEN e.is_known THEN e.result END AS result,
    CASE WHEN month_start(e.first_on) <= d.previous_start THEN e.comparison END AS comparison,
    CAST(e.result AS DOUBLE) / NULLIF(e.all_now, 0) AS share_of_all
  FROM end_users e
  CROSS JOIN dates d
  UNION ALL
  SELECT
    'new_key_accounts',
    c.n,
    CASE WHEN c.n > 0 THEN s.result END,
    CASE WHEN c.n > 0 THEN s.comparison END,
    NULL
  FROM compared c
  CROSS JOIN signed s
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  e.effect,
  e.n,
  e.result,
  e.comparison,
  e.result - e.comparison AS change,
  e.share_of_all,
  e.n < r.min_units AS is_small_sample
FROM effects e
CROSS JOIN rule r
