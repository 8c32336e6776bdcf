-- Survival (Kaplan-Meier): the share of customers still with us so many months after they began, counting those who are still
-- here only for as long as they have been seen. Greenwood's standard error. When and how a customer has left: churn.last_seen.
-- A customer who is older than the data is observed only from the age that it had when the data began: it is not counted
-- before, nor at that age itself. Where it is not known when the record of a customer was created, the customer counts from its first
-- sale in the data, so it may be older than it is here. An age at which fewer than rules.survival customers are observed is not to be
-- shown, whatever the curve does there.
--
-- grain: age_months
-- check: survival between 0 and 1
-- check: churned <= at_risk
-- check: at_risk >= 0
-- column: age_months count "Months since the start"
-- column: at_risk count "Customers seen at this age"
-- column: churned count "Left at this age"
-- column: survival ratio "Share still here"
-- column: std_error ratio "Standard error"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
-- column: is_hidden bool "Too few customers to be shown"
WITH observed AS (
  SELECT age_months, CASE WHEN seen_from_months IS NULL THEN 0 ELSE seen_from_months + 1 END AS seen_from, has_left
  FROM churn.last_seen
),
changes AS (
  -- Who comes into sight at an age, who leaves, and who is out of sight after it.
  SELECT age_months, sum(entered) AS entered, sum(gone) AS gone, sum(churned) AS churned
  FROM (
    SELECT seen_from AS age_months, 1 AS entered, 0 AS gone, 0 AS churned FROM observed WHERE seen_from <= age_months
    UNION ALL
    SELECT age_months, 0, 1, CASE WHEN has_left THEN 1 ELSE 0 END FROM observed WHERE seen_from <= age_months
  )
  GROUP BY age_months
),
spine AS (
  SELECT unnest(range(0, max(age_months) + 1)) AS age_months FROM churn.last_seen
),
risk AS (
  SELECT
    p.age_months,
    coalesce(a.churned, 0) AS churned,
    sum(coalesce(a.entered, 0)) OVER (ORDER BY p.age_months ROWS UNBOUNDED PRECEDING)
      - sum(coalesce(a.gone, 0)) OVER (ORDER BY p.age_months ROWS UNBOUNDED PRECEDING)
      + coalesce(a.gone, 0) AS at_risk
  FROM spine p
  LEFT JOIN changes a ON a.age_months = p.age_months
),
steps AS (
  -- Where everybody left the product is zero from here on: the logarithm and Greenwood's term are guarded. At an age that
  -- nobody is observed at the curve stays as it is.
  SELECT
    age_months,
    churned,
    at_risk,
    CASE WHEN at_risk = churned AND churned > 0 THEN 1 ELSE 0 END AS all_left,
    CASE
      WHEN at_risk > churned THEN CAST(ln(CAST(at_risk - churned AS DOUBLE) / CAST(at_risk AS DOUBLE)) AS DECIMAL(38, 15))
      ELSE 0
    END AS log_kept,
    CASE
      WHEN at_risk > churned THEN CAST(CAST(churned AS DOUBLE) / CAST(at_risk * (at_risk - churned) AS DOUBLE) AS DECIMAL(38, 15))
      ELSE 0
    END AS variance
  FROM risk
),
sums AS (
  SELECT
    age_months,
    churned,
    at_risk,
    sum(all_left) OVER (ORDER BY age_months ROWS UNBOUNDED PRECEDING) AS all_left,
    sum(log_kept) OVER (ORDER BY age_months ROWS UNBOUNDED PRECEDING) AS log_kept,
    sum(variance) OVER (ORDER BY age_months ROWS UNBOUNDED PRECEDING) AS variance
  FROM steps
),
rule AS (
  SELECT s.min_rate_units, v.min_at_risk
  FROM rules.small_samples s
  CROSS JOIN rules.survival v
  WHERE (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
    AND (v.valid_from IS NULL OR v.valid_from <= $as_of) AND (v.valid_to IS NULL OR v.valid_to > $as_of)
)
SELECT
  s.age_months,
  s.at_risk,
  s.churned,
  CASE WHEN s.all_left > 0 THEN CAST(0 AS DOUBLE) ELSE exp(CAST(s.log_kept AS DOUBLE)) END AS survival,
  CASE WHEN s.all_left = 0 THEN exp(CAST(s.log_kept AS DOUBLE)) * sqrt(CAST(s.variance AS DOUBLE)) END AS std_error,
  s.at_risk < r.min_rate_units AS is_small_sample,
  s.at_risk < r.min_at_risk AS is_hidden
FROM sums s
CROSS JOIN rule r
