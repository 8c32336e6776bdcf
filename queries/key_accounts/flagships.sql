-- Each flagship with the key accounts that signed in its industry and city in the days before and after it went live
-- (rules.key_account_days). The days after are unknown until they have all passed; the days before are unknown when they reach
-- into the first month of sales or before it, because who bought in that month may have signed earlier, and both are when the flagship's industry or city is. That one led to the other is a hypothesis.
--
-- grain: customer_id
-- order: go_live_on desc, customer_id
-- check: not is_compared or (signed_after is not null and signed_before is not null)
-- column: customer_id text "Flagship"
-- column: customer_name text "Customer name"
-- column: industry text "Industry"
-- column: province text "Province"
-- column: city text "City"
-- column: go_live_on date "Live since"
-- column: signed_after count "Key accounts signed in the days after"
-- column: signed_before count "Key accounts signed in the days before"
-- column: is_mature bool "All days after have passed"
-- column: is_compared bool "Both counts are known"
WITH rule AS (
  SELECT k.flagship_days, d.first_on
  FROM rules.key_account_days k
  CROSS JOIN (SELECT min(final_on) AS first_on FROM value.customer_day) d
  WHERE (k.valid_from IS NULL OR k.valid_from <= $as_of) AND (k.valid_to IS NULL OR k.valid_to > $as_of)
),
pairs AS (
  SELECT
    flagship_id,
    sum(CASE WHEN is_after THEN 1 ELSE 0 END) AS signed_after,
    sum(CASE WHEN is_after THEN 0 ELSE 1 END) AS signed_before
  FROM key_accounts.flagship_pairs
  GROUP BY flagship_id
),
known AS (
  SELECT
    a.customer_id,
    a.customer_name,
    a.industry,
    a.province,
    a.city,
    a.go_live_on,
    coalesce(p.signed_after, 0) AS signed_after,
    coalesce(p.signed_before, 0) AS signed_before,
    a.industry IS NOT NULL AND a.city IS NOT NULL AS is_placed,
    $as_of - a.go_live_on >= r.flagship_days - 1 AS is_mature,
    a.go_live_on - r.flagship_days >= month_add(month_start(r.first_on), 1) AS has_before
  FROM key_accounts.accounts a
  CROSS JOIN rule r
  LEFT JOIN pairs p ON p.flagship_id = a.customer_id
  WHERE a.go_live_on IS NOT NULL
)
SELECT
  customer_id,
  customer_name,
  industry,
  province,
  city,
  go_live_on,
  CASE WHEN is_placed AND is_mature THEN signed_after END AS signed_after,
  CASE WHEN is_placed AND has_before THEN signed_before END AS signed_before,
  is_mature,
  is_placed AND is_mature AND has_before AS is_compared
FROM known
