-- Why revenue per active customer changed: the latest full month against the one `compare_months` earlier, tier by tier.
-- The mix effect is the change of the tier's share of active customers at its earlier ARPU; the rate effect is the rest of the
-- tier's part in the change. A tier that had no active customers before is all mix. Both effects of all tiers add up to
-- the change of the overall ARPU.
--
-- grain: tier
-- order: position
-- check: mix_effect + rate_effect = total_effect
-- total: sum(total_effect) = (select sum(change) from arpu.change where comparison = 'recent')
-- column: tier text "Tier"
-- column: position count "Position from the top"
-- column: month_before month "Month before"
-- column: month_after month "Month after"
-- column: active_before count "Active customers before"
-- column: active_after count "Active customers after"
-- column: is_small_sample bool "Too few active customers in one of the months for a ratio to mean much"
-- column: arpu_before money "ARPU before"
-- column: arpu_after money "ARPU after"
-- column: mix_effect money "Change through the mix of tiers"
-- column: rate_effect money "Change through ARPU inside the tier"
-- column: total_effect money "Part of the tier in the change"
SELECT
  tier,
  position,
  month_before,
  month_after,
  active_before,
  active_after,
  is_small_sample,
  arpu_before,
  arpu_after,
  mix_effect,
  rate_effect,
  total_effect
FROM arpu.effects
WHERE comparison = 'recent'
