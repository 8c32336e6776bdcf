-- Saved rate of the customers at risk who were helped, beside what would be expected of them: the rate of those who were not helped,
-- tier by tier, in the tiers of those helped. Only tiers with customers on both sides are compared. What was left out is counted beside.
--
-- grain: risk
-- check: compared_helped <= helped
-- check: helped_saved <= helped
-- check: episodes = helped + not_helped + earlier + later + ended_early + open
-- total: sum(episodes) = (select count(*) from churn.risk_episodes)
-- column: risk text "Why at risk"
-- column: episodes count "Times that a customer came to be at risk"
-- column: helped count "Helped in time"
-- column: helped_saved count "Of these saved"
-- column: helped_rate ratio "Saved rate of those helped"
-- column: not_helped count "Not helped"
-- column: not_helped_saved count "Of these saved"
-- column: not_helped_rate ratio "Saved rate of those not helped"
-- column: compared_helped count "Helped, in tiers with somebody not helped"
-- column: compared_rate ratio "Saved rate of those"
-- column: expected_rate ratio "Saved rate to be expected without help"
-- column: difference ratio "Saved by help, in points"
-- column: earlier count "Helped before the risk began"
-- column: later count "Helped too late to compare"
-- column: ended_early count "Saved or lost before the day of comparison"
-- column: open count "Not decided yet"
-- column: is_small_sample bool "Too few on a side for a rate to mean much"
WITH acc AS (
  SELECT
    risk,
    count(*) AS episodes,
    count(CASE WHEN is_comparable AND handling = 'helped' THEN 1 END) AS helped,
    count(CASE WHEN is_comparable AND handling = 'helped' AND outcome = 'saved' THEN 1 END) AS helped_saved,
    count(CASE WHEN is_comparable AND handling = 'not_helped' THEN 1 END) AS not_helped,
    count(CASE WHEN is_comparable AND handling = 'not_helped' AND outcome = 'saved' THEN 1 END) AS not_helped_saved,
    count(CASE WHEN is_comparable AND handling = 'earlier' THEN 1 END) AS earlier,
    count(CASE WHEN is_comparable AND handling = 'later' THEN 1 END) AS later,
    count(CASE WHEN is_over AND NOT is_comparable THEN 1 END) AS ended_early,
    count(CASE WHEN NOT is_over THEN 1 END) AS open
  FROM churn.risk_episodes
  GROUP BY risk
),
compared AS (
  SELECT
    risk,
    sum(helped) AS helped,
    sum(helped_saved) AS helped_saved,
    sum(not_helped) AS not_helped,
    -- Quotients with twelve digits, so that they can be added exactly.
    sum(CAST(CAST(helped * not_helped_saved AS DECIMAL(38, 12)) / not_helped AS DECIMAL(38, 12))) AS expected
  FROM churn.saves
  WHERE helped > 0 AND not_helped > 0
  GROUP BY risk
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.risk,
  a.episodes,
  a.helped,
  a.helped_saved,
  CAST(a.helped_saved AS DOUBLE) / NULLIF(a.helped, 0) AS helped_rate,
  a.not_helped,
  a.not_helped_saved,
  CAST(a.not_helped_saved AS DOUBLE) / NULLIF(a.not_helped, 0) AS not_helped_rate,
  coalesce(c.helped, 0) AS compared_helped,
  CAST(c.helped_saved AS DOUBLE) / c.helped AS compared_rate,
  CAST(c.expected AS DOUBLE) / c.helped AS expected_rate,
  CAST(CAST(c.helped_saved AS DECIMAL(38, 12)) - c.expected AS DOUBLE) / c.helped AS difference,
  a.earlier,
  a.later,
  a.ended_early,
  a.open,
  coalesce(c.helped, 0) < r.min_rate_units OR coalesce(c.not_helped, 0) < r.min_rate_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
LEFT JOIN compared c ON c.risk = a.risk
