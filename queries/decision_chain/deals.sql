-- Every deal with its start and its end: opportunities up to the as-of date, without those of internal customers.
-- A deal starts with the first contact, or with its creation when that day is unknown. Its cycle runs to the day it was won; a
-- deal that is lost or open has no cycle, only an age. Of a day won and a day lost the later one holds, and won on a tie.
-- In the period are deals that ended in the window, and all that are still open.
--
-- grain: opportunity_id
-- order: started_on desc, opportunity_id
-- empty_if_missing: staging.owners
-- check: state in ('won', 'lost', 'open')
-- check: (state = 'open') = (ended_on is null)
-- warn: ended_on >= started_on
-- column: opportunity_id text "Opportunity"
-- column: customer_id text "Customer"
-- column: customer_name text "Customer name"
-- column: owner_id text "Owner"
-- column: owner_name text "Owner name"
-- column: state text "Won, lost or open"
-- column: started_on date "First contact"
-- column: ended_on date "Won or lost on"
-- column: cycle_days days "From first contact to won"
-- column: age_days days "From first contact to the end, or to the as-of date"
-- column: is_in_period bool "Ended in the window, or still open"
-- column: change_requests count "Change requests"
-- column: amount money "Amount of the opportunity"
WITH deals AS (
  SELECT
    o.opportunity_id,
    coalesce(u.unit_id, o.customer_id) AS customer_id,
    coalesce(u.unit_name, o.customer_id) AS customer_name,
    o.owner_id,
    CASE
      WHEN o.won_on IS NOT NULL AND (o.lost_on IS NULL OR o.lost_on <= o.won_on) THEN 'won'
      WHEN o.lost_on IS NOT NULL THEN 'lost'
      ELSE 'open'
    END AS state,
    coalesce(o.first_contact_on, o.created_on) AS started_on,
    greatest(o.won_on, o.lost_on) AS ended_on,
    o.n_change_requests,
    o.amount
  FROM staging.opportunities o
  LEFT JOIN value.units u ON u.customer_id = o.customer_id
  WHERE u.is_internal IS NOT TRUE
)
SELECT
  d.opportunity_id,
  d.customer_id,
  d.customer_name,
  d.owner_id,
  coalesce(p.owner_name, d.owner_id) AS owner_name,
  d.state,
  d.started_on,
  d.ended_on,
  CASE WHEN d.state = 'won' AND d.ended_on >= d.started_on THEN d.ended_on - d.started_on END AS cycle_days,
  CASE WHEN coalesce(d.ended_on, $as_of) >= d.started_on THEN coalesce(d.ended_on, $as_of) - d.started_on END AS age_days,
  d.ended_on IS NULL OR (d.ended_on >= $window_start AND d.ended_on < $window_end) AS is_in_period,
  d.n_change_requests AS change_requests,
  d.amount
FROM deals d
LEFT JOIN staging.owners p ON p.owner_id = d.owner_id
