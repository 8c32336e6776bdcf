-- The review of content in one row: views, shares and followers of the month and the week up to the as-of date against the same number
-- of days before, and the piece that fell most. Everything is empty without a table of content.
--
-- grain: as_of
-- empty_if_missing: content.periods, content.items, content.sources
-- column: as_of date "As of"
-- column: views count "Views"
-- column: views_before count "Views of the same days of the month before"
-- column: views_change ratio "Relative change of views"
-- column: views_last_year count "Views of the same days a year before"
-- column: week_views count "Views of the week so far"
-- column: week_views_before count "Views of the same days of the week before"
-- column: week_views_change ratio "Relative change against the week before"
-- column: shares count "Shares"
-- column: shares_before count "Shares of the same days of the month before"
-- column: share_rate ratio "Shares per view"
-- column: share_rate_before ratio "Shares per view of the same days of the month before"
-- column: followers count "Followers won less those lost"
-- column: followers_before count "Followers won of the same days of the month before"
-- column: n_contents count "Pieces of content that were seen"
-- column: n_fallen count "Pieces with fewer views than before"
-- column: fallen_content text "Piece that lost most views"
-- column: fallen_change count "Change of its views"
-- column: top_source text "Source with most views"
-- column: top_source_share ratio "Its share of all views"
-- column: has_fall bool "Views, shares or followers fell against the month before"
-- column: is_followers_down bool "More followers were lost than won"
WITH sums AS (
  SELECT
    max(CASE WHEN span = 'month' AND k = 0 THEN views END) AS views,
    max(CASE WHEN span = 'month' AND k = 1 THEN views END) AS views_before,
    max(CASE WHEN span = 'month' AND k = 12 THEN views END) AS views_last_year,
    max(CASE WHEN span = 'week' AND k = 0 THEN views END) AS week_views,
    max(CASE WHEN span = 'week' AND k = 1 THEN views END) AS week_views_before,
    max(CASE WHEN span = 'month' AND k = 0 THEN shares END) AS shares,
    max(CASE WHEN span = 'month' AND k = 1 THEN shares END) AS shares_before,
    max(CASE WHEN span = 'month' AND k = 0 THEN share_rate END) AS share_rate,
    max(CASE WHEN span = 'month' AND k = 1 THEN share_rate END) AS share_rate_before,
    max(CASE WHEN span = 'month' AND k = 0 THEN followers END) AS followers,
    max(CASE WHEN span = 'month' AND k = 1 THEN followers END) AS followers_before,
    max(CASE WHEN span = 'month' AND k = 0 THEN n_contents END) AS n_contents
  FROM content.periods
),
fallen AS (
  SELECT
    CASE WHEN count(is_fallen) > 0 THEN count(CASE WHEN is_fallen THEN 1 END) END AS n_fallen,
    first_value(CASE WHEN is_fallen THEN content_id END ORDER BY CASE WHEN is_fallen THEN change END NULLS LAST, channel_key, content_id)
      AS content_id,
    min(CASE WHEN is_fallen THEN change END) AS change
  FROM content.items
),
source AS (
  SELECT
    first_value(source ORDER BY views DESC, source_key) AS source,
    max(views_share) AS views_share
  FROM content.sources
  WHERE source IS NOT NULL AND views > 0
)
SELECT
  $as_of AS as_of,
  s.views,
  s.views_before,
  CAST(s.views - s.views_before AS DOUBLE) / NULLIF(s.views_before, 0) AS views_change,
  s.views_last_year,
  s.week_views,
  s.week_views_before,
  CAST(s.week_views - s.week_views_before AS DOUBLE) / NULLIF(s.week_views_before, 0) AS week_views_change,
  s.shares,
  s.shares_before,
  s.share_rate,
  s.share_rate_before,
  s.followers,
  s.followers_before,
  s.n_contents,
  f.n_fallen,
  CASE WHEN f.change < 0 THEN f.content_id END AS fallen_content,
  CASE WHEN f.change < 0 THEN f.change END AS fallen_change,
  o.source AS top_source,
  o.views_share AS top_source_share,
  coalesce(s.views < s.views_before, false) OR coalesce(s.shares < s.shares_before, false) OR coalesce(s.followers < s.followers_before, false) AS has_fall,
  coalesce(s.followers < 0, false) AS is_followers_down
FROM sums s
CROSS JOIN fallen f
CROSS JOIN source o
