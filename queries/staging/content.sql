-- Who read what was published, by piece, day and source. Followers are those won by it on the day less those lost.
--
-- grain: content_id, day, source
-- as_of: day
-- fresh: 10 days
-- optional
-- warn: views >= 0 and shares >= 0 and likes >= 0 and comments >= 0
-- check: source in ('subscription', 'recommended', 'search', 'forwarded')
-- column: channel text "Channel"
-- column: content_id text "Content"
-- column: day date "Day"
-- column: source text "Where readers came from"
-- column: views count "Views"
-- column: shares count "Shares"
-- column: likes count "Likes"
-- column: comments count "Comments"
-- column: followers count "Followers won less those lost"
SELECT
  CASE channel_name WHEN '公众号' THEN 'official_account' WHEN '自媒体' THEN 'self_media' ELSE channel_name END AS channel,
  content_no AS content_id,
  stat_date AS day,
  CASE source
    WHEN '订阅推送' THEN 'subscription'
    WHEN '推荐' THEN 'recommended'
    WHEN '搜索' THEN 'search'
    WHEN '转发' THEN 'forwarded'
    ELSE source
  END AS source,
  views,
  shares,
  likes,
  comments,
  net_followers AS followers
FROM warehouse.content_day
