-- Where readers came from: views of each source in the month up to the as-of date, with its share of all, against the same number
-- of days of the month before. Views without a source are one row without a name.
--
-- grain: source_key
-- order: views desc, source_key
-- total: coalesce(sum(views), 0) = (select coalesce(sum(views), 0) from staging.content where day >= month_start($as_of))
-- column: source_key text "Source; empty for none"
-- column: source text "Source"
-- column: views count "Views"
-- column: views_share ratio "Share of all views"
-- column: views_before count "Views of the same days of the month before"
-- column: change count "Change"
-- column: shares count "Shares"
-- column: share_rate ratio "Shares per view"
WITH sums AS (
  SELECT
    coalesce(c.source, '') AS source_key,
    coalesce(sum(CASE WHEN s.k = 0 THEN c.views END), 0) AS views,
    coalesce(sum(CASE WHEN s.k = 1 THEN c.views END), 0) AS views_before,
    sum(CASE WHEN s.k = 0 THEN c.shares END) AS shares
  FROM staging.content c
  JOIN review.spans s ON s.span = 'month' AND s.k <= 1 AND c.day >= s.period_start AND c.day <= s.period_end
  GROUP BY coalesce(c.source, '')
)
SELECT
  source_key,
  NULLIF(source_key, '') AS source,
  views,
  CAST(views AS DOUBLE) / NULLIF(sum(views) OVER (), 0) AS views_share,
  CASE WHEN is_known THEN views_before END AS views_before,
  CASE WHEN is_known THEN views - views_before END AS change,
  shares,
  CAST(shares AS DOUBLE) / NULLIF(views, 0) AS share_rate
FROM sums
CROSS JOIN (SELECT count(*) > 0 AS is_known FROM content.periods WHERE span = 'month' AND k = 1)
