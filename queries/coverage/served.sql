-- The service channel of each customer that is not internal, as the customer table has it, read by rules.service_channel_names. One that
-- is empty or not named there is unknown: it has no channel here. Served are the customers who have bought and not closed, and
-- whoever has a balance in the last full month.
--
-- grain: customer_id
-- empty_if_missing: coverage.balances
-- warn: service_channel is null or channel is not null
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: service_channel text "Channel as the customer table has it"
-- column: channel text "Actual channel"
-- column: is_served bool "Is being served"
WITH names AS (
  SELECT service_channel, channel
  FROM rules.service_channel_names
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  c.customer_id,
  c.customer_name,
  c.owner_id,
  c.owner_name,
  k.service_channel,
  n.channel,
  v.customer_id IS NOT NULL OR b.customer_id IS NOT NULL AS is_served
FROM value.customers c
LEFT JOIN staging.customers k ON k.customer_id = c.customer_id
LEFT JOIN names n ON n.service_channel = k.service_channel
LEFT JOIN coverage.customers v ON v.customer_id = c.customer_id
LEFT JOIN coverage.balances b ON b.customer_id = c.customer_id AND b.month = month_start($as_of + 1)
