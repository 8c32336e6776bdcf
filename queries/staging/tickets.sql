-- Requests to the service desk, with the minutes that were spent on each.
--
-- grain: ticket_id
-- as_of: opened_on
-- fresh: 10 days
-- optional
-- warn: first_reply_at is null or first_reply_at >= opened_at
-- warn: closed_at is null or closed_at >= first_reply_at
-- column: ticket_id text "Ticket"
-- column: customer_id text "Customer"
-- column: kind text "Kind of ticket"
-- column: opened_at date "Opened at"
-- column: first_reply_at date "First reply at"
-- column: closed_at date "Closed at"
-- column: minutes count "Minutes spent"
-- column: opened_on date "Day of opening"
SELECT
  ticket_no AS ticket_id,
  account_no AS customer_id,
  CASE ticket_type
    WHEN '咨询' THEN 'question'
    WHEN '故障' THEN 'fault'
    WHEN '投诉' THEN 'complaint'
    WHEN '需求' THEN 'request'
    ELSE ticket_type
  END AS kind,
  opened_at,
  first_reply_at,
  closed_at,
  minutes,
  CAST(opened_at AT TIME ZONE $timezone AS DATE) AS opened_on
FROM warehouse.ticket
