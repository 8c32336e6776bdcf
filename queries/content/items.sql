-- Each piece of content: views and what they led to in the month up to the as-of date and in the same number of days of the month
-- before, those that lost most views first. A piece that was seen in neither is left out. A fall asks four questions: was it the
-- title, the content, the audience, or the topic? What was new in the month before has had its first readers then, and does not count
-- as fallen.
--
-- grain: channel_key, content_id
-- order: change, channel_key, content_id
-- total: coalesce(sum(views), 0) = (select coalesce(sum(views), 0) from staging.content where day >= month_start($as_of))
-- column: channel_key text "Channel; empty for none"
-- column: channel text "Channel"
-- column: content_id text "Content"
-- column: first_seen_on date "First day"
-- column: views count "Views"
-- column: views_before count "Views of the same days of the month before"
-- column: change count "Change"
-- column: change_rate ratio "Relative change"
-- column: shares count "Shares"
-- column: likes count "Likes"
-- column: comments count "Comments"
-- column: followers count "Followers won less those lost"
-- column: is_fallen bool "Fewer views than before, and older than the month before"
WITH sums AS (
  SELECT
    coalesce(c.channel, '') AS channel_key,
    c.content_id,
    min(c.day) AS first_seen_on,
    coalesce(sum(CASE WHEN s.k = 0 THEN c.views END), 0) AS views,
    coalesce(sum(CASE WHEN s.k = 1 THEN c.views END), 0) AS views_before,
    sum(CASE WHEN s.k = 0 THEN c.shares END) AS shares,
    sum(CASE WHEN s.k = 0 THEN c.likes END) AS likes,
    sum(CASE WHEN s.k = 0 THEN c.comments END) AS comments,
    sum(CASE WHEN s.k = 0 THEN c.followers END) AS followers
  FROM staging.content c
  LEFT JOIN review.spans s ON s.span = 'month' AND s.k <= 1 AND c.day >= s.period_start AND c.day <= s.period_end
  GROUP BY coalesce(c.channel, ''), c.content_id
)
SELECT
  channel_key,
  NULLIF(channel_key, '') AS channel,
  content_id,
  first_seen_on,
  views,
  CASE WHEN is_known THEN views_before END AS views_before,
  CASE WHEN is_known THEN views - views_before END AS change,
  CASE WHEN is_known THEN CAST(views - views_before AS DOUBLE) / NULLIF(views_before, 0) END AS change_rate,
  shares,
  likes,
  comments,
  followers,
  CASE WHEN is_known THEN views < views_before AND first_seen_on < before_from END AS is_fallen
FROM sums
CROSS JOIN (SELECT count(*) > 0 AS is_known, max(period_start) AS before_from FROM content.periods WHERE span = 'month' AND k = 1)
WHERE views > 0 OR views_before > 0
