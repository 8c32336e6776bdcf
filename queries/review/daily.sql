-- What is counted day by day beside sales: one row for each metric and day on which there was some. Contacts are those carried out
-- and tickets those opened, both without internal customers; followers are those won less those lost. To review another metric,
-- add its rows here and its line to rules.review_metrics.
--
-- grain: metric, day
-- empty_if_missing: staging.touches, staging.tickets, staging.end_users, staging.content, staging.community
-- check: day <= $as_of
-- column: metric text "Metric"
-- column: day date "Day"
-- column: amount count "Number"
WITH content AS (
  SELECT
    day,
    sum(views) AS views,
    sum(shares) AS shares,
    sum(likes) AS likes,
    sum(comments) AS comments,
    sum(followers) AS followers
  FROM staging.content
  GROUP BY day
),
units AS (
  SELECT customer_id, is_internal FROM value.units
),
found AS (
  SELECT 'touches' AS metric, t.touched_on AS day, count(*) AS amount
  FROM staging.touches t
  LEFT JOIN units u ON u.customer_id = t.customer_id
  WHERE t.done IS NOT FALSE AND u.is_internal IS NOT TRUE
  GROUP BY t.touched_on
  UNION ALL
  SELECT 'tickets', CAST(t.opened_at AT TIME ZONE $timezone AS DATE), count(*)
  FROM staging.tickets t
  LEFT JOIN units u ON u.customer_id = t.customer_id
  WHERE u.is_internal IS NOT TRUE
  GROUP BY CAST(t.opened_at AT TIME ZONE $timezone AS DATE)
  UNION ALL
  SELECT 'new_end_users', first_seen_on, count(*) FROM staging.end_users GROUP BY first_seen_on
  UNION ALL
  SELECT k.metric, c.day, CASE k.metric WHEN 'views' THEN views WHEN 'shares' THEN shares WHEN 'likes' THEN likes WHEN 'comments' THEN comments ELSE followers END
  FROM content c
  CROSS JOIN (VALUES ('views'), ('shares'), ('likes'), ('comments'), ('followers')) AS k (metric)
  UNION ALL
  SELECT 'invited_members', day, sum(invited) FROM staging.community GROUP BY day
  UNION ALL
  SELECT 'community_events', day, sum(events) FROM staging.community GROUP BY day
)
SELECT metric, day, CAST(amount AS BIGINT) AS amount
FROM found
WHERE amount IS NOT NULL
