-- Requests of customers that were opened in the window: the business day, the minutes spent, and the minutes until the first reply. Requests of
-- internal customers are left out; one of an id that nobody has in the customer table or in sales names no customer.
--
-- grain: ticket_id
-- check: opened_on >= $window_start and opened_on < $window_end
-- warn: reply_minutes >= 0
-- column: ticket_id text "Ticket"
-- column: customer_id text "Customer; empty when it belongs to none"
-- column: opened_on date "Day of opening"
-- column: minutes count "Minutes spent"
-- column: reply_minutes count "Minutes until the first reply"
-- column: is_key bool "Of a key account"
WITH opened AS (
  SELECT
    ticket_id,
    customer_id,
    CAST(opened_at AT TIME ZONE $timezone AS DATE) AS opened_on,
    minutes,
    CAST((date_part('epoch', first_reply_at) - date_part('epoch', opened_at)) / 60 AS BIGINT) AS reply_minutes
  FROM staging.tickets
)
SELECT
  t.ticket_id,
  u.unit_id AS customer_id,
  t.opened_on,
  t.minutes,
  t.reply_minutes,
  a.customer_id IS NOT NULL AS is_key
FROM opened t
LEFT JOIN value.units u ON u.customer_id = t.customer_id
LEFT JOIN key_accounts.accounts a ON a.customer_id = u.unit_id
WHERE t.opened_on >= $window_start AND t.opened_on < $window_end AND u.is_internal IS NOT TRUE
