-- The effort behind each deal: opportunities that ended in the window, and those still open on the as-of date. When a deal starts and
-- ends, and what its cycle is: decision_chain.deals.
-- Negotiations are the days with a negotiation of the deal that took place; they are unknown when no deal has any on record.
-- A deal without a known customer is no key account's.
--
-- grain: opportunity_id
-- order: started_on desc, opportunity_id
-- empty_if_missing: staging.touches
-- check: state in ('won', 'lost', 'open')
-- check: (state = 'open') = (ended_on is null)
-- warn: ended_on >= started_on
-- column: opportunity_id text "Opportunity"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: is_key bool "Key account"
-- column: state text "Won, lost or open"
-- column: started_on date "First contact"
-- column: ended_on date "Won or lost on"
-- column: cycle_days days "From first contact to won"
-- column: age_days days "From first contact to the end, or to the as-of date"
-- column: negotiations count "Negotiations"
-- column: change_requests count "Change requests"
-- column: amount money "Amount of the opportunity"
WITH talks AS (
  SELECT opportunity_id, count(DISTINCT touched_on) AS n
  FROM staging.touches
  WHERE kind = 'negotiation' AND opportunity_id IS NOT NULL AND done IS NOT FALSE
  GROUP BY opportunity_id
),
recorded AS (
  SELECT count(*) > 0 AS is_recorded FROM talks
)
SELECT
  d.opportunity_id,
  d.customer_id,
  d.customer_name,
  d.owner_id,
  d.owner_name,
  a.customer_id IS NOT NULL AS is_key,
  d.state,
  d.started_on,
  d.ended_on,
  d.cycle_days,
  d.age_days,
  CASE WHEN r.is_recorded THEN coalesce(t.n, 0) END AS negotiations,
  d.change_requests,
  d.amount
FROM decision_chain.deals d
CROSS JOIN recorded r
LEFT JOIN key_accounts.accounts a ON a.customer_id = d.customer_id
LEFT JOIN talks t ON t.opportunity_id = d.opportunity_id
WHERE d.is_in_period
