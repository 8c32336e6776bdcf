-- What published content brought in each of thirteen months and weeks up to the as-of date, all of the same number of elapsed days:
-- views, shares, likes, comments, and followers won less those lost. A rate is per view.
--
-- grain: span, k
-- check: period_end <= $as_of
-- column: span text "Week or month"
-- column: k count "How many periods back"
-- column: period_start date "From"
-- column: period_end date "Up to, included"
-- column: is_partial bool "Not over yet, or cut to the same number of days"
-- column: has_festival bool "Holds a day of the Spring Festival"
-- column: n_contents count "Pieces of content that were seen"
-- column: views count "Views"
-- column: shares count "Shares"
-- column: likes count "Likes"
-- column: comments count "Comments"
-- column: followers count "Followers won less those lost"
-- column: share_rate ratio "Shares per view"
WITH sums AS (
  SELECT
    s.span,
    s.k,
    count(DISTINCT CASE WHEN c.views > 0 THEN c.content_id END) AS n_contents,
    coalesce(sum(c.views), 0) AS views,
    coalesce(sum(c.shares), 0) AS shares,
    coalesce(sum(c.likes), 0) AS likes,
    coalesce(sum(c.comments), 0) AS comments,
    coalesce(sum(c.followers), 0) AS followers
  FROM review.spans s
  LEFT JOIN staging.content c ON c.day >= s.period_start AND c.day <= s.period_end
  WHERE s.span IN ('week', 'month')
  GROUP BY s.span, s.k
),
known AS (
  SELECT
    month_start(min(day)) AS first_month,
    count(views) > 0 AS views,
    count(shares) > 0 AS shares,
    count(likes) > 0 AS likes,
    count(comments) > 0 AS comments,
    count(followers) > 0 AS followers
  FROM staging.content
)
SELECT
  s.span,
  s.k,
  s.period_start,
  s.period_end,
  s.is_partial,
  s.has_festival,
  a.n_contents,
  CASE WHEN n.views THEN a.views END AS views,
  CASE WHEN n.shares THEN a.shares END AS shares,
  CASE WHEN n.likes THEN a.likes END AS likes,
  CASE WHEN n.comments THEN a.comments END AS comments,
  CASE WHEN n.followers THEN a.followers END AS followers,
  CASE WHEN n.shares THEN CAST(a.shares AS DOUBLE) / NULLIF(a.views, 0) END AS share_rate
FROM review.spans s
JOIN sums a ON a.span = s.span AND a.k = s.k
CROSS JOIN known n
WHERE s.period_start >= n.first_month
