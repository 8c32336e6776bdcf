-- How long customers wait for the first reply to a request opened in the window: key accounts against all others. The median is of requests
-- that had a reply by the as-of date; those without one are counted beside. Requests that name no customer are among the others.
--
-- grain: deal_group
-- check: replied + unanswered = tickets
-- total: sum(tickets) = (select count(*) from service.tickets)
-- column: deal_group text "Key accounts or others"
-- column: tickets count "Tickets"
-- column: replied count "With a first reply"
-- column: unanswered count "Without a reply yet"
-- column: median_reply_minutes count "Median minutes until the first reply"
-- column: is_small_sample bool "Too few replies for a median to mean much"
WITH both_groups AS (
  SELECT * FROM (VALUES ('key', true), ('other', false)) AS g (deal_group, is_key)
),
acc AS (
  -- One digit after the point, because the median of an even number lies between two of them.
  SELECT is_key, count(*) AS tickets, count(reply_minutes) AS replied, median(CAST(reply_minutes AS DECIMAL(20, 1))) AS median_reply
  FROM service.tickets
  GROUP BY is_key
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  g.deal_group,
  coalesce(a.tickets, 0) AS tickets,
  coalesce(a.replied, 0) AS replied,
  coalesce(a.tickets - a.replied, 0) AS unanswered,
  a.median_reply AS median_reply_minutes,
  coalesce(a.replied, 0) < r.min_units AS is_small_sample
FROM both_groups g
CROSS JOIN rule r
LEFT JOIN acc a ON a.is_key = g.is_key
