-- Saved rate by tier: of the customers at risk who were helped in time, and of those who were not, how many were saved
-- (churn.risk_episodes, the comparable ones). The difference says what help may have done: nobody drew lots over whom to help.
--
-- grain: risk, tier
-- order: risk, position, tier
-- check: helped_saved <= helped and not_helped_saved <= not_helped
-- total: sum(helped + not_helped) = (select count(*) from churn.risk_episodes where is_comparable and handling in ('helped', 'not_helped'))
-- column: risk text "Why at risk"
-- column: tier text "Tier at the month-end before"
-- column: position count "Position of the tier from the top"
-- column: helped count "Helped"
-- column: helped_saved count "Of these saved"
-- column: not_helped count "Not helped"
-- column: not_helped_saved count "Of these saved"
-- column: helped_rate ratio "Saved rate of those helped"
-- column: not_helped_rate ratio "Saved rate of those not helped"
-- column: is_small_sample bool "Too few on a side for a rate to mean much"
WITH acc AS (
  SELECT
    risk,
    tier,
    count(CASE WHEN handling = 'helped' THEN 1 END) AS helped,
    count(CASE WHEN handling = 'helped' AND outcome = 'saved' THEN 1 END) AS helped_saved,
    count(CASE WHEN handling = 'not_helped' THEN 1 END) AS not_helped,
    count(CASE WHEN handling = 'not_helped' AND outcome = 'saved' THEN 1 END) AS not_helped_saved
  FROM churn.risk_episodes
  WHERE is_comparable AND handling IN ('helped', 'not_helped')
  GROUP BY risk, tier
),
rule AS (
  SELECT min_rate_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  a.risk,
  a.tier,
  l.position,
  a.helped,
  a.helped_saved,
  a.not_helped,
  a.not_helped_saved,
  CAST(a.helped_saved AS DOUBLE) / NULLIF(a.helped, 0) AS helped_rate,
  CAST(a.not_helped_saved AS DOUBLE) / NULLIF(a.not_helped, 0) AS not_helped_rate,
  a.helped < r.min_rate_units OR a.not_helped < r.min_rate_units AS is_small_sample
FROM acc a
CROSS JOIN rule r
LEFT JOIN tiers.ladder l ON l.tier = a.tier AND l.valid_on = $as_of
