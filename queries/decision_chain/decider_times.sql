-- How soon each deal reached a person who decides: days from the first contact to the first contact by a person with somebody who
-- is on record as the decider of the customer. It counts when it was about the deal or about no deal, from the day of the first
-- contact to the day the deal was won or lost. Who has left since counts as well. It is unknown where the customer has no decider on
-- record, and where the deal began before contacts with people were on record.
--
-- grain: opportunity_id
-- order: started_on desc, opportunity_id
-- check: decider_state in ('reached', 'not_reached', 'unknown')
-- check: (decider_state = 'reached') = (decider_on is not null)
-- check: days_to_decider >= 0
-- total: count(*) = (select count(*) from decision_chain.deals)
-- column: opportunity_id text "Opportunity"
-- column: customer_id text "Customer"
-- column: state text "Won, lost or open"
-- column: started_on date "First contact"
-- column: ended_on date "Won or lost on"
-- column: is_in_period bool "Ended in the window, or still open"
-- column: cycle_days days "From first contact to won"
-- column: decider_state text "Whether the decider was reached"
-- column: decider_on date "First contact with the decider"
-- column: days_to_decider days "Days to the decider"
WITH deciders AS (
  SELECT customer_id, person_id FROM decision_chain.people WHERE role5 = 'decider'
),
known AS (
  SELECT DISTINCT customer_id FROM deciders
),
touches AS (
  SELECT t.customer_id, t.opportunity_id, t.touched_on
  FROM decision_chain.person_touches t
  JOIN deciders d ON d.customer_id = t.customer_id AND d.person_id = t.person_id
  GROUP BY t.customer_id, t.opportunity_id, t.touched_on
),
reached AS (
  SELECT d.opportunity_id, min(t.touched_on) AS decider_on
  FROM decision_chain.deals d
  JOIN touches t ON t.customer_id = d.customer_id
  WHERE (t.opportunity_id = '' OR t.opportunity_id = d.opportunity_id)
    AND t.touched_on >= d.started_on AND t.touched_on <= coalesce(d.ended_on, $as_of)
  GROUP BY d.opportunity_id
),
recorded AS (
  SELECT min(touched_on) AS first_on FROM decision_chain.person_touches
),
judged AS (
  SELECT
    d.opportunity_id,
    d.customer_id,
    d.state,
    d.started_on,
    d.ended_on,
    d.is_in_period,
    d.cycle_days,
    CASE
      WHEN k.customer_id IS NULL OR coalesce(d.started_on < f.first_on, true) THEN 'unknown'
      WHEN r.decider_on IS NOT NULL THEN 'reached'
      ELSE 'not_reached'
    END AS decider_state,
    r.decider_on
  FROM decision_chain.deals d
  CROSS JOIN recorded f
  LEFT JOIN known k ON k.customer_id = d.customer_id
  LEFT JOIN reached r ON r.opportunity_id = d.opportunity_id
)
SELECT
  opportunity_id,
  customer_id,
  state,
  started_on,
  ended_on,
  is_in_period,
  cycle_days,
  decider_state,
  CASE WHEN decider_state = 'reached' THEN decider_on END AS decider_on,
  CASE WHEN decider_state = 'reached' THEN decider_on - started_on END AS days_to_decider
FROM judged
