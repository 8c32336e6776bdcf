-- Survival (Kaplan-Meier): the share of customers still with us so many months after they began, counting those who are still
-- here only for as long as they have been seen. Greenwood's standard error. When and how a customer has left: churn.last_seen.
-- Customers are counted from their first sale in the data; those who began before it are younger here than they are.
--
-- grain: age_months
-- check: survival between 0 and 1
-- check: churned <= at_risk
-- column: age_months count "Months since the start"
-- column: at_risk count "Customers seen at this age"
-- column: churned count "Left at this age"
-- column: survival ratio "Share still here"
-- column: std_error ratio "Standard error"
-- column: is_small_sample bool "Too few customers for a rate to mean much"
WITH ages AS (
  SELECT age_months, count(*) AS n, sum(CASE WHEN has_left THEN 1 ELSE 0 END) AS churned
  FROM churn.last_seen
  GROUP BY age_months
),
spine AS (
  SELECT unnest(range(0, max(age_months) + 1)) AS age_months FROM ages
),
risk AS (
  SELECT
    p.age_months,
    coalesce(a.churned, 0) AS churned,
    sum(coalesce(a.n, 0)) OVER (ORDER BY p.age_months DESC ROWS UNBOUNDED PRECEDING) AS at_risk
  FROM spine p
  LEFT JOIN ages a ON a.age_months = p.age_months
),
steps AS (
  -- Where everybody left the product is zero from here on: the logarithm and Greenwood's term are guarded.
  SELECT
    age_months,
    churned,
    at_risk,
    CASE WHEN at_risk = churned THEN 1 ELSE 0 END AS all_left,
    CASE
      WHEN at_risk > churned THEN CAST(ln(CAST(at_risk - churned AS DOUBLE) / CAST(at_risk AS DOUBLE)) AS DECIMAL(38, 15))
    END AS log_kept,
    CASE
      WHEN at_risk > churned THEN CAST(CAST(churned AS DOUBLE) / CAST(at_risk * (at_risk - churned) AS DOUBLE) AS DECIMAL(38, 15))
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
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.age_months,
  s.at_risk,
  s.churned,
  CASE WHEN s.all_left > 0 THEN CAST(0 AS DOUBLE) ELSE exp(CAST(s.log_kept AS DOUBLE)) END AS survival,
  CASE WHEN s.all_left = 0 THEN exp(CAST(s.log_kept AS DOUBLE)) * sqrt(CAST(s.variance AS DOUBLE)) END AS std_error,
  s.at_risk < r.min_rate_units AS is_small_sample
FROM sums s
CROSS JOIN rule r
