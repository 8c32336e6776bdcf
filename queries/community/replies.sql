-- How fast questions are answered, month by month, the last thirteen, by the day on which they were asked: tickets of customers who are
-- not internal, the median time to the first reply of those that have one, and how many waited longer than
-- rules.reply_limits allows: answered later than that, or still without a reply when that time had passed on the as-of day.
-- What was asked less than that before the end of the as-of day, and is not answered yet, is open and late for nobody.
--
-- grain: month
-- check: n_late + n_in_time + n_open = n_questions
-- total: coalesce(sum(n_questions), 0) = (select count(*) from community.questions where opened_on >= month_add(month_start($as_of), -12))
-- column: month month "Month"
-- column: is_partial bool "Not over yet on the as-of date"
-- column: n_questions count "Questions"
-- column: n_replied count "With a reply"
-- column: median_minutes count "Median minutes to the first reply"
-- column: n_in_time count "Answered in time"
-- column: n_late count "Waited too long"
-- column: n_open count "Open, still in time"
-- column: late_share ratio "Share that waited too long"
-- column: is_small_sample bool "Too few questions for a share to mean much"
WITH sums AS (
  SELECT
    month_start(opened_on) AS month,
    count(*) AS n_questions,
    count(reply_seconds) AS n_replied,
    median(CAST(reply_seconds AS DECIMAL(19, 5))) / 60 AS median_minutes,
    count(CASE WHEN state = 'in_time' THEN 1 END) AS n_in_time,
    count(CASE WHEN state = 'late' THEN 1 END) AS n_late,
    count(CASE WHEN state = 'open' THEN 1 END) AS n_open
  FROM community.questions
  WHERE opened_on >= month_add(month_start($as_of), -12)
  GROUP BY month_start(opened_on)
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.month,
  month_end(s.month) > $as_of AS is_partial,
  s.n_questions,
  s.n_replied,
  s.median_minutes,
  s.n_in_time,
  s.n_late,
  s.n_open,
  CAST(s.n_late AS DOUBLE) / NULLIF(s.n_late + s.n_in_time, 0) AS late_share,
  s.n_late + s.n_in_time < r.min_rate_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
