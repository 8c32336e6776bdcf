-- How much of what was sold as intent became final, and how soon: of what was sold at least N days ago, the share that was final
-- within N days (rules.intent_conversion). What was sold later cannot have had N days and is left out.
-- Only lines of known contracts are counted, whatever the policy: their closing day is known, while a line without a contract
-- loses its past when its state changes. Lines that were final on the day of their sale were never intent.
--
-- grain: within_days
-- check: converted_contracts <= contracts
-- column: within_days days "Within"
-- column: contracts count "Contracts with intent old enough"
-- column: sold money "Sold as intent at least so long ago"
-- column: converted money "Of this final in time"
-- column: converted_contracts count "Contracts with lines final in time"
-- column: conversion ratio "Share that became final"
-- column: is_small_sample bool "Too few contracts for a share to mean much"
WITH sold AS (
  SELECT contract_id, sold_on, sum(amount) AS amount
  FROM staging.sales
  WHERE contract_id IS NOT NULL
  GROUP BY contract_id, sold_on
),
intent AS (
  SELECT s.contract_id, s.sold_on, s.amount, c.closed_on - s.sold_on AS days
  FROM sold s
  JOIN revenue.contract_closings c ON c.contract_id = s.contract_id
  WHERE c.closed_on IS NULL OR c.closed_on > s.sold_on
),
rule AS (
  SELECT r.within_days, s.min_units
  FROM rules.intent_conversion r
  CROSS JOIN rules.small_samples s
  WHERE (r.valid_from IS NULL OR r.valid_from <= $as_of) AND (r.valid_to IS NULL OR r.valid_to > $as_of)
    AND (s.valid_from IS NULL OR s.valid_from <= $as_of) AND (s.valid_to IS NULL OR s.valid_to > $as_of)
),
sums AS (
  SELECT
    r.within_days,
    r.min_units,
    count(DISTINCT i.contract_id) AS contracts,
    coalesce(sum(i.amount), 0) AS sold,
    coalesce(sum(CASE WHEN i.days <= r.within_days THEN i.amount END), 0) AS converted,
    count(DISTINCT CASE WHEN i.days <= r.within_days THEN i.contract_id END) AS converted_contracts
  FROM rule r
  LEFT JOIN intent i ON $as_of - i.sold_on >= r.within_days
  GROUP BY r.within_days, r.min_units
)
SELECT
  within_days,
  contracts,
  sold,
  converted,
  converted_contracts,
  CASE WHEN sold > 0 THEN CAST(converted AS DOUBLE) / CAST(sold AS DOUBLE) END AS conversion,
  contracts < min_units AS is_small_sample
FROM sums
