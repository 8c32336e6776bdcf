-- How long a transaction takes (Kaplan-Meier): the share of deals that are not complete so many days after the first contact, over
-- all deals on record. A deal that is open or unpaid counts for as long as it has been seen, and so does one that was lost, up to the
-- day it was lost: the question is how long a deal takes that goes on. Greenwood's standard error. One row for each number of days that a
-- deal was seen for, and one for the start.
--
-- grain: days
-- check: survival between 0 and 1
-- check: completed + censored <= at_risk
-- total: sum(completed) = (select count(*) from decision_chain.transactions where transaction_state = 'complete' and observed_days is not null)
-- total: sum(completed + censored) = (select count(observed_days) from decision_chain.transactions)
-- column: days days "Days since the first contact"
-- column: at_risk count "Deals seen for so long"
-- column: completed count "Complete at this day"
-- column: censored count "Last seen at this day, not complete"
-- column: survival ratio "Share not complete yet"
-- column: std_error ratio "Standard error"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH seen AS (
  SELECT
    CAST(observed_days AS BIGINT) AS days,
    CASE WHEN transaction_state = 'complete' THEN 1 ELSE 0 END AS completed,
    1 AS n
  FROM decision_chain.transactions
  WHERE observed_days IS NOT NULL
),
ends AS (
  SELECT days, sum(completed) AS completed, sum(n) AS n FROM seen GROUP BY days
  UNION ALL
  -- The start, where nobody ended on it.
  SELECT 0, 0, 0 FROM seen HAVING min(days) > 0
),
risk AS (
  SELECT
    days,
    completed,
    n - completed AS censored,
    sum(n) OVER (ORDER BY days DESC ROWS UNBOUNDED PRECEDING) AS at_risk
  FROM ends
),
steps AS (
  -- Where all were completed the product is zero from here on: the logarithm and Greenwood's term are guarded.
  SELECT
    days,
    completed,
    censored,
    at_risk,
    CASE WHEN at_risk = completed THEN 1 ELSE 0 END AS all_completed,
    CASE
      WHEN at_risk > completed THEN CAST(ln(CAST(at_risk - completed AS DOUBLE) / CAST(at_risk AS DOUBLE)) AS DECIMAL(38, 15))
    END AS log_left,
    CASE
      WHEN at_risk > completed THEN CAST(CAST(completed AS DOUBLE) / CAST(at_risk * (at_risk - completed) AS DOUBLE) AS DECIMAL(38, 15))
    END AS variance
  FROM risk
),
sums AS (
  SELECT
    days,
    completed,
    censored,
    at_risk,
    sum(all_completed) OVER (ORDER BY days ROWS UNBOUNDED PRECEDING) AS all_completed,
    sum(log_left) OVER (ORDER BY days ROWS UNBOUNDED PRECEDING) AS log_left,
    sum(variance) OVER (ORDER BY days ROWS UNBOUNDED PRECEDING) AS variance
  FROM steps
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.days,
  s.at_risk,
  s.completed,
  s.censored,
  CASE WHEN s.all_completed > 0 THEN CAST(0 AS DOUBLE) ELSE exp(CAST(s.log_left AS DOUBLE)) END AS survival,
  CASE WHEN s.all_completed = 0 THEN exp(CAST(s.log_left AS DOUBLE)) * sqrt(CAST(s.variance AS DOUBLE)) END AS std_error,
  s.at_risk < r.min_rate_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
