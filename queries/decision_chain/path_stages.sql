-- Each stage that a deal went through, with all visits to it together: the days add up, and the outcome is that of the deal where this
-- is the stage that it came to last, else it has moved on.
--
-- grain: opportunity_id, stage
-- check: outcome in ('moved_on', 'won', 'lost', 'open')
-- total: sum(days) = (select sum(days) from decision_chain.path_visits)
-- total: sum(visits) = (select count(*) from decision_chain.path_visits)
-- column: opportunity_id text "Opportunity"
-- column: stage text "Stage"
-- column: position count "Place of the stage"
-- column: furthest_position count "Place of the furthest stage that the deal reached"
-- column: entered_on date "First entered on"
-- column: last_entered_on date "Last entered on"
-- column: visits count "Times entered"
-- column: days days "Days in the stage"
-- column: times_sent_back count "Times sent back to an earlier stage"
-- column: outcome text "What became of the deal here"
WITH placed AS (
  SELECT
    *,
    max(position) OVER (PARTITION BY opportunity_id) AS furthest_position
  FROM decision_chain.path_visits
)
SELECT
  opportunity_id,
  stage,
  position,
  min(furthest_position) AS furthest_position,
  min(entered_on) AS entered_on,
  max(entered_on) AS last_entered_on,
  count(*) AS visits,
  sum(days) AS days,
  count(CASE WHEN outcome = 'sent_back' THEN 1 END) AS times_sent_back,
  coalesce(max(CASE WHEN outcome IN ('won', 'lost', 'open') THEN outcome END), 'moved_on') AS outcome
FROM placed
GROUP BY opportunity_id, stage, position
