-- Each ticket as a question of a customer: when it was asked, how long the first reply took, and whether that was in time. A ticket
-- that was closed without a reply counts as answered when it was closed. The clock stops at the end of the as-of day.
-- Internal customers are left out. The limit is that of rules.reply_limits; exactly that long is in time.
--
-- grain: ticket_id
-- check: state in ('in_time', 'late', 'open')
-- column: ticket_id text "Ticket"
-- column: customer_id text "Customer"
-- column: kind text "Kind of ticket"
-- column: opened_on date "Asked on"
-- column: reply_seconds count "Seconds to the first reply"
-- column: waited_hours count "Hours waited, to the reply or to the end of the as-of day"
-- column: state text "In time, late, or open and still in time"
-- column: is_unanswered bool "Without a reply, for longer than allowed"
WITH asked AS (
  SELECT
    t.ticket_id,
    u.unit_id AS customer_id,
    t.kind,
    CAST(t.opened_at AT TIME ZONE $timezone AS DATE) AS opened_on,
    CAST(date_part('epoch', t.opened_at) AS BIGINT) AS opened,
    CAST(date_part('epoch', coalesce(t.first_reply_at, t.closed_at)) AS BIGINT) AS replied,
    CAST(date_part('epoch', CAST($as_of + 1 AS TIMESTAMP) AT TIME ZONE $timezone) AS BIGINT) AS now
  FROM staging.tickets t
  JOIN value.units u ON u.customer_id = t.customer_id
  WHERE NOT u.is_internal
),
rule AS (
  SELECT max_hours
  FROM rules.reply_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.ticket_id,
  a.customer_id,
  a.kind,
  a.opened_on,
  a.replied - a.opened AS reply_seconds,
  (coalesce(a.replied, a.now) - a.opened) / 3600 AS waited_hours,
  CASE
    WHEN coalesce(a.replied, a.now) - a.opened > r.max_hours * 3600 THEN 'late'
    WHEN a.replied IS NULL THEN 'open'
    ELSE 'in_time'
  END AS state,
  a.replied IS NULL AND a.now - a.opened > r.max_hours * 3600 AS is_unanswered
FROM asked a
CROSS JOIN rule r
