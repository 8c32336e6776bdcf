-- The review in one row: what final revenue did in the month up to the as-of date and in the week, whether that is better or worse,
-- who made it so, and which other metrics stand at an end of their history. The customers, tier and region named are
-- those whose change against the same days of the month before goes most in the direction of the whole. A month of fewer days than
-- rules.review_limits asks for is too young to be judged; the latest full month then says how things stand.
--
-- grain: as_of
-- column: as_of date "As of"
-- column: period_start date "From"
-- column: period_end date "Up to, included"
-- column: is_partial bool "The month is not over"
-- column: is_young bool "The month has too few days to judge by"
-- column: full_is_worse bool "Revenue of the latest full month fell"
-- column: full_is_better bool "Revenue of the latest full month rose"
-- column: revenue money "Final revenue of the month so far"
-- column: last_month_revenue money "Of the same days of the month before"
-- column: change money "Change against the month before"
-- column: change_rate ratio "Relative change against the month before"
-- column: year_change money "Change against the year before"
-- column: year_change_rate ratio "Relative change against the year before"
-- column: week_revenue money "Final revenue of the week so far"
-- column: last_week_revenue money "Of the same days of the week before"
-- column: week_change money "Change against the week before"
-- column: week_change_rate ratio "Relative change against the week before"
-- column: verdict text "Better, worse or same"
-- column: is_worse bool "Revenue fell against the month before"
-- column: is_better bool "Revenue rose against the month before"
-- column: percentile ratio "Percentile of revenue in its history"
-- column: n_history count "Months of that history"
-- column: is_low bool "Revenue is at the low end of its history"
-- column: is_high bool "Revenue is at the high end of its history"
-- column: has_festival bool "The Spring Festival is in one of the periods compared"
-- column: customer_1 text "Customer whose change goes most in that direction"
-- column: owner_1 text "Its owner"
-- column: change_1 money "Its change"
-- column: customer_2 text "The next customer"
-- column: owner_2 text "Its owner"
-- column: change_2 money "Its change"
-- column: tier text "Tier whose change goes most in that direction"
-- column: tier_change money "Its change"
-- column: region text "Region whose change goes most in that direction"
-- column: region_change money "Its change"
-- column: n_metrics count "Metrics reviewed"
-- column: n_better count "Better than the month before"
-- column: n_worse count "Worse than the month before"
-- column: n_low count "At the low end of their history"
-- column: n_high count "At the high end of their history"
-- column: has_fall bool "Revenue fell, and somebody is named"
WITH own AS (
  SELECT *
  FROM review.changes
  WHERE metric = 'revenue'
),
named AS (
  SELECT
    c.*,
    row_number() OVER (PARTITION BY c.dimension ORDER BY c.place) AS nth
  FROM review.contributors c
  WHERE c.metric = 'revenue' AND c.comparison = 'last_month' AND NOT c.is_rest AND c.member_id <> ''
    AND ((c.total_change > 0 AND c.change > 0) OR (c.total_change < 0 AND c.change < 0))
),
who AS (
  SELECT
    max(CASE WHEN dimension = 'customer' AND nth = 1 THEN member_name END) AS customer_1,
    max(CASE WHEN dimension = 'customer' AND nth = 1 THEN owner_name END) AS owner_1,
    max(CASE WHEN dimension = 'customer' AND nth = 1 THEN change END) AS change_1,
    max(CASE WHEN dimension = 'customer' AND nth = 2 THEN member_name END) AS customer_2,
    max(CASE WHEN dimension = 'customer' AND nth = 2 THEN owner_name END) AS owner_2,
    max(CASE WHEN dimension = 'customer' AND nth = 2 THEN change END) AS change_2,
    max(CASE WHEN dimension = 'tier' AND nth = 1 THEN member_id END) AS tier,
    max(CASE WHEN dimension = 'tier' AND nth = 1 THEN change END) AS tier_change,
    max(CASE WHEN dimension = 'region' AND nth = 1 THEN member_name END) AS region,
    max(CASE WHEN dimension = 'region' AND nth = 1 THEN change END) AS region_change
  FROM named
),
limits AS (
  SELECT min_days
  FROM rules.review_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
counts AS (
  SELECT
    count(*) AS n_metrics,
    count(CASE WHEN verdict = 'better' THEN 1 END) AS n_better,
    count(CASE WHEN verdict = 'worse' THEN 1 END) AS n_worse,
    count(CASE WHEN is_low THEN 1 END) AS n_low,
    count(CASE WHEN is_high THEN 1 END) AS n_high
  FROM review.changes
),
amounts AS (
  SELECT
    max(CASE WHEN span = 'month' AND k = 0 THEN amount END) AS month_now,
    max(CASE WHEN span = 'month' AND k = 1 THEN amount END) AS month_before,
    max(CASE WHEN span = 'month' AND k = 12 THEN amount END) AS year_before,
    max(CASE WHEN span = 'week' AND k = 0 THEN amount END) AS week_now,
    max(CASE WHEN span = 'week' AND k = 1 THEN amount END) AS week_before
  FROM review.history
  WHERE metric = 'revenue'
)
SELECT
  $as_of AS as_of,
  o.period_start,
  o.period_end,
  o.is_partial,
  o.is_partial AND o.period_end - o.period_start + 1 < l.min_days AS is_young,
  coalesce(o.vs_full_month < 0, false) AS full_is_worse,
  coalesce(o.vs_full_month > 0, false) AS full_is_better,
  a.month_now AS revenue,
  a.month_before AS last_month_revenue,
  a.month_now - a.month_before AS change,
  o.vs_last_month_rate AS change_rate,
  a.month_now - a.year_before AS year_change,
  o.vs_last_year_rate AS year_change_rate,
  a.week_now AS week_revenue,
  a.week_before AS last_week_revenue,
  a.week_now - a.week_before AS week_change,
  o.vs_last_week_rate AS week_change_rate,
  o.verdict,
  coalesce(o.verdict = 'worse', false) AS is_worse,
  coalesce(o.verdict = 'better', false) AS is_better,
  o.percentile_in_history AS percentile,
  o.n_history,
  coalesce(o.is_low, false) AS is_low,
  coalesce(o.is_high, false) AS is_high,
  coalesce(o.has_festival OR o.last_month_has_festival OR o.last_year_has_festival, false) AS has_festival,
  w.customer_1,
  w.owner_1,
  w.change_1,
  w.customer_2,
  w.owner_2,
  w.change_2,
  w.tier,
  w.tier_change,
  w.region,
  w.region_change,
  n.n_metrics,
  n.n_better,
  n.n_worse,
  n.n_low,
  n.n_high,
  coalesce(o.verdict = 'worse', false) AND w.customer_1 IS NOT NULL AS has_fall
FROM who w
CROSS JOIN counts n
CROSS JOIN amounts a
CROSS JOIN limits l
LEFT JOIN own o ON o.metric = 'revenue'
