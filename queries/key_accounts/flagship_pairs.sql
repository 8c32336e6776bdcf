-- Which key account signed near which flagship: a flagship is a key account with a day of going live; near is the same industry
-- and the same city (province and city) within the days of rules.key_account_days before or after that day. A key account has
-- signed on the day of its first final sale; the day of going live counts as after.
--
-- grain: flagship_id, customer_id
-- check: flagship_id <> customer_id
-- column: flagship_id text "Flagship"
-- column: customer_id text "Key account that signed"
-- column: go_live_on date "Flagship live since"
-- column: first_sale_on date "Signed on"
-- column: is_after bool "After the flagship went live"
WITH rule AS (
  SELECT flagship_days
  FROM rules.key_account_days
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  f.customer_id AS flagship_id,
  a.customer_id,
  f.go_live_on,
  a.first_sale_on,
  a.first_sale_on >= f.go_live_on AS is_after
FROM key_accounts.accounts f
CROSS JOIN rule r
JOIN key_accounts.accounts a
  ON a.industry = f.industry AND (a.province IS NOT DISTINCT FROM f.province) AND a.city = f.city
  AND a.customer_id <> f.customer_id
WHERE a.first_sale_on - f.go_live_on >= -r.flagship_days AND a.first_sale_on - f.go_live_on < r.flagship_days
