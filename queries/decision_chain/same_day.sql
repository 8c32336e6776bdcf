-- Who closes on the day of the first contact: complete transactions by the size of the customer, that is by its employees (those of
-- all its members together where the unit is the group) in the bands of rules.customer_sizes; a number on a border belongs to the larger
-- size. With the decider are those where somebody on record as decider was contacted on that very day.
--
-- grain: customer_size
-- order: place
-- empty_if_missing: decision_chain.decider_times
-- check: with_decider <= same_day and same_day <= complete and complete <= deals
-- total: sum(deals) = (select count(*) from decision_chain.transactions)
-- total: sum(complete) = (select count(*) from decision_chain.transactions where transaction_state = 'complete')
-- column: customer_size text "Size by employees"
-- column: place count "Place of the size"
-- column: from_headcount count "Employees from"
-- column: deals count "Deals"
-- column: complete count "Complete"
-- column: same_day count "Complete on the day of the first contact"
-- column: same_day_share ratio "Share of the complete ones"
-- column: with_decider count "Of these with the decider"
-- column: is_small_sample bool "Too few deals for a rate to mean much"
WITH bands AS (
  SELECT
    customer_size,
    from_headcount,
    lead(from_headcount) OVER (ORDER BY from_headcount) AS below_headcount,
    row_number() OVER (ORDER BY from_headcount) AS place
  FROM rules.customer_sizes
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
sizes AS (
  SELECT customer_size, from_headcount, CAST(place AS BIGINT) AS place FROM bands
  UNION ALL
  SELECT 'unknown', NULL, 99
),
heads AS (
  SELECT u.unit_id AS customer_id, sum(c.headcount) AS headcount
  FROM staging.customers c
  JOIN value.units u ON u.customer_id = c.customer_id
  WHERE NOT u.is_internal
  GROUP BY u.unit_id
),
sized AS (
  SELECT h.customer_id, b.customer_size
  FROM heads h
  JOIN bands b ON h.headcount >= b.from_headcount AND (b.below_headcount IS NULL OR h.headcount < b.below_headcount)
),
acc AS (
  SELECT
    coalesce(z.customer_size, 'unknown') AS customer_size,
    count(*) AS deals,
    count(CASE WHEN t.transaction_state = 'complete' THEN 1 END) AS complete,
    count(CASE WHEN t.transaction_state = 'complete' AND t.observed_days = 0 THEN 1 END) AS same_day,
    count(CASE WHEN t.transaction_state = 'complete' AND t.observed_days = 0 AND d.days_to_decider = 0 THEN 1 END) AS with_decider
  FROM decision_chain.transactions t
  LEFT JOIN sized z ON z.customer_id = t.customer_id
  LEFT JOIN decision_chain.decider_times d ON d.opportunity_id = t.opportunity_id
  GROUP BY coalesce(z.customer_size, 'unknown')
),
known AS (
  SELECT count(days_to_decider) > 0 AS has_deciders FROM decision_chain.decider_times
),
rule AS (
  SELECT min_units
  FROM rules.small_samples
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
)
SELECT
  s.customer_size,
  s.place,
  s.from_headcount,
  coalesce(a.deals, 0) AS deals,
  coalesce(a.complete, 0) AS complete,
  coalesce(a.same_day, 0) AS same_day,
  CAST(a.same_day AS DOUBLE) / NULLIF(a.complete, 0) AS same_day_share,
  CASE WHEN k.has_deciders THEN coalesce(a.with_decider, 0) END AS with_decider,
  coalesce(a.complete, 0) < r.min_units AS is_small_sample
FROM sizes s
CROSS JOIN rule r
CROSS JOIN known k
LEFT JOIN acc a ON a.customer_size = s.customer_size
