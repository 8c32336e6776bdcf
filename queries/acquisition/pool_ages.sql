-- The unclaimed stock of the public pool by age: how long its leads have been there since they came in or last came back. The limits
-- come from rules.pool_ages.
--
-- grain: from_days
-- total: sum(leads) = (select count(*) from acquisition.pool_leads where pool_state = 'unclaimed')
-- column: from_days days "From age"
-- column: to_days days "To age"
-- column: leads count "Unclaimed leads"
-- column: returned_leads count "Of these claimed before"
-- column: share ratio "Share of the stock"
WITH ages AS (
  SELECT from_days, lead(from_days) OVER (ORDER BY from_days) AS next_days
  FROM rules.pool_ages
  WHERE (valid_from IS NULL OR valid_from <= $as_of) AND (valid_to IS NULL OR valid_to > $as_of)
),
counts AS (
  SELECT age_days, count(*) AS leads, count(CASE WHEN claims > 0 THEN 1 END) AS returned_leads
  FROM acquisition.pool_leads
  WHERE pool_state = 'unclaimed'
  GROUP BY age_days
),
sums AS (
  SELECT a.from_days, a.next_days, coalesce(sum(c.leads), 0) AS leads, coalesce(sum(c.returned_leads), 0) AS returned_leads
  FROM ages a
  LEFT JOIN counts c ON c.age_days >= a.from_days AND (a.next_days IS NULL OR c.age_days < a.next_days)
  GROUP BY a.from_days, a.next_days
)
SELECT
  from_days,
  next_days - 1 AS to_days,
  leads,
  returned_leads,
  CAST(leads AS DOUBLE) / NULLIF(sum(leads) OVER (), 0) AS share
FROM sums
