-- What changed, one row for each metric of rules.review_metrics that is known. A metric of running months counts from the first of
-- the month to the as-of date, and is compared with the same number of elapsed days of the month before and of the year before;
-- the latest full month stands beside it with the month before that. A metric of full months (what is only known when a month is
-- over, or stands at its end) is that of the latest full month. The week begins on Monday and is compared with the same days of
-- the week before; concentration then means the twelve months up to the day. Changes are absolute, those beside them relative to
-- a base above zero. The percentile is the share of the other periods of the history (thirteen at most) whose value is lower: 0 is
-- the lowest of all, 1 the highest.
--
-- grain: metric
-- order: position
-- check: unit in ('money', 'ratio', 'count', 'days')
-- check: percentile_in_history between 0 and 1
-- check: n_history between 1 and 13
-- column: metric text "Metric"
-- column: position count "Position"
-- column: unit text "Unit"
-- column: span text "Running months, or full months"
-- column: good_when text "Whether more or less of it is good"
-- column: value ratio "Value"
-- column: period_start date "From"
-- column: period_end date "Up to, included"
-- column: is_partial bool "The month is not over"
-- column: week_value ratio "This week up to the as-of date"
-- column: last_week_value ratio "The same days of the week before"
-- column: vs_last_week ratio "Against last week"
-- column: vs_last_week_rate ratio "Against last week, relative"
-- column: last_month_value ratio "The month before, as many days"
-- column: vs_last_month ratio "Against last month"
-- column: vs_last_month_rate ratio "Against last month, relative"
-- column: last_year_value ratio "The year before, as many days"
-- column: vs_last_year ratio "Against last year"
-- column: vs_last_year_rate ratio "Against last year, relative"
-- column: full_month_value ratio "Latest full month"
-- column: full_month_before ratio "The full month before it"
-- column: vs_full_month ratio "Full month against the one before"
-- column: vs_full_month_rate ratio "Full month against the one before, relative"
-- column: day_value ratio "The as-of date alone"
-- column: last_weekday_value ratio "The same weekday of the week before"
-- column: percentile_in_history ratio "Percentile in its own history"
-- column: n_history count "Periods of the history that are known"
-- column: history_low ratio "Lowest of them"
-- column: history_high ratio "Highest of them"
-- column: has_festival bool "The Spring Festival is in the period"
-- column: last_month_has_festival bool "It was in the month before"
-- column: last_year_has_festival bool "It was in the period of the year before"
-- column: direction text "Up, down or same against last month"
-- column: verdict text "Whether that is better or worse"
-- column: is_low bool "At the low end of its history"
-- column: is_high bool "At the high end of its history"
WITH metrics AS (
  SELECT metric, position, unit, span, good_when
  FROM rules.review_metrics
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
limits AS (
  SELECT low_percentile, high_percentile, min_history
  FROM rules.review_limits
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
rows AS (
  SELECT
    m.position,
    m.unit,
    m.span AS main,
    m.good_when,
    h.*,
    h.span = m.span AS is_main,
    first_value(h.value) OVER (PARTITION BY h.metric, h.span ORDER BY h.k) AS current_value,
    first_value(h.k) OVER (PARTITION BY h.metric, h.span ORDER BY h.k) AS current_k
  FROM review.history h
  JOIN metrics m ON m.metric = h.metric
),
sums AS (
  SELECT
    metric,
    position,
    unit,
    main AS span,
    good_when,
    max(CASE WHEN is_main AND k = 0 THEN value END) AS value,
    max(CASE WHEN is_main AND k = 0 THEN amount END) AS amount,
    max(CASE WHEN is_main AND k = 0 THEN period_start END) AS period_start,
    max(CASE WHEN is_main AND k = 0 THEN period_end END) AS period_end,
    bool_or(CASE WHEN is_main AND k = 0 THEN is_partial END) AS is_partial,
    max(CASE WHEN span = 'week' AND k = 0 THEN value END) AS week_value,
    max(CASE WHEN span = 'week' AND k = 0 THEN amount END) AS week_amount,
    max(CASE WHEN span = 'week' AND k = 1 THEN value END) AS last_week_value,
    max(CASE WHEN span = 'week' AND k = 1 THEN amount END) AS last_week_amount,
    max(CASE WHEN is_main AND k = 1 THEN value END) AS last_month_value,
    max(CASE WHEN is_main AND k = 1 THEN amount END) AS last_month_amount,
    max(CASE WHEN is_main AND k = 12 THEN value END) AS last_year_value,
    max(CASE WHEN is_main AND k = 12 THEN amount END) AS last_year_amount,
    max(CASE WHEN span = 'full_month' AND k = 0 THEN value END) AS full_month_value,
    max(CASE WHEN span = 'full_month' AND k = 0 THEN amount END) AS full_month_amount,
    max(CASE WHEN span = 'full_month' AND k = 1 THEN value END) AS full_month_before,
    max(CASE WHEN span = 'full_month' AND k = 1 THEN amount END) AS full_month_before_amount,
    max(CASE WHEN span = 'day' AND k = 0 THEN value END) AS day_value,
    max(CASE WHEN span = 'day' AND k = 1 THEN value END) AS last_weekday_value,
    count(CASE WHEN is_main THEN 1 END) AS n_history,
    count(CASE WHEN is_main AND value < current_value THEN 1 END) AS n_lower,
    min(CASE WHEN is_main THEN value END) AS history_low,
    max(CASE WHEN is_main THEN value END) AS history_high,
    bool_or(CASE WHEN is_main AND k = 0 THEN has_festival END) AS has_festival,
    bool_or(CASE WHEN is_main AND k = 1 THEN has_festival END) AS last_month_has_festival,
    bool_or(CASE WHEN is_main AND k = 12 THEN has_festival END) AS last_year_has_festival
  FROM rows
  GROUP BY metric, position, unit, main, good_when
),
compared AS (
  SELECT
    *,
    -- Of sums and counts the difference is taken before anything is rounded.
    coalesce(CAST(week_amount - last_week_amount AS DOUBLE), week_value - last_week_value) AS vs_last_week,
    coalesce(CAST(amount - last_month_amount AS DOUBLE), value - last_month_value) AS vs_last_month,
    coalesce(CAST(amount - last_year_amount AS DOUBLE), value - last_year_value) AS vs_last_year,
    coalesce(CAST(full_month_amount - full_month_before_amount AS DOUBLE), full_month_value - full_month_before) AS vs_full_month
  FROM sums
  -- A metric that stops before the present has no present value.
  WHERE value IS NOT NULL
)
SELECT
  c.metric,
  c.position,
  c.unit,
  c.span,
  c.good_when,
  c.value,
  c.period_start,
  c.period_end,
  c.is_partial,
  c.week_value,
  c.last_week_value,
  c.vs_last_week,
  CASE WHEN c.last_week_value > 0 THEN c.vs_last_week / c.last_week_value END AS vs_last_week_rate,
  c.last_month_value,
  c.vs_last_month,
  CASE WHEN c.last_month_value > 0 THEN c.vs_last_month / c.last_month_value END AS vs_last_month_rate,
  c.last_year_value,
  c.vs_last_year,
  CASE WHEN c.last_year_value > 0 THEN c.vs_last_year / c.last_year_value END AS vs_last_year_rate,
  c.full_month_value,
  c.full_month_before,
  c.vs_full_month,
  CASE WHEN c.full_month_before > 0 THEN c.vs_full_month / c.full_month_before END AS vs_full_month_rate,
  c.day_value,
  c.last_weekday_value,
  CAST(c.n_lower AS DOUBLE) / NULLIF(c.n_history - 1, 0) AS percentile_in_history,
  c.n_history,
  c.history_low,
  c.history_high,
  c.has_festival,
  coalesce(c.last_month_has_festival, false) AS last_month_has_festival,
  coalesce(c.last_year_has_festival, false) AS last_year_has_festival,
  CASE WHEN c.vs_last_month > 0 THEN 'up' WHEN c.vs_last_month < 0 THEN 'down' WHEN c.vs_last_month = 0 THEN 'same' END AS direction,
  CASE
    WHEN c.vs_last_month = 0 THEN 'same'
    WHEN c.good_when IS NULL OR c.good_when = '' THEN NULL
    WHEN (c.vs_last_month > 0) = (c.good_when = 'more') THEN 'better'
    WHEN c.vs_last_month IS NOT NULL THEN 'worse'
  END AS verdict,
  c.n_history >= l.min_history AND c.n_lower <= l.low_percentile * (c.n_history - 1) AND c.value < c.history_high AS is_low,
  c.n_history >= l.min_history AND c.n_lower >= l.high_percentile * (c.n_history - 1) AS is_high
FROM compared c
CROSS JOIN limits l
